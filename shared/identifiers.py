"""Names only one person may have: which come next, which still fit, and who may take one. Pure."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from shared.attributes import Attribute, Unique
from shared.model import Attributes, Candidates

MOST = 100_000
"""Candidates that are tried for one person, at most."""

MOST_DIGITS = 18
"""Digits of a number, at most."""

Naming = Mapping[str, Candidates]
"""Attribute → what may be tried for it. All of them share one count, so that one number serves them all."""


def folded(value: str) -> str:
    """The form under which two values are the same name: without case and without diacritics."""
    for _ in range(2):  # some letters have a case only once they are taken apart, and the other way round
        value = unicodedata.normalize("NFKD", value).casefold()
    apart = unicodedata.normalize("NFKD", value)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).replace("ı", "i").strip()


def space(target: str, kind: Attribute) -> str:
    """The namespace of an attribute: all addresses share one, anything else is its target's own."""
    return "addresses" if kind.unique is Unique.ADDRESSES else f"{target}|{kind.name}"


def named(naming: Naming, count: int, kinds: Mapping[str, Attribute]) -> Mapping[str, str] | None:
    """The value of every attribute for `count`; None when one of them has none that its target could hold."""
    found = {name: _candidate(one, count, kinds.get(name, Attribute(name=name))) for name, one in naming.items()}
    return found if all(found.values()) else None


def _candidate(candidates: Candidates, count: int, kind: Attribute) -> str:
    """Past the last rule it is the series, else the last value; "" when that gives nothing, or nothing that fits."""
    values, series = candidates.values, candidates.series
    if count >= len(values) and series is not None:
        value = series.at(count - len(values), _room(series.ending, kind))
    else:
        value = values[min(count, len(values) - 1)] if values else ""
    return "" if kind.misfit(value) else value


def _room(ending: str, kind: Attribute) -> int:
    """The most characters a value with this ending may have, 0 for any; a part before the @ has its own limit."""
    _, at, domain = ending.partition("@")
    within = kind.longest_local + len(at + domain) if at and kind.longest_local else 0
    return min(filter(None, (kind.longest, within)), default=0)


def spent(candidates: Candidates, count: int) -> bool:
    """Whether no later count gives another value."""
    endless = candidates.series is not None and candidates.series.stem != ""
    return not endless and count >= len(candidates.values) - 1


def exhausted(naming: Naming, count: int) -> bool:
    """Whether no later count gives anything new."""
    return count >= MOST or all(spent(one, count) for one in naming.values())


def numbered(naming: Naming, count: int) -> bool:
    """Whether `count` is past every rule, where only numbers follow."""
    return any(one.series for one in naming.values()) and all(count >= len(one.values) for one in naming.values())


def leap(person: str, misses: int) -> int:
    """How many counts to go on after so many misses in a row: one at first; then ever farther, and each person another
    way, so that workers who name people alike at the same time do not follow in each other's steps.
    """
    if misses <= 2:
        return 1
    digest = blake2b(f"{misses}|{person}".encode(), digest_size=4).digest()
    return 1 + int.from_bytes(digest, "big") % (1 << min(misses - 1, 7))


def signature(naming: Naming) -> str:
    """Equal for people whose numbered names are the same: one row tells them how far the numbers have gone."""
    series = sorted((name, folded(one.series.stem), one.series.ending) for name, one in naming.items() if one.series)
    return blake2b(repr(series).encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def fitting(naming: Naming, values: Attributes, kinds: Mapping[str, Attribute]) -> bool:
    """Whether each attribute has a value that could have been given to it."""
    return all(
        fits(one, str(values.get(name) or ""), kinds.get(name, Attribute(name=name))) for name, one in naming.items()
    )


def fits(candidates: Candidates, value: str, kind: Attribute) -> bool:
    """Whether `value` is one of the candidates, whatever its case, its accents and how far its number goes."""
    there, series = folded(value), candidates.series
    if any(there == folded(one) for one in candidates.values if one):
        return there != ""
    return series is not None and any(
        there == folded(series.numbered(number, _room(series.ending, kind)))
        for number in _numbers(there, folded(series.ending))
    )


def _numbers(there: str, ending: str) -> Iterator[str]:
    """Every number that may stand before the ending; where it begins is not known, as a stem may end in digits."""
    front = there.removesuffix(ending).rstrip()
    digits = front[len(front.rstrip("0123456789")) :][-MOST_DIGITS:]
    return (digits[start:] for start in range(len(digits)))


def basis(facts: Attributes, names: frozenset[str]) -> str:
    """What the names of somebody follow from: a fingerprint of each of these facts."""
    return " ".join(f"{_fingerprint(name, 4)}={_fingerprint(repr(facts.get(name)), 8)}" for name in sorted(names))


def moved(before: str, now: str) -> bool:
    """Whether a fact that both follow from has changed; a rule that reads others has changed nothing."""
    earlier, later = _facts(before), _facts(now)
    return any(earlier[name] != later[name] for name in earlier.keys() & later.keys())


def unknown(basis: str) -> str:
    """A basis of the same facts from which any other differs: what they were is not known."""
    return " ".join(f"{name}=?" for name in _facts(basis))


def _facts(basis: str) -> Mapping[str, str]:
    return {name: value for name, _, value in (fact.partition("=") for fact in basis.split()) if value}


def _fingerprint(text: str, size: int) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """Who holds an identifier, since when and until when (UTC).

    `owner` is a person of ours, or "" for somebody we do not know, whose account is `account` where that is known.
    `account` is known of what a directory showed, "" of what we gave. `until` is None while it is in use; from
    `free_from` on, as the policy was then, it may go to anybody. Taken anew it keeps `free_from`, in case it is given
    back unused.
    """

    owner: str
    account: str = ""
    attributes: tuple[str, ...] = ()
    since: datetime
    until: datetime | None = None
    free_from: datetime | None = None

    def open_to(self, person: str, account: str, now: datetime) -> bool:
        """Whether `person` may take it: it is theirs, it is their account's, or it has been free for long enough."""
        if self.owner == person or (not self.owner and account != "" and self.account == account):
            return True
        return self.until is not None and self.free_from is not None and self.free_from <= now
