"""`/directory/deletedItems`: thirty days in which a user or a Microsoft 365 group can come back, or go for good.

Its names are free for others meanwhile; it keeps its own, and they are looked at when it comes back.
"""

from typing import Any

from local.graph import errors, listing, render, seats, values
from local.graph.call import Answer, Call
from local.graph.directory import Entry
from local.graph.moments import moment
from local.graph.permissions import DELETE_USERS, WRITE_GROUPS
from local.graph.properties import KINDS

SERVED = frozenset({"$select", "$top", "$skiptoken"})


def read(call: Call, object: str) -> Answer:
    entry = _find(call, object)
    names = render.selection(call, KINDS[entry.kind])
    context = render.context(call, "directoryObjects", names, entity=True)
    tag = {"@odata.type": f"#microsoft.graph.{entry.kind}"}
    return Answer(200, {"@odata.context": context, **tag, **_shape(call, entry, names)})


def index(call: Call, cast: str) -> Answer:
    """A page of the deleted objects of one type; filters and sorting are not served."""
    name = cast.lower().removeprefix("microsoft.").removeprefix("graph.")
    if name not in {"user", "group"}:
        raise errors.no_such_segment(cast)
    if unserved := sorted(name for name in call.query if name.startswith("$") and name not in SERVED):
        raise errors.unsupported_query(f"The query option {unserved[0]} is not supported here.")
    kind = KINDS[name]
    names = render.selection(call, kind)
    entries = [entry for id in call.directory.order[name] if _restorable(entry := call.directory.entries[id])]
    began = listing.start(call)
    ends = began + listing.top(call)
    body: dict[str, Any] = {"@odata.context": render.context(call, kind.collection, names)}
    if ends < len(entries):
        body["@odata.nextLink"] = listing.next_link(call, ends)
    return Answer(200, {**body, "value": [_shape(call, entry, names) for entry in entries[began:ends]]})


def restore(call: Call, object: str) -> Answer:
    """200 with the object. Body, users only: `newUserPrincipalName`, `autoReconcileProxyConflict`."""
    entry = _find(call, object)
    _may(call, entry)
    body: dict[str, Any] = call.json() if call.raw else {}
    changed: dict[str, Any] = {}
    if entry.kind == "user":
        changed = _came_back(call, entry, body)
    call.directory.restore(entry)
    call.directory.update(entry, changed)
    seats.settle(call.tenant, entry.id)
    context = render.context(call, "directoryObjects", None, entity=True)
    return Answer(200, {"@odata.context": context, **render.tagged(entry, None)})


def purge(call: Call, object: str) -> Answer:
    entry = _find(call, object)
    _may(call, entry)
    call.directory.purge(entry)
    return Answer(204)


def _find(call: Call, object: str) -> Entry:
    entry = call.directory.get(object)
    if entry is None or not _restorable(entry):
        raise errors.not_found(object)
    return entry


def _restorable(entry: Entry) -> bool:
    return entry.deleted is not None and not entry.gone


def _may(call: Call, entry: Entry) -> None:
    call.require(DELETE_USERS if entry.kind == "user" else WRITE_GROUPS)
    call.guard(entry, sensitive=True)


def _came_back(call: Call, entry: Entry, body: dict[str, Any]) -> dict[str, Any]:
    """The changes a restored user needs so that its names are unique again; refuses when they are taken."""
    name = body.get("newUserPrincipalName") or entry.properties["userPrincipalName"]
    if body.get("newUserPrincipalName"):
        values.logon_name(name, call.tenant.domains)
    holders = call.directory.having("user", "userPrincipalName", name)
    if holders and call.faults.restore_refuses_taken_name:
        raise errors.conflict("userPrincipalName")
    if holders:
        name = f"{entry.id.replace('-', '')[:8]}{name}"
    held = entry.properties.get("proxyAddresses") or []
    free = [address for address in held if not call.directory.having("any", "proxyAddresses", address)]
    if len(free) < len(held) and not body.get("autoReconcileProxyConflict"):
        raise errors.conflict("proxyAddresses")
    return {"userPrincipalName": name, "proxyAddresses": free}


def _shape(call: Call, entry: Entry, names: tuple[str, ...] | None) -> dict[str, Any]:
    body = render.shape(entry, names)
    if "deletedDateTime" in body and entry.deleted:
        body["deletedDateTime"] = moment(entry.deleted)
    if "userPrincipalName" in body and call.faults.deleted_name_is_prefixed:
        body["userPrincipalName"] = entry.id.replace("-", "") + body["userPrincipalName"]
    return body
