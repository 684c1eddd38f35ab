"""How an object looks on the wire: what `$select` asks for, nulls and empty collections included."""

from typing import Any

from local.graph import errors
from local.graph.call import Call
from local.graph.directory import Entry
from local.graph.permissions import READ_LEAVE_DATE
from local.graph.properties import KINDS, SHAREPOINT, Kind

HIDDEN = frozenset({"passwordProfile"})
"""Accepted, never given back."""


def selection(call: Call, kind: Kind, text: str | None = None) -> tuple[str, ...] | None:
    """The names in `$select`, or None when there is none. Refuses a name the type does not have."""
    chosen = call.query.get("$select") if text is None else text
    if not chosen:
        return None
    names = []
    for part in chosen.split(","):
        name = part.strip()
        if kind.property(name) is None and name not in kind.navigation:
            raise errors.bad_request(
                f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type "
                f"'microsoft.graph.{kind.name}'.",
                code="BadRequest",
            )
        names.append(name)
    if "employeeLeaveDateTime" in names:
        call.require(READ_LEAVE_DATE)
    return tuple(names)


def shape(entry: Entry, names: tuple[str, ...] | None) -> dict[str, Any]:
    """One object with exactly these properties, or with its type's default ones."""
    kind = KINDS[entry.kind]
    body: dict[str, Any] = {}
    for name in kind.default if names is None else names:
        definition = kind.property(name)
        if definition is None:
            continue
        value = entry.properties.get(name)
        if name == "onPremisesExtensionAttributes":
            value = {f"extensionAttribute{n}": (value or {}).get(f"extensionAttribute{n}") for n in range(1, 16)}
        if value is None and definition.many:
            value = []
        body[name] = None if name in HIDDEN else value
    return body


def tagged(entry: Entry, names: tuple[str, ...] | None) -> dict[str, Any]:
    """The same in a collection of mixed types."""
    return {"@odata.type": f"#microsoft.graph.{entry.kind}", **shape(entry, names)}


def listable(names: tuple[str, ...] | None) -> None:
    """Properties outside the directory cannot be listed: 501."""
    if names and SHAREPOINT.intersection(names):
        raise errors.GraphError(501, "NotImplemented", "This operation target is not yet supported.")


def context(call: Call, collection: str, names: tuple[str, ...] | None, *, entity: bool = False) -> str:
    chosen = f"({','.join(names)})" if names else ""
    return f"{call.base}/$metadata#{collection}{chosen}{'/$entity' if entity else ''}"
