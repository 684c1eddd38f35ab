"""Where a row stands, in the words with which HR finds it again: the file, and its line, row or record. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

_MOST = 5


@dataclass(frozen=True, slots=True)
class Origin:
    """A file, and what its rows are counted in."""

    file: str
    unit: str = "line"

    def at(self, number: int) -> str:
        return f"{self.file}, {self.unit} {number}"

    def among(self, numbers: Sequence[int]) -> str:
        """Several of them; the first few, and that there are more."""
        more = " and more" if len(numbers) > _MOST else ""
        return f"{self.file}, {self.unit}s {', '.join(map(str, numbers[:_MOST]))}{more}"
