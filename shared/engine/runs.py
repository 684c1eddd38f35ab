"""What one cohort brought about, as the ledger tells it: when, for how many people, and how often which verb."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from shared.engine.ledger import all_lines
from shared.engine.parts import Engine
from shared.ledger import Entry, Outcome

DONE = (Outcome.DONE, Outcome.FOUND)


@dataclass(slots=True)
class Run:
    """Everything one cohort caused."""

    cohort: str
    began: datetime
    ended: datetime
    people: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    """Verb → writes."""
    refused: int = 0
    unanswered: int = 0

    def add(self, entry: Entry) -> None:
        self.began, self.ended = min(self.began, entry.at), max(self.ended, entry.at)
        if entry.outcome in DONE:
            self.done[entry.verb] += 1
            self.people.add(entry.person)
        self.refused += entry.outcome == Outcome.REFUSED
        self.unanswered += entry.outcome == Outcome.UNANSWERED


async def runs(engine: Engine, since: datetime | None = None) -> list[Run]:
    """Every cohort that wrote something, the latest first. It reads the whole ledger."""
    found: dict[str, Run] = {}
    async for entry in all_lines(engine, since):
        if entry.cause and entry.written:
            found.setdefault(entry.cause, Run(entry.cause, entry.at, entry.at)).add(entry)
    return sorted(found.values(), key=lambda run: (run.ended, run.cohort), reverse=True)
