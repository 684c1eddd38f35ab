"""The row of an extension: somebody's word that a person who is not in HR stays longer, and how they count by it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared import layout
from shared.codec import Codec
from shared.engine.parts import Engine
from shared.externals import Extension, extended
from shared.holds import Held
from shared.model import Person
from shared.store import Put, Row

EXTENSION = Codec(Extension)


def of(person: str, rows: Mapping[str, Row]) -> Extension | None:
    """A person's extension among their rows. Raises `UnknownSchema`: without it somebody might end too soon."""
    row = rows.get(layout.extension(person))
    return EXTENSION.load(row.data) if row else None


def as_extended(engine: Engine, source: str, person: str, subject: Person, rows: Mapping[str, Row]) -> Person:
    """`subject` as they count; people of other sources as HR says."""
    if engine.policy.sources[source].external is None:
        return subject
    return extended(subject, of(person, rows))


def stays(engine: Engine, held: Held, asked: Mapping[str, Any], by: str) -> Put:
    """The extension that a yes is for; `asked` is the row that was answered."""
    word = Extension(
        of=date.fromisoformat(asked["of"]),
        until=date.fromisoformat(asked["until"]),
        without=asked["without"],
        by=by,
        because="",
        at=engine.clock(),
    )
    return Put(layout.extension(held.person), EXTENSION.dump(word))
