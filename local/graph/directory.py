"""The memory of the directory: objects, references, indexes and the log of changes, all changed through one door.

It keeps what it is told and checks nothing: the rules of the service are in the modules beside it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.graph.journal import Journal

KEPT = timedelta(days=30)
"""How long a deleted object can come back (docs: «user: delete»)."""
INDEXED = {
    "user": ("userPrincipalName", "employeeId", "mail", "displayName", "mailNickname", "onPremisesImmutableId"),
    "group": ("displayName", "mailNickname", "mail", "uniqueName"),
    "directoryRole": ("displayName", "roleTemplateId"),
    "servicePrincipal": ("displayName", "appId"),
}


@dataclass(slots=True)
class Entry:
    """One object. `deleted` is when it was soft-deleted; `gone` objects leave only their id, for delta."""

    id: str
    kind: str
    properties: dict[str, Any]
    since: datetime
    """When it was created or restored: the consistency lag counts from here."""
    deleted: datetime | None = None
    gone: bool = False
    licences: dict[str, list[str]] = field(default_factory=dict)
    """Assigned to this object itself (not through a group): skuId → disabled plans."""

    @property
    def live(self) -> bool:
        return self.deleted is None and not self.gone


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the change log. `names` are properties, or created, deleted, restored, gone, manager, members."""

    at: datetime
    kind: str
    id: str
    names: tuple[str, ...]
    members: tuple[str, ...] = ()
    was: str = ""
    """For a manager: the one before."""


RELATIONS = ("members", "owners", "manager", "eligible", "scoped", "eligible-members", "eligible-owners")
"""How one object can point to another; the last four are privileges, kept at the role or group they are of."""


class Directory:
    """All objects of one tenant. Identifiers are text; values compare without case, as the service compares."""

    def __init__(self, clock: Callable[[], datetime], journal: Journal) -> None:
        self._clock = clock
        self._journal = journal
        self.entries: dict[str, Entry] = {}
        self.order: dict[str, list[str]] = defaultdict(list)
        """Per kind every id ever, oldest first; pages and first delta rounds walk along it."""
        self.changes: list[Change] = []
        self.bin: dict[str, None] = {}
        """Ids of soft-deleted objects, the longest deleted first."""
        self._index: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
        self._references: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._load()

    # reading

    def get(self, id: str) -> Entry | None:
        return self.entries.get(id.lower())

    def having(self, kind: str, name: str, value: str) -> list[str]:
        """Ids of live objects whose indexed property equals `value`."""
        return list(self._index.get((kind, name, value.lower()), ()))

    def count(self, kind: str, name: str, value: str) -> int:
        return len(self._index.get((kind, name, value.lower()), ()))

    def to(self, relation: str, id: str) -> list[str]:
        """Whom `id` points to, in the order of adding: one of `RELATIONS`."""
        return list(self._references.get((relation, id), ()))

    def by(self, relation: str, id: str) -> list[str]:
        """Who points to `id`."""
        return list(self._references.get((f"<{relation}", id), ()))

    def points(self, relation: str, id: str, target: str) -> bool:
        return target in self._references.get((relation, id), ())

    # writing

    def add(self, id: str, kind: str, properties: dict[str, Any]) -> Entry:
        entry = Entry(id, kind, {"id": id, **properties}, since=self._clock())
        self.entries[id] = entry
        self.order[kind].append(id)
        self._enter(entry)
        self._save(entry)
        self._log(entry, "created")
        return entry

    def update(self, entry: Entry, properties: dict[str, Any]) -> None:
        """Set what differs; what is equal is not a change and does not reach delta."""
        changed = {name: value for name, value in properties.items() if entry.properties.get(name, ...) != value}
        if not changed:
            return
        self._leave(entry)
        entry.properties.update(changed)
        self._enter(entry)
        self._save(entry)
        self._log(entry, *changed)

    def keep_licences(self, entry: Entry) -> None:
        self._save(entry)

    def delete(self, entry: Entry) -> None:
        """Softly: it can be restored."""
        self._leave(entry)
        entry.deleted = self._clock()
        self.bin[entry.id] = None
        self._save(entry)
        self._log(entry, "deleted")

    def restore(self, entry: Entry) -> None:
        entry.deleted = None
        self.bin.pop(entry.id, None)
        entry.since = self._clock()
        self._enter(entry)
        self._save(entry)
        self._log(entry, "restored")

    def purge(self, entry: Entry) -> None:
        """For good; references to it go too, silently, as the service does."""
        if entry.live:
            self._leave(entry)
        for relation in RELATIONS:
            for target in self.to(relation, entry.id):
                self._unpoint(relation, entry.id, target)
            for source in self.by(relation, entry.id):
                self._unpoint(relation, source, entry.id)
        entry.gone = True
        self.bin.pop(entry.id, None)
        entry.properties = {"id": entry.id}
        entry.licences = {}
        self._save(entry)
        self._log(entry, "gone")

    def empty_bin(self) -> None:
        """Purge what has been in the bin for thirty days."""
        until = self._clock() - KEPT
        while self.bin:
            entry = self.entries[next(iter(self.bin))]
            if entry.deleted is None or entry.deleted > until:
                return
            self.purge(entry)

    def point(self, relation: str, entry: Entry, target: str) -> None:
        self._set_reference(relation, entry.id, target)
        self._log(entry, relation, members=(target,))

    def unpoint(self, relation: str, entry: Entry, target: str) -> None:
        self._unpoint(relation, entry.id, target)
        self._log(entry, relation, members=(target,))

    def set_manager(self, entry: Entry, manager: str | None) -> None:
        before = self.to("manager", entry.id)
        for old in before:
            self._unpoint("manager", entry.id, old)
        if manager is not None:
            self._set_reference("manager", entry.id, manager)
        self._log(entry, "manager", was=before[0] if before else "")

    # within

    def _keys(self, entry: Entry) -> Iterator[tuple[str, str, str]]:
        for name in INDEXED.get(entry.kind, ()):
            value = entry.properties.get(name)
            if isinstance(value, str):
                yield entry.kind, name, value.lower()
        for address in entry.properties.get("proxyAddresses") or ():
            yield "any", "proxyAddresses", address.lower()
        for licence in entry.properties.get("assignedLicenses") or ():
            yield entry.kind, "assignedLicenses", licence["skuId"].lower()

    def _enter(self, entry: Entry) -> None:
        for key in self._keys(entry):
            self._index[key][entry.id] = None

    def _leave(self, entry: Entry) -> None:
        for key in self._keys(entry):
            holders = self._index[key]
            holders.pop(entry.id, None)
            if not holders:
                del self._index[key]

    def _set_reference(self, relation: str, source: str, target: str) -> None:
        self._references[relation, source][target] = None
        self._references[f"<{relation}", target][source] = None
        self._journal.put("reference", f"{relation} {source} {target}", True)

    def _unpoint(self, relation: str, source: str, target: str) -> None:
        self._references[relation, source].pop(target, None)
        self._references[f"<{relation}", target].pop(source, None)
        self._journal.drop("reference", f"{relation} {source} {target}")

    def _log(self, entry: Entry, *names: str, members: Iterable[str] = (), was: str = "") -> None:
        change = Change(self._clock(), entry.kind, entry.id, names, tuple(members), was)
        self.changes.append(change)
        self._journal.put("change", str(len(self.changes)), {**asdict(change), "at": change.at.isoformat()})

    def _save(self, entry: Entry) -> None:
        self._journal.put(
            "entry",
            entry.id,
            {
                "kind": entry.kind,
                "properties": dict(entry.properties),
                "since": entry.since.isoformat(),
                "deleted": entry.deleted.isoformat() if entry.deleted else None,
                "gone": entry.gone,
                "licences": entry.licences,
            },
        )

    def _load(self) -> None:
        for id, row in self._journal.rows("entry"):
            deleted = datetime.fromisoformat(row["deleted"]) if row["deleted"] else None
            since = datetime.fromisoformat(row["since"])
            entry = Entry(id, row["kind"], row["properties"], since, deleted, row["gone"], row["licences"])
            self.entries[id] = entry
            self.order[entry.kind].append(id)
            if entry.live:
                self._enter(entry)
        binned = sorted((e.deleted, e.id) for e in self.entries.values() if e.deleted and not e.gone)
        self.bin = dict.fromkeys(id for _, id in binned)
        for key, _ in self._journal.rows("reference"):
            relation, source, target = key.split(" ")
            self._references[relation, source][target] = None
            self._references[f"<{relation}", target][source] = None
        for _, row in self._journal.rows("change"):
            row["at"] = datetime.fromisoformat(row["at"])
            self.changes.append(Change(**{**row, "names": tuple(row["names"]), "members": tuple(row["members"])}))
