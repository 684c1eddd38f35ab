"""Rate limits of the simulated Personio: a token bucket for each endpoint, and a minute's count for sign-in."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(seconds=60)


@dataclass(kw_only=True)
class Bucket:
    """`rate` tokens a second up to `burst` (Spring Cloud Gateway, RedisRateLimiter)."""

    rate: float
    burst: int
    clock: Callable[[], datetime]

    def __post_init__(self) -> None:
        self.remaining = float(self.burst)
        self._seen = self.clock()

    def take(self) -> bool:
        now = self.clock()
        gained = max(0.0, (now - self._seen).total_seconds()) * self.rate
        self.remaining, self._seen = min(float(self.burst), self.remaining + gained), now
        if self.remaining < 1:
            return False
        self.remaining -= 1
        return True


class Minute:
    """At most `most` in any minute; then nothing for a whole minute of rest (v1 sign-in)."""

    def __init__(self, most: int, clock: Callable[[], datetime]) -> None:
        self._most = most
        self._clock = clock
        self._taken: deque[datetime] = deque()
        self._rests_until: datetime | None = None

    def take(self) -> bool:
        now = self._clock()
        if self._rests_until and now < self._rests_until:
            return False
        while self._taken and now - self._taken[0] >= MINUTE:
            self._taken.popleft()
        if len(self._taken) >= self._most:
            self._rests_until = now + MINUTE
            return False
        self._taken.append(now)
        return True
