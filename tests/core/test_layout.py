"""Where rows live: all of one person's in one partition, found by prefix, and no two things under one key."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import keys, layout
from shared.layout import Hop
from shared.store import prefixed
from tests.effort import effort

IDS = st.text(max_size=20)


def test_an_id_of_ours_never_changes() -> None:
    """It is saved in every row and message; another answer would orphan them."""
    assert layout.own_id("hr", "000101") == "b050165d184824490561"
    assert layout.bucket("b050165d184824490561") == "06"
    assert layout.BUCKETS == 64


@given(IDS, IDS, IDS, IDS)
@settings(max_examples=effort(30, 1_000))
def test_two_people_never_share_an_id(source: str, hr_id: str, other_source: str, other_id: str) -> None:
    one, other = layout.own_id(source, hr_id), layout.own_id(other_source, other_id)
    if "\0" not in source + other_source:
        assert (one == other) is ((source, hr_id) == (other_source, other_id))
    assert len(one) == 20
    assert layout.bucket(one) in set(layout.buckets())


def test_what_belongs_to_a_target_has_drawers_of_its_own() -> None:
    assert layout.drawer("entra", "some account") == f"entra|{layout.bucket('some account')}"
    assert layout.drawer("entra", "some account") != layout.drawer("scim", "some account")
    assert layout.cohort("poll|hr|1") == "cohort|poll|hr|1"


def test_people_spread_over_all_buckets() -> None:
    used = [layout.bucket(layout.own_id("hr", str(number))) for number in range(6400)]
    assert set(used) == set(layout.buckets())
    assert max(used.count(bucket) for bucket in set(used)) < 180
    assert len(list(layout.buckets())) == layout.BUCKETS


PERSON, OTHER = layout.own_id("hr", "1"), layout.own_id("hr", "2")
MARCH = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
OF_PERSON = [
    layout.person(PERSON),
    layout.mapped(PERSON),
    layout.desired(PERSON, "entra"),
    layout.link(PERSON, "entra"),
    layout.permit(PERSON, "entra"),
    layout.lease(PERSON, "entra"),
    layout.hold(PERSON, "entra", "disable"),
    layout.hold(PERSON, "hr", "-"),
    layout.dependent(PERSON, OTHER),
    layout.entry(AT, PERSON, 1, "entra|disable"),
]
FOR_TIMERS = [
    layout.wake(MARCH, PERSON),
    *(layout.mark(hop, PERSON, "entra") for hop in Hop),
    layout.mark(Hop.MAP, PERSON),
]


def within(prefix: str, key: str) -> bool:
    first, last = prefixed(prefix)
    return first <= key < last


def test_no_two_things_share_a_key_and_every_key_can_be_stored() -> None:
    everything = [*OF_PERSON, *FOR_TIMERS]
    assert len(set(everything)) == len(everything)
    assert all(keys.decode(keys.encode(key)) == key for key in everything)


def test_everything_of_one_person_has_one_prefix_and_nothing_else_has_it() -> None:
    assert all(within(layout.of(PERSON), key) for key in OF_PERSON)
    assert not any(within(layout.of(PERSON), key) for key in FOR_TIMERS)
    assert not within(layout.of(PERSON), layout.person(OTHER))


@pytest.mark.parametrize("hop", Hop)
def test_each_hop_finds_its_own_marks_and_no_others(hop: Hop) -> None:
    found = [key for key in FOR_TIMERS if within(layout.marks(hop), key)]
    assert found == [layout.mark(hop, PERSON, "entra"), *([layout.mark(hop, PERSON)] if hop is Hop.MAP else [])]
    assert all(within(layout.MARKS, key) for key in found)


def test_holds_are_found_for_one_place_or_for_all() -> None:
    holds = [layout.hold(PERSON, "entra", "disable"), layout.hold(PERSON, "hr", "-")]
    assert [key for key in OF_PERSON if within(layout.holds(PERSON), key)] == holds
    assert [key for key in OF_PERSON if within(layout.holds(PERSON, "hr"), key)] == holds[1:]
    assert not within(layout.holds(PERSON, "hr"), layout.hold(PERSON, "hr2", "-"))
    assert [key for key in OF_PERSON if within(layout.dependents(PERSON), key)] == [layout.dependent(PERSON, OTHER)]


@given(st.dates(), st.dates())
@settings(max_examples=effort(30, 1_000))
def test_wakes_are_in_order_of_day(one: date, other: date) -> None:
    assert (layout.wake(one, PERSON) < layout.wake(other, PERSON)) is (one < other)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
@settings(max_examples=effort(30, 1_000))
def test_lines_of_the_ledger_are_in_order_of_time(one: int, other: int) -> None:
    early, late = (AT + timedelta(microseconds=number) for number in sorted((one, other)))
    lines = [layout.entry(at, PERSON, 1, "entra|disable") for at in (early, late)]
    assert lines == sorted(lines)
