"""Every target by its name, and the one way in which an input is checked: in bounded time, whoever asks."""

import time

from tests.fuzz import conditions, csv_files, dates, expressions, patterns, policies
from tests.fuzz.laws import Target, law

TARGETS: dict[str, Target] = {
    "expressions": expressions.TARGET,
    "patterns": patterns.TARGET,
    "dates": dates.TARGET,
    "policies": policies.TARGET,
    "conditions": conditions.TARGET,
    "csv_files": csv_files.TARGET,
}

SLOW = 5.0
"""Seconds of the processor that one input may take; a busy machine makes nothing slow."""


def checked(target: Target, data: bytes) -> None:
    """Raises whatever the target raises, and Broken for an input that takes too long."""
    began = time.process_time()
    target.check(data)
    law(time.process_time() - began < SLOW, f"an input takes more than {SLOW:g} seconds")
