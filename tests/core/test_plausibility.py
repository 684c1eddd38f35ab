"""Which answers of HR are believed: not those that are empty, halved, emptied, shifted or old."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model import Contract, Person
from shared.plausibility import Answer, Differences, doubts, says_less
from shared.policy import Plausible, SourcePolicy

TODAY = date(2026, 3, 2)
HR = SourcePolicy(connector="hr")
ANNA = Person(
    hr_id="7",
    fields={"surname": "Bos", "nickName": None},
    contracts=(Contract(id="1", start=date(2020, 1, 1), fields={"department": "Care", "title": "Nurse"}),),
)


@pytest.mark.parametrize(
    ("known", "seen", "gone", "limits", "believed"),
    [
        (0, 0, 0, {}, False),
        (100, 0, 100, {}, False),
        (0, 100, 0, {}, True),
        (100, 90, 10, {}, True),
        (100, 89, 11, {}, False),
        (1000, 901, 100, {}, True),
        (1000, 899, 101, {}, False),
        (4, 1, 3, {}, True),
        (4, 1, 4, {}, False),
        (40, 36, 4, {}, True),
        (39, 35, 4, {}, False),
        (100, 200, 11, {}, False),
        (100, 99, 1, {"most_gone": 0, "always_allowed": 0}, False),
        (100, 100, 0, {"most_gone": 0, "always_allowed": 0}, True),
        (200, 199, 1, {"most_gone": 0.5, "always_allowed": 0}, True),
        (199, 198, 1, {"most_gone": 0.5, "always_allowed": 0}, False),
        (100, 1, 99, {"most_gone": 100}, True),
        (100, 0, 100, {"most_gone": 100}, False),
    ],
)
def test_an_answer_is_believed_when_it_is_not_empty_and_not_too_many_are_gone(
    known: int, seen: int, gone: int, limits: dict[str, Any], believed: bool
) -> None:
    assert (doubts(Answer(known=known, seen=seen, gone=gone), Plausible(**limits)) == []) is believed


def test_a_doubt_says_how_many_are_missing_and_how_many_may_be() -> None:
    assert doubts(Answer(known=100, seen=0, gone=100), Plausible()) == ["HR returned nobody"]
    said = doubts(Answer(known=200, seen=150, gone=50), Plausible(most_gone=12.5))
    assert said == ["50 of the 200 people known are missing, and at most 12.5 % may be"]


def test_too_many_records_that_can_no_longer_be_used_are_doubted() -> None:
    assert doubts(Answer(known=100, seen=100, spoiled=10), Plausible()) == []
    (said,) = doubts(Answer(known=100, seen=100, spoiled=11), Plausible())
    assert said == "the records of 11 of the 100 people known can no longer be used, and at most 10 % may be"


def test_a_few_records_may_be_unusable_whatever_the_percentage() -> None:
    assert doubts(Answer(known=4, seen=4, spoiled=3), Plausible()) == []
    assert len(doubts(Answer(known=4, seen=4, spoiled=4), Plausible())) == 1
    assert len(doubts(Answer(known=1000, seen=1000, spoiled=101), Plausible())) == 1


def test_an_answer_of_which_nothing_else_is_known_has_nobody_gone_spoiled_or_different() -> None:
    answer = Answer(known=1, seen=1)
    assert (answer.gone, answer.spoiled, answer.differing) == (0, 0, 0)
    assert doubts(answer, Plausible(most_gone=0, always_allowed=0)) == []


def test_a_field_may_change_for_just_the_percentage_that_is_allowed() -> None:
    assert doubts(Answer(known=1000, seen=1000, changed={"title": 300}), Plausible()) == []
    assert len(doubts(Answer(known=1000, seen=1000, changed={"title": 301}), Plausible())) == 1


def test_a_field_that_changes_for_too_many_is_doubted() -> None:
    reorganised = Answer(known=100, seen=100, changed={"department": 31, "title": 30})
    assert doubts(reorganised, Plausible()) == ["HR says something else about department of 31 people (of 100 known)"]
    assert doubts(reorganised, Plausible(most_changed_of={"department": 31})) == []
    assert doubts(reorganised, Plausible(always_changed=31)) == []


def test_a_field_that_falls_silent_is_named_once_and_as_such() -> None:
    drifted = Answer(known=50, seen=50, silent={"manager": 50}, changed={"manager": 50})
    assert doubts(drifted, Plausible()) == ["HR says nothing any longer about manager of 50 people (of 50 known)"]


def test_at_most_three_fields_are_named_the_most_first() -> None:
    counts = {"e": 40, "d": 40, "a": 40, "c": 50, "b": 60}
    (said,) = doubts(Answer(known=100, seen=100, changed=counts), Plausible())
    assert "about b of 60 people, c of 50 people, a of 40 people and 2 more fields (of 100 known)" in said
    (said,) = doubts(Answer(known=100, seen=100, changed={"b": 60, "c": 50, "a": 40}), Plausible())
    assert said.endswith("a of 40 people (of 100 known)")


def test_an_old_answer_is_doubted_when_more_than_a_few_differ() -> None:
    again = Answer(known=100, seen=100, differing=4, given_before=date(2026, 2, 1))
    assert doubts(again, Plausible()) == ["it is the answer of 2026-02-01 again, an older one than the last"]
    assert doubts(replace(again, differing=3), Plausible()) == []
    assert doubts(again, Plausible(may_come_again=True)) == []
    assert doubts(replace(again, given_before=None), Plausible()) == []


def test_several_doubts_are_all_told_the_gravest_first() -> None:
    found = doubts(Answer(known=100, seen=50, gone=50, silent={"title": 40}), Plausible())
    assert [said.split()[0] for said in found] == ["50", "HR"]


def test_what_HR_says_differently_is_counted_field_by_field() -> None:
    counted = Differences(HR, TODAY)
    ended = replace(ANNA.contracts[0], end=date(2026, 3, 31))
    counted.add(ANNA, replace(ANNA, contracts=(ended,)))
    counted.add(ANNA, replace(ANNA, fields={"surname": "Dam", "nickName": "An"}))
    assert counted.people == 2
    assert counted.changed == {"contractEnd": 1, "surname": 1, "nickName": 1}
    assert counted.silent == {}


def test_a_field_that_is_emptied_or_left_out_is_silent_and_a_new_one_is_no_change() -> None:
    counted = Differences(HR, TODAY)
    contract = replace(ANNA.contracts[0], fields={"department": "", "location": "Ede"})
    counted.add(ANNA, replace(ANNA, contracts=(contract,)))
    assert counted.silent == {"department": 1, "title": 1}
    assert counted.changed == {}


def test_what_the_calendar_changes_is_not_what_hr_says() -> None:
    counted = Differences(HR, TODAY)
    counted.add(ANNA, replace(ANNA, contracts=(replace(ANNA.contracts[0], end=date(2026, 3, 1)),)))
    assert counted.changed == {"contractEnd": 1}


def test_an_empty_list_says_nothing() -> None:
    counted = Differences(HR, TODAY)
    counted.add(replace(ANNA, fields={"units": ("7", "9")}), replace(ANNA, fields={"units": ()}))
    assert counted.silent == {"units": 1}


def test_contracts_that_are_all_taken_away_are_told() -> None:
    counted = Differences(HR, TODAY)
    counted.add(ANNA, replace(ANNA, contracts=()))
    assert counted.changed["contracts"] == 1
    assert "contractStart" in counted.silent


TWO = replace(ANNA, contracts=(ANNA.contracts[0], Contract(id="2", start=date(2015, 1, 1), end=date(2019, 12, 31))))


@pytest.mark.parametrize(
    ("before", "now", "less"),
    [
        (ANNA, ANNA, False),
        (ANNA, replace(ANNA, fields={"surname": "Dam", "nickName": "An", "initials": "A"}), False),
        (ANNA, replace(ANNA, fields={"surname": "Bos"}), True),
        (ANNA, replace(ANNA, fields={"surname": None, "nickName": None}), True),
        (ANNA, replace(ANNA, contracts=(replace(ANNA.contracts[0], fields={"department": "Care"}),)), True),
        (ANNA, replace(ANNA, contracts=(replace(ANNA.contracts[0], end=TODAY),)), False),
        (replace(ANNA, contracts=(replace(ANNA.contracts[0], end=TODAY),)), ANNA, True),
        (ANNA, TWO, False),
        (TWO, ANNA, True),
        (ANNA, replace(ANNA, contracts=()), True),
        (replace(ANNA, contracts=()), ANNA, False),
    ],
    ids=[
        *("the same", "otherwise and more", "a fact left out", "a fact emptied", "a contract's fact left out"),
        *("an end", "no end any longer", "one contract more", "one less", "none any longer", "one at last"),
    ],
)
def test_whether_hr_says_less_of_one_person_than_before(before: Person, now: Person, less: bool) -> None:
    assert says_less(before, now, HR, TODAY) is less


@given(
    known=st.integers(1, 500),
    changed=st.dictionaries(st.sampled_from("abcde"), st.integers(0, 500)),
    most=st.floats(0, 100),
    few=st.integers(0, 50),
)
def test_a_field_is_doubted_exactly_when_both_its_share_and_its_number_are_too_large(
    known: int, changed: dict[str, int], most: float, few: int
) -> None:
    limits = Plausible(most_changed=most, always_changed=few)
    found = doubts(Answer(known=known, seen=known, changed=changed), limits)
    assert bool(found) is any(n > few and n * 100 > known * most for n in changed.values())


def test_a_delivery_that_is_earlier_than_the_last_is_doubted_however_little_differs() -> None:
    answer = Answer(known=100, seen=100, differing=1, late=("people-21.csv", "people-23.csv"))
    assert doubts(answer, Plausible(may_come_again=True)) == [
        "it is people-21.csv, which is earlier than people-23.csv, the last one that was read"
    ]
