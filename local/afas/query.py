"""How a GetConnector is asked: filters, order, and a place in the list; as «GetConnector» on docs.afas.help says."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from local.afas.errors import Wrong

Row: TypeAlias = Mapping[str, Any]
Test: TypeAlias = tuple[str, str, str]
"""Field, operator and value."""

USUAL = 100
EMPTY = (None, "")

_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "1": lambda left, right: bool(left == right),
    "2": lambda left, right: bool(left >= right),
    "3": lambda left, right: bool(left <= right),
    "4": lambda left, right: bool(left > right),
    "5": lambda left, right: bool(left < right),
    "7": lambda left, right: bool(left != right),
}
_SEARCHED: Mapping[str, Callable[[str, str], bool]] = {
    "6": lambda text, part: part in text,
    "10": lambda text, part: text.startswith(part),
    "11": lambda text, part: part not in text,
    "12": lambda text, part: not text.startswith(part),
    "13": lambda text, part: text.endswith(part),
    "14": lambda text, part: not text.endswith(part),
    "15": lambda text, part: part in text,
}


def filtered(rows: Sequence[Row], query: Mapping[str, str], fields: Sequence[str]) -> Sequence[Row]:
    """The rows for which every test of some group holds. Raises `Wrong` for a filter that is none."""
    groups = _json(query["filterjson"]) if "filterjson" in query else _lists(query)
    for group in groups:
        for field, operator, _ in group:
            if field not in fields:
                raise Wrong("field", field)
            if operator not in {*_COMPARED, *_SEARCHED, "8", "9"}:
                raise Wrong("unexpected")
    if not groups:
        return rows
    return [row for row in rows if any(all(_holds(row, test) for test in group) for group in groups)]


def ordered(rows: Sequence[Row], query: Mapping[str, str], fields: Sequence[str], dice: random.Random) -> Sequence[Row]:
    """In the order that is asked for; in any order when none is, another one each time."""
    found = list(rows)
    wanted = [field for field in query.get("orderbyfieldids", "").split(",") if field]
    if not wanted:
        dice.shuffle(found)
    for field in reversed(wanted):
        name = field.removeprefix("-")
        if name not in fields:
            raise Wrong("field", name)
        found.sort(key=lambda row: _sortable(row.get(name)), reverse=field.startswith("-"))
    return found


def place(query: Mapping[str, str]) -> tuple[int, int]:
    """Skip and take; -1 and -1 are everything. Raises `Wrong` for any other negative pair."""
    try:
        skip, take = int(query.get("skip", "0")), int(query.get("take", str(USUAL)))
    except ValueError:
        raise Wrong("unexpected") from None
    if (skip, take) != (-1, -1) and (skip < 0 or take < 0):
        raise Wrong("unexpected")
    return skip, take


def _lists(query: Mapping[str, str]) -> list[list[Test]]:
    """Parallel lists: a comma is «and», a semicolon is «or»."""
    if not query.get("filterfieldids"):
        return []
    columns = [
        [part.split(",") for part in query.get(name, "").split(";")]
        for name in ("filterfieldids", "operatortypes", "filtervalues")
    ]
    fields, operators, values = columns
    if [len(group) for group in fields] != [len(group) for group in operators]:
        raise Wrong("unexpected")
    if [len(group) for group in fields] != [len(group) for group in values]:
        raise Wrong("unexpected")
    return [list(zip(*groups, strict=True)) for groups in zip(fields, operators, values, strict=True)]


def _json(text: str) -> list[list[Test]]:
    try:
        groups = json.loads(text)["Filters"]["Filter"]
        return [
            [(str(one["@FieldId"]), str(one["@OperatorType"]), str(one.get("#text", ""))) for one in group["Field"]]
            for group in groups
        ]
    except (ValueError, KeyError, TypeError):
        raise Wrong("unexpected") from None


def _holds(row: Row, test: Test) -> bool:
    field, operator, text = test
    value = row.get(field)
    if operator in {"8", "9"}:
        return (value in EMPTY) is (operator == "8")
    if value is None:
        return operator in {"7", "11", "12", "14"}
    if operator in _SEARCHED:
        return _SEARCHED[operator](str(value).casefold(), text.casefold())
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return _COMPARED[operator](float(value), float(text))
        except ValueError:
            raise Wrong("unexpected") from None
    return _COMPARED[operator](_written(value), text.removesuffix("Z").casefold())


def _written(value: Any) -> str:
    """As it is compared: without regard to case, as the database does, and without the Z that means nothing."""
    return str(value).removesuffix("Z").casefold()


def _sortable(value: Any) -> tuple[int, float, str]:
    if value is None:
        return 0, 0.0, ""
    if isinstance(value, int | float):
        return 1, float(value), ""
    return 1, 0.0, str(value).casefold()
