"""Whose word about one fact of a human goes before whose: by example, and by laws that hold for all records."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.contracts import facts_of, primary
from shared.humans import Record
from shared.model import Contract, Person, Value
from shared.policy import People, Policy
from shared.precedence import Origin, blended, origins

TODAY = date(2026, 3, 2)
SOURCES = ("hr", "planning", "guests")


def policy(precedence: dict[str, Any] | None = None, sources: Sequence[str] = SOURCES) -> Policy:
    return Policy.model_validate(
        {
            "customer": "small",
            "sources": {name: {"connector": "files"} for name in sources},
            "targets": {"entra": {"connector": "entra", "correlate": ["x"], "attributes": {"x": "[employeeId]"}}},
            "people": {"precedence": precedence or {}},
        }
    )


def record(source: str, hr_id: str, contract: dict[str, Value] | None = None, **fields: Value) -> Record:
    job = Contract(id="1", start=date(2026, 1, 1), fields=contract or {})
    return Record(source=source, person=Person(hr_id=hr_id, fields=fields, contracts=(job,)))


def facts(rules: Policy, first: Record, *others: Record, today: date = TODAY) -> dict[str, Value]:
    whole = blended(first, others, rules, today)
    return facts_of(whole, primary(whole, rules.sources[first.source], today), today)


HR = record("hr", "7", {"fte": 1, "department": "Sales"}, email="hr@x.nl", phone="1")
PLANNING = record("planning", "P7", {"fte": 0.5, "department": "Night"}, email="planning@x.nl", badge="B")


def test_without_a_word_the_record_speaks_whose_contract_does_and_lacks_are_filled_from_the_others() -> None:
    found = facts(policy(), HR, PLANNING)
    assert (found["email"], found["department"], found["phone"], found["badge"]) == ("hr@x.nl", "Sales", "1", "B")


def test_the_policy_says_whose_word_goes_first() -> None:
    found = facts(policy({"email": ["planning", "hr"]}), HR, PLANNING)
    assert (found["email"], found["department"]) == ("planning@x.nl", "Sales")


def test_what_a_contract_says_may_be_taken_from_another_source() -> None:
    whole = blended(HR, [PLANNING], policy({"department": ["planning"]}), TODAY)
    assert {one.fields["department"] for one in whole.contracts} == {"Night"}


def test_what_is_absent_falls_through_to_the_next() -> None:
    found = facts(policy({"phone": ["planning", "guests", "hr"], "badge": ["guests", "hr"]}), HR, PLANNING)
    assert (found["phone"], found["badge"]) == ("1", "B")


@pytest.mark.parametrize("empty", [None, "", ()])
def test_a_null_is_an_answer_unless_the_policy_says_otherwise(empty: Value) -> None:
    silent = record("planning", "P7", email=empty)
    assert facts(policy({"email": ["planning", "hr"]}), HR, silent)["email"] == empty
    passing = policy({"email": {"sources": ["planning", "hr"], "null": "next"}})
    assert facts(passing, HR, silent)["email"] == "hr@x.nl"
    assert facts(passing, record("hr", "7", email=None), silent)["email"] == empty
    assert facts(passing, record("hr", "7"), silent)["email"] == empty


def test_a_record_that_is_gone_says_nothing_any_longer() -> None:
    gone = replace(PLANNING, gone_from=TODAY)
    rules = policy({"email": ["planning", "hr"]})
    assert facts(rules, HR, gone)["email"] == "hr@x.nl"
    assert facts(rules, HR, gone, today=TODAY - timedelta(1))["email"] == "planning@x.nl"


def test_of_two_records_in_one_source_that_of_somebody_in_service_goes_first() -> None:
    old = replace(record("planning", "P1", email="old@x.nl"))
    ended = replace(old.person.contracts[0], end=TODAY - timedelta(1))
    old = replace(old, person=replace(old.person, contracts=(ended,)))
    rules = policy({"email": ["planning"]})
    assert facts(rules, HR, old, PLANNING)["email"] == facts(rules, HR, PLANNING, old)["email"] == "planning@x.nl"


def test_somebody_with_one_record_is_left_as_they_are() -> None:
    rules = policy({"email": ["planning", "hr"]})
    assert blended(HR, [], rules, TODAY) is HR.person
    assert origins(HR, [], rules, TODAY, None) == {}


def test_each_fact_says_where_it_came_from() -> None:
    rules = policy({"email": ["planning", "hr"]})
    whole = blended(HR, [PLANNING], rules, TODAY)
    found = origins(HR, [PLANNING], rules, TODAY, primary(whole, rules.sources["hr"], TODAY))
    assert found["email"] == Origin("planning", "P7", chosen=True)
    assert found["department"] == found["phone"] == Origin("hr", "7")
    assert found["badge"] == Origin("planning", "P7")


@pytest.mark.parametrize(
    "wrong", [[], ["hr", "hr"], {"sources": ["hr"], "null": "skip"}, {"null": "next"}, "hr", {"sources": []}]
)
def test_what_is_no_precedence_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        People.model_validate({"precedence": {"email": wrong}})


def with_contracts(source: str, hr_id: str, *contracts: Contract, **fields: Value) -> Record:
    return Record(source=source, person=Person(hr_id=hr_id, fields=fields, contracts=contracts))


def job(id: str, start: date = date(2026, 1, 1), end: date | None = None, **fields: Value) -> Contract:
    return Contract(id=id, start=start, end=end, fields=fields)


def test_what_the_record_that_speaks_lacks_comes_from_the_others_in_the_order_of_the_file() -> None:
    first = record("guests", "X", {"fte": 0.1}, phone="guests", room="guests")
    hr, planning = record("hr", "Z", {"fte": 0.1}, phone="hr"), record("planning", "P", {"fte": 1}, name="p")
    found = facts(policy(), first, planning, hr)
    assert (found["employeeId"], found["phone"], found["room"], found["name"]) == ("P", "hr", "guests", "p")


def test_of_records_of_one_source_those_in_service_come_first_then_those_to_come_then_those_that_ended() -> None:
    past = with_contracts("planning", "P1", job("1", end=TODAY - timedelta(1)), email="past")
    coming = with_contracts("planning", "P2", job("1", TODAY + timedelta(1)), email="coming")
    serving = with_contracts("planning", "P3", job("1"), email="serving")
    never = with_contracts("planning", "P0", email="never")
    rules, everybody = policy({"email": ["planning"]}), [never, past, coming, serving]
    for expected in ("serving", "coming", "past", "never"):
        assert facts(rules, HR, *everybody)["email"] == expected
        everybody.pop()
        everybody.sort(key=lambda one: ["never", "past", "coming"].index(str(one.person.fields["email"])))


def test_somebody_without_any_contract_has_the_preferred_facts_too() -> None:
    first, other = with_contracts("hr", "7", email="hr"), with_contracts("planning", "P", email="planning")
    rules = policy({"email": ["planning", "hr"]})
    assert blended(first, [other], rules, TODAY).fields == {"email": "planning"}
    assert origins(first, [other], policy(), TODAY, None)["email"] == Origin("hr", "7", chosen=False)


def test_when_every_record_is_gone_what_they_said_last_still_holds() -> None:
    gone = [replace(one, gone_from=TODAY) for one in (HR, PLANNING)]
    assert facts(policy({"email": ["planning", "hr"]}), *gone)["email"] == "planning@x.nl"


def test_a_policy_without_such_people_prefers_nobody() -> None:
    rules = policy().model_copy(update={"people": None})
    assert facts(rules, HR, PLANNING)["email"] == "hr@x.nl"


def test_the_origin_is_the_record_whose_contract_speaks_and_only_what_that_contract_says() -> None:
    hr = with_contracts("hr", "7", job("1", fte=0.1, desk="hr"), name="hr", room="hr")
    guests = with_contracts("guests", "7", job("1", fte=0.1, badge="guests"), name="guests")
    planning = with_contracts(
        "planning", "7", job("1", fte=1, desk="planning"), job("2", fte=0.2, badge="planning"), name="planning"
    )
    others = [guests, planning, with_contracts("planning", "8", job("1", fte=0.1), name="eight")]
    whole = blended(hr, others, policy(), TODAY)
    speaks = primary(whole, policy().sources["hr"], TODAY)
    assert speaks is not None
    assert (speaks.id, speaks.source) == ("7/1", "planning")
    found = origins(hr, others, policy(), TODAY, speaks)
    assert found == {
        "name": Origin("planning", "7"),
        "fte": Origin("planning", "7"),
        "desk": Origin("planning", "7"),
        "room": Origin("hr", "7"),
    }
    own = origins(hr, others, policy(), TODAY, whole.contracts[0])
    assert (own["name"], own["desk"]) == (Origin("hr", "7"), Origin("hr", "7"))


@pytest.mark.parametrize("id", ["x1", "/1", "7/1"])
def test_the_number_of_a_contract_may_be_anything(id: str) -> None:
    first, other = with_contracts("hr", "7", job(id, fte=1, desk="a")), record("planning", "P", desk="b")
    whole = blended(first, [other], policy(), TODAY)
    assert origins(first, [other], policy(), TODAY, whole.contracts[0])["desk"] == Origin("hr", "7")


NAMES = ("email", "phone", "department")
VALUES = st.sampled_from(["a", "b", None, ""])
FIELDS = st.dictionaries(st.sampled_from(NAMES), VALUES)
RECORDS = st.lists(
    st.builds(record, st.sampled_from(SOURCES), st.sampled_from("123"), FIELDS).flatmap(
        lambda one: FIELDS.map(lambda fields: replace(one, person=replace(one.person, fields=fields)))
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: (one.source, one.person.hr_id),
)
RULES = st.dictionaries(
    st.sampled_from(NAMES),
    st.builds(
        lambda sources, null: {"sources": sources, "null": null},
        st.lists(st.sampled_from(SOURCES), min_size=1, unique=True),
        st.sampled_from(["counts", "next"]),
    ),
)


@given(RECORDS, RULES, st.randoms(use_true_random=False))
def test_the_order_of_the_records_decides_nothing(records: list[Record], rules: dict[str, Any], dice: Any) -> None:
    first, *others = records
    shuffled = list(others)
    dice.shuffle(shuffled)
    assert facts(policy(rules), first, *others) == facts(policy(rules), first, *shuffled)


@given(RECORDS, RULES)
def test_every_value_is_what_its_origin_says(records: list[Record], rules: dict[str, Any]) -> None:
    first, *others = records
    some = policy(rules)
    whole = blended(first, others, some, TODAY)
    speaks = primary(whole, some.sources[first.source], TODAY)
    said = facts_of(whole, speaks, TODAY)
    by_place = {(one.source, one.person.hr_id): one for one in records}
    for name, origin in origins(first, others, some, TODAY, speaks).items():
        one = by_place[origin.source, origin.hr_id].person
        assert said[name] in (one.fields.get(name, "-"), *(each.fields.get(name, "-") for each in one.contracts))


@given(RECORDS, RULES)
def test_no_preferred_source_that_says_anything_is_passed_over(records: list[Record], rules: dict[str, Any]) -> None:
    first, *others = records
    found = facts(policy(rules), first, *others)
    for name, rule in rules.items() if others else ():
        said = [
            facts_of(one.person, one.person.contracts[0], TODAY)[name]
            for source in rule["sources"]
            for one in sorted(records, key=lambda each: each.person.hr_id)
            if one.source == source and name in facts_of(one.person, one.person.contracts[0], TODAY)
        ]
        filled = [one for one in said if one not in (None, "")] if rule["null"] == "next" else said
        if said:
            assert found[name] == (filled or said)[0]
