"""A JSON file → its rows: a list of records, or a record on each line; only the members a policy names are kept.

A member that stands twice, and one that holds more than a single value, is never chosen from.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from connectors.files.cells import Absent, Cell, Damaged, bare
from connectors.files.forms.decoding import opened
from connectors.files.forms.ending import Ending
from connectors.files.forms.table import Broken, Row, digest_of
from connectors.files.origin import Origin
from connectors.files.paths import at
from connectors.files.settings import Settings
from shared.errors import Misconfigured

_NO_ITEM: dict[str, Any] = {}
_NESTED = Damaged("the member holds several values; name the path of a single one")


class _NotJson(Exception):
    """Why it is none, in words for HR."""


def read(path: Path, settings: Settings, origin: Origin) -> Iterator[Row | Broken]:
    """Every record of the list; raises `Misconfigured` when the file is not the whole, right export."""
    with opened(path, "utf-8", origin.file) as text:
        try:
            whole = _parsed(text.read())
        except _NotJson as error:
            raise Misconfigured(f"{origin.file} {error}") from None
    found = at(settings.records, whole)
    if not isinstance(found, list):
        raise Misconfigured(f"{origin.file} has no list at {settings.records}; correct records, or export it as before")
    if settings.count:
        _refuse_another_count(at(settings.count, whole), len(found), settings.count, origin)
    yield from _rows(enumerate(found, 1), settings, origin)


def read_lines(path: Path, settings: Settings, origin: Origin) -> Iterator[Row | Broken]:
    """Every line that is not empty, each a record; raises `Misconfigured` as `read` does."""
    with opened(path, "utf-8", origin.file) as text:
        yield from _rows(_lines(text, origin), settings, origin)


def _lines(text: Iterable[str], origin: Origin) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            record = _parsed(line)
        except _NotJson as error:
            if not line.endswith(("\n", "\r")):
                raise Misconfigured(
                    f"{origin.at(number)}: the last line is cut off; deliver the whole file again"
                ) from None
            record = Damaged(f"the line {error}")
        yield number, record


def _rows(records: Iterable[tuple[int, Any]], settings: Settings, origin: Origin) -> Iterator[Row | Broken]:
    ending, never = Ending(settings, origin), set(settings.columns)
    absent: Cell = None if settings.omitted == "null" else Absent.ABSENT
    for number, record in records:
        ending.count(number)
        if not isinstance(record, dict):
            because = record.because if isinstance(record, Damaged) else "this is no record with members"
            yield Broken(number, "", because)
            continue
        items = at(settings.each, record) if settings.each else [_NO_ITEM]
        if not isinstance(items, list):
            yield Broken(
                number, bare(_cell(at(settings.key, record))), f"there is no list at {settings.each}; export it"
            )
            continue
        for item in items or [_NO_ITEM]:
            found = {name: at(name, item if name.startswith("@") else record) for name in settings.columns}
            never.difference_update(name for name, value in found.items() if value is not Absent.ABSENT)
            cells = tuple(absent if value is Absent.ABSENT else _cell(value) for value in found.values())
            digest = digest_of(json.dumps([record, item], sort_keys=True))
            yield Row(number, cells, digest, employed=bool(items))
    if not ending.seen:
        raise Misconfigured(f"{origin.file} holds no records; deliver the export again")
    if never and settings.omitted == "absent":
        names = ", ".join(f"«{name}»" for name in settings.columns if name in never)
        raise Misconfigured(
            f"{origin.file}: no record has {names}; export with these members, correct the columns in the settings, or "
            "say with omitted that what is empty is left out"
        )
    ending.reached()


def _cell(value: Any) -> Cell:
    return _NESTED if isinstance(value, dict | list) else value


def _refuse_another_count(said: Any, found: int, path: str, origin: Origin) -> None:
    if said != found or isinstance(said, bool):
        raise Misconfigured(f"{origin.file} has {found} records, and {path} says another number; deliver it again")


def _parsed(text: str) -> Any:
    """Raises `_NotJson`."""
    if not text.strip():
        raise _NotJson("is empty; deliver the export again")
    try:
        return json.loads(text, object_pairs_hook=_members, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            raise _NotJson("ends in the middle; it was cut off, deliver it again") from None
        raise _NotJson(f"is not JSON from line {error.lineno}, character {error.colno} on; export it again") from None
    except RecursionError:
        raise _NotJson("is nested too deeply for an export of HR; export it as before") from None
    except ValueError:
        raise _NotJson("holds a number that is too long; export it as text") from None


def _members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotJson("holds an object with one member twice; export each once")
    return found


def _no_number(_: str) -> Any:
    raise _NotJson("holds NaN or Infinity, which no number of HR is; repair the export")
