"""Who may answer what waits, whether one yes is enough, and what is overdue, by the policy's approvals. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shared.holds import Held, State, Yes, asked_since, state
from shared.policy import Approvals

SIGNED = "entra:"
"""How somebody who is signed in to Entra is written: `entra:<name they sign in with>/<object id>`."""


NAMES = ("upn", "preferred_username", "unique_name", "appid", "azp")
"""Claims that say who it is, the best first: a person's sign-in name, or the application's id."""


def signed_in(claims: Mapping[str, Any]) -> str:
    """Whoever a token of Entra's is about, by its claims; "" when they do not say."""
    name = next((str(claims[one]) for one in NAMES if claims.get(one)), "")
    ids = [part for part in (name, str(claims.get("oid") or "")) if part]
    return SIGNED + "/".join(ids) if ids else ""


def identities(by: str) -> frozenset[str]:
    """Every way in which a policy may name whoever `by` is."""
    names = {by, *by.removeprefix(SIGNED).split("/")} if by.startswith(SIGNED) else {by}
    return frozenset(name.casefold() for name in names if name)


def same_person(left: str, right: str) -> bool:
    return bool(identities(left) & identities(right))


def speaks_of(word: str, held: Held) -> bool:
    """Whether a word of the policy means this hold: its reason, what would be done, or the beginning of that."""
    return word in (held.reason, held.action) or held.action.startswith(f"{word}:")


def roles(held: Held, rules: Approvals) -> tuple[str, ...]:
    """The roles that answer it; none when anybody may. A rule's own word comes first, then the closest name."""
    if held.approver:
        return (held.approver,)
    words = [word for word in rules.ask if speaks_of(word, held)]
    closest = max(words, key=lambda word: (word != held.reason, len(word)), default=None)
    return rules.ask[closest] if closest is not None else ()


def with_deputies(people: Iterable[str], rules: Approvals, today: date) -> frozenset[str]:
    """These people and whoever stands in for them today, as names that can be compared."""
    found = frozenset(name.casefold() for name in people)
    deputies = {
        deputy.who.casefold()
        for name, some in rules.deputies.items()
        for deputy in some
        if name.casefold() in found
        and (deputy.since is None or deputy.since <= today)
        and (deputy.until is None or today <= deputy.until)
    }
    return found | deputies


def barred(by: str, asked: Sequence[str], entitled: Collection[str] | None, own: Collection[str]) -> str:
    """Why `by` may not answer; "" when they may.

    `entitled` are the names of those who have one of the roles that are `asked`, None where none is; `own` are the
    names by which the person it is about signs in, where they may not answer themselves.
    """
    names = identities(by)
    if not names.isdisjoint(name.casefold() for name in own):
        return "nobody approves what is about themselves"
    if entitled is not None and names.isdisjoint(entitled):
        return f"the policy asks {' or '.join(asked)}, and you are not among them"
    return ""


def crowds(holds: Iterable[Held]) -> Mapping[tuple[str, ...], int]:
    """Place, reason and what → for how many people the same waits; also what was rejected or put off counts."""
    people: dict[tuple[str, ...], set[str]] = {}
    for one in holds:
        people.setdefault(_kind(one), set()).add(one.person)
    return {kind: len(those) for kind, those in people.items()}


def _kind(held: Held) -> tuple[str, ...]:
    return held.place, held.reason, held.what


def eyes(held: Held, crowd: Mapping[tuple[str, ...], int], together: int, rules: Approvals) -> int:
    """How many different people must say yes; `together` is how many people one list of approvals is about."""
    many = max(crowd.get(_kind(held), 0), together)
    above = rules.four_eyes_above is not None and many > rules.four_eyes_above
    return 2 if above or any(speaks_of(word, held) for word in rules.four_eyes) else 1


def standing(held: Held, now: datetime, rules: Approvals) -> tuple[Yes, ...]:
    """Who has said yes and is still heard: lately enough, under the policy that is in force, and each person once."""
    lasts = timedelta(hours=rules.expire)
    found: list[Yes] = []
    for one in held.yes:
        heard = one.policy == held.policy and now - one.at < lasts
        if heard and not any(same_person(one.by, other.by) for other in found):
            found.append(one)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one more yes: it is done, or it waits for another person; `again` when it was said before."""

    done: bool
    again: bool = False


def verdict(held: Held, by: str, needed: int, now: datetime, rules: Approvals) -> Verdict:
    """What follows when `by` says yes and `needed` different people must."""
    before = standing(held, now, rules)
    others = [one for one in before if not same_person(one.by, by)]
    return Verdict(done=len(others) + 1 >= needed, again=len(others) < len(before))


def overdue(held: Held, now: datetime, today: date, rules: Approvals) -> bool:
    """Whether it has waited too long for an answer."""
    since = asked_since(held)
    waits = since is not None and state(held, now, today, rules) is State.WAITING
    return waits and since is not None and now - since >= timedelta(hours=rules.remind_after)


def reminders(holds: Sequence[Held], now: datetime, today: date, rules: Approvals) -> list[Held]:
    """What people are to be reminded of now: overdue, and not reminded of within the same time."""
    again = timedelta(hours=rules.remind_after)
    late = [one for one in holds if overdue(one, now, today, rules)]
    return [one for one in late if one.reminded is None or now - one.reminded >= again]
