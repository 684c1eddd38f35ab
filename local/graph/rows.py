"""Lists of what is no directory object, such as role assignments: `$select`, `$filter` and pages over plain rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.graph import errors, filters, listing, render
from local.graph.call import Answer, Call
from local.graph.properties import Kind, Property

SERVED = frozenset({"$select", "$filter", "$skiptoken"})
EQUAL = frozenset({"eq", "ne"})
EXACT = frozenset({"eq"})
LISTED = frozenset({"eq", "in"})
NEVER: frozenset[str] = frozenset()
"""Operators of a `$filter` that the documentation gives a property."""


def kind(name: str, collection: str, **filtered: frozenset[str]) -> Kind:
    """A type of row: its properties are those named here, each with the operators a plain `$filter` may use on it."""
    properties = {key: Property(writable=False, simple=operators) for key, operators in filtered.items()}
    return Kind(name=name, resource=name, collection=collection, properties=properties, default=tuple(properties))


def answer(
    call: Call, kind: Kind, rows: Sequence[Mapping[str, Any]], *, size: int, served: frozenset[str] = SERVED
) -> Answer:
    """A page of `rows`, at most `size` of them unless `$top` is served and asks for fewer."""
    if unserved := sorted(name for name in call.query if name.startswith("$") and name not in served):
        raise errors.unsupported_query(f"The query option {unserved[0]} is not supported here.")
    names = render.selection(call, kind)
    chosen = filters.parse(call.query["$filter"], kind, advanced=False) if "$filter" in call.query else None
    found = [row for row in rows if chosen is None or chosen.test(dict(row))]
    began = listing.start(call)
    ends = began + (listing.top(call) if "$top" in call.query else size)
    body: dict[str, Any] = {"@odata.context": render.context(call, kind.collection, names)}
    if ends < len(found):
        body["@odata.nextLink"] = listing.next_link(call, ends)
    shown = kind.default if names is None else names
    return Answer(200, {**body, "value": [{name: row.get(name) for name in shown} for row in found[began:ends]]})
