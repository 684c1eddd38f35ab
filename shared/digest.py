"""What waits for people, what ends soon and what stands still, as one value that is made once a day. Pure.

Everything in it is an id, a code or a sentence of ours: it leaves the deployment by mail.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b

from shared.holds import Held
from shared.reasons import sentence

SILENT = timedelta(days=1)
"""How long an HR system may give no answer that is believed before it is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """One thing that waits for an answer, or for a repair."""

    held: Held
    overdue: bool
    roles: tuple[str, ...]
    """Who is asked; nobody in particular when it is empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """An exception that ends soon: of whom, what, and its last day."""

    hr_id: str
    what: str
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What was read from the state, all of it as of now."""

    waits: Sequence[Wait] = ()
    woken: Sequence[Held] = ()
    """What was put off and is asked again by tomorrow."""
    endings: Sequence[Ending] = ()
    sources: Sequence[tuple[str, datetime]] = ()
    """HR systems and when they last gave an answer that was believed."""
    tripped: Sequence[tuple[str, str]] = ()
    """Targets whose breaker is open, and why."""
    stopped: Sequence[str] = ()
    """Targets that somebody stopped, "" for all."""
    consents: Sequence[str] = ()
    """A sentence for each consent that a person must look at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One sentence, and the people it is about by the ids that HR uses."""

    text: str
    people: tuple[str, ...] = ()
    pressing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """`name` is the same for digests that tell of the same things, however long they have waited."""

    customer: str
    day: date
    parts: tuple[Part, ...]
    name: str = field(default="")

    @property
    def pressing(self) -> bool:
        """Whether something in it is overdue or stands still."""
        return any(line.pressing for part in self.parts for line in part.lines)


def digest(customer: str, now: datetime, today: date, given: Gathered) -> Digest:
    """The digest of one day; it has no parts when there is nothing to tell."""
    parts = (
        Part(title="Stands still", lines=tuple(_still(given, now))),
        Part(title="Waits for an answer", lines=tuple(_waiting(given.waits))),
        Part(title="Ends soon", lines=tuple(_ending(given, today))),
    )
    kept = tuple(part for part in parts if part.lines)
    return Digest(customer=customer, day=today, parts=kept, name=_name(given, kept))


def due(one: Digest, last: str) -> bool:
    """Whether it is worth a mail: something in it is new since the digest called `last`, or presses."""
    return bool(one.parts) and (one.pressing or one.name != last)


def _still(given: Gathered, now: datetime) -> Iterator[Line]:
    for target in given.stopped:
        where = f"to {target}" if target else "to any target"
        yield Line(text=f"Nothing is written {where}: somebody stopped it", pressing=True)
    for target, because in given.tripped:
        yield Line(text=f"Nothing is written to {target}: {because}", pressing=True)
    for source, at in given.sources:
        if now - at >= SILENT:
            yield Line(
                text=f"{source} has given no answer that is believed since {at:%Y-%m-%d %H:%M} UTC", pressing=True
            )
    for text in given.consents:
        yield Line(text=text, pressing=True)


def _waiting(waits: Sequence[Wait]) -> Iterator[Line]:
    """What waits for the same reason is one line, what is overdue first."""
    groups: dict[tuple[str, str, str, tuple[str, ...]], list[Wait]] = {}
    for one in waits:
        groups.setdefault((one.held.reason, one.held.action, one.held.place, one.roles), []).append(one)
    for (reason, action, place, roles), some in sorted(groups.items(), key=lambda each: (not _late(each[1]), each[0])):
        what = f"{action} on {place}" if action else place
        late = sum(one.overdue for one in some)
        said = [f"{reason}: {what}", f"asks {' or '.join(roles)}" if roles else "", f"{late} overdue" if late else ""]
        text = ", ".join(part for part in said if part)
        more = sentence(reason)
        people = tuple(dict.fromkeys(one.held.hr_id or "(no id)" for one in some))
        yield Line(text=f"{text}. {more[:1].upper()}{more[1:]}" if more else text, people=people, pressing=late > 0)


def _late(some: Sequence[Wait]) -> int:
    return sum(one.overdue for one in some)


def _ending(given: Gathered, today: date) -> Iterator[Line]:
    for held in given.woken:
        until = held.snoozed.until if held.snoozed is not None else None
        when = "today" if until is not None and until <= today else f"on {until}"
        what = f"{held.action} on {held.place}" if held.action else held.place
        yield Line(text=f"What was put off is asked again {when}: {held.reason}, {what}", people=(held.hr_id,))
    for one in given.endings:
        yield Line(text=f"An exception ends after {one.last}: {one.what}", people=(one.hr_id,))


def _name(given: Gathered, parts: Sequence[Part]) -> str:
    waits = sorted(one.held.name for one in (*given.waits,)) + sorted(one.name for one in given.woken)
    others = [
        f"{line.text}|{line.people}" for part in parts if part.title != "Waits for an answer" for line in part.lines
    ]
    return blake2b("\n".join([*waits, *others]).encode(), digest_size=8).hexdigest()
