"""The plan: it closes the gap, closes it once, in a safe order, and takes away only what was ours to give."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Reason, Refused
from shared.model import Account, Action, Desired, Entitlement, Link, Stage, Value, Verb
from shared.planning import (
    LATEST,
    after,
    before,
    counted,
    forgotten,
    missed,
    no_longer_intended,
    plan,
    remembered,
    same,
    settled,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
REFERENCES = frozenset({"manager"})
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
        return plan(desired, self.looks(desired.stage).link, self.live, REFERENCES)


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


@given(worlds(), wishes())
@settings(max_examples=500, deadline=None)
def test_doing_the_plan_reaches_what_is_wanted_and_planning_again_yields_nothing(
    world: World, desired: Desired
) -> None:
    reached, _, _ = converge(world, desired)
    assert reached.plans(desired) == ()
    live = reached.live
    if desired.stage is Stage.ABSENT:
        assert live is None or not reached.link.account
        return
    if live is None or not reached.link.account:
        assert desired.stage is Stage.DORMANT
        return
    assert live.enabled is (desired.stage is Stage.ACTIVE)
    assert live.entitlements >= desired.entitlements
    for name, value in desired.attributes.items():
        assert same(live.attributes.get(name), value) or value in EMPTY


@given(worlds(), wishes())
@settings(max_examples=500, deadline=None)
def test_only_what_is_ours_is_emptied_or_revoked_and_the_rest_stands(world: World, desired: Desired) -> None:
    there = world.live or world.binned or Account(id="", enabled=False)
    reached, done, _ = converge(world, desired)
    for action in done:
        for name, value in action.attributes.items():
            ours = name in world.link.written and same(there.attributes.get(name), world.link.written[name])
            assert value not in EMPTY or ours
            assert name in {**desired.attributes, **desired.initial, **world.link.identifiers}
        assert action.verb is not Verb.REVOKE or action.entitlement in world.link.granted - desired.entitlements
        assert action.verb is not Verb.GRANT or action.entitlement in desired.entitlements - there.entitlements
    if reached.live is not None:
        assert there.entitlements - world.link.granted <= reached.live.entitlements
        kept = {name: value for name, value in there.attributes.items() if name not in desired.attributes}
        assert {name: reached.live.attributes[name] for name in kept} == kept


@given(worlds(), wishes())
@settings(max_examples=300, deadline=None)
def test_a_plan_is_in_the_order_in_which_it_is_safe(world: World, desired: Desired) -> None:
    actions = world.plans(desired)
    verbs = [action.verb for action in actions]
    assert verbs == sorted(verbs, key=ORDER.index)
    assert all(action.because == "why" for action in actions)
    once = [verb for verb in verbs if verb not in (Verb.GRANT, Verb.REVOKE)]
    assert len(once) == len(set(once))
    assert counted(actions) == {verb: verbs.count(verb) for verb in verbs}
    if world.live is not None and world.live.enabled and desired.stage < Stage.ACTIVE:
        assert [verb for verb in verbs if verb is not Verb.CORRELATE][:1] == [Verb.DISABLE]


@given(worlds(), wishes())
@settings(max_examples=500, deadline=None)
def test_a_protected_account_is_in_no_plan(world: World, desired: Desired) -> None:
    if world.live is None:
        return
    guarded = replace(world, live=replace(world.live, protected="a directory role"))
    if not world.plans(desired):
        assert guarded.plans(desired) == ()
        return
    with pytest.raises(Refused, match="account acc is protected: a directory role") as refused:
        guarded.plans(desired)
    assert refused.value.reason is Reason.PROTECTED


@given(worlds(), wishes(), st.integers(0, 6), st.integers(0, 6))
@settings(max_examples=500, deadline=None)
def test_lost_answers_leave_nothing_behind_and_forget_nothing_that_is_ours(
    world: World, desired: Desired, first: int, second: int
) -> None:
    """The same place is reached; and when the person leaves, exactly what was there before us is there again."""
    calm, _, _ = converge(world, desired)
    there = world.live or world.binned or Account(id="", enabled=False)
    broken, once, lost = converge(world, desired, first)
    broken, twice, _ = converge(broken, desired, second) if lost else (broken, [], False)
    reached, finally_done, _ = converge(broken, desired)
    assert reached.live == calm.live
    assert [action.verb for action in once + twice + finally_done].count(Verb.CREATE) <= 1
    assert reached.plans(desired) == ()
    if reached.live is None or not reached.link.account:
        returned, _, _ = converge(reached, READY)  # and nobody has to say that the account vanished
        assert returned.live is not None
        return
    left, _, _ = converge(reached, Desired(stage=Stage.DORMANT))
    assert left.live is not None
    assert left.live.entitlements == there.entitlements - world.link.granted
    wiped, _, _ = converge(
        reached, replace(desired, stage=Stage.READY, attributes=dict.fromkeys(("a", "b", "manager")))
    )
    assert wiped.live is not None
    given_by_us = {name for action in once + twice + finally_done for name in action.attributes}
    for name in given_by_us - {"once", "name"}:
        assert wiped.live.attributes[name] in EMPTY
    for name in there.attributes.keys() - given_by_us - world.link.written.keys():
        assert same(wiped.live.attributes[name], there.attributes[name])


# ── each way through a life, by name ─────────────────────────────────────────────────────────────────────────────


def link(**known: Any) -> Link:
    return Link(**{"account": "acc", "enabled": True, **known})


def account(*entitlements: Entitlement, enabled: bool = True, **attributes: Value) -> Account:
    return Account(id="acc", enabled=enabled, attributes=attributes, entitlements=frozenset(entitlements))


def active(*entitlements: Entitlement, **attributes: Value) -> Desired:
    return Desired(stage=Stage.ACTIVE, attributes=attributes, entitlements=frozenset(entitlements))


def shown(actions: tuple[Action, ...]) -> list[object]:
    """Each verb, with what it writes or grants."""
    return [
        (one.verb, one.entitlement or dict(one.attributes)) if one.entitlement or one.attributes else one.verb
        for one in actions
    ]


READY, DORMANT, ABSENT = (Desired(stage=stage) for stage in (Stage.READY, Stage.DORMANT, Stage.ABSENT))
NOTHING: list[object] = []


@pytest.mark.parametrize(
    ("desired", "known", "live", "expected"),
    [
        # nobody yet
        (active(SALES, a="x", b=None, manager="boss"), Link(), None,
         [(Verb.CREATE, {"a": "x"}), (Verb.UPDATE, {"manager": "boss"}), (Verb.GRANT, SALES), Verb.ENABLE]),
        (replace(READY, initial={"once": "y", "no": ""}, attributes={"a": ()}), Link(identifiers={"name": "ann"}), None,
         [(Verb.CREATE, {"once": "y", "name": "ann"})]),
        (DORMANT, Link(), None, NOTHING),
        (ABSENT, Link(), None, NOTHING),
        # somebody's account that is theirs
        (active(SALES, a="x"), Link(), account(a="x"), [Verb.CORRELATE, (Verb.GRANT, SALES)]),
        (active(), Link(), account(enabled=False), [Verb.CORRELATE, Verb.ENABLE]),
        (READY, Link(), account(), [Verb.CORRELATE, Verb.DISABLE]),
        (DORMANT, Link(), account(STAFF), [Verb.CORRELATE, Verb.DISABLE]),
        (DORMANT, Link(), account(enabled=False), NOTHING),
        (ABSENT, Link(), account(), [Verb.CORRELATE, Verb.DISABLE, Verb.DELETE]),
        (ABSENT, Link(), account(enabled=False), NOTHING),
        # a mover
        (active(SALES, a="y"), link(written={"a": "x"}, granted={STAFF}), account(STAFF, E3, a="x"),
         [(Verb.UPDATE, {"a": "y"}), (Verb.REVOKE, STAFF), (Verb.GRANT, SALES)]),
        (active(E3, STAFF, SALES), link(), account(), [(Verb.GRANT, SALES), (Verb.GRANT, STAFF), (Verb.GRANT, E3)]),
        # what was taken away by hand need not be taken away again
        (active(), link(granted={SALES}), account(), NOTHING),
        # nothing over something of ours, of somebody else's, and over nothing
        (active(a=None), link(written={"a": "x"}), account(a="x"), [(Verb.UPDATE, {"a": None})]),
        (active(a=None), link(written={"a": "x"}), account(a="changed by hand"), NOTHING),
        (active(a=""), link(written={"a": "x"}), account(a="x"), [(Verb.UPDATE, {"a": ""})]),
        (active(a=""), link(), account(a="theirs"), NOTHING),
        (active(a=()), link(), account(a=("theirs",)), NOTHING),
        (active(a=None), link(), account(), NOTHING),
        (active(a="x"), link(), account(a="theirs"), [(Verb.UPDATE, {"a": "x"})]),
        (active(a=("p", "q")), link(), account(a=("q", "p")), NOTHING),
        (active(a=("p",)), link(), account(a=("p", "p")), [(Verb.UPDATE, {"a": ("p",)})]),
        # an attribute that policy no longer mentions stays
        (active(), link(written={"a": "x"}), account(a="x"), NOTHING),
        # a leaver, then gone, then back
        (DORMANT, link(granted={SALES, E3}), account(SALES, STAFF, E3),
         [Verb.DISABLE, (Verb.REVOKE, SALES), (Verb.REVOKE, E3)]),
        (DORMANT, link(enabled=False), account(enabled=False), NOTHING),
        (DORMANT, link(disabling=True), account(enabled=False), [Verb.DISABLE]),
        (ABSENT, link(granted={SALES}), account(SALES), [Verb.DISABLE, Verb.DELETE]),
        (ABSENT, link(enabled=False), account(enabled=False), [Verb.DELETE]),
        (ABSENT, link(deleted=True), None, NOTHING),
        (DORMANT, link(deleted=True), None, NOTHING),
        (active(SALES, a="x"), link(deleted=True), None, [Verb.RESTORE]),
        (READY, link(), account(), [Verb.DISABLE]),
        # gone without us, while nobody needs it
        (DORMANT, link(), None, NOTHING),
        (ABSENT, link(), None, NOTHING),
    ],
)  # fmt: skip
def test_a_plan_for_every_situation(
    desired: Desired, known: Link, live: Account | None, expected: list[object]
) -> None:
    assert shown(plan(desired, known, live, REFERENCES)) == expected


@pytest.mark.parametrize("desired", [READY, active()])
def test_an_account_that_vanished_waits_for_a_person(desired: Desired) -> None:
    with pytest.raises(Refused, match="account acc is gone from the target; recreate or forget it") as refused:
        plan(desired, link(), None, REFERENCES)
    assert refused.value.reason is Reason.ACCOUNT_GONE


def test_what_came_back_from_the_bin_is_still_ours_to_take() -> None:
    """Somebody deleted without being stripped first, because HR told months later; a restore brings the groups back."""
    deleted, _, _ = converge(World(link(granted={SALES}), account(SALES, STAFF)), ABSENT)
    back, _, _ = converge(deleted, active())
    assert back.live == account(STAFF)
    kept, _, _ = converge(deleted, active(SALES))
    left, _, _ = converge(kept, DORMANT)
    assert left.live == account(STAFF, enabled=False)


def test_what_was_refused_is_not_ours_when_somebody_else_does_it_later() -> None:
    start = World(link(), account())
    actions = start.plans(active(SALES, a="x"))
    known = before(start.link, actions, NOW)
    for action in actions:
        known = no_longer_intended(known, action)
    by_others = World(known, account(SALES, a="x"))
    assert by_others.plans(Desired(stage=Stage.ACTIVE, attributes={"a": None})) == ()


def test_a_write_that_lands_late_is_recognised_as_ours() -> None:
    """A worker that was thought dead: the account shows nothing at first, and everything at the second look."""
    start = World(link(), account())
    known = replace(start, link=before(start.link, start.plans(active(SALES, a="x")), NOW))
    first = known.looks(Stage.ACTIVE)
    assert first.link == known.link
    late = replace(first, live=account(SALES, a="x")).looks(Stage.ACTIVE)
    assert (late.link.written, late.link.granted) == ({"a": "x"}, {SALES})
    assert (late.link.intended, late.link.granting) == ({}, frozenset())


def test_what_somebody_else_wrote_meanwhile_is_not_taken_for_ours() -> None:
    start = World(link(), account())
    known = before(start.link, start.plans(active(a="x")), NOW)
    assert settled(known, account(a="y"), Stage.ACTIVE).written == {}


@pytest.mark.parametrize(
    ("stage", "was", "live", "expected"),
    [
        (Stage.ACTIVE, False, True, True),
        (Stage.ACTIVE, False, False, False),
        (Stage.ACTIVE, True, False, True),
        (Stage.DORMANT, False, True, False),
        (Stage.DORMANT, True, True, True),
    ],
)
def test_an_account_counts_as_enabled_by_us_when_it_is_and_should_be(
    stage: Stage, was: bool, live: bool, expected: bool
) -> None:
    assert settled(link(enabled=was), account(enabled=live), stage).enabled is expected


def test_somebody_restored_by_hand_is_no_longer_deleted() -> None:
    assert not settled(link(deleted=True), account(), Stage.ACTIVE).deleted


def test_before_a_plan_everything_it_may_make_ours_is_remembered() -> None:
    actions = World(link(written={"b": "z"}, intended={"b": "y"}), account(STAFF)).plans(active(SALES, a="x", b=None))
    known = before(link(intended={"b": "y"}, granting={E3}), actions, NOW)
    assert (known.intended, known.granting, known.disabling) == ({"a": "x", "b": "y"}, {SALES, E3}, False)
    assert known.intending == NOW
    closing = before(link(), (Action(verb=Verb.DISABLE), Action(verb=Verb.DELETE)), NOW)
    assert (closing.disabling, closing.deleting) == (True, True)
    assert before(closing, (), NOW) == closing


def test_what_nobody_can_be_doing_any_more_is_no_longer_expected() -> None:
    """A value that appears after that is somebody else's, even when it is the one we once meant to write."""
    known = before(link(granted={STAFF}), (Action(verb=Verb.DISABLE), Action(verb=Verb.GRANT, entitlement=SALES)), NOW)
    assert forgotten(known, account(), NOW + LATEST - timedelta(microseconds=1)) == known
    assert forgotten(known, account(), NOW + LATEST) == forgotten(known, None, NOW + LATEST) == link(granted={STAFF})
    assert forgotten(link(), account(), NOW) == link()


@pytest.mark.parametrize(("desired", "verb"), [(DORMANT, Verb.DISABLE), (active(), Verb.ENABLE)])
def test_a_disable_whose_answer_was_lost_stays_ours_however_long_it_takes_to_look_again(
    desired: Desired, verb: Verb
) -> None:
    """It is repeated, because sessions may still be open; and whoever comes back is not held as disabled by others."""
    known = before(link(), (Action(verb=Verb.DISABLE),), NOW)
    closed = account(enabled=False)
    later = forgotten(settled(known, closed, desired.stage), closed, NOW + timedelta(days=3))
    assert later.disabling
    assert [action.verb for action in plan(desired, later, closed, REFERENCES)] == [verb]


@pytest.mark.parametrize(
    ("known", "stage", "deleted"),
    [
        (link(deleting=True), Stage.ACTIVE, True),
        (link(deleting=True), Stage.ABSENT, True),
        (link(), Stage.ABSENT, True),
        (link(), Stage.DORMANT, False),
        (link(), Stage.ACTIVE, False),
        (Link(deleting=True), Stage.ABSENT, False),
    ],
)
def test_an_account_that_is_not_there_was_deleted_by_us_when_we_meant_to_or_wanted_it(
    known: Link, stage: Stage, deleted: bool
) -> None:
    found = missed(replace(known, granted=frozenset({SALES})), stage)
    assert found.deleted is deleted
    assert found.granted == {SALES}
    assert not deleted or not (found.deleting or found.enabled)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action(verb=Verb.CREATE, attributes={"a": "x"}),
         {"account": "acc", "written": {"a": "x"}, "enabled": False, "deleted": False}),
        (Action(verb=Verb.CORRELATE), {"account": "acc", "enabled": True, "deleted": False, "written": {"b": "z"}}),
        (Action(verb=Verb.UPDATE, attributes={"a": "x"}), {"written": {"a": "x", "b": "z"}}),
        (Action(verb=Verb.ENABLE), {"enabled": True, "disabling": False}),
        (Action(verb=Verb.DISABLE), {"enabled": False, "disabling": False}),
        (Action(verb=Verb.DELETE), {"deleted": True, "enabled": False, "deleting": False, "granted": {STAFF}}),
        (Action(verb=Verb.RESTORE), {"deleted": False}),
        (Action(verb=Verb.GRANT, entitlement=SALES), {"granted": {SALES, STAFF}, "granting": frozenset()}),
        (Action(verb=Verb.REVOKE, entitlement=STAFF), {"granted": frozenset()}),
    ],
)  # fmt: skip
def test_after_each_action_we_remember_exactly_what_it_did(action: Action, expected: Mapping[str, Any]) -> None:
    known = link(
        deleted=True, disabling=True, written={"b": "z"}, granted={STAFF}, granting={SALES}, intended={"a": "x"}
    )
    found = after(known, action, account())
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.intended == ({} if action.attributes else {"a": "x"})


@pytest.mark.parametrize("verb", [Verb.GRANT, Verb.REVOKE])
def test_granting_nothing_is_a_bug(verb: Verb) -> None:
    with pytest.raises(ValueError, match=f"{verb} without its entitlement"):
        after(link(), Action(verb=verb), account())


def test_what_we_remember_stands_for_the_account_until_it_is_read() -> None:
    known = link(written={"a": "x"}, granted={SALES})
    assert remembered(known) == account(SALES, a="x")
    assert remembered(replace(known, deleted=True)) is None
    assert remembered(Link()) is None


@given(worlds(), wishes())
@settings(max_examples=500, deadline=None)
def test_what_we_remember_foresees_nothing_once_a_new_account_is_as_it_should_be(
    world: World, desired: Desired
) -> None:
    if world.live is not None or world.binned is not None:
        return
    reached, _, _ = converge(world, desired)
    assert plan(desired, reached.link, remembered(reached.link), REFERENCES) == ()


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (None, None, True), (None, "", True), ("", (), True), (None, (), True), ("x", "x", True),
        ("x", "X", False), ("1", 1, False), (0, None, False), (False, None, False), (("a", "b"), ("b", "a"), True),
        (("a",), ("a", "a"), False), (("a",), "a", False), (1, 1.0, True),
    ],
)  # fmt: skip
def test_two_values_are_the_same_when_a_target_would_say_so(left: Value, right: Value, equal: bool) -> None:
    assert same(left, right) is same(right, left) is equal
