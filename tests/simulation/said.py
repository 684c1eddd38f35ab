"""What people said to what waits, as they remember it: what may have been taken back meanwhile is not held against
anybody.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from customer import EXPIRE

from shared.engine import Held


@dataclass(frozen=True)
class Yes:
    """Somebody's yes to one thing on a list, and when it was begun to be said."""

    at: datetime
    by: str
    held: Held

    def covers(self, now: datetime) -> bool:
        return now < self.at + timedelta(hours=EXPIRE, minutes=35)  # until it was saved, half an hour may pass


@dataclass(frozen=True)
class No:
    """A no to one thing on a list; with a day, only a not now."""

    at: datetime
    held: Held
    until: date | None = None

    def stands(self, today: date) -> bool:
        return self.until is None or today < self.until


def word(held: Held) -> tuple[str, ...]:
    """Names the no to one thing."""
    return "no", held.hr_id, held.action


@dataclass
class Lifted:
    """Words that somebody takes back or says otherwise while another may be saying them."""

    lifting: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """What somebody is about to take back, or died over: of that nobody can say whether it stands."""
    begun: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """How often somebody began to take it back, or had done so."""

    def begin(self, key: tuple[str, ...]) -> None:
        self.begun[key] += 1
        self.lifting[key] += 1

    def done(self, key: tuple[str, ...]) -> None:
        self.begun[key] += 1
        self.lifting[key] -= 1

    def stands(self, key: tuple[str, ...], begun: int) -> bool:
        """Whether nobody took it back since `begun` was counted, or is about to."""
        return self.begun[key] == begun and not self.lifting[key]
