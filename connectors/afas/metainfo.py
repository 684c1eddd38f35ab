"""What the app connector offers, held against the settings before anything is read; one sentence says what lacks."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from connectors._forbidden import forbidden
from connectors.afas.profit import SYSTEM, Profit
from connectors.afas.settings import View
from shared.answers import rows
from shared.errors import Misconfigured
from shared.rest import segment

Kinds: TypeAlias = Mapping[str, str]
"""Field → its kind of data in Profit's words, such as `string` or `date`; one that may not enter is not among them."""

NO_KINDS: Kinds = MappingProxyType({})


async def offered(
    profit: Profit, views: Iterable[View], filtered: Iterable[tuple[View, str]] = ()
) -> Mapping[str, Kinds]:
    """The fields of each GetConnector that is read, or `filtered` by. Raises `Misconfigured` when one is missing."""
    wanted: dict[str, set[str]] = {}
    for view in views:
        wanted.setdefault(view.connector, set()).update(view.columns)
    for view, column in filtered:
        wanted[view.connector].add(column)
    there = {str(one.get("id")) for one in rows(SYSTEM, await profit.get("/metainfo"), "getConnectors")}
    lacks = [f"does not offer {', '.join(sorted(wanted.keys() - there))}"] if wanted.keys() - there else []
    found: dict[str, Kinds] = {}
    for name in sorted(wanted.keys() & there):
        fields = await _fields(profit, name)
        if missing := sorted(wanted[name] - fields.keys()):
            lacks.append(f"has no {', '.join(missing)} in {name}")
        found[name] = {field: kind for field, (kind, label) in fields.items() if not forbidden(label)}
    if lacks:
        raise Misconfigured(
            f"{SYSTEM}: the app connector {' and '.join(lacks)}; "
            "add them in Profit, or name others in the settings (null does without a field)"
        )
    return found


async def _fields(profit: Profit, connector: str) -> Mapping[str, tuple[str, str]]:
    """Field → its kind of data and its label."""
    answer: Any = await profit.get(f"/metainfo/get/{segment(connector)}", route="/metainfo/get/{connector}")
    return {
        str(one.get("id")): (str(one.get("dataType", "")).lower(), str(one.get("label", "")))
        for one in rows(SYSTEM, answer, "fields")
    }
