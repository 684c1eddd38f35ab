"""A first import of 100,000 people in turns: how much memory it takes beside holding them all, and how many pieces.

`python -m benchmarks.polls [PEOPLE]`; each measurement has a process of its own, because memory is seldom given back.
"""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from shared import engine as production
from shared import layout
from shared.bus import Delivery, Doorbell, Session
from shared.connector import Reached
from shared.embedded.store import SqliteStore
from shared.engine import Engine
from shared.engine.turns import POLL
from shared.model import Contract, Person, Rejected
from shared.policy import Policy
from shared.store import Change, Insert, Row, Store

PEOPLE, PAGE = 100_000, 100
PACE = timedelta(seconds=1)
"""What a page takes, as the clock of the engine has it: so that there are turns."""

POLICY = {
    "customer": "large",
    "time_zone": "UTC",
    "sources": {"hr": {"connector": "hr"}},
    "targets": {
        "entra": {"connector": "entra", "correlate": ["employeeId"], "attributes": {"employeeId": "[employeeId]"}}
    },
}


def person(number: int) -> Person:
    fields = {name: f"{name} of {number}" for name in ("givenName", "surname", "preferredName", "email", "gender")}
    posts = {name: f"{name} {number % 97}" for name in ("department", "title", "location", "employer", "team")}
    contract = Contract(id="1", start=date(2020, 1, 1), fields={**posts, "manager": str(number // 10)})
    return Person(hr_id=f"{number:06d}", fields={"employeeId": f"{number:06d}", **fields}, contracts=(contract,))


class Company:
    """A source that makes up its people as it is read, and can be taken up after every page."""

    def __init__(self, people: int) -> None:
        self.people, self.pages = people, 0

    def clock(self) -> datetime:
        return datetime(2026, 3, 2, 7, tzinfo=UTC) + self.pages * PACE

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        for number in range(int(since or 0), self.people):
            yield person(number)
            if (number + 1) % PAGE == 0:
                self.pages += 1
                yield Reached(str(number + 1))


class Deaf:
    """Queues that count what is rung, and keep nothing: whoever maps is another process."""

    def __init__(self) -> None:
        self.rung = 0

    async def ring(self, queue: str, doorbells: Sequence[Doorbell], at: datetime | None = None) -> None:
        self.rung += len(doorbells)

    async def accept(self, queue: str, wait: float) -> Session | None:
        return None

    async def dead_letters(self, queue: str) -> Sequence[tuple[Delivery, str]]:
        return ()


class Counting:
    """A store that counts the pieces that are kept in it, and the rows they take."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner
        self.get, self.scan, self.everything = inner.get, inner.scan, inner.everything
        self.pieces = self.rows = 0

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        found = [one for one in changes if one.key.startswith(layout.PIECES) and isinstance(one, Insert)]
        self.pieces, self.rows = self.pieces + bool(found), self.rows + len(found)
        return await self._inner.commit(table, partition, changes)


async def in_turns(people: int) -> str:
    company = Company(people)
    with tempfile.TemporaryDirectory() as folder:
        async with SqliteStore(Path(folder) / "state") as inner:
            store = Counting(inner)
            engine = Engine(
                policy=Policy.model_validate(POLICY),
                policy_hash="large",
                sources={"hr": company},
                targets={},
                attributes={},
                store=store,
                bus=Deaf(),
                clock=company.clock,
                unique=map(str, count()).__next__,
                hash_key=b"large",
            )
            turns = changed = 0
            row: Row | None = None
            while row is None or POLL.load(row.data).left:
                changed += await production.poll(engine, "hr")
                row = await store.get(layout.SOURCES, "hr", layout.LEASE)
                turns += 1
            return f"{changed:,} people saved in {turns} turns; {store.pieces} pieces in {store.rows:,} rows"


async def in_memory(people: int) -> str:
    everybody = [one async for one in Company(people).fetch() if not isinstance(one, Reached)]
    return f"{len(everybody):,} people in a list"


async def nothing(people: int) -> str:
    return "the modules alone"


WAYS: Mapping[str, Any] = {"nothing": nothing, "in memory": in_memory, "in turns": in_turns}


def measure(way: str, people: int) -> None:
    """In a process of its own: do it, and say how much memory it took at most."""
    began = time.monotonic()
    said = asyncio.run(WAYS[way](people))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"{peak}\t{time.monotonic() - began:.0f} s\t{said}\n")


def main(people: int) -> None:
    peaks: dict[str, int] = {}
    for way in WAYS:
        command = [sys.executable, "-m", "benchmarks.polls", str(people), way]
        peak, seconds, said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\t")  # noqa: S603
        peaks[way] = int(peak)
        sys.stdout.write(f"{way:10} {peak:>5} MiB at most, {seconds}: {said}")
    held, more = (peaks[way] - peaks["nothing"] for way in ("in memory", "in turns"))
    sys.stdout.write(f"beside the modules, turns take {more} MiB and a list {held} MiB: {more / held:.2f} of it\n")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[2], int(sys.argv[1]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
