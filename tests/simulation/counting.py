"""S2: no more people than a limit allows, counted from the writes alone and not from what the engine reserved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from violation import Violation

from shared.policy import Limit, TargetPolicy

WINDOWS = {"day": timedelta(hours=19), "week": timedelta(days=7) - timedelta(hours=5)}
"""Shorter than the limit's own, because leave may be used some hours after it was given."""
DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One write that a limit speaks of, and that nobody said yes to."""

    at: datetime
    person: str
    urgent: bool = False
    department: str | None = None
    """Where they belonged; None when nobody can say for certain."""
    run: str = ""
    """What brought it in; "" when nobody can say for certain."""


@dataclass
class Counts:
    rules: TargetPolicy
    known: Callable[[], int]
    """How many people HR has ever known."""
    writes: dict[str, list[Counted]] = field(default_factory=dict)

    def limited(self, what: str) -> bool:
        within = self.rules.departments.limits if self.rules.departments else {}
        return what in self.rules.limits or what in within

    def add(self, what: str, one: Counted) -> None:
        """Count a write. Raises `Violation` when it is more than a limit allows."""
        writes = self.writes.setdefault(what, [])
        writes.append(one)
        ordinary = [other for other in writes if not other.urgent]
        if (limit := self.rules.limits.get(what)) is not None:
            self._windows(what, limit, ordinary, one.at, Limit(day=0))
            self._windows(what, limit, writes, one.at, self.rules.limits["urgent"])
            self._run(what, limit, ordinary, one)
        if self.rules.departments and what in self.rules.departments.limits and one.department:
            theirs = [other for other in ordinary if other.department == one.department]
            within = self.rules.departments.limits[what]
            self._windows(f"{what} in one department", within, theirs, one.at, Limit(day=0))
            self._run(f"{what} in one department", within, theirs, one)

    def _windows(self, what: str, limit: Limit, writes: list[Counted], now: datetime, extra: Limit) -> None:
        """`extra` are people who may come on top of it."""
        more = {"day": extra.day or 0, "week": (extra.day or 0) * DAYS if extra.week is None else extra.week}
        for window, most, share in (("day", limit.day, limit.day_percent), ("week", limit.week, limit.week_percent)):
            people = {other.person for other in writes if now - other.at < WINDOWS[window]}
            if self._too_many(len(people) - more[window], most, share, limit.at_least):
                raise Violation(f"S2: {what} for {len(people)} people in a {window}")

    def _run(self, what: str, limit: Limit, writes: list[Counted], one: Counted) -> None:
        people = {other.person for other in writes if one.run and other.run == one.run}
        if self._too_many(len(people), limit.run, limit.percent, limit.at_least):
            raise Violation(f"S2: {what} for {len(people)} people in one run")

    def _too_many(self, count: int, most: int | None, share: float | None, at_least: int) -> bool:
        beyond_share = share is not None and count > at_least and count * 100 > share * self.known()
        return beyond_share or (most is not None and count > most)


def falls_under(what: str, asked: str) -> bool:
    """Whether `what` is `asked` or a part of it: "revoke:group" is a part of "revoke"."""
    return what == asked or what.startswith(f"{asked}:")
