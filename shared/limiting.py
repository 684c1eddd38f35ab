"""What was asked and reserved, counted in runs, days and weeks: whether a cohort is within the limits. Pure.

A cohort is counted as a whole and taken in order; what is held counts nowhere. Every set is walked once.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from shared.errors import Reason
from shared.model import Verb
from shared.policy import Limit
from shared.whats import URGENT, above

DAY = timedelta(days=1)
WEEK = timedelta(days=7)

Use: TypeAlias = tuple[str, int]
"""A person and the version of their Desired: two reservations of one what for the same use are one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What one person's Desired version asks of one target: so many actions of each what."""

    person: str
    version: int
    cohort: str
    whats: Mapping[str, int]
    asks: Mapping[str, Reason]
    """What waits whatever the numbers, and why."""
    department: str = ""
    """A keyed hash of where they belong; "" where nobody knows."""
    start: str = ""
    """Their first day: who starts first gets a seat first."""
    urgent: bool = False

    @property
    def use(self) -> Use:
        return self.person, self.version


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """One person's use of one what, counted before anything is written. Reserving the same again counts once, from then
    on: whoever saves it replaces the earlier one.
    """

    what: str
    person: str
    version: int
    cohort: str
    at: datetime
    department: str = ""

    @property
    def use(self) -> Use:
        return self.person, self.version


@dataclass(frozen=True, kw_only=True, slots=True)
class Brakes:
    """The limits, and what their percentages are of."""

    limits: Mapping[str, Limit]
    population: int
    """The number of people HR knows."""
    departments: Mapping[str, Limit] = field(default_factory=dict)
    """What counts within each department."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """How many people belong to each department."""

    def count(self, what: str) -> bool:
        """Whether any limit speaks of it."""
        return any(one in self.limits or one in self.departments for one in above(what))


@dataclass(slots=True)
class _Window:
    """The uses that one limit counts."""

    day: set[Use] = field(default_factory=set)
    week: set[Use] = field(default_factory=set)
    runs: dict[str, set[Use]] = field(default_factory=dict)

    def add(self, use: Use, cohort: str, *, today: bool) -> None:
        self.week.add(use)
        self.runs.setdefault(cohort, set()).add(use)
        if today:
            self.day.add(use)

    def beyond(self, asked: Collection[Use], cohort: str, limit: Limit, population: int) -> bool:
        """Whether `asked` on top of it is more than the limit allows."""
        counts = [len(there) + len(set(asked) - there) for there in (self.runs.get(cohort, set()), self.day, self.week)]
        shares = (limit.percent, limit.day_percent, limit.week_percent)
        return any(
            most is not None and count > most
            for count, most in zip(counts, (limit.run, limit.day, limit.week), strict=True)
        ) or any(
            share is not None and count > limit.at_least and count * 100 > share * population
            for count, share in zip(counts, shares, strict=True)
        )


def pressing(requests: Sequence[Request], earlier: Sequence[Reservation], brakes: Brakes, now: datetime) -> set[Use]:
    """Whose disable fits into the allowance of what is urgent, in order; reservations of it are renewed."""
    limit, window = brakes.limits.get(URGENT, Limit(run=0)), _Window()
    for one in earlier:
        if one.what == URGENT:
            window.add(one.use, one.cohort, today=now - one.at < DAY)
    found = set()
    for request in requests:
        if request.urgent and Verb.DISABLE in request.whats and Verb.DISABLE not in request.asks:
            repeated = request.use in window.day
            if repeated or not window.beyond({request.use}, request.cohort, limit, brakes.population):
                window.add(request.use, request.cohort, today=True)
                found.add(request.use)
    return found


@dataclass(slots=True)
class _Counts:
    """A window for each limit, and for each department where it counts within those."""

    brakes: Brakes
    windows: dict[tuple[str, str | None], _Window] = field(default_factory=dict)

    def limit(self, key: tuple[str, str | None]) -> tuple[Limit, int]:
        """The limit of a window and how many people it is about."""
        what, department = key
        if department is None:
            return self.brakes.limits[what], self.brakes.population
        return self.brakes.departments[what], self.brakes.sizes.get(department, 0)

    def window(self, key: tuple[str, str | None]) -> _Window:
        return self.windows.setdefault(key, _Window())

    def keys(self, what: str, department: str) -> Iterator[tuple[str, str | None]]:
        """The windows that count a what, the narrowest first."""
        for one in above(what):
            if department and one in self.brakes.departments:
                yield one, department
            if one in self.brakes.limits:
                yield one, None


Open: TypeAlias = tuple[int, str]
"""The number of a request, and one what of it that nothing else holds."""


def beyond(
    requests: Sequence[Request],
    undecided: Sequence[Open],
    earlier: Sequence[Reservation],
    brakes: Brakes,
    now: datetime,
) -> set[Open]:
    """What of the undecided is too much, a cohort at a time in order of coming, each what of it as a whole."""
    counts = _Counts(brakes)
    for one in earlier:
        for key in counts.keys(one.what, one.department):
            counts.window(key).add(one.use, one.cohort, today=now - one.at < DAY)
    repeated = {(one.what, one.use) for one in earlier if now - one.at < DAY}
    cohorts: dict[str, list[Open]] = {}
    for index, what in undecided:
        cohorts.setdefault(requests[index].cohort, []).append((index, what))
    over: set[Open] = set()
    for cohort, members in cohorts.items():
        held = _held(requests, cohort, members, counts, repeated)
        over |= held
        for index, what in members:
            if (index, what) not in held:
                for key in counts.keys(what, requests[index].department):
                    counts.window(key).add(requests[index].use, cohort, today=True)
    return over


def _held(
    requests: Sequence[Request], cohort: str, members: Sequence[Open], counts: _Counts, repeated: set[tuple[str, Use]]
) -> set[Open]:
    """The narrowest limits are held against a cohort first, so that what they hold is not counted by the wider ones."""
    asked: dict[tuple[str, str | None], list[Open]] = {}
    for index, what in members:
        for key in counts.keys(what, requests[index].department):
            asked.setdefault(key, []).append((index, what))
    held: set[Open] = set()
    for key in sorted(asked, key=lambda one: (-len(above(one[0])), one[1] is None)):
        left = [one for one in asked[key] if one not in held]
        uses = {requests[index].use for index, _ in left}
        if counts.window(key).beyond(uses, cohort, *counts.limit(key)):
            held.update((index, what) for index, what in left if (what, requests[index].use) not in repeated)
    return held
