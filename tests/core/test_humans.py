"""What makes two records of HR one human, and the one person they make: by example and by law."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from core_world import ROOT
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from shared.contracts import facts_of, primary
from shared.humans import CROWD, Other, Record, judged, likenesses, together
from shared.lifecycle import standing
from shared.model import Contract, Person, Value
from shared.policy import Alike, People, SourcePolicy, Timing

PAGE = (ROOT / "docs" / "humans.md").read_text(encoding="utf-8")
TODAY = date(2026, 3, 2)
SOURCE = SourcePolicy(connector="files")
TIMING = Timing()


def person(hr_id: str, *contracts: Contract, **fields: Value) -> Person:
    return Person(hr_id=hr_id, fields=fields, contracts=contracts)


def contract(id: str, start: date = TODAY, end: date | None = None, **fields: Value) -> Contract:
    return Contract(id=id, start=start, end=end, fields=fields)


def other(human: str = "7", *, confidence: float = 1.0, settled: bool = False, earlier: bool = True) -> Other:
    name, names = f"{human} of hr", ("badge",)
    return Other(human=human, name=name, confidence=confidence, names=names, settled=settled, earlier=earlier)


def test_the_rules_on_the_page_are_rules() -> None:
    found = [YAML(typ="safe").load(one)["people"] for one in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    same, precedence = map(People.model_validate, found)
    assert [one.confidence for one in same.same] == [1.0, 0.8]
    assert [*precedence.precedence] == ["email", "phone"]


def test_the_page_says_how_many_are_a_crowd() -> None:
    assert CROWD == 8
    assert "What eight\nrecords or more" in PAGE


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ({"a": "Bos", "b": "1980-01-01"}, {"a": " bos ", "b": "1980-01-01"}),
        ({"a": "van  der Berg", "b": 7}, {"a": "Van der  berg", "b": "7"}),
        ({"a": "Straße", "b": True}, {"a": "STRASSE", "b": "true"}),
        ({"a": ("x", "Y"), "b": 1.0}, {"a": ("X", "y"), "b": 1}),
    ],
)
def test_facts_are_alike_without_regard_to_case_and_spaces(one: dict[str, Value], another: dict[str, Value]) -> None:
    rules = [Alike(all=("a", "b"))]
    assert [each.text for each in likenesses(one, rules)] == [each.text for each in likenesses(another, rules)] != []


@pytest.mark.parametrize("facts", [{}, {"a": "x"}, {"a": "x", "b": ""}, {"a": "x", "b": None}, {"a": " ", "b": "y"}])
def test_what_is_empty_is_not_alike(facts: dict[str, Value]) -> None:
    assert list(likenesses(facts, [Alike(all=("a", "b"))])) == []


def test_facts_of_other_names_are_not_alike() -> None:
    (one,) = likenesses({"a": "x", "b": "y"}, [Alike(all=("a", "b"))])
    (two,) = likenesses({"a": "x", "c": "y"}, [Alike(all=("a", "c"))])
    (three,) = likenesses({"a": "x y", "b": ""}, [Alike(all=("a",))])
    assert len({one.text, two.text, three.text}) == 3


@pytest.mark.parametrize(("one", "another"), [("Bos", "Bosch"), ("van der Berg", "vander Berg"), ("é", "e")])
def test_values_that_differ_in_more_than_case_and_spaces_are_not_alike(one: str, another: str) -> None:
    (first,), (second,) = (likenesses({"a": each}, [Alike(all=("a",))]) for each in (one, another))
    assert first.names == second.names == ("a",)
    assert first.text != second.text


def test_a_certain_likeness_to_one_human_joins() -> None:
    assert judged(False, [other()]).joins == other()
    assert judged(False, [other(earlier=False, settled=True)]).joins is not None


def test_of_two_without_accounts_the_later_one_joins() -> None:
    assert judged(False, [other(earlier=False)]).joins is None
    assert judged(False, [other(earlier=False)]).question == ""


def test_whoever_has_an_account_is_joined_to_and_joins_nobody() -> None:
    assert judged(True, [other()]).question == ""
    both = judged(True, [other(settled=True)])
    assert (both.joins, both.human) == (None, "")
    assert "7 of hr (badge)" in both.question
    assert "both have accounts" in both.question


def test_what_is_less_than_certain_is_asked() -> None:
    asked = judged(False, [other(confidence=0.99)])
    assert (asked.joins, asked.human) == (None, "7")
    assert asked.question == "may be the same human as 7 of hr (badge); yes joins the records, no keeps them apart"


def test_a_question_names_every_fact_that_is_alike() -> None:
    asked = judged(False, [replace(other(confidence=0.99), names=("lastName", "birthDate"))])
    assert asked.question.startswith("may be the same human as 7 of hr (lastName, birthDate);")


def test_a_likeness_to_two_humans_is_asked_and_no_yes_can_tell_which() -> None:
    asked = judged(False, [other("8", confidence=0.5), other("7")])
    assert (asked.joins, asked.human) == (None, "")
    assert asked.question.startswith("may be the same human as 7 of hr (badge) and 8 of hr (badge); join it to one")


def test_a_third_record_of_one_human_is_asked() -> None:
    assert judged(False, [replace(other(), single=False)]).human == "7"
    assert judged(False, [other()], single=False).human == "7"


def test_the_speaking_contract_brings_the_facts_of_its_record() -> None:
    first = Record(source="hr", person=person("7", contract("1", end=TODAY), name="Bos", title="x"))
    second = Record(source="guests", person=person("X1", contract("1", TODAY + timedelta(1), manager="9"), name="Kok"))
    whole = together(first, [second], TODAY)
    later = TODAY + timedelta(1)
    speaks = primary(whole, SOURCE, later)
    assert speaks is not None
    assert whole.contracts[0] == first.person.contracts[0], "its own are as they were"
    assert (speaks.id, speaks.source, speaks.hr_id) == ("X1/1", "guests", "X1")
    facts = facts_of(whole, speaks, later)
    assert (facts["name"], facts["employeeId"], facts["title"], facts["manager"]) == ("Kok", "X1", "x", "9")
    assert facts_of(whole, primary(whole, SOURCE, TODAY), TODAY)["employeeId"] == "7"


def test_a_record_that_is_gone_takes_its_contracts_along_unless_all_are() -> None:
    gone = Record(source="hr", person=replace(person("7", contract("1")), missing_since=TODAY), gone_from=TODAY)
    there = Record(source="hr", person=person("8", contract("2")))
    assert [one.id for one in together(gone, [there], TODAY).contracts] == ["8/2"]
    assert together(gone, [there], TODAY).missing_since is None
    all_gone = together(gone, [replace(there, gone_from=TODAY)], TODAY)
    assert (len(all_gone.contracts), all_gone.missing_since) == (2, TODAY)
    assert len(together(gone, [there], TODAY - timedelta(1)).contracts) == 2


DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
CONTRACTS = st.builds(
    lambda id, start, length: contract(id, start, None if length is None else start + timedelta(length)),
    st.sampled_from("abc"),
    DAYS,
    st.none() | st.integers(0, 900),
)
PEOPLE = st.lists(CONTRACTS, max_size=3, unique_by=lambda one: one.id)


@given(PEOPLE, PEOPLE, DAYS)
def test_a_human_is_as_alive_as_the_most_alive_record(one: list[Contract], two: list[Contract], day: date) -> None:
    first, second = person("7", *one), person("8", *two)
    whole = together(Record(source="hr", person=first), [Record(source="hr", person=second)], day)
    stages = [standing(each, SOURCE, TIMING, day).stage for each in (first, second, whole)]
    assert stages[2] == max(stages[:2]) or (not one or not two)
    assert len({each.id for each in whole.contracts}) == len(one) + len(two)


@given(PEOPLE, DAYS)
def test_one_record_alone_is_the_person(one: list[Contract], day: date) -> None:
    alone = person("7", *one)
    assert together(Record(source="hr", person=alone), [], day) is alone
