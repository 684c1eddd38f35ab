"""A token bucket that refills by the tenant's own clock, so that a test can empty it and move the day on."""

import math
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Bucket:
    """`size` tokens, refilled evenly over `seconds`. Source: «Microsoft Graph service-specific throttling limits»."""

    size: float
    seconds: float
    _left: float | None = field(default=None, repr=False)
    _at: datetime | None = field(default=None, repr=False)

    def take(self, amount: float, now: datetime) -> int:
        """Take `amount`, or leave everything and say after how many whole seconds it would be there (0 = taken)."""
        left = self._refilled(now)
        if left >= amount:
            self._left = left - amount
            return 0
        return max(1, math.ceil((amount - left) * self.seconds / self.size))

    def used(self, now: datetime) -> float:
        """The share that is spent, 0 to 1."""
        return 1 - self._refilled(now) / self.size

    def _refilled(self, now: datetime) -> float:
        if self._left is None or self._at is None:
            self._left = self.size
        else:
            passed = max(0.0, (now - self._at).total_seconds())
            self._left = min(self.size, self._left + passed * self.size / self.seconds)
        self._at = now
        return self._left
