"""What a target is, and how it says that something is wrong: anything but silence is a finding."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

HALF = re.compile("[\ud800-\udfff]")
CANARY = "Kanarie4711"
"""Stands in values of people, and may stand in no message."""


class Broken(AssertionError):
    """A law that does not hold for the input."""


def law(holds: bool, words: str) -> None:
    if not holds:
        raise Broken(words)


def discreet(message: str, source: str, about: str) -> None:
    """A message repeats nothing of a person, though it may name what the source it speaks of names."""
    held = CANARY.casefold()
    law(held not in message.casefold() or held in source.casefold(), f"{about} repeats a value")


def printable(message: str, source: str, about: str) -> None:
    """A message can be printed and saved, unless it speaks of a source that cannot."""
    law(not HALF.search(message) or bool(HALF.search(source)), f"{about} holds half a character")


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads text: `check` raises for an input that breaks a law.

    `seeds` are inputs to begin with, `words` what a fuzzer may splice in, `longest` the size in bytes up to which
    inputs are tried, and `share` how much of the time it gets.
    """

    check: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[str, ...]
    longest: int
    share: int = 1
