"""What an expression can answer besides a value: nothing, leave it alone, or values to try in order."""

from collections.abc import Collection, Iterator
from enum import Enum
from typing import Final, Literal, TypeAlias

from shared.model import Candidates, Value

MOST_TRIED = 100_000
"""How many values of a series are tried before none is free."""


class Outcome(Enum):
    """Answers that are not values. They never reach a target."""

    ABSENT = "absent"
    """A bare `[attribute]` that HR did not mention: nothing changes."""
    IGNORE_ATTRIBUTE = "attribute"
    """Leave this attribute alone this time."""
    IGNORE_OBJECT = "object"
    """Leave the whole account alone this time."""


ABSENT: Final[Literal[Outcome.ABSENT]] = Outcome.ABSENT
IGNORE_ATTRIBUTE: Final[Literal[Outcome.IGNORE_ATTRIBUTE]] = Outcome.IGNORE_ATTRIBUTE
IGNORE_OBJECT: Final[Literal[Outcome.IGNORE_OBJECT]] = Outcome.IGNORE_OBJECT

Result: TypeAlias = Value | Candidates | Outcome


def first_free(candidates: Candidates, taken: Collection[str]) -> str | None:
    """The first value nobody holds, compared without case, or None when every one that is tried is taken."""
    held = {value.casefold() for value in taken}
    return next((value for value in _tried(candidates) if value and value.casefold() not in held), None)


def listed(candidates: Candidates) -> list[str]:
    """The values as somebody is shown them: of a series the first two stand for all."""
    series = candidates.series
    return [*candidates.values, *([series.at(0), series.at(1), "…"] if series else [])]


def _tried(candidates: Candidates) -> Iterator[str]:
    yield from candidates.values
    if candidates.series is not None:
        yield from map(candidates.series.at, range(MOST_TRIED))
