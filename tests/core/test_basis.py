"""What names follow from: a fingerprint of each fact, by which two days are compared whatever the rules read."""

import pytest
from core_world import VALUES
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers import basis, leap, moved, unknown
from shared.model import Attributes

FACTS = st.dictionaries(st.sampled_from(["name", "prefix", "a b", "a=b", ""]), VALUES)
NAMES = st.frozensets(st.sampled_from(["name", "prefix", "a b", "a=b", ""]))


@pytest.mark.parametrize(
    ("facts", "renames"),
    [
        ({"name": "Bos", "hours": 36, "other": 1}, False),
        ({"hours": 36, "name": "Bos"}, False),
        ({"name": "bos", "hours": 36}, True),
        ({"name": "Bos", "hours": "36"}, True),
        ({"name": "Bos"}, True),
        ({"name": None, "hours": 36}, True),
    ],
)
def test_names_move_with_the_facts_that_were_read_and_with_nothing_else(facts: Attributes, renames: bool) -> None:
    first = basis({"name": "Bos", "hours": 36}, frozenset({"hours", "name"}))
    assert moved(first, basis(facts, frozenset({"name", "hours"}))) is renames


@given(FACTS, NAMES, FACTS, NAMES)
def test_only_a_fact_that_both_rules_read_can_move_a_name(
    before: Attributes, read: frozenset[str], now: Attributes, reads: frozenset[str]
) -> None:
    changed = any(repr(before.get(name)) != repr(now.get(name)) for name in read & reads)
    assert moved(basis(before, read), basis(now, reads)) is changed
    assert moved(basis(now, reads), basis(before, read)) is changed
    assert not moved(basis(before, read), basis(before, reads))


@given(FACTS, NAMES)
def test_what_is_not_known_differs_from_anything_that_is(facts: Attributes, read: frozenset[str]) -> None:
    known = basis(facts, read)
    assert moved(unknown(known), known) is bool(read)
    assert unknown(unknown(known)) == unknown(known)
    assert not moved(unknown(known), unknown(known))


@pytest.mark.parametrize("none", ["", " ", "n", "n=", "m=1"])
def test_where_nothing_is_known_or_nothing_is_shared_nobody_moves(none: str) -> None:
    assert not moved(none, "n=1")
    assert not moved("n=1", none)
    assert not moved(none, none)


def test_a_basis_holds_no_value_and_can_be_made_of_anything_hr_says() -> None:
    assert "Bos" not in basis({"name": "Bos"}, frozenset({"name"}))
    assert basis({"name": "\ud800"}, frozenset({"name"})) != basis({"name": "\ud801"}, frozenset({"name"}))
    assert basis({"name": None}, frozenset({"name"})) == basis({}, frozenset({"name"}))
    assert basis({"name": "Bos"}, frozenset()) == ""


@given(st.text(max_size=5), st.integers(0, 1000))
def test_whoever_misses_often_leaps_on_by_a_way_of_their_own(person: str, misses: int) -> None:
    assert 1 <= leap(person, misses) <= 128
    assert leap(person, misses) == leap(person, misses)
    assert misses > 2 or leap(person, misses) == 1


def test_people_who_miss_alike_leap_apart() -> None:
    assert len({leap(str(person), 10) for person in range(50)}) > 25
