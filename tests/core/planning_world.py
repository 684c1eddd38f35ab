"""One account in any state, what a target does with it, and a worker that looks, plans and does, or loses an answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count

from shared.attributes import Attribute, Unique
from shared.identifiers import Naming, folded, named
from shared.model import Account, Action, Desired, Entitlement, Link, Stage, Value, Verb
from shared.planning import after, before, forgotten, missed, naming, noted, plan, same, settled

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KINDS = {
    "manager": Attribute(name="manager", reference=True),
    "mail": Attribute(name="mail", unique=Unique.ADDRESSES),
    "logon": Attribute(name="logon", longest=5, unique=Unique.ADDRESSES),
}
SALES, STAFF, E3 = Entitlement("group", "Sales"), Entitlement("group", "Staff"), Entitlement("license", "E3")
FIRST = (Verb.CREATE, Verb.CORRELATE, Verb.RESTORE)
ORDER = (*FIRST, Verb.DISABLE, Verb.DELETE, Verb.UPDATE, Verb.RENAME, Verb.REVOKE, Verb.GRANT, Verb.ENABLE)
EMPTY = (None, "", ())


@dataclass(frozen=True)
class World:
    """One person's account on a target: what stands there, what lies in the bin, and what we remember of it."""

    link: Link
    live: Account | None
    binned: Account | None = None
    taken: frozenset[str] = frozenset()
    """Names that strangers hold, folded."""

    def does(self, action: Action) -> "World":
        """What a target does."""
        live = self.live
        match action.verb:
            case Verb.CREATE:
                return replace(self, live=Account(id="acc", enabled=False, attributes=dict(action.attributes)))
            case Verb.RESTORE:
                return replace(self, live=self.binned, binned=None)
        assert live is not None, f"{action.verb} needs an account"
        match action.verb:
            case Verb.UPDATE | Verb.RENAME:
                live = replace(live, attributes={**live.attributes, **action.attributes})
            case Verb.ENABLE | Verb.DISABLE:
                live = replace(live, enabled=action.verb is Verb.ENABLE)
            case Verb.GRANT if action.entitlement:
                live = replace(live, entitlements=live.entitlements | {action.entitlement})
            case Verb.REVOKE if action.entitlement:
                live = replace(live, entitlements=live.entitlements - {action.entitlement})
            case Verb.DELETE:
                return replace(self, live=None, binned=live)
        return replace(self, live=live)

    def names(self, desired: Desired, action: Action) -> "tuple[World, Action]":
        """What issuing does before a create or a rename: choose the first names that are free, and save them."""
        if action.verb not in (Verb.CREATE, Verb.RENAME):
            return self, action
        todo = naming(desired, self.link, self.live, KINDS) if self.live else desired.candidates
        names, number = self._free(todo)
        action = replace(action, attributes={**action.attributes, **names})
        link = replace(self.link, count=number, intended={**self.link.intended, **action.attributes})
        if action.verb is Verb.CREATE:
            link = replace(link, identifiers=names, basis=desired.basis)
        return replace(self, link=link), action

    def _free(self, todo: Naming) -> tuple[Mapping[str, str], int]:
        for number in count() if todo else ():
            names = named(todo, number, KINDS)
            if names and not self.taken & set(map(folded, names.values())):
                return names, number
        return {}, 0

    def remembers(self, action: Action, then: "World", desired: Desired) -> "World":
        """What reconciling remembers of an action that was answered."""
        account = then.live or self.live
        assert account is not None
        link = after(self.link, action, account)
        if action.verb is Verb.CORRELATE:
            bears = account.attributes
            held = {name: str(bears[name]) for name in desired.candidates if bears.get(name)}
            link = replace(link, identifiers=held or link.identifiers)
            link = noted(settled(link, account, Stage.DORMANT), desired, account, KINDS)
        if action.verb is Verb.RENAME:
            known = desired.candidates.keys() | link.identifiers.keys()
            tried = {name: str(value) for name, value in action.attributes.items() if name in known}
            basis = desired.basis if desired.candidates.keys() & tried.keys() else link.basis
            link = replace(link, identifiers={**link.identifiers, **tried}, basis=basis)
        return replace(then, link=link)

    def looks(self, desired: Desired) -> "World":
        if self.live is None:
            link = missed(self.link, desired.stage)
        else:
            link = noted(settled(self.link, self.live, desired.stage), desired, self.live, KINDS)
        return replace(self, link=forgotten(link, self.live, NOW))

    def plans(self, desired: Desired) -> tuple[Action, ...]:
        return plan(desired, self.looks(desired).link, self.live, KINDS)

    def changed_by_hand(self, **attributes: Value) -> "World":
        assert self.live is not None
        return replace(self, live=replace(self.live, attributes={**self.live.attributes, **attributes}))


def converge(world: World, desired: Desired, lost: int = -1) -> tuple[World, list[Action], bool]:
    """Look, plan and do, as reconciling does; the answer to write number `lost` never arrives and the worker stops.

    What there is then, what was done, and whether an answer was lost.
    """
    done: list[Action] = []
    numbers = count()
    while True:
        world = world.looks(desired)
        actions = world.plans(desired)
        world = replace(world, link=before(world.link, actions, NOW))
        for planned in actions:
            world, action = world.names(desired, planned)
            then = world.does(action)
            done.append(action)
            if next(numbers) == lost:
                return then, done, True
            world = world.remembers(action, then, desired)
        if not actions or actions[0].verb is not Verb.RESTORE:
            return world, done, False


def written_last(link: Link, name: str) -> Iterator[Value]:
    """What was written last, or stood there when it was to be written; nothing where neither ever was."""
    for known in (link.told, link.written):
        if name in known:
            yield known[name]
            return


def wanted(desired: Desired) -> dict[str, Value]:
    return {**desired.initial, **desired.lacking, **desired.changing, **desired.attributes}


def ours(world: World, name: str) -> bool:
    """Whether what stands there is what we wrote."""
    live = world.live or world.binned
    return live is not None and same(live.attributes.get(name), world.link.written.get(name))


MODES = ("attributes", "changing", "lacking", "initial")
READY, DORMANT, ABSENT = (Desired(stage=stage) for stage in (Stage.READY, Stage.DORMANT, Stage.ABSENT))
