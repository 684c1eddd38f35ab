"""How many calls a system takes within a time, and how far apart, counted for all processes that make them. Pure.

A time is cut into slices, and a slice counts until all of it is past: never a call too many, now and then one too few.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

SLICES = 24
"""Into so many a time is cut; for a day, hours."""

LONGEST = timedelta(seconds=60)
"""A call waits for its moment no longer than this."""


class Quota(BaseModel):
    """At most `calls` within any `seconds`, and at least `every` seconds from one to the next, whoever makes them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calls: int = Field(ge=1)
    seconds: float = Field(gt=0)
    every: float = Field(default=0.0, ge=0)

    @property
    def slice(self) -> float:
        """Seconds of one slice."""
        return self.seconds / SLICES


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """What the row of one system says: the moment of the last call, which may be ahead, and the calls by slice."""

    last: datetime | None = None
    calls: Mapping[str, int] = field(default_factory=dict)


def full_until(quota: Quota, spent: Spent, now: datetime) -> datetime | None:
    """When there is room for one more call; None when there is now."""
    counting = _counting(quota, spent, now)
    if sum(counting.values()) < quota.calls:
        return None
    return datetime.fromtimestamp((min(map(int, counting)) + 1) * quota.slice + quota.seconds, UTC)


def moment(quota: Quota, spent: Spent, now: datetime) -> datetime:
    """When the next call may be made. A last one so far ahead that a clock must have been wrong does not count."""
    if spent.last is None or spent.last > now + 2 * LONGEST:
        return now
    return max(now, spent.last + timedelta(seconds=quota.every))


def called(quota: Quota, spent: Spent, at: datetime) -> Spent:
    """The row after one more call at a moment."""
    counting, this = dict(_counting(quota, spent, at)), str(int(at.timestamp() // quota.slice))
    return Spent(last=at, calls={**counting, this: counting.get(this, 0) + 1})


def _counting(quota: Quota, spent: Spent, now: datetime) -> Mapping[str, int]:
    """The slices of which some part is not past yet."""
    since = now.timestamp() - quota.seconds
    return {number: count for number, count in spent.calls.items() if (int(number) + 1) * quota.slice > since}
