"""The limits of one registered application: 0.6 s between calls, three at once, 6,000 a day, 400 sign-ins a month."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

SPIKE = timedelta(seconds=0.6)
SLACK = timedelta(milliseconds=1)
"""A clock's own grain."""
WIDTH = 3
DAY, MONTH = timedelta(days=1), timedelta(days=30)


class Window:
    """At most so many within a time."""

    def __init__(self, most: int, within: timedelta, clock: Callable[[], datetime]) -> None:
        self.most, self._within, self._clock = most, within, clock
        self.taken = deque[datetime]()
        self.refused = 0

    def take(self) -> bool:
        now = self._clock()
        while self.taken and now - self.taken[0] >= self._within:
            self.taken.popleft()
        if len(self.taken) >= self.most:
            self.refused += 1
            return False
        self.taken.append(now)
        return True


class Limits:
    """What one application has used."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.day, self.sign_ins = Window(6000, DAY, clock), Window(400, MONTH, clock)
        self.under_way = self.most_under_way = 0
        self.refused = 0
        self._last: datetime | None = None

    def take(self) -> bool:
        """Whether a call is let through."""
        now = self._clock()
        early = self._last is not None and now - self._last < SPIKE - SLACK
        fine = not early and self.under_way < WIDTH and self.day.take()
        if fine:
            self._last = now
        self.refused += not fine
        return fine
