"""One account in any state, what a target does with it, and a worker that looks, plans and does, or loses an answer."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count

from hypothesis import strategies as st

from shared.attributes import Attribute
from shared.model import Account, Action, Desired, Entitlement, Link, Stage, Verb
from shared.planning import (
    after,
    before,
    forgotten,
    missed,
    plan,
    settled,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KINDS = {"manager": Attribute(name="manager", reference=True)}
SALES, STAFF, E3 = Entitlement("group", "Sales"), Entitlement("group", "Staff"), Entitlement("license", "E3")
FIRST = (Verb.CREATE, Verb.CORRELATE, Verb.RESTORE)
ORDER = (*FIRST, Verb.DISABLE, Verb.DELETE, Verb.UPDATE, Verb.REVOKE, Verb.GRANT, Verb.ENABLE)
EMPTY = (None, "", ())


@dataclass(frozen=True)
class World:
    """One person's account on a target: what stands there, what lies in the bin, and what we remember of it."""

    link: Link
    live: Account | None
    binned: Account | None = None

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
            case Verb.UPDATE:
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

    def remembers(self, action: Action, then: "World") -> "World":
        account = then.live or self.live
        assert account is not None
        return replace(then, link=after(self.link, action, account))

    def looks(self, stage: Stage) -> "World":
        link = missed(self.link, stage) if self.live is None else settled(self.link, self.live, stage)
        return replace(self, link=forgotten(link, self.live, NOW))

    def plans(self, desired: Desired) -> tuple[Action, ...]:
        return plan(desired, self.looks(desired.stage).link, self.live, KINDS)


def converge(world: World, desired: Desired, lost: int = -1) -> tuple[World, list[Action], bool]:
    """Look, plan and do, as reconciling does; the answer to write number `lost` never arrives and the worker stops.

    What there is then, what was done, and whether an answer was lost.
    """
    done: list[Action] = []
    numbers = count()
    while True:
        world = world.looks(desired.stage)
        actions = world.plans(desired)
        world = replace(world, link=before(world.link, actions, NOW))
        for action in actions:
            then = world.does(action)
            done.append(action)
            if next(numbers) == lost:
                return then, done, True
            world = world.remembers(action, then)
        if not actions or actions[0].verb is not Verb.RESTORE:
            return world, done, False


VALUES = st.sampled_from(["x", "y", ("p", "q"), ("q", "p"), "", (), None])
ATTRIBUTES = st.dictionaries(st.sampled_from(["a", "b", "manager"]), VALUES, max_size=3)
ENTITLEMENTS = st.frozensets(st.sampled_from([SALES, STAFF, E3]))


@st.composite
def wishes(draw: st.DrawFn) -> Desired:
    """Any that policy can have: attributes from READY on, entitlements for those in service."""
    stage = draw(st.sampled_from(Stage))
    return Desired(
        stage=stage,
        keys={"id": "7"},
        attributes=draw(ATTRIBUTES) if stage >= Stage.READY else {},
        initial=draw(st.dictionaries(st.just("once"), VALUES)) if stage >= Stage.READY else {},
        entitlements=draw(ENTITLEMENTS) if stage is Stage.ACTIVE else frozenset(),
        because="why",
    )


ACCOUNTS = st.builds(
    Account, id=st.just("acc"), enabled=st.booleans(), attributes=ATTRIBUTES, entitlements=ENTITLEMENTS
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Nobody yet, a stranger's account, one of ours in any state, or one of ours in the bin."""
    kind = draw(st.sampled_from(["nobody", "stranger", "ours", "binned"]))
    if kind == "nobody":
        return World(Link(identifiers=draw(st.sampled_from([{}, {"name": "ann"}]))), None)
    if kind == "stranger":
        return World(Link(), draw(ACCOUNTS))
    link = Link(
        account="acc",
        enabled=draw(st.booleans()),
        disabling=draw(st.booleans()),
        deleting=draw(st.booleans()),
        deleted=kind == "binned",
        written=draw(ATTRIBUTES),
        granted=draw(ENTITLEMENTS),
    )
    account = draw(ACCOUNTS)
    return World(link, None, account) if kind == "binned" else World(link, account)


READY, DORMANT, ABSENT = (Desired(stage=stage) for stage in (Stage.READY, Stage.DORMANT, Stage.ABSENT))
