"""Where a reading of Personio can be taken up, as text and back: positions and ids, and nothing else of anybody."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from connectors.personio.reduce import SYSTEM
from shared.errors import Anew


@dataclass(frozen=True, slots=True)
class Page:
    """The last page of v1 that was read: where it starts, how many employees there are in all, and who is on it."""

    start: int
    total: int | None
    who: str

    @classmethod
    def of(cls, start: int, total: int | None, ids: Iterable[str]) -> "Page":
        return cls(start, total, blake2b("\0".join(ids).encode(), digest_size=8).hexdigest())

    @classmethod
    def at(cls, cursor: str) -> "Page":
        """Raises `Anew` for one that this version does not know."""
        match _parts(cursor):
            case [int(start), int() | None as total, str(who)]:
                return cls(start, total, who)
        raise _unknown()

    @property
    def cursor(self) -> str:
        return json.dumps([self.start, self.total, self.who])


@dataclass(frozen=True, slots=True)
class Last:
    """The last person of v2 who was read, in order of id, and whether their employments are known to be readable."""

    hr_id: str
    readable: bool

    @classmethod
    def at(cls, cursor: str) -> "Last":
        """Raises `Anew` for one that this version does not know."""
        match _parts(cursor):
            case [str(hr_id), bool(readable)]:
                return cls(hr_id, readable)
        raise _unknown()

    @property
    def cursor(self) -> str:
        return json.dumps([self.hr_id, self.readable])


def order(hr_id: str) -> tuple[int, str]:
    """Ids in their order: numbers, as text."""
    return len(hr_id), hr_id


def _parts(cursor: str) -> Any:
    try:
        return json.loads(cursor)
    except ValueError:
        return None


def _unknown() -> Anew:
    return Anew(f"{SYSTEM}: the place to go on from was written by another version; it is read from the beginning")
