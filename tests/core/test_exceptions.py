"""Laws of exceptions and blocks: no order, no effect once they are over, nothing where somebody is left alone, nobody
more alive than HR says, and deny wins.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_world import KINDS, NOW, SALES, STAFF, World, converge

from shared.errors import Refused
from shared.exceptions import (
    ALONE,
    Block,
    Exemption,
    Kind,
    doubt,
    left_alone,
    next_day,
    with_block,
    with_exceptions,
)
from shared.model import Desired, Entitlement, Stage, Verb
from shared.planning import plan
from tests.effort import effort
from tests.laws.plans import case

SEEDS = st.integers(0, 1_000_000)
WISHES, WORLDS = SEEDS.map(lambda seed: case(seed).desired), SEEDS.map(lambda seed: case(seed).world)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
PAYROLL = Entitlement("group", "Payroll")
ENTITLED = (Kind.GRANT, Kind.DENY)


def exemption(kind: Kind, what: Entitlement | None = None, **given: date | None) -> Exemption:
    target = "" if kind is Kind.FREEZE else "entra"
    last = given.get("last") or TODAY
    return Exemption(
        kind=kind, target=target, entitlement=what, first=given.get("first"), last=last, owner="it", because="asked"
    )


days = st.dates(TODAY - 10 * DAY, TODAY + 10 * DAY)


@st.composite
def exemptions(draw: st.DrawFn) -> Exemption:
    kind = draw(st.sampled_from(Kind))
    return Exemption(
        kind=kind,
        target="" if kind is Kind.FREEZE else draw(st.sampled_from(["entra", "other"])),
        entitlement=draw(st.sampled_from([SALES, STAFF, PAYROLL])) if kind in ENTITLED else None,
        first=draw(st.none() | days),
        last=draw(days),
        owner="it",
        because="asked",
    )


several = st.lists(exemptions(), max_size=6)
blocks = st.builds(Block, by=st.just("it"), because=st.just("stolen"), at=st.just(NOW), strip=st.booleans())


@given(WISHES, several.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_their_order_makes_no_difference(desired: Desired, two: tuple[list[Exemption], list[Exemption]]) -> None:
    assert with_exceptions(desired, two[0], "entra", TODAY) == with_exceptions(desired, two[1], "entra", TODAY)


@given(WISHES, several, days)
def test_one_that_is_over_or_has_not_begun_changes_nothing(desired: Desired, some: list[Exemption], day: date) -> None:
    there = [one for one in some if one.holds("entra", day)]
    assert with_exceptions(desired, some, "entra", day) == with_exceptions(desired, there, "entra", day)
    assert with_exceptions(desired, [one for one in some if one not in there], "entra", day) == desired


@given(WISHES, several)
def test_heeding_them_twice_is_heeding_them_once(desired: Desired, some: list[Exemption]) -> None:
    once = with_exceptions(desired, some, "entra", TODAY)
    assert with_exceptions(once, some, "entra", TODAY) == once


@given(WORLDS, WISHES, several, st.sampled_from(sorted(ALONE)))
def test_nothing_follows_for_somebody_who_is_left_alone(
    world: World, desired: Desired, some: list[Exemption], kind: Kind
) -> None:
    still = with_exceptions(desired, [*some, exemption(kind)], "entra", TODAY)
    assert plan(still, world.link, world.live, KINDS) == ()
    assert replace(still, only=None) == desired, "what is wanted stays what it was"


@given(WISHES, several)
def test_nobody_is_made_more_alive_and_a_leaver_never_gains(desired: Desired, some: list[Exemption]) -> None:
    heeded = with_exceptions(desired, some, "entra", TODAY)
    assert heeded.stage is desired.stage
    if desired.stage < Stage.ACTIVE:
        assert heeded.entitlements <= desired.entitlements


@given(WISHES, several, st.sampled_from([SALES, STAFF, PAYROLL]))
def test_deny_wins_over_every_grant_and_over_the_rules(
    desired: Desired, some: list[Exemption], what: Entitlement
) -> None:
    heeded = with_exceptions(desired, [*some, exemption(Kind.DENY, what)], "entra", TODAY)
    assert what not in heeded.entitlements or left_alone(some, "entra", TODAY)


@given(WORLDS, WISHES, several)
@settings(max_examples=effort(30, 1_000))
def test_a_plan_with_exceptions_closes_its_gap_like_any(world: World, desired: Desired, some: list[Exemption]) -> None:
    heeded = with_exceptions(desired, some, "entra", TODAY)
    if left_alone(some, "entra", TODAY):
        return
    reached, _, _ = converge(world, heeded)
    assert reached.plans(heeded) == ()


@given(WISHES, several)
def test_the_next_day_is_the_first_on_which_they_say_something_else(desired: Desired, some: list[Exemption]) -> None:
    until = next_day(some, TODAY) or TODAY + 30 * DAY
    for number in range((until - TODAY).days):
        quiet = TODAY + number * DAY
        assert with_exceptions(desired, some, "entra", quiet) == with_exceptions(desired, some, "entra", TODAY)


@pytest.mark.parametrize("kind", list(Kind))
def test_first_and_last_day_are_inclusive(kind: Kind) -> None:
    one = exemption(kind, PAYROLL if kind in ENTITLED else None, first=TODAY, last=TODAY + DAY)
    counts = [one.holds("entra", TODAY + n * DAY) for n in range(-1, 3)]
    assert counts == [False, True, True, False]
    assert [next_day([one], TODAY + n * DAY) for n in range(-1, 3)] == [TODAY, TODAY + 2 * DAY, TODAY + 2 * DAY, None]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, TODAY, ""),
        (TODAY + DAY, TODAY + DAY, ""),
        (None, TODAY + 30 * DAY, ""),
        (None, TODAY - DAY, "its last day, 2026-03-01, is past"),
        (TODAY + 2 * DAY, TODAY + DAY, "it would begin on 2026-03-04, after its last day, 2026-03-03"),
        (
            None,
            TODAY + 31 * DAY,
            "it would last until 2026-04-02, more than 30 days; end it sooner, and renew it when it is needed",
        ),
    ],
)
def test_dates_that_make_no_sense_are_told(first: date | None, last: date, said: str) -> None:
    assert doubt(exemption(Kind.FREEZE, first=first, last=last), TODAY, 30) == said


# ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────────────


@given(WORLDS, WISHES, several, blocks)
@settings(max_examples=effort(70, 2_000))
def test_whoever_is_blocked_ends_disabled_with_nothing_new(
    world: World, desired: Desired, some: list[Exemption], block: Block
) -> None:
    wanted = with_block(with_exceptions(desired, some, "entra", TODAY), block)
    try:
        reached, done, _ = converge(world, wanted)
    except Refused:
        return  # the account is gone; there is nothing to disable
    assert {action.verb for action in done} & {Verb.ENABLE, Verb.GRANT} == set()
    assert reached.plans(wanted) == ()
    ours = reached.live is not None and reached.link.account
    assert not (ours and reached.live and reached.live.enabled)
    if ours and reached.live and block.strip:
        assert not reached.link.granted & reached.live.entitlements


@given(WORLDS, WISHES, blocks, st.sampled_from(sorted(ALONE)))
def test_of_somebody_who_is_left_alone_a_block_does_itself_and_no_more(
    world: World, desired: Desired, block: Block, kind: Kind
) -> None:
    wanted = with_block(with_exceptions(desired, [exemption(kind)], "entra", TODAY), block)
    try:
        actions = plan(wanted, world.link, world.live, KINDS)
    except Refused:
        return
    assert all(block.allows(action.verb) for action in actions)


@given(WISHES, blocks)
def test_a_block_makes_nobody_more_alive(desired: Desired, block: Block) -> None:
    assert with_block(desired, block).stage <= min(desired.stage, Stage.READY)
    assert with_block(replace(desired, only=frozenset()), block).stage is Stage.DORMANT
