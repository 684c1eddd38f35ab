"""An account that appears by itself: when it is looked for, how often, when a person is told, and what a plan does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.awaiting import LATEST, PATIENCE, SOONEST, again, awaits, belongs, followed, missing, overdue, seen
from shared.exceptions import Block, with_block
from shared.model import Account, Desired, Entitlement, Link, Stage, Verb
from shared.planning import concerned, plan

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SALES, STAFF, VAULT = (Entitlement("full_access", name) for name in ("sales", "staff", "vault"))
BOX = Account(id="anna", enabled=True)
CLOSED = Account(id="anna", enabled=False)
OURS = Link(account="anna", enabled=True)


def wanted(stage: Stage, follows: str | None = "anna", **more: object) -> Desired:
    return Desired(stage=stage, follows=follows, **more)  # type: ignore[arg-type]


def verbs(desired: Desired, link: Link, live: Account | None) -> list[Verb]:
    return [action.verb for action in plan(desired, link, live, {})]


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("link", [Link(), OURS, Link(account="anna", deleted=True)])
def test_an_account_that_is_not_there_is_never_made_and_never_restored(stage: Stage, link: Link) -> None:
    assert verbs(wanted(stage), link, None) == []


@pytest.mark.parametrize("stage", list(Stage))
def test_a_record_of_hr_that_is_not_there_is_not_waited_for(stage: Stage) -> None:
    assert not awaits(wanted(stage, corrects=True))


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("live", [None, BOX, CLOSED])
def test_while_there_is_no_other_account_nothing_at_all_is_done(stage: Stage, live: Account | None) -> None:
    assert verbs(wanted(stage, ""), OURS, live) == []


@pytest.mark.parametrize(
    ("stage", "live", "expected"),
    [
        (Stage.ACTIVE, BOX, [Verb.CORRELATE]),
        (Stage.ACTIVE, CLOSED, [Verb.CORRELATE, Verb.ENABLE]),
        (Stage.READY, BOX, [Verb.CORRELATE]),
        (Stage.READY, CLOSED, [Verb.CORRELATE]),
        (Stage.DORMANT, BOX, [Verb.CORRELATE, Verb.DISABLE]),
        (Stage.DORMANT, CLOSED, []),
        (Stage.ABSENT, BOX, [Verb.CORRELATE, Verb.DISABLE]),
        (Stage.ABSENT, CLOSED, []),
    ],
)
def test_one_that_appeared_is_taken_over_closed_only_for_who_leaves_and_never_deleted(
    stage: Stage, live: Account, expected: list[Verb]
) -> None:
    assert verbs(wanted(stage), Link(), live) == expected


def test_an_account_that_we_make_is_closed_ahead_of_the_first_day_as_ever() -> None:
    assert verbs(wanted(Stage.READY, None), OURS, BOX) == [Verb.DISABLE]


@pytest.mark.parametrize("only", [None, frozenset[Verb]()])
def test_a_block_leaves_it_as_it_is_also_for_somebody_who_is_left_alone(only: frozenset[Verb] | None) -> None:
    block = Block(by="somebody", because="a stolen laptop", at=NOW)
    blocked = with_block(wanted(Stage.ACTIVE, entitlements=frozenset({SALES}), only=only), block)
    assert verbs(blocked, OURS, BOX) == []
    assert verbs(with_block(wanted(Stage.ACTIVE, None, only=only), block), OURS, BOX) == [Verb.DISABLE]


def test_it_is_looked_for_once_somebody_is_in_service_and_the_other_account_is_there() -> None:
    assert awaits(wanted(Stage.ACTIVE))
    assert not any(awaits(one) for one in (wanted(Stage.READY), wanted(Stage.ACTIVE, ""), wanted(Stage.ACTIVE, None)))


def test_it_is_not_looked_for_where_somebody_said_that_it_is_not_theirs() -> None:
    assert belongs(wanted(Stage.ACTIVE), Link())
    assert not belongs(wanted(Stage.ACTIVE, ""), Link())
    assert not belongs(wanted(Stage.ACTIVE), Link(apart=frozenset({"anna"})))
    assert belongs(wanted(Stage.ACTIVE, None), Link(apart=frozenset({"anna"})))


def test_when_the_other_account_is_another_one_the_link_begins_anew() -> None:
    link = Link(account="old", enabled=True, granted=frozenset({SALES}), apart=frozenset({"x"}))
    assert followed(wanted(Stage.ACTIVE), link) == Link(apart=frozenset({"x"}))
    assert followed(wanted(Stage.ACTIVE, "old"), link) is link
    assert followed(wanted(Stage.ACTIVE, None), link) is link
    nothing_yet = missing(Link(), NOW)
    assert followed(wanted(Stage.ACTIVE), nothing_yet) is nothing_yet


@given(st.integers(min_value=0, max_value=400_000))
def test_looks_become_rarer_and_a_person_is_told_after_a_day(seconds: int) -> None:
    link, now = missing(Link(), NOW), NOW + timedelta(seconds=seconds)
    assert missing(link, now) == link
    assert SOONEST <= again(link, now) - now <= LATEST
    assert again(link, now) - now >= min(timedelta(seconds=seconds), LATEST)
    assert overdue(link, now) is (timedelta(seconds=seconds) >= PATIENCE)


def test_the_first_look_comes_after_five_minutes_and_the_last_ones_hourly_until_a_day_is_over() -> None:
    link = missing(Link(), NOW)
    assert again(Link(), NOW) == again(link, NOW) == NOW + timedelta(minutes=5)
    assert again(link, NOW + timedelta(hours=9)) == NOW + timedelta(hours=10)
    assert [overdue(link, NOW + timedelta(hours=hours)) for hours in (23, 24, 25)] == [False, True, True]


def test_once_it_is_seen_nothing_is_awaited() -> None:
    assert seen(missing(Link(), NOW)) == Link()
    assert not overdue(Link(), NOW)


def test_a_plan_is_told_of_everything_that_is_wanted_kept_given_or_excluded() -> None:
    desired = wanted(Stage.ACTIVE, entitlements=frozenset({SALES}), apart=(frozenset({SALES, VAULT}),))
    assert concerned(desired, Link(granted=frozenset({STAFF}))) == {SALES, STAFF, VAULT}
