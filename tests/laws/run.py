"""`python -m tests.laws.run PLANS [FIRST]`: so many random plans on all cores, up to the first that breaks a law.

`python -m tests.laws.run 1 SEED` looks at one of them again.
"""

import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor

from tests.laws import lives, planning

CHUNK = 2_000
LIFE = 5
"""Every so many plans there is a whole life, which takes as long as they do."""


def checked(first: int, count: int) -> None:
    """Hold so many plans to their laws, and the lives among them."""
    for seed in range(first, first + count):
        planning.checked(seed)
        if seed % LIFE == 0:
            lives.checked(seed)


def told(first: int, count: int) -> tuple[int, str]:
    """How many were looked at, and what was wrong, or ""."""
    try:
        checked(first, count)
    except Exception:
        return count, traceback.format_exc()
    return count, ""


def run(total: int, first: int) -> int:
    started, done = time.monotonic(), 0
    starts = range(first, first + total, CHUNK)
    with ProcessPoolExecutor() as pool:
        for count, failure in pool.map(told, starts, (min(CHUNK, first + total - start) for start in starts)):
            done += count
            if failure:
                pool.shutdown(cancel_futures=True)
                say(f"\n{failure}")
                return 1
            rate = done / (time.monotonic() - started)
            say(f"\r{done:,} of {total:,} plans, {rate:,.0f} plans/s", end="")
    say(f"\nevery law holds for {done:,} plans, in {time.monotonic() - started:,.0f} seconds")
    return 0


def say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    words = [*sys.argv[1:], "10000", "0"] if len(sys.argv) < 2 else [*sys.argv[1:], "0"]
    sys.exit(run(int(words[0]), int(words[1])))
