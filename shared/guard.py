"""The brake: how much may happen before a person has to say yes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.errors import Reason
from shared.limiting import DAY, WEEK, Brakes, Request, Reservation, beyond, pressing
from shared.model import Verb
from shared.whats import URGENT

GATES = frozenset({Verb.CREATE, Verb.CORRELATE, Verb.RESTORE, Verb.DISABLE, Verb.DELETE})
"""Verbs that the rest of a plan stands on: when one is held, nothing after it is done."""


@dataclass(frozen=True, order=True, slots=True)
class Wish:
    """Somebody who is to have a seat; who starts first comes first."""

    start: str
    person: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Seats:
    """How many seats are left of what may run out, and who (what, person) has one reserved already."""

    left: Mapping[str, int] = field(default_factory=dict)
    reserved: frozenset[tuple[str, str]] = frozenset()


NO_STOCK = Seats()
"""Nobody knows how many there are; the target refuses what is too much."""


@dataclass(frozen=True, slots=True)
class Decision:
    """For each request, in order: what may be done, and what waits, with the reason; and what is reserved for it."""

    permitted: tuple[frozenset[str], ...]
    held: tuple[Mapping[str, Reason], ...]
    reserved: tuple[Reservation, ...]
    seated: tuple[tuple[str, str], ...] = ()
    """(what, person) for each seat."""


def admit(
    requests: Sequence[Request],
    before: Iterable[Reservation],
    brakes: Brakes,
    now: datetime,
    seats: Seats = NO_STOCK,
) -> Decision:
    """Decide once for everything that came in together; of a what whose limit is exceeded, none is permitted.

    `before` are the reservations of the last 7 days. What was reserved in the last 24 hours for the same person, what
    and version is permitted again, and counts from now.
    """
    earlier = [one for one in before if now - one.at < WEEK]
    urgent = pressing(requests, earlier, brakes, now)
    held = [{what: one.asks[what] for what in one.whats if what in one.asks} for one in requests]
    _lacking(requests, held, seats)
    undecided = [
        (index, what)
        for index, one in enumerate(requests)
        for what in one.whats
        if what not in held[index] and not (what == Verb.DISABLE and one.use in urgent)
    ]
    for index, what in beyond(requests, undecided, earlier, brakes, now):
        held[index][what] = Reason.LIMIT
    permitted = tuple(frozenset(one.whats) - waits.keys() for one, waits in zip(requests, held, strict=True))
    today = {(one.what, *one.use): one for one in earlier if now - one.at < DAY}
    reserved = []
    for one, mine in zip(requests, permitted, strict=True):
        for what in sorted(mine):
            counted = URGENT if what == Verb.DISABLE and one.use in urgent else what
            if counted == URGENT or brakes.count(counted):
                known = today.get((counted, *one.use), _reservation(one, counted, now))
                reserved.append(replace(known, at=now))
    return Decision(permitted, tuple(held), tuple(reserved), _seated(requests, permitted, seats))


def unseated(wishes: Iterable[Wish], seats: Seats) -> frozenset[Wish]:
    """Those for whom no seat is left; who starts first is served first, and of what nobody counts there is enough."""
    left, lacking = dict(seats.left), set()
    for wish in sorted(wishes):
        if wish.what in left and (wish.what, wish.person) not in seats.reserved:
            if left[wish.what] > 0:
                left[wish.what] -= 1
            else:
                lacking.add(wish)
    return frozenset(lacking)


def _lacking(requests: Sequence[Request], held: Sequence[dict[str, Reason]], seats: Seats) -> None:
    """Hold what no seat is left for."""
    wishes = {
        Wish(one.start, one.person, what): waits
        for one, waits in zip(requests, held, strict=True)
        for what in one.whats
        if what in seats.left and what not in waits
    }
    for wish in unseated(wishes, seats):
        wishes[wish][wish.what] = Reason.NO_SEAT


def _seated(
    requests: Sequence[Request], permitted: Sequence[frozenset[str]], seats: Seats
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (what, one.person)
        for one, mine in zip(requests, permitted, strict=True)
        for what in sorted(mine)
        if what in seats.left
    )


def _reservation(one: Request, what: str, now: datetime) -> Reservation:
    return Reservation(
        what=what, person=one.person, version=one.version, cohort=one.cohort, at=now, department=one.department
    )
