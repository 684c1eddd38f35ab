"""What may go wrong in one seed, how often, and the clock it happens on. Faults stop when the world says so."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from turns import PAUSE, Graveyard, Killed

LIKELY = {
    "store is busy": 0.01,
    "store's answer is lost": 0.01,
    "doorbell is lost": 0.04,
    "doorbell is doubled": 0.06,
    "target fails before": 0.05,
    "target fails after": 0.05,
    "find lags": 0.15,
    "together is refused": 0.4,
    "worker is killed": 0.004,
    "worker stalls": 0.006,
    "lock is lost": 0.05,
    "HR is empty": 0.06,
    "HR is truncated": 0.06,
    "HR fails midway": 0.06,
    "HR forgets the place": 0.1,
    "HR does not tell of them": 0.2,
}


@dataclass
class Faults:
    random: Random
    now: datetime
    graveyard: Graveyard
    active: bool = True
    steps: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    def clock(self) -> datetime:
        return self.now

    async def turn(self) -> None:
        if self.graveyard.closed:
            raise Killed
        self.steps += 1
        await PAUSE

    def happens(self, fault: str) -> bool:
        if not self.active or self.random.random() >= LIKELY[fault]:
            return False
        self.seen[fault] = self.seen.get(fault, 0) + 1
        return True
