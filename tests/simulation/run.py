"""`python tests/simulation/run.py SEEDS [FIRST]`: so many seeded histories on all cores, up to the first violation.

`python tests/simulation/run.py planted` looks for the first seed that finds each planted bug and stores them.
"""

import json
import sys
import time
import traceback
from collections.abc import Iterator
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

STORED = HERE / "planted.json"


def seeds(first: int, count: int) -> tuple[int, int, str]:
    """Run `count` seeds from `first`: how many, how many target writes, and the first failure or ""."""
    layout.BUCKETS = FEW_BUCKETS
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


def find_planted() -> int:
    """Store the first seed that finds each planted bug; fails for a bug that 20,000 seeds do not find."""
    layout.BUCKETS = FEW_BUCKETS
    found: dict[str, int] = {}
    for name, plant in PLANTED.items():
        with plant():
            found[name] = next(seed for seed in range(20_000) if violates(seed))
        say(f"{name}: seed {found[name]}")
    STORED.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


def violates(seed: int) -> bool:
    try:
        World(seed).run()
    except Exception:
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
    sys.exit(find_planted() if words[0] == "planted" else simulate(int(words[0]), int(([*words, "0"])[1])))
