"""Laws of every plan: it closes the gap, closes it once, in a safe order, and takes away only what was ours to give."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_world import (
    EMPTY,
    KINDS,
    ORDER,
    READY,
    World,
    converge,
    ours,
    wanted,
    wishes,
    worlds,
    written_last,
)

from shared.errors import Reason, Refused
from shared.identifiers import fitting, folded, moved
from shared.model import Account, Desired, Link, Stage, Verb
from shared.planning import (
    conflicts,
    plan,
    remembered,
    same,
    unfinished,
)


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
    assert live.entitlements >= desired.entitlements - conflicts(desired, reached.link, live).keys()
    there = (world.live or world.binned or Account(id="", enabled=False)).attributes
    for name, value in {**desired.attributes, **desired.changing, **desired.lacking}.items():
        left = name in desired.changing and any(same(one, value) for one in written_last(world.link, name))
        left = left or (name in desired.lacking and not same(there.get(name), None))
        assert same(live.attributes.get(name), value) or value in EMPTY or left
    if moved(world.link.basis, desired.basis) or (world.live is None and world.binned is None):
        assert fitting(desired.candidates, live.attributes, KINDS)


@given(worlds(), wishes())
@settings(max_examples=500, deadline=None)
def test_only_what_is_ours_is_emptied_or_revoked_and_the_rest_stands(world: World, desired: Desired) -> None:
    there = world.live or world.binned or Account(id="", enabled=False)
    reached, done, _ = converge(world, desired)
    for action in done:
        naming = action.verb in (Verb.CREATE, Verb.RENAME)
        for name, value in action.attributes.items():
            assert value not in EMPTY or ours(world, name)
            assert name in {**wanted(desired), **(desired.candidates if naming else {})}
            if action.verb is Verb.UPDATE and name == "mail" and value not in EMPTY:
                assert folded(str(there.attributes.get(name) or value)) == folded(str(value)), "it is renamed"
            if action.verb is not Verb.CREATE:
                assert name not in desired.initial
                assert name not in desired.lacking or same(there.attributes.get(name), None) or ours(world, name)
        assert action.verb is not Verb.REVOKE or action.entitlement in world.link.granted - desired.entitlements
        assert action.verb is not Verb.GRANT or action.entitlement in desired.entitlements - there.entitlements
        assert action.entitlement is None or action.entitlement not in desired.kept
        assert action.verb is not Verb.GRANT or action.may_create is (action.entitlement in desired.creatable)
    if reached.live is not None:
        for alike in desired.apart:
            assert len(alike & reached.live.entitlements) < 2 or alike <= there.entitlements
        assert there.entitlements - world.link.granted <= reached.live.entitlements
        renamed = {name for action in done if action.verb is Verb.RENAME for name in action.attributes}
        kept = there.attributes.keys() - {**desired.attributes, **desired.changing, **desired.lacking} - renamed
        assert {name: reached.live.attributes[name] for name in kept} == {name: there.attributes[name] for name in kept}


@given(worlds(), wishes())
@settings(max_examples=300, deadline=None)
def test_a_plan_is_in_the_order_in_which_it_is_safe(world: World, desired: Desired) -> None:
    actions = world.plans(desired)
    verbs = [action.verb for action in actions]
    assert verbs == sorted(verbs, key=ORDER.index)
    assert all(action.because == "why" for action in actions)
    once = [verb for verb in verbs if verb not in (Verb.GRANT, Verb.REVOKE)]
    assert len(once) == len(set(once))
    if world.live is not None and world.live.enabled and desired.stage < Stage.ACTIVE:
        assert [verb for verb in verbs if verb is not Verb.CORRELATE][:1] == [Verb.DISABLE]


@given(worlds(), wishes())
@settings(max_examples=200, deadline=None)
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
    nothing = dict.fromkeys(("a", "b", "manager", "mail"))
    wiped, _, _ = converge(reached, Desired(stage=Stage.READY, attributes=nothing))
    assert wiped.live is not None
    given_by_us = {name for action in once + twice + finally_done for name in action.attributes}
    for name in given_by_us - {"name", "logon"}:
        assert wiped.live.attributes[name] in EMPTY
    for name in there.attributes.keys() - given_by_us - world.link.written.keys():
        assert same(wiped.live.attributes[name], there.attributes[name])


@given(worlds(), wishes(), st.integers(0, 6))
@settings(max_examples=200, deadline=None)
def test_only_a_lost_answer_leaves_something_unfinished(world: World, desired: Desired, number: int) -> None:
    fresh = replace(world, link=replace(world.link, disabling=False, deleting=False))
    calm, _, _ = converge(fresh, desired)
    assert not unfinished(calm.link)
    broken, done, lost = converge(fresh, desired, number)
    if lost and (done[-1].attributes or done[-1].verb in (Verb.GRANT, Verb.DISABLE, Verb.DELETE)):
        assert unfinished(broken.link)


@given(wishes(), st.frozensets(st.sampled_from(["ann", "bob", "a"])))
@settings(max_examples=200, deadline=None)
def test_what_we_remember_foresees_nothing_once_a_new_account_is_as_it_should_be(
    desired: Desired, taken: frozenset[str]
) -> None:
    reached, _, _ = converge(World(Link(), None, taken=taken), desired)
    assert plan(desired, reached.link, remembered(reached.link), KINDS) == ()
