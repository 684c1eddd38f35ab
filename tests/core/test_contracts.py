"""Which contract speaks for somebody, why it and no other, and what rules know of it."""

# ruff: noqa: E501 - two contracts and the reason stand on one line

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
from core_world import SOURCE, VALUES, contract, day, person
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts import facts_of, primary, ranked, reason, state
from shared.model import Contract, Person, Value
from shared.policy import SourcePolicy

MARCH = day("2026-03-02")
COVERS = "it covers this day"
NEXT = "none covers this day, and it comes next"
ENDED = "all have ended, and it ended last"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-02", None, "active"),
        ("2026-03-02", "2026-03-02", "active"),
        ("2020-01-01", "2026-03-02", "active"),
        ("2026-03-03", None, "future"),
        ("2020-01-01", "2026-03-01", "past"),
        ("2026-03-02", "2026-03-01", "past"),
    ],
)
def test_the_first_and_the_last_day_belong_to_a_contract(start: str, end: str | None, expected: str) -> None:
    one = contract(start, end)
    assert state(one, MARCH) == expected
    assert facts_of(person(), one, MARCH)["contractState"] == expected


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        # what covers today, else what comes next, else what ended last
        (contract("2020-01-01", "2026-03-02", fte=0.1), contract("2026-03-03", id="2", fte=1), COVERS),
        (contract("2026-03-02", hours=1), contract("2020-01-01", "2026-03-01", id="2", hours=40), COVERS),
        (contract("2027-01-01"), contract("2020-01-01", "2026-03-01", id="2", fte=1), NEXT),
        (contract("2026-03-03", fte=0.1), contract("2026-03-04", id="2", fte=1), NEXT),
        (contract("2021-01-01", "2026-02-02"), contract("2020-01-01", "2026-02-01", id="2", fte=1), ENDED),
        # the larger employment
        (contract("2026-01-01", fte=0.6, hours=1), contract("2020-01-01", id="2", fte=0.4, hours=9), "it has the most fte"),
        (contract("2026-01-01", fte="0,6"), contract("2020-01-01", id="2", fte="0,5"), "it has the most fte"),
        (contract("2026-01-01", fte=1), contract("2020-01-01", id="2", fte="much"), "it has the most fte"),
        (contract("2026-01-01", fte=1), contract("2020-01-01", id="2", fte="inf"), "it has the most fte"),
        (contract("2026-01-01"), contract("2020-01-01", id="2", fte=-0.5), "it has the most fte"),
        (contract("2026-01-01", hours="24"), contract("2020-01-01", id="2", hours="8"), "it has the most hours"),
        (contract("2026-04-01", fte=0.6), contract("2026-04-01", id="2", fte=0.4), "it has the most fte"),
        (contract("2020-01-01", "2026-02-02", hours=2), contract("2020-01-01", "2026-02-02", id="2"), "it has the most hours"),
        # how long it lasts
        (contract("2026-01-01"), contract("2020-01-01", "2030-01-01", id="2"), "it ends last"),
        (contract("2026-04-01", "2027-01-01"), contract("2026-04-01", "2026-12-31", id="2"), "it ends last"),
        (contract("2020-01-01"), contract("2021-01-01", id="2"), "it began first"),
        (contract("2020-01-01", "2026-02-02"), contract("2021-01-01", "2026-02-02", id="2"), "it began first"),
        # and something always decides
        (contract("2020-01-01", id="A"), contract("2020-01-01", id="B"), "it has the lowest id"),
        (contract("2026-04-01", id="10"), contract("2026-04-01", id="9"), "it has the lowest id"),
        (contract("2020-01-01", "2026-02-02", id="A"), contract("2020-01-01", "2026-02-02", id="B"), "it has the lowest id"),
    ],
)  # fmt: skip
def test_of_two_contracts_the_first_speaks_and_why_is_said(one: Contract, other: Contract, why: str) -> None:
    for both in ((one, other), (other, one)):
        assert ranked(person(*both), SOURCE, MARCH) == (one, other)
        assert primary(person(*both), SOURCE, MARCH) == one
        assert reason(person(*both), SOURCE, MARCH) == why


@pytest.mark.parametrize(
    ("merits", "one", "other", "why"),
    [
        ([{"of": "kind", "order": ["permanent", "temporary"]}], contract("2026-01-01", kind="Temporary"), contract("2020-01-01", id="0", fte=1, kind="external"), "its kind comes first"),
        ([{"of": "kind", "order": ["permanent", "temporary"]}], contract("2026-01-01", kind="permanent"), contract("2020-01-01", id="0", fte=1, kind="temporary"), "its kind comes first"),
        ([{"of": "kind", "order": ["permanent"]}], contract("2026-01-01", kind="a"), contract("2020-01-01", id="2"), "it has the lowest id"),
        ([{"most": "hours"}, {"most": "fte"}], contract("2026-01-01", hours=20, fte=0.1), contract("2020-01-01", id="0", hours="19,5", fte=1), "it has the most hours"),
        ([{"least": "sequence"}], contract("2026-01-01", sequence=2), contract("2020-01-01", id="0", sequence=10), "it has the least sequence"),
        ([{"least": "sequence"}], contract("2026-01-01", sequence=2), contract("2020-01-01", id="0"), "it has the least sequence"),
        (["ends_first"], contract("2026-01-01", "2026-12-31"), contract("2020-01-01", id="0"), "it ends first"),
        (["began_last", {"most": "fte"}], contract("2026-01-01"), contract("2020-01-01", id="0", fte=1), "it began last"),
        (["began_last"], contract("2026-04-01"), contract("2026-04-02", id="0"), NEXT),
        (["ends_first"], contract("2020-01-01", "2026-02-02"), contract("2020-01-01", "2026-02-01", id="0"), ENDED),
        ([{"of": "kind", "order": ["permanent"]}], contract("2026-01-01", kind="external"), contract("2020-01-01", "2026-03-01", id="0", kind="permanent"), COVERS),
        ([], contract("2026-01-01"), contract("2020-01-01", id="2", fte=1), "it has the lowest id"),
    ],
)  # fmt: skip
def test_a_policy_names_what_speaks_for_a_contract_and_a_contract_that_covers_the_day_comes_before_all_others(
    merits: list[Any], one: Contract, other: Contract, why: str
) -> None:
    source = SourcePolicy.model_validate({"connector": "hr", "primary": merits})
    for both in ((one, other), (other, one)):
        assert ranked(person(*both), source, MARCH) == (one, other)
        assert reason(person(*both), source, MARCH) == why


def test_of_several_the_reason_is_what_tells_the_first_from_the_next() -> None:
    some = contract("2026-01-01", fte=0.6), contract("2026-01-01", id="2", fte=0.4), contract("2027-01-01", id="3")
    assert ranked(person(*some[::-1]), SOURCE, MARCH) == some
    assert reason(person(*some), SOURCE, MARCH) == "it has the most fte"


def test_who_has_one_contract_or_none_needs_no_reason_to_choose() -> None:
    assert reason(person(contract("2020-01-01")), SOURCE, MARCH) == "it is the only one"
    assert (reason(person(), SOURCE, MARCH), ranked(person(), SOURCE, MARCH), primary(person(), SOURCE, MARCH)) == (
        "",
        (),
        None,
    )


def test_a_contract_that_is_told_twice_is_no_trouble() -> None:
    assert (
        reason(person(contract("2020-01-01"), contract("2020-01-01")), SOURCE, MARCH)
        == "nothing tells it from the next"
    )


REASONS = {
    COVERS, NEXT, ENDED, "it has the most fte", "it has the most hours", "it ends last", "it began first",
    "it has the lowest id", "it is the only one",
}  # fmt: skip
DATES = st.integers(-20, 20).map(lambda number: MARCH + timedelta(number))
AMOUNTS = st.one_of(st.sampled_from([None, 0, 0.5, 1, "0,5", "0.5", "1", "nan", "1e999", True, ("1",)]), VALUES)


@st.composite
def employed(draw: st.DrawFn) -> Person:
    jobs = [
        Contract(
            id=id,
            start=draw(DATES),
            end=draw(st.none() | DATES),
            fields=draw(st.dictionaries(st.sampled_from(["fte", "hours"]), AMOUNTS)),
        )
        for id in draw(st.lists(st.sampled_from(["1", "2", "10", "a"]), max_size=4, unique=True))
    ]
    return Person(hr_id="7", contracts=tuple(jobs))


@given(employed())
def test_somebody_speaks_for_everybody_with_a_contract_and_the_order_in_which_hr_tells_does_not_matter(
    someone: Person,
) -> None:
    first, why = ranked(someone, SOURCE, MARCH), reason(someone, SOURCE, MARCH)
    assert sorted(first, key=id) == sorted(someone.contracts, key=id)
    assert (why == "") is (someone.contracts == ())
    assert why in REASONS | {""}
    for order in permutations(someone.contracts):
        shuffled = Person(hr_id="7", contracts=order)
        assert (ranked(shuffled, SOURCE, MARCH), reason(shuffled, SOURCE, MARCH)) == (first, why)


@given(employed(), DATES)
def test_the_order_is_the_one_that_is_documented(someone: Person, on: date) -> None:
    """Three kinds in a row; within each the order in which the words of `ranked` name what counts."""
    found = ranked(someone, SOURCE, on)
    kinds = [state(one, on) for one in found]
    assert kinds == sorted(kinds, key=["active", "future", "past"].index)
    for before, after in pairwise(found):
        if state(before, on) == state(after, on):
            ask = DOCUMENTED[state(before, on)]
            assert [rule(before) for rule in ask] < [rule(after) for rule in ask]


def amount(value: Value) -> float:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return 0
    return number if number - number == 0 else 0


def larger(name: str) -> Callable[[Contract], float]:
    return lambda one: -amount(one.fields.get(name))


Rule = Callable[[Contract], float | int | str]
BEGINS: Rule = lambda one: one.start.toordinal()  # noqa: E731 - a table of rules
ENDS_LAST: Rule = lambda one: -(one.end or date.max).toordinal()  # noqa: E731
LOWEST: Rule = lambda one: one.id  # noqa: E731
DOCUMENTED: dict[str, list[Rule]] = {
    "active": [larger("fte"), larger("hours"), ENDS_LAST, BEGINS, LOWEST],
    "future": [BEGINS, larger("fte"), larger("hours"), ENDS_LAST, LOWEST],
    "past": [ENDS_LAST, larger("fte"), larger("hours"), BEGINS, LOWEST],
}


def test_facts_are_the_persons_the_contracts_and_what_every_person_has() -> None:
    someone = person(name="Anna", title="nobody's", contractState="HR's own word", employeeId="HR's own number")
    assert facts_of(someone, contract("2026-04-01", "2026-04-30", id="A", title="Seller"), MARCH) == {
        "name": "Anna",
        "title": "Seller",
        "employeeId": "7",
        "contractId": "A",
        "contractStart": "2026-04-01",
        "contractEnd": "2026-04-30",
        "contractState": "future",
    }
    assert facts_of(someone, contract("2026-03-02"), MARCH)["contractEnd"] is None
    elsewhere = replace(contract("2026-03-02"), hr_id="8")
    assert facts_of(someone, elsewhere, MARCH)["employeeId"] == "8"


def test_a_contract_says_nothing_of_itself_for_whom_there_is_none() -> None:
    assert facts_of(person(name="Anna"), None, MARCH) == {"employeeId": "7", "name": "Anna"}
