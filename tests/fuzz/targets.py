"""Every target by its name, and the one way in which an input is checked: in bounded time, whoever asks."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tests.fuzz import conditions, csv_files, dates, expressions, json_files, patterns, policies
from tests.fuzz.laws import Broken, Target, law

TARGETS: dict[str, Target] = {
    "expressions": expressions.TARGET,
    "patterns": patterns.TARGET,
    "dates": dates.TARGET,
    "policies": policies.TARGET,
    "conditions": conditions.TARGET,
    "csv_files": csv_files.TARGET,
    "json_files": json_files.TARGET,
}

MOST_SECONDS = 30.0
"""Of the processor, for one input; a busy machine makes nothing slow."""


def checked(target: Target, data: bytes) -> None:
    """Raises whatever the target raises, and Broken for an input that takes too long or never ends."""
    began = time.process_time()
    with _interrupted():
        target.check(data)
    law(time.process_time() - began < MOST_SECONDS, "an input takes too long")


@contextmanager
def _interrupted() -> Iterator[None]:
    """Stops Python code when its time is over; what hangs outside of Python is left to the fuzzer's own clock."""
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(_: int, frame: FrameType | None) -> None:
    place = f" in {frame.f_code.co_qualname}" if frame else ""
    raise Broken(f"an input takes too long{place}")
