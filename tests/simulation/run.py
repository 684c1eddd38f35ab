"""`python tests/simulation/run.py SEEDS [FIRST]`: so many seeded histories on all cores, up to the first violation."""

import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from world import World  # noqa: E402

from shared import layout  # noqa: E402

CHUNK = 200


def seeds(first: int, count: int) -> tuple[int, int, str]:
    """Run `count` seeds from `first`: how many, how many target writes, and the first failure or ""."""
    layout.BUCKETS = 2
    writes = 0
    for seed in range(first, first + count):
        world = World(seed)
        try:
            world.run()
        except Exception:
            return seed - first, writes, f"seed {seed}\n{traceback.format_exc()}"
        writes += len(world.target.writes)
    return count, writes, ""


def main() -> int:
    total, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
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


def _chunks(first: int, total: int) -> tuple[Iterator[int], Iterator[int]]:
    starts = range(first, first + total, CHUNK)
    return iter(starts), (min(CHUNK, first + total - start) for start in starts)


def say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
