"""What holds for every plan: it is pure, closes the gap once, in a safe order, and takes only what was ours to give."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

import pytest

from shared.errors import Reason, Refused
from shared.identifiers import fitting, folded, moved
from shared.model import Account, Action, Desired, Link, Stage, Verb
from shared.planning import conflicts, plan, remembered, same, unfinished
from tests.core.planning_world import (
    EMPTY,
    KINDS,
    ORDER,
    READY,
    World,
    converge,
    ours,
    wanted,
    written_last,
)
from tests.laws.plans import Case, case, reordered

NOBODY = Account(id="", enabled=False)


@dataclass(frozen=True, slots=True)
class Told:
    """A case, its plan, and how it ended when nothing went wrong."""

    seed: int
    world: World
    desired: Desired
    actions: tuple[Action, ...]
    reached: World
    done: list[Action]

    @property
    def there(self) -> Account:
        """What stood there before us."""
        return self.world.live or self.world.binned or NOBODY

    @property
    def dice(self) -> Random:
        return Random(f"law {self.seed}")


def told(seed: int) -> Told:
    """The case of this seed; the inputs are not to be touched by anything that is done with them."""
    one = case(seed)
    actions = one.world.plans(one.desired)
    reached, done, _ = converge(one.world, one.desired)
    assert one == case(seed), "planning or doing changed its own inputs"
    return Told(seed, one.world, one.desired, actions, reached, done)


def the_same_is_planned_from_the_same_in_whatever_order_it_is_told(one: Told) -> None:
    assert one.world.plans(one.desired) == one.actions
    other = reordered(Case(one.world, one.desired), one.dice)
    alike = other.world.plans(other.desired)
    assert [_shape(action) for action in alike] == [_shape(action) for action in one.actions]


def _shape(action: Action) -> object:
    values = {name: tuple(sorted(v)) if isinstance(v, tuple) else v for name, v in action.attributes.items()}
    return action.verb, values, action.entitlement, action.because


def doing_the_plan_reaches_what_is_wanted_and_planning_again_yields_nothing(one: Told) -> None:
    desired, live, link = one.desired, one.reached.live, one.reached.link
    assert one.reached.plans(desired) == ()
    if desired.stage is Stage.ABSENT:
        assert live is None or not link.account
        return
    if live is None or not link.account:
        assert desired.stage is Stage.DORMANT
        return
    assert live.enabled is (desired.stage is Stage.ACTIVE)
    assert live.entitlements >= desired.entitlements - conflicts(desired, link, live).keys()
    for name, value in {**desired.attributes, **desired.changing, **desired.lacking}.items():
        left = name in desired.changing and any(same(last, value) for last in written_last(one.world.link, name))
        left = left or (name in desired.lacking and not same(one.there.attributes.get(name), None))
        assert same(live.attributes.get(name), value) or value in EMPTY or left, name
    if moved(one.world.link.basis, desired.basis) or one.there is NOBODY:
        assert fitting(desired.candidates, live.attributes, KINDS)


def only_what_is_ours_is_emptied_or_revoked_and_the_rest_stands(one: Told) -> None:
    world, desired, there, live = one.world, one.desired, one.there, one.reached.live
    for action in one.done:
        naming = action.verb in (Verb.CREATE, Verb.RENAME)
        for name, value in action.attributes.items():
            assert value not in EMPTY or ours(world, name), name
            assert name in {**wanted(desired), **(desired.candidates if naming else {})}, name
            if action.verb is Verb.UPDATE and name == "mail" and value not in EMPTY:
                assert folded(str(there.attributes.get(name) or value)) == folded(str(value)), "it is renamed"
            if action.verb is not Verb.CREATE:
                assert name not in desired.initial, name
                assert name not in desired.lacking or same(there.attributes.get(name), None) or ours(world, name), name
        assert action.verb is not Verb.REVOKE or action.entitlement in world.link.granted - desired.entitlements
        assert action.verb is not Verb.GRANT or action.entitlement in desired.entitlements - there.entitlements
        assert action.entitlement is None or action.entitlement not in desired.kept
        assert action.verb is not Verb.GRANT or action.may_create is (action.entitlement in desired.creatable)
    if live is not None:
        for alike in desired.apart:
            assert len(alike & live.entitlements) < 2 or alike <= there.entitlements
        assert there.entitlements - world.link.granted <= live.entitlements
        renamed = {name for action in one.done if action.verb is Verb.RENAME for name in action.attributes}
        kept = there.attributes.keys() - {**desired.attributes, **desired.changing, **desired.lacking} - renamed
        assert all(live.attributes[name] == there.attributes[name] for name in kept)


def a_plan_is_in_the_order_in_which_it_is_safe(one: Told) -> None:
    """Above all: who leaves is locked out before anything is taken away."""
    verbs = [action.verb for action in one.actions]
    assert verbs == sorted(verbs, key=ORDER.index)
    assert all(action.because == "why" for action in one.actions)
    once = [verb for verb in verbs if verb not in (Verb.GRANT, Verb.REVOKE)]
    assert len(once) == len(set(once))
    live = one.world.live
    if live is not None and live.enabled and one.desired.stage < Stage.ACTIVE:
        assert [verb for verb in verbs if verb is not Verb.CORRELATE][:1] == [Verb.DISABLE]


def nobody_is_created_adopted_or_enabled_who_need_not_be(one: Told) -> None:
    verbs, stage, live = {action.verb for action in one.done}, one.desired.stage, one.world.live
    assert not verbs & {Verb.CREATE, Verb.RESTORE} or stage >= Stage.READY
    assert Verb.ENABLE not in verbs or stage is Stage.ACTIVE
    assert Verb.DELETE not in verbs or stage is Stage.ABSENT
    assert Verb.CORRELATE not in verbs or stage >= Stage.READY or (live is not None and live.enabled)
    if live is not None and not one.world.link.account and Verb.CORRELATE not in verbs:
        assert one.reached.live == live, "somebody else's account was touched"


def a_protected_account_is_in_no_plan(one: Told) -> None:
    if one.world.live is None:
        return
    guarded = replace(one.world, live=replace(one.world.live, protected="a directory role"))
    if not one.actions:
        assert guarded.plans(one.desired) == ()
        return
    with pytest.raises(Refused, match="account acc is protected: a directory role") as refused:
        guarded.plans(one.desired)
    assert refused.value.reason is Reason.PROTECTED


def lost_answers_leave_nothing_behind_and_forget_nothing_that_is_ours(one: Told) -> None:
    """The same place is reached; and when the person leaves, exactly what was there before us is there again."""
    desired, there, dice = one.desired, one.there, one.dice
    broken, once, lost = converge(one.world, desired, dice.randrange(7))
    broken, twice, _ = converge(broken, desired, dice.randrange(7)) if lost else (broken, [], False)
    reached, finally_done, _ = converge(broken, desired)
    done = once + twice + finally_done
    assert reached.live == one.reached.live
    assert [action.verb for action in done].count(Verb.CREATE) <= 1
    assert reached.plans(desired) == ()
    if reached.live is None or not reached.link.account:
        returned, _, _ = converge(reached, READY)  # and nobody has to say that the account vanished
        assert returned.live is not None
        return
    left, _, _ = converge(reached, Desired(stage=Stage.DORMANT))
    assert left.live is not None
    assert left.live.entitlements == there.entitlements - one.world.link.granted
    nothing = dict.fromkeys(("a", "b", "manager", "mail"))
    wiped, _, _ = converge(reached, Desired(stage=Stage.READY, attributes=nothing))
    assert wiped.live is not None
    given_by_us = {name for action in done for name in action.attributes}
    for name in given_by_us - {"name", "logon"}:
        assert wiped.live.attributes[name] in EMPTY, name
    for name in there.attributes.keys() - given_by_us - one.world.link.written.keys():
        assert same(wiped.live.attributes[name], there.attributes[name]), name


def only_a_lost_answer_leaves_something_unfinished(one: Told) -> None:
    fresh = replace(one.world, link=replace(one.world.link, disabling=False, deleting=False))
    calm, _, _ = converge(fresh, one.desired)
    assert not unfinished(calm.link)
    broken, done, lost = converge(fresh, one.desired, one.dice.randrange(7))
    if lost and (done[-1].attributes or done[-1].verb in (Verb.GRANT, Verb.DISABLE, Verb.DELETE)):
        assert unfinished(broken.link)


def what_we_remember_foresees_nothing_once_a_new_account_is_as_it_should_be(one: Told) -> None:
    reached, _, _ = converge(World(Link(), None, taken=one.world.taken), one.desired)
    assert plan(one.desired, reached.link, remembered(reached.link), KINDS) == ()


Law = Callable[[Told], None]
LAWS: tuple[Law, ...] = (
    the_same_is_planned_from_the_same_in_whatever_order_it_is_told,
    doing_the_plan_reaches_what_is_wanted_and_planning_again_yields_nothing,
    only_what_is_ours_is_emptied_or_revoked_and_the_rest_stands,
    a_plan_is_in_the_order_in_which_it_is_safe,
    nobody_is_created_adopted_or_enabled_who_need_not_be,
    a_protected_account_is_in_no_plan,
)
IN_TURN: tuple[Law, ...] = (
    lost_answers_leave_nothing_behind_and_forget_nothing_that_is_ours,
    only_a_lost_answer_leaves_something_unfinished,
    what_we_remember_foresees_nothing_once_a_new_account_is_as_it_should_be,
)


"""These take as long as all others together: each plan is held to one of them."""


def checked(seed: int) -> None:
    """Hold the plan with this seed to the laws."""
    one = told(seed)
    for law in (*LAWS, IN_TURN[seed % len(IN_TURN)]):
        try:
            law(one)
        except Exception as error:
            error.add_note(f"not so in plan {seed}: {law.__name__.replace('_', ' ')}")
            raise
