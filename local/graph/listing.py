"""Lists: filter, order, `$top`, `$count` and pages joined by `@odata.nextLink`.

Source: «Paging Microsoft Graph data in your app», «Advanced query capabilities»; a page is 100 objects unless `$top`
asks for up to 999.
"""

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from local.graph import errors, filters, render
from local.graph.call import Answer, Call
from local.graph.directory import INDEXED, Entry
from local.graph.moments import parsed
from local.graph.properties import KINDS, Kind

KNOWN = {"$select", "$filter", "$top", "$count", "$orderby", "$skiptoken", "$expand"}
COLLECTIONS = {"proxyAddresses", "assignedLicenses"}


def answer(call: Call, kind: Kind, ids: Sequence[str]) -> Answer:
    """A page of one kind's own collection, `ids` being all of its objects in order."""
    names = render.selection(call, kind)
    render.listable(names)
    chosen = _condition(call, kind)
    entries = _candidates(call, kind, chosen, ids)
    return _page(call, kind, entries, names, kind.collection, mixed=False, chosen=chosen)


def references(call: Call, ids: Sequence[str], cast: str | None) -> Answer:
    """A page of the objects behind a relation, of one type when the path casts to it."""
    directory = call.directory
    found = [id for id in ids if cast is None or directory.entries[id].kind == cast]
    kind = KINDS[cast or "user"]
    if cast is None and "$filter" in call.query:
        raise errors.unsupported_query("A filter on mixed types needs a cast to one type.")
    names = _mixed_names(call) if cast is None else render.selection(call, kind)
    chosen = _condition(call, kind) if cast is not None else None
    if chosen is not None and not call.advanced:
        raise errors.unsupported_query("Filtering a relationship needs $count=true and ConsistencyLevel: eventual.")
    collection = kind.collection if cast else "directoryObjects"
    return _page(call, kind, found, names, collection, mixed=cast is None, chosen=chosen)


def count(call: Call, kind: Kind) -> Answer:
    """`/users/$count`: a number as text, for advanced queries only."""
    if not call.eventual:
        raise errors.unsupported_query("$count is not currently supported.")
    chosen = filters.parse(call.query["$filter"], kind, advanced=True) if "$filter" in call.query else None
    found = [id for id in call.directory.order[kind.name] if _kept(call, id, chosen)]
    return Answer(200, str(len(found)), {"content-type": "text/plain"})


def encode(token: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(token, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(text: str) -> dict[str, Any]:
    """A token given out before; refuses anything else."""
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise errors.bad_request("Badly formed token.")
    return found


def _condition(call: Call, kind: Kind) -> filters.Filter | None:
    unknown = [name for name in call.query if name.startswith("$") and name not in KNOWN]
    if unknown:
        raise errors.unsupported_query(f"The query option {unknown[0]} is not supported here.")
    if "$filter" not in call.query:
        return None
    if "$orderby" in call.query and not call.advanced:
        raise errors.unsupported_query("Sorting not supported for current query.")
    return filters.parse(call.query["$filter"], kind, advanced=call.advanced)


def _candidates(call: Call, kind: Kind, chosen: filters.Filter | None, ids: Sequence[str]) -> Sequence[str]:
    """By index when the filter demands an exact value of an indexed property, else everything."""
    for name, values in chosen.demands if chosen else ():
        if name == "id":
            known = (call.directory.get(value) for value in dict.fromkeys(values))
            return [entry.id for entry in known if entry is not None and entry.kind == kind.name]
        if name in INDEXED[kind.name] or name in COLLECTIONS:
            where = "any" if name == "proxyAddresses" else kind.name
            return list(dict.fromkeys(id for value in values for id in call.directory.having(where, name, value)))
    return ids


def _kept(call: Call, id: str, chosen: filters.Filter | None) -> bool:
    entry = call.directory.entries[id]
    return call.visible(entry) and (chosen is None or chosen.test(entry.properties))


def _page(
    call: Call,
    kind: Kind,
    ids: Sequence[str],
    names: tuple[str, ...] | None,
    collection: str,
    *,
    mixed: bool,
    chosen: filters.Filter | None,
) -> Answer:
    size = top(call)
    began = start(call)
    if "$orderby" in call.query:
        ids = _ordered(call, kind, [id for id in ids if _kept(call, id, None)])
    found: list[Entry] = []
    at = began
    while at < len(ids) and len(found) < size:
        entry = call.directory.entries[ids[at]]
        at += 1
        if (mixed or entry.kind == kind.name) and _kept(call, entry.id, chosen):
            found.append(entry)
    body: dict[str, Any] = {"@odata.context": render.context(call, collection, names)}
    if call.advanced and began == 0:
        body["@odata.count"] = sum(_kept(call, id, chosen) for id in ids)
    if any(_kept(call, id, chosen) for id in ids[at:]):
        body["@odata.nextLink"] = next_link(call, at)
    body["value"] = [_item(call, entry, names, mixed) for entry in found]
    return Answer(200, body)


def _item(call: Call, entry: Entry, names: tuple[str, ...] | None, mixed: bool) -> dict[str, Any]:
    if mixed:
        own = None if names is None else tuple(name for name in names if KINDS[entry.kind].property(name))
        return render.tagged(entry, own)
    return {**render.shape(entry, names), **expanded(call, entry)}


def expanded(call: Call, entry: Entry) -> dict[str, Any]:
    """What `$expand` asks for: one relation, at most 20 objects of it."""
    if "$expand" not in call.query:
        return {}
    relation, _, rest = call.query["$expand"].partition("(")
    names = None
    if rest:
        option, _, text = rest.rstrip(")").partition("=")
        if option.strip().lower() != "$select":
            raise errors.unsupported_query("Only $select is supported within $expand.")
        names = render.selection(call, KINDS["user" if relation == "manager" else "group"], text)
    if entry.kind == "user" and relation == "manager":
        found = [call.directory.entries[id] for id in call.directory.to("manager", entry.id)]
        return {"manager": render.tagged(found[0], names)} if found and found[0].live else {}
    if entry.kind == "user" and relation == "memberOf":
        ids = call.directory.by("members", entry.id)
    elif entry.kind == "group" and relation in {"members", "owners"}:
        ids = call.directory.to(relation, entry.id)
    else:
        raise errors.unsupported_query(f"Expanding '{relation}' is not supported.")
    live = [call.directory.entries[id] for id in ids if call.directory.entries[id].live]
    return {relation: [_item(call, other, names, mixed=True) for other in live[:20]]}


def _mixed_names(call: Call) -> tuple[str, ...] | None:
    chosen = call.query.get("$select")
    if not chosen:
        return None
    names = tuple(name.strip() for name in chosen.split(","))
    for name in names:
        if all(kind.property(name) is None for kind in KINDS.values()):
            raise errors.no_such_property(name, "directoryObject")
    return names


def top(call: Call) -> int:
    """How many objects a page holds."""
    text = call.query.get("$top", "100")
    if not text.isdecimal() or not 1 <= int(text) <= 999:
        raise errors.bad_request("Invalid page size specified: it must be between 1 and 999 inclusive.")
    return int(text)


def start(call: Call) -> int:
    """Where the page begins; refuses a token that is too old."""
    if "$skiptoken" not in call.query:
        return 0
    token = decode(call.query["$skiptoken"])
    issued = parsed(str(token.get("issued")))
    if issued is None or not isinstance(token.get("at"), int):
        raise errors.bad_request("Badly formed token.")
    if issued + timedelta(seconds=call.faults.page_token_seconds) < call.now:
        raise errors.bad_request("The specified page token value is too old.", code="Directory_ExpiredPageToken")
    return int(token["at"])


def next_link(call: Call, at: int) -> str:
    kept = {name: value for name, value in call.query.items() if name != "$skiptoken"}
    kept["$skiptoken"] = encode({"at": at, "issued": call.now.isoformat()})
    return f"{call.base}/{call.path}?" + "&".join(f"{name}={quote(value, safe='$,')}" for name, value in kept.items())


def _ordered(call: Call, kind: Kind, ids: list[str]) -> list[str]:
    name, _, direction = call.query["$orderby"].strip().partition(" ")
    if name not in {"displayName", "userPrincipalName", "createdDateTime"} or kind.property(name) is None:
        raise errors.unsupported_query("Sorting not supported for current query.")
    entries = call.directory.entries
    return sorted(ids, key=lambda id: str(entries[id].properties.get(name) or "").lower(), reverse=direction == "desc")
