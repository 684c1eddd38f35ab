"""The row of an extension: somebody's word that a person who is not in HR stays longer."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared import layout
from shared.codec import Codec
from shared.engine.parts import Engine
from shared.externals import Extension
from shared.holds import Held
from shared.store import Put, Row

EXTENSION = Codec(Extension)


def of(person: str, rows: Mapping[str, Row]) -> Extension | None:
    """A person's extension among their rows. Raises `UnknownSchema`: without it somebody might end too soon."""
    row = rows.get(layout.extension(person))
    return EXTENSION.load(row.data) if row else None


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
