"""`python tests/simulation/run.py SEEDS [FIRST]`: so many seeded histories on all cores, up to the first violation.

`python tests/simulation/run.py planted [NAME]` looks for the first seed that finds each planted bug and stores them.
"""

import gc
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from bugs import PLANTED  # noqa: E402
from world import World  # noqa: E402

from shared import layout  # noqa: E402

CHUNK = 200
FEW_BUCKETS = 2
"""Partitions of the simulated state: enough to have more than one, few enough to be quick."""

MOST, FEW = 20_000, 20
"""Seeds that are tried for a planted bug, and how many of them one process tries at a time."""

FOUND = (AssertionError, KeyError, ValueError)

STORED = HERE / "planted.json"


def seeds(first: int, count: int) -> tuple[int, int, str]:
    """Run `count` seeds from `first`: how many, how many target writes, and the first failure or ""."""
    layout.BUCKETS = FEW_BUCKETS
    gc.set_threshold(200_000)  # worlds are many and short-lived
    writes = 0
    for seed in range(first, first + count):
        world = World(seed)
        try:
            world.run()
        except Exception:
            return seed - first, writes, f"seed {seed}\n{traceback.format_exc()}"
        writes += len(world.target.writes)
    return count, writes, ""


def simulate(total: int, first: int) -> int:
    started, done, writes = time.monotonic(), 0, 0
    with ProcessPoolExecutor() as pool:
        for count, wrote, failure in pool.map(seeds, *_chunks(first, total)):
            done, writes = done + count, writes + wrote
            if failure:
                pool.shutdown(cancel_futures=True)
                say(f"\nviolation at {failure}")
                return 1
            rate = done / (time.monotonic() - started)
            say(f"\r{done:,} of {total:,} seeds, {writes:,} target writes, {rate:,.0f} seeds/s", end="")
    say(f"\nno violation in {done:,} seeds")
    return 0


def find_planted(names: Sequence[str]) -> int:
    """Store the first seed that finds each planted bug, or each of `names`; fails when some bug is not found."""
    found: dict[str, int] = json.loads(STORED.read_text(encoding="utf-8"))
    with ProcessPoolExecutor() as pool:
        for name in names or PLANTED:
            seed = _first(pool, name)
            say(f"{name}: seed {seed}")
            if seed is not None:
                found[name] = seed
                kept = {one: found[one] for one in PLANTED if one in found}
                STORED.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return int(not PLANTED.keys() <= found.keys())


def _first(pool: ProcessPoolExecutor, name: str) -> int | None:
    together = os.cpu_count() or 1
    for start in range(0, MOST, FEW * together):
        starts = range(start, start + FEW * together, FEW)
        seeds = [one for one in pool.map(violating, [name] * together, starts) if one is not None]
        if seeds:
            return min(seeds)
    return None


def violating(name: str, first: int) -> int | None:
    """The first of a few seeds that finds a planted bug."""
    layout.BUCKETS = FEW_BUCKETS
    with PLANTED[name]():
        return next((seed for seed in range(first, first + FEW) if violates(seed)), None)


def violates(seed: int) -> bool:
    try:
        World(seed).run()
    except FOUND:
        return True
    return False


def _chunks(first: int, total: int) -> tuple[Iterator[int], Iterator[int]]:
    starts = range(first, first + total, CHUNK)
    return iter(starts), (min(CHUNK, first + total - start) for start in starts)


def say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    words = sys.argv[1:] or ["1000"]
    sys.exit(find_planted(words[1:]) if words[0] == "planted" else simulate(int(words[0]), int(([*words, "0"])[1])))
