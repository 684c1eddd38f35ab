"""Choices read from bytes: the same bytes make the same choices everywhere, with a fuzzer or without.

Past its end an input reads as zeros, which choose the first and simplest of everything.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

END = b"\xff"
"""Ends a text; it stands in no UTF-8."""


class Reader:
    """Reads an input from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def spent(self) -> bool:
        return self._at >= len(self._data)

    def byte(self) -> int:
        taken = self._data[self._at : self._at + 1]
        self._at += 1
        return taken[0] if taken else 0

    def below(self, count: int) -> int:
        """A number from 0 up to, but without, `count`, which is at most 256."""
        return self.byte() % count

    def flag(self) -> bool:
        return bool(self.below(2))

    def once_in(self, count: int) -> bool:
        """True for one choice of `count`; neither for what reads as zero nor for END."""
        return self.below(count) == 1

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def number(self, size: int) -> int:
        """A signed number of `size` bytes."""
        taken = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(taken, "big", signed=True)

    def rest(self) -> bytes:
        """Everything that is left, END too."""
        taken, self._at = self._data[self._at :], len(self._data)
        return taken

    def raw(self) -> bytes:
        """Everything up to the next END, or up to the end of the input."""
        end = self._data.find(END, self._at)
        end = len(self._data) if end < 0 else end
        taken, self._at = self._data[self._at : end], end + 1
        return taken

    def text(self) -> str:
        """`raw` as UTF-8, halves of characters included; a byte that is no UTF-8 becomes half a character too."""
        taken = self.raw()
        try:
            return taken.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return taken.decode("utf-8", "surrogateescape")

    def stretched(self, most: int) -> str:
        """A text with a middle that comes again and again, up to `most` characters: little that means much work."""
        head, middle, tail = self.text(), self.text(), self.text()
        room = most - len(head) - len(tail)
        return f"{head}{middle * (room // len(middle) if middle and room > 0 else 0)}{tail}"


def written(*parts: int | str | bytes) -> bytes:
    """An input that is read as these bytes and texts: what seeds are made with."""
    return b"".join(bytes([part]) if isinstance(part, int) else _ended(part) for part in parts)


def _ended(part: str | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass") + END
