"""The nouns as JSON rows and back. Every row carries the schema version; an unknown one is parked, never guessed at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from shared import layout
from shared.model import Account, Desired, Link, Person

T = TypeVar("T")


class UnknownSchema(Exception):
    """A row written by another version of Joinly; it is left as it is until a version that knows it comes along."""


class Codec(Generic[T]):
    """One noun in its row."""

    def __init__(self, noun: type[T]) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(noun)

    def dump(self, noun: T, **beside: Any) -> dict[str, Any]:
        """The row's data; `beside` are values kept next to the noun."""
        return {"schema": layout.SCHEMA, "is": self._adapter.dump_python(noun, mode="json"), **beside}

    def load(self, data: Mapping[str, Any]) -> T:
        """Raises `UnknownSchema`."""
        known(data)
        return self._adapter.validate_python(data["is"])


PERSON = Codec(Person)
DESIRED = Codec(Desired)
LINK = Codec(Link)
ACCOUNT = Codec(Account)


def known(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """`data` when this version can read it. Raises `UnknownSchema`."""
    if not readable(data):
        reads = ", ".join(map(str, sorted(layout.READS)))
        raise UnknownSchema(f"a row has schema {data.get('schema')!r}; this version reads {reads}")
    return data


def readable(data: Mapping[str, Any]) -> bool:
    """Whether this version can read a row; loops over many people pass the others by, so that nobody waits for them."""
    return data.get("schema") in layout.READS


def plain(**data: Any) -> dict[str, Any]:
    """A row that holds no noun."""
    return {"schema": layout.SCHEMA, **data}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
