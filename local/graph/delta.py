"""`/users/delta` and `/groups/delta`: rounds of pages that tell what changed since a token.

Source: «Use delta query to track changes in Microsoft Graph data», «user: delta», «group: delta». A token carries all
it needs (place in the change log, selection, moment of issue), so it outlives the process.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from local.graph import errors, listing, render
from local.graph.call import Answer, Call
from local.graph.directory import Change, Entry
from local.graph.moments import parsed
from local.graph.properties import GROUP, SHAREPOINT, USER, Kind

ID_CLAUSE = re.compile(r"\s*id\s+eq\s+'([^']+)'\s*", re.I)
RELATION = {"user": "manager", "group": "members"}


@dataclass(slots=True)
class Round:
    """One round: from a place in the change log (None = everything) up to another, page by page."""

    kind: Kind
    names: tuple[str, ...]
    tracked: bool
    since: int | None
    upto: int
    at: int = 0
    only: tuple[str, ...] = ()

    def token(self, call: Call, **changed: Any) -> str:
        kept = {
            "kind": self.kind.name,
            "names": list(self.names),
            "tracked": self.tracked,
            "since": self.since,
            "upto": self.upto,
            "at": self.at,
            "only": list(self.only),
            "issued": call.now.isoformat(),
        }
        return listing.encode({**kept, **changed})


@dataclass(slots=True)
class Touched:
    """What the log says about one object within a round."""

    names: set[str] = field(default_factory=set)
    members: dict[str, None] = field(default_factory=dict)
    old_manager: str = ""


def users(call: Call) -> Answer:
    return _answer(call, USER)


def groups(call: Call) -> Answer:
    return _answer(call, GROUP)


def _answer(call: Call, kind: Kind) -> Answer:
    found = _round(call, kind)
    minimal = "return=minimal" in call.headers.get("prefer", "").lower()
    selected = render.selection(call, kind)
    body: dict[str, Any] = {"@odata.context": render.context(call, kind.collection, selected)}
    if call.query.get("$deltatoken", "").lower() == "latest":
        items, more = list[dict[str, Any]](), False
    else:
        items, more = _first(call, found) if found.since is None else _next(call, found, minimal)
    if more:
        at = found.at + call.faults.delta_page
        body["@odata.nextLink"] = _link(call, "$skiptoken", found.token(call, at=at))
    else:
        token = found.token(call, since=found.upto, upto=0, at=0)
        body["@odata.deltaLink"] = _link(call, "$deltatoken", token)
    body["value"] = [item for item in items for _ in range(2 if call.faults.delta_repeats else 1)]
    headers = {"preference-applied": "return=minimal"} if minimal else {}
    return Answer(200, body, headers)


def _link(call: Call, name: str, token: str) -> str:
    return f"{call.base}/{call.path}?{name}={token}"


# the round a request belongs to


def _round(call: Call, kind: Kind) -> Round:
    for name in ("$expand", "$top", "$orderby", "$search", "$count"):
        if name in call.query:
            raise errors.unsupported_query(f"The query option {name} is not supported by delta on this resource.")
    for name in ("$deltatoken", "$skiptoken"):
        if call.query.get(name) and call.query[name].lower() != "latest":
            return _continued(call, kind, listing.decode(call.query[name]), is_delta=name == "$deltatoken")
    relation = RELATION[kind.name]
    names = render.selection(call, kind) or (*kind.default, *([relation] if kind is GROUP else []))
    if SHAREPOINT.intersection(names):
        raise errors.unsupported_query("A selected property is not tracked by delta query.")
    plain = tuple(dict.fromkeys(("id", *(name for name in names if kind.property(name)))))
    return Round(kind, plain, relation in names, None, _newest(call), 0, _only(call))


def _continued(call: Call, kind: Kind, token: dict[str, Any], *, is_delta: bool) -> Round:
    issued = parsed(str(token.get("issued")))
    if issued is None or token.get("kind") != kind.name:
        raise errors.bad_request("Badly formed token.")
    since = token["since"]
    if is_delta and (call.faults.delta_expired(issued, call.now) or since > len(call.directory.changes)):
        raise _expired(call)
    if is_delta:
        upto, since = _newest(call), max(0, since - call.faults.delta_replays)
    else:
        upto = token["upto"]
    return Round(kind, tuple(token["names"]), token["tracked"], since, upto, token["at"], tuple(token["only"]))


def _expired(call: Call) -> errors.GraphError:
    form = call.faults.expired_delta
    if form == "gone":
        location = f"{call.base}/{call.path}?$deltatoken="
        return errors.GraphError(410, "resyncRequired", "Resync required.", headers={"Location": location})
    if form == "syncStateNotFound":
        return errors.bad_request(
            "The sync state generation is not found. The delta token is expired and data must be synchronized again.",
            code="syncStateNotFound",
        )
    return errors.unsupported_query("DeltaLink older than 30 days is not supported.")


def _only(call: Call) -> tuple[str, ...]:
    if "$filter" not in call.query:
        return ()
    clauses = [ID_CLAUSE.fullmatch(clause) for clause in re.split(r"\bor\b", call.query["$filter"], flags=re.I)]
    if len(clauses) > 50 or any(clause is None for clause in clauses):
        raise errors.unsupported_query("Delta query supports a filter on at most 50 ids only.")
    return tuple(clause.group(1).lower() for clause in clauses if clause)


def _newest(call: Call) -> int:
    """The place in the log up to which changes have arrived, given the consistency lag."""
    changes, place = call.directory.changes, len(call.directory.changes)
    if call.faults.lag:
        arrived = call.now - timedelta(seconds=call.faults.lag)
        while place and changes[place - 1].at > arrived:
            place -= 1
    return place


# a first round: everything there is


def _first(call: Call, found: Round) -> tuple[list[dict[str, Any]], bool]:
    order = call.directory.order[found.kind.name]
    items: list[dict[str, Any]] = []
    for id in order[found.at : found.at + call.faults.delta_page]:
        entry = call.directory.entries[id]
        if found.only and id not in found.only:
            continue
        if entry.gone:
            items.append(_removed(entry))
        elif call.caught_up(entry.since):
            items.extend(_whole(call, found, entry) if entry.live else [_removed(entry)])
    return items, found.at + call.faults.delta_page < len(order)


def _whole(call: Call, found: Round, entry: Entry) -> list[dict[str, Any]]:
    """The object with everything that was ever set; a large group takes several items."""
    item = _set(entry, found.names)
    if not found.tracked:
        return [item]
    relation = RELATION[found.kind.name]
    targets = [{"@odata.type": _type(call, id), "id": id} for id in call.directory.to(relation, entry.id)]
    return _split(call, item, f"{relation}@delta", targets)


# a later round: what the log says


def _next(call: Call, found: Round, minimal: bool) -> tuple[list[dict[str, Any]], bool]:
    touched = _touched(call, found)
    ids = list(touched)
    page = ids[found.at : found.at + call.faults.delta_page]
    items = [item for id in page for item in _changed(call, found, id, touched[id], minimal)]
    return items, found.at + call.faults.delta_page < len(ids)


def _touched(call: Call, found: Round) -> dict[str, Touched]:
    """Every object of this kind with a change that the round shows, in the order of first change."""
    relation = RELATION[found.kind.name] if found.tracked else ""
    shown = {*found.names, "created", "deleted", "restored", "gone", relation}
    touched: dict[str, Touched] = {}
    for change in call.directory.changes[found.since or 0 : found.upto]:
        if change.kind != found.kind.name or not shown.intersection(change.names):
            continue
        if not found.only or change.id in found.only:
            _note(touched.setdefault(change.id, Touched()), change)
    return touched


def _note(touched: Touched, change: Change) -> None:
    if "manager" in change.names and "manager" not in touched.names:
        touched.old_manager = change.was
    touched.names.update(change.names)
    touched.members.update(dict.fromkeys(change.members if "members" in change.names else ()))


def _changed(call: Call, found: Round, id: str, touched: Touched, minimal: bool) -> list[dict[str, Any]]:
    entry = call.directory.entries[id]
    if not entry.live:
        return [_removed(entry)]
    if touched.names & {"created", "restored"}:
        return _whole(call, found, entry)
    item = _set(entry, tuple(n for n in found.names if n in touched.names or n == "id") if minimal else found.names)
    if not found.tracked:
        return [item]
    if found.kind is USER:
        return [{**item, **_manager(call, entry, touched)}]
    return _split(call, item, "members@delta", [_member(call, entry, other) for other in touched.members])


def _manager(call: Call, entry: Entry, touched: Touched) -> dict[str, Any]:
    if "manager" not in touched.names:
        return {}
    now = call.directory.to("manager", entry.id)
    told = [{"@odata.type": "#microsoft.graph.user", "id": id} for id in now]
    if touched.old_manager and touched.old_manager not in now:
        told.insert(0, _taken_away(call, touched.old_manager))
    return {"manager@delta": told} if told else {}


def _member(call: Call, group: Entry, member: str) -> dict[str, Any]:
    if call.directory.points("members", group.id, member):
        return {"@odata.type": _type(call, member), "id": member}
    return _taken_away(call, member)


def _taken_away(call: Call, id: str) -> dict[str, Any]:
    return {"@odata.type": _type(call, id), "id": id, "@removed": {"reason": "deleted"}}


def _split(call: Call, item: dict[str, Any], name: str, targets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not targets:
        return [item]
    size = call.faults.delta_members
    return [{**item, name: targets[at : at + size]} for at in range(0, len(targets), size)]


def _set(entry: Entry, names: tuple[str, ...]) -> dict[str, Any]:
    """Only what was ever set: absent means never, null means cleared."""
    chosen = tuple(name for name in names if name in entry.properties)
    return render.shape(entry, chosen)


def _removed(entry: Entry) -> dict[str, Any]:
    return {"id": entry.id, "@removed": {"reason": "deleted" if entry.gone else "changed"}}


def _type(call: Call, id: str) -> str:
    return f"#microsoft.graph.{call.directory.entries[id].kind}"
