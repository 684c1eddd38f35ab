"""People who are not in HR: each has an end and a sponsor, and is asked about before either passes. Pure.

Silence ends them: nothing but a person's word, for the end that their source gives now, lets anybody stay longer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.errors import Reason
from shared.facts import items, shift
from shared.model import Contract, Person, Rejected
from shared.policy import External, SourcePolicy

ADDRESS = "@"
"""What tells an address from an id of HR."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """Somebody's word that a person stays `until` a day though their source gives an end before it.

    It is for the end `of` that source, and no other. `without` is the sponsor (our id) of whom it was known that they
    leave or have left. `because` is why, and `at` when (UTC) it was said.
    """

    of: date
    until: date
    without: str = ""
    by: str
    because: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Sponsor:
    """Whoever answers for somebody: our id of them, the id that HR uses ("" for an address that nobody has), and their
    last day in service; None while there is none, and `date.min` for whoever never was.
    """

    id: str
    hr_id: str
    last: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Whether somebody stays: their end, until when they stay by a yes, and the sponsor who leaves before (our id)."""

    end: date
    until: date
    without: str
    because: str


def ending(person: Person) -> Contract | None:
    """The contract that ends last; None for somebody without any."""
    return max(person.contracts, key=lambda one: (one.end or date.max, one.start, one.id), default=None)


def over(person: Person, today: date) -> bool:
    """Whether nothing of theirs is in force or to come."""
    last = ending(person)
    return last is None or (last.end is not None and last.end < today)


def named(person: Person, rules: External) -> str:
    """Whom the record names as the sponsor, by an id of HR or an address; "" for nobody."""
    last = ending(person)
    fields = {**person.fields, **(last.fields if last else {})}
    return next((text for one in items(fields.get(rules.sponsor)) if (text := str(one).strip())), "")


def by_id(person: Person, rules: External, sponsor: Sponsor) -> Person:
    """The person with their sponsor by the id that HR uses, so that rules need not know of addresses."""
    if not sponsor.hr_id or ADDRESS not in named(person, rules):
        return person
    found, last = {rules.sponsor: sponsor.hr_id}, ending(person)
    if last is None or rules.sponsor not in last.fields:
        return replace(person, fields={**person.fields, **found})
    return _with(person, last, replace(last, fields={**last.fields, **found}))


def _with(person: Person, old: Contract, new: Contract) -> Person:
    return replace(person, contracts=tuple(new if one == old else one for one in person.contracts))


def checked(item: Person | Rejected, rules: External | None, today: date) -> Person | Rejected:
    """The record itself, or why it is held: it has no end, one too far ahead, or no sponsor."""
    if rules is None or isinstance(item, Rejected):
        return item
    return next((Rejected(hr_id=item.hr_id, code=code, because=why) for code, why in _doubts(item, rules, today)), item)


def _doubts(person: Person, rules: External, today: date) -> Iterator[tuple[Reason, str]]:
    """Nothing is asked of what is over."""
    ahead = [one for one in person.contracts if one.end is None or one.end >= today]
    for one in ahead:
        if one.end is None:
            yield Reason.MISSING_DATA, f"it has no end date; give one, at most {rules.at_most} days ahead"
        elif one.end > shift(max(one.start, today), rules.at_most):
            yield Reason.INVALID_RECORD, f"its end, {one.end}, is more than {rules.at_most} days ahead; end it sooner"
    if ahead and not named(person, rules):
        yield Reason.MISSING_DATA, f"{rules.sponsor} is empty, so nobody answers for them; name a sponsor"


def standing(word: Extension | None, person: Person) -> Extension | None:
    """The word, where it is for the end that the source gives now; another end, sooner or later, takes it away."""
    last = ending(person)
    return word if word is not None and last is not None and last.end == word.of else None


def extended(person: Person, word: Extension | None) -> Person:
    """The person as they count: whoever stays longer has a later end."""
    last = ending(person)
    if last is None or last.end is None or standing(word, person) is None or word is None:
        return person
    return _with(person, last, replace(last, end=max(last.end, word.until)))


def last_day(person: Person, rules: SourcePolicy, today: date) -> date | None:
    """Somebody's last day in service as far as it is known today; None while there is none."""
    gone = person.missing_since
    if gone is not None and rules.leave_when_missing_for is not None:
        counts = shift(gone, rules.leave_when_missing_for)
        if counts <= today:
            return shift(counts, -1)
    last = ending(person)
    return last.end if last is not None else date.min


def question(person: Person, sponsor: Sponsor, word: Extension | None, rules: External, today: date) -> Question | None:
    """What is asked today of somebody with this end, the extended one; None when nothing is.

    `word` is the one that stands. Whoever said that they stay without a sponsor is not asked again about that one.
    """
    last = ending(person)
    if last is None or last.end is None or last.end < today:
        return None
    near = _asked_on(last, rules) <= today
    soon = sponsor.last is not None and sponsor.last < last.end and shift(sponsor.last, -rules.ask_before) <= today
    leaves = soon and not _without(word, sponsor)
    if not near and not leaves:
        return None
    until = shift(last.end, rules.extend_by) if near else last.end
    return Question(
        end=last.end,
        until=until,
        without=sponsor.id if leaves else "",
        because=_because(last.end, until, sponsor if leaves else None),
    )


def _because(end: date, until: date, leaving: Sponsor | None) -> str:
    """The same words for as long as the same is asked, whatever day it is."""
    said = f"they end on {end}"
    if leaving is not None and leaving.hr_id:
        gone = f"whose last day is {leaving.last}" if leaving.last != date.min else "who is not in service"
        said += f", and their sponsor is {leaving.hr_id}, {gone}"
    elif leaving is not None:
        said += ", and nobody has the address of their sponsor"
    return f"{said}; a yes lets them stay until {until}"


def _asked_on(last: Contract, rules: External) -> date:
    """Nobody is asked about before their first day."""
    return max(last.start, shift(last.end or date.max, -rules.ask_before))


def _without(word: Extension | None, sponsor: Sponsor) -> bool:
    return word is not None and word.without == sponsor.id


def days(person: Person, sponsor: Sponsor, rules: External) -> Iterator[date]:
    """The days on which what is asked may turn by the calendar alone; the end itself is a day of the contract."""
    last = ending(person)
    if last is None:
        return
    if last.end is not None:
        yield _asked_on(last, rules)
        yield shift(last.end, 1)
    if sponsor.last is not None:
        yield shift(sponsor.last, -rules.ask_before)
        yield shift(sponsor.last, 1)


def coming(
    person: Person, sponsor: Sponsor, word: Extension | None, rules: External, today: date, until: date
) -> Iterator[tuple[date, Question]]:
    """What will be asked after `today` up to and including `until`, each on its first day, though nobody says more."""
    asked = question(person, sponsor, word, rules, today)
    for day in sorted({one for one in days(person, sponsor, rules) if today < one <= until}):
        before, asked = asked, question(person, sponsor, word, rules, day)
        if asked is not None and asked != before:
            yield day, asked


def unsponsored(person: Person, sponsor: Sponsor, word: Extension | None, rules: External, today: date) -> str:
    """Why nothing is begun for somebody not in service yet; "" when somebody answers for them, or they are over."""
    if over(person, today) or _without(word, sponsor):
        return ""
    if not sponsor.id:
        return f"{rules.sponsor} is empty, so nobody answers for them; name a sponsor"
    if sponsor.last is None or sponsor.last >= today:
        return ""
    if not sponsor.hr_id:
        return f"nobody in {rules.sponsors_in} has the address of their sponsor; name somebody in service"
    if sponsor.last == date.min:
        return (
            f"their sponsor, {sponsor.hr_id}, is nobody in service that {rules.sponsors_in} knows; name somebody else"
        )
    return f"their sponsor, {sponsor.hr_id}, was in service until {sponsor.last}; name somebody else"


def misfit(person: Person, until: date, rules: External, today: date) -> str:
    """Why they cannot stay `until` a day; "" when they can. The end of their source, unless it is past, takes an
    earlier word back.
    """
    last = ending(person)
    if last is None or last.end is None:
        return "their source gives no end that could be extended"
    if until < last.end:
        return f"their source says {last.end}, which is later; an earlier end is set there"
    if until < today:
        return f"{until} is past; at the soonest they end today"
    if until > last.end and until > shift(today, rules.at_most):
        return f"{until} is more than {rules.at_most} days ahead; extend it less, and again when it is needed"
    return ""
