"""What an expression can answer besides a value: nothing, leave it alone, or values to try in order."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias

from shared.model import Value


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


@dataclass(frozen=True, slots=True)
class Candidates:
    """Values for an attribute that must be unique, in order of preference, without empties and repeats."""

    values: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> "Candidates":
        """Keep the first of what differs in case only: a directory would call them the same."""
        first: dict[str, str] = {}
        for text in texts:
            if text:
                first.setdefault(text.casefold(), text)
        return cls(tuple(first.values()))


Result: TypeAlias = Value | Candidates | Outcome


def first_free(candidates: Candidates, taken: Collection[str]) -> str | None:
    """The first candidate nobody holds, compared without case, or None when every one is taken."""
    held = {value.casefold() for value in taken}
    return next((value for value in candidates.values if value.casefold() not in held), None)
