"""When each write may be sent, so that a target's write quota is never exceeded and nothing is throttled. Pure.

Microsoft Graph allows an app 3,000 identity writes per 150 seconds in one tenant
(https://learn.microsoft.com/graph/throttling-limits). Bulk work takes 80 % of the rate and two thirds of the burst;
the rest stays free for leavers and single changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

RATE = 16.0
"""Writes per second that bulk work may use for as long as it lasts."""

BURST = 2000
"""Writes that may go at once after a quiet time."""


NEVER_USED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pace:
    """A budget as one moment: when all that was reserved would be done at `RATE`, had none of it gone in a burst."""

    free_at: datetime = NEVER_USED


def spread(pace: Pace, writes: Sequence[int], now: datetime) -> tuple[list[datetime], Pace]:
    """The time at which each piece of work, of so many writes, may be sent, and the budget after it."""
    free_at, times = max(pace.free_at, now - timedelta(seconds=BURST / RATE)), []
    for count in writes:
        free_at += timedelta(seconds=count / RATE)
        times.append(max(now, free_at))
    return times, Pace(free_at)


def left(pace: Pace, now: datetime) -> int:
    """Writes that could go at once now; below 0, how many are reserved ahead of what the rate allows."""
    rested = min(now - pace.free_at, timedelta(seconds=BURST / RATE))
    return int(rested.total_seconds() * RATE)
