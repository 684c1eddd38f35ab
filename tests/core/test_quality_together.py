"""What people of HR show only together, and that a hundred thousand of them can be held against each other."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model import Contract, Person, Value
from shared.policy import Policy
from shared.quality.findings import Finding, Kind, Severity
from shared.quality.spelling import doubtful
from shared.quality.together import Together

TODAY = date(2026, 3, 2)


def policy(source: Mapping[str, Any] | None = None, **given: Any) -> Policy:
    attributes = {"x": "[employeeId]", "mail": "[email]", "manager": "[manager]"}
    return Policy.model_validate(
        {
            "customer": "small",
            "sources": {"hr": {"connector": "files", **(source or {})}, "guests": {"connector": "files"}},
            "targets": {"entra": {"connector": "entra", "correlate": ["x"], "attributes": attributes}},
            **given,
        }
    )


def person(hr_id: str, end: date | None = None, **fields: Value) -> Person:
    contract = {name: fields.pop(name) for name in ("manager", "department", "costCenter") if name in fields}
    jobs = (Contract(id="1", start=date(2020, 1, 1), end=end, fields=contract),)
    return Person(hr_id=hr_id, fields=fields, contracts=jobs)


def findings(*people: Person, rules: Policy | None = None, humans: Mapping[Any, str] | None = None) -> list[Finding]:
    together = Together(rules or policy(), TODAY)
    for one in people:
        together.add("hr", one)
    return list(together.findings(humans or {}))


def told(found: Iterable[Finding], kind: Kind) -> set[str]:
    return {one.hr_id for one in found if one.kind is kind}


def test_a_mail_that_two_share_is_told_of_both() -> None:
    found = findings(person("1", email="A@x.nl"), person("2", email=" a@x.nl"), person("3", email="b@x.nl"))
    assert [(one.kind, one.hr_id, one.others, one.severity) for one in found] == [
        (Kind.SHARED, "1", ("2",), Severity.HOLDS),
        (Kind.SHARED, "2", ("1",), Severity.HOLDS),
    ]
    assert "x.nl" not in found[0].sentence


def test_a_mail_of_somebody_who_has_left_is_free() -> None:
    gone = person("1", end=TODAY - timedelta(1), email="a@x.nl")
    assert findings(gone, person("2", email="a@x.nl")) == []


def test_records_of_one_human_share_what_they_like() -> None:
    two = (person("1", email="a@x.nl"), person("2", email="a@x.nl"))
    humans = {("hr", "1"): "h", ("hr", "2"): "h"}
    assert findings(*two, humans=humans) == []
    third = person("3", email="a@x.nl")
    assert told(findings(*two, third, humans={**humans, ("hr", "3"): "i"}), Kind.SHARED) == {"1", "2", "3"}


def test_the_customer_says_what_nobody_shares() -> None:
    rules = policy({"quality": {"unique": ["badge"]}})
    two = (person("1", email="a", badge="B"), person("2", email="a", badge="B"))
    assert {(one.facts, one.severity) for one in findings(*two, rules=rules)} == {(("badge",), Severity.CORRECT)}


def test_two_records_of_one_human_are_found_by_the_policys_own_rules() -> None:
    born = {"givenName": "Anna", "surname": "Bos", "birthDate": "1980-01-01"}
    two = (person("1", **born), person("2", **born))
    assert {(one.hr_id, one.severity) for one in findings(*two)} == {("1", Severity.LOOK), ("2", Severity.LOOK)}
    asked = policy(people={"same": [{"all": ["surname", "birthDate"], "confidence": 0.5}]})
    assert {one.severity for one in findings(*two, rules=asked)} == {Severity.HOLDS}
    sure = policy(people={"same": [{"all": ["surname", "birthDate"]}]})
    assert findings(*two, rules=sure) == [], "these are joined without a word"
    assert findings(*(person(str(each), **born) for each in range(8))) == [], "a crowd says nothing"


def test_managers() -> None:
    people = [
        person("boss", manager=None),
        person("1", manager="boss"),
        person("2", manager="1"),
        person("lost", manager=None),
        person("self", manager="self"),
        person("strange", manager="nobody"),
        person("late", manager="gone"),
        person("gone", end=TODAY - timedelta(1), manager="boss"),
        person("a", manager="b"),
        person("b", manager="c"),
        person("c", manager="a"),
        person("silent"),
    ]
    found = findings(*people)
    assert told(found, Kind.NO_MANAGER) == {"lost", "self"}
    assert told(found, Kind.UNKNOWN_MANAGER) == {"strange"}
    assert told(found, Kind.MANAGER_LEFT) == {"late"}
    assert [(one.hr_id, one.others) for one in found if one.kind is Kind.CYCLE] == [("a", ("b", "c"))]


def test_a_doubtful_manager_is_told_in_whole_sentences() -> None:
    people = [
        person("boss", manager=None),
        person("1", manager="boss"),
        person("lost", manager=None),
        person("self", manager="self"),
        person("strange", manager="nobody"),
        person("late", manager="gone"),
        person("gone", end=TODAY - timedelta(1)),
        *(person(f"c{each:02d}", manager=f"c{(each + 1) % 12:02d}") for each in range(12)),
    ]
    unread = policy(targets={"entra": {"connector": "entra", "correlate": ["x"], "attributes": {"x": "[employeeId]"}}})
    for rules, severity in ((policy(), Severity.CORRECT), (unread, Severity.LOOK)):
        found = {one.hr_id: one for one in findings(*people, rules=rules)}
        assert {hr_id: (one.severity, one.sentence, one.facts) for hr_id, one in found.items()} == {
            "lost": (Severity.LOOK, "manager is empty; choose a manager, if there is one", ("manager",)),
            "self": (
                Severity.LOOK,
                "they are named as their own manager; choose a manager, if there is one",
                ("manager",),
            ),
            "strange": (severity, "manager names an id that HR does not hold; choose the manager again", ("manager",)),
            "late": (
                severity,
                "the manager has left, or their record cannot be used; choose another manager",
                ("manager",),
            ),
            "c00": (
                severity,
                "12 people are each other's managers in a circle; choose another manager for one of them",
                ("manager",),
            ),
        }
        assert found["c00"].others == tuple(f"c{each:02d}" for each in range(1, 10))
        assert (found["strange"].others, found["late"].others, found["lost"].others) == (("nobody",), ("gone",), ())


def test_the_head_is_whoever_has_most_people_below_them_however_deep() -> None:
    deep = [person("a", manager=None), person("b", manager="a"), person("c", manager="b"), person("d", manager="c")]
    wide = [person("z", manager="z"), person("y", manager="z"), person("x", manager="z")]
    assert told(findings(*deep, *wide), Kind.NO_MANAGER) == {"z"}
    assert told(findings(*wide, person("w", manager="z"), person("v", manager="z"), *deep), Kind.NO_MANAGER) == {"a"}
    assert told(findings(*deep[:3], *wide), Kind.NO_MANAGER) == {"z"}, "of two that are equal, the lower id"
    assert told(findings(person("1", manager="2"), person("2", manager="gone"), *wide), Kind.NO_MANAGER) == set()


def test_where_nobody_has_a_manager_nobody_is_asked_for_one() -> None:
    assert findings(*(person(str(each), manager=None) for each in range(9))) == []
    assert findings(person("1", manager="1"), person("2", manager=None)) == []


def test_a_manager_of_another_contract_is_looked_at_too() -> None:
    jobs = [
        Contract(id=str(each), start=date(2020, 1, 1), fields={"manager": f"m{each}", "fte": 1 / each})
        for each in (1, 2, 3)
    ]
    two = Person(hr_id="1", contracts=tuple(jobs))
    assert [one.others for one in findings(two)] == [("m1",), ("m2",), ("m3",)]
    left = Person(
        hr_id="1",
        contracts=(
            jobs[0],
            *(Contract(id="x", start=date(2020, 1, 1), end=date(2021, 1, 1), fields={"manager": "m9"}),),
        ),
    )
    assert [one.others for one in findings(left)] == [("m1",)]


def test_whoever_cannot_be_used_is_no_unknown_manager() -> None:
    together = Together(policy(), TODAY)
    together.known("hr", "9")
    together.add("hr", person("1", manager="9"))
    assert {one.kind for one in together.findings({})} == {Kind.MANAGER_LEFT}


def test_managers_are_looked_up_where_the_source_points_to() -> None:
    external = {"sponsor": "host", "sponsors_in": "hr"}
    sources = {"hr": {"connector": "files"}, "guests": {"connector": "files", "external": external}}
    together = Together(policy(sources=sources), TODAY)
    together.add("guests", person("g", manager="1"))
    assert told(together.findings({}), Kind.UNKNOWN_MANAGER) == set(), "the other source was not read"
    together.add("hr", person("1"))
    together.add("guests", person("h", manager="g"))
    assert told(together.findings({}), Kind.UNKNOWN_MANAGER) == {"h"}


def test_a_department_that_is_misspelled_is_told_with_the_usual_one() -> None:
    usual = [person(str(each), department="Verkoop") for each in range(20)]
    found = findings(*usual, person("x", department="Verkop"), person("y", department="Inkoop"))
    assert [(one.kind, one.hr_id, one.values) for one in found] == [
        (Kind.DEPARTMENT, "x", {"department": "Verkop", "usual": "Verkoop"})
    ]


def test_with_a_list_of_departments_everything_else_is_unknown() -> None:
    rules = policy({"quality": {"departments": ["Verkoop"]}})
    some = [person(str(each), department="Inkoop") for each in range(9)]
    found = findings(*some, person("x", department="verkoop "), rules=rules)
    assert [(one.hr_id, one.others, one.severity) for one in found] == [("0", ("1", "2"), Severity.CORRECT)]
    assert "9 people" in found[0].what


def test_a_cost_centre_without_an_owner_is_told_once_where_owners_are_known() -> None:
    some = [person(str(each), costCenter="C1", costCenterOwner=None) for each in range(4)]
    others = (person("x", costCenter="C2", costCenterOwner="Bos"), person("y", costCenter="C3"))
    found = findings(*some, *others)
    assert [(one.kind, one.hr_id, one.others) for one in found] == [(Kind.OWNER, "0", ("1", "2"))]


@pytest.mark.parametrize(
    ("rare", "usual"),
    [("Verkop", "Verkoop"), ("Verkoopp", "Verkoop"), ("Verkoup", "Verkoop"), ("Vrekoop", "Verkoop"),
     ("FINANCIEN", "Financiën"), ("Human Resource", "Human Resources"), ("I.C.T.", "ICT")],
)  # fmt: skip
def test_a_slip_is_a_letter_or_how_it_is_written(rare: str, usual: str) -> None:
    assert list(doubtful({rare: 1, usual: 20})) == [(rare, usual)]


@pytest.mark.parametrize(
    ("rare", "usual"), [("Team 1", "Team 2"), ("HR", "PR"), ("Inkoop", "Verkoop"), ("Vrkop", "Verkoop")]
)
def test_other_names_are_other_departments(rare: str, usual: str) -> None:
    assert list(doubtful({rare: 1, usual: 20})) == []


def test_of_two_names_that_are_both_usual_or_both_rare_none_is_doubted() -> None:
    assert list(doubtful({"Verkop": 3, "Verkoop": 20})) == []
    assert list(doubtful({"Verkop": 1, "Verkoop": 2})) == []


def test_many_departments_are_compared_without_comparing_each_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr("shared.quality.spelling._slip", lambda one, other: bool(asked.append((one, other))))
    dice = Random(3)
    names = {"".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=12)): 1 + each % 2 * 50 for each in range(6_000)}
    assert list(doubtful(names)) == []
    assert len(asked) < 100


def test_a_line_of_managers_of_any_length_and_a_mail_of_everybody_are_looked_at_in_one_go() -> None:
    count = 20_000
    chain = (person(f"{each:06d}", manager=f"{each + 1:06d}", email="all@x.nl") for each in range(count))
    circle = (person(f"c{each:06d}", manager=f"c{(each + 1) % count:06d}") for each in range(count))
    found = findings(*chain, person(f"{count:06d}", manager=None), *circle)
    assert len(told(found, Kind.SHARED)) == count
    assert max(len(one.others) for one in found) <= 9
    assert [one.hr_id for one in found if one.kind is Kind.CYCLE] == ["c000000"]
    assert told(found, Kind.NO_MANAGER) == set()


IDS = st.sampled_from("abcdef")
PEOPLE = st.lists(
    st.builds(
        lambda hr_id, manager, email, department: person(hr_id, manager=manager, email=email, department=department),
        IDS,
        st.none() | IDS,
        st.sampled_from(["x", "y", None]),
        st.sampled_from(["Verkoop", "Verkop"]),
    ),
    unique_by=lambda one: one.hr_id,
)


@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_order_in_which_people_come_decides_nothing(people: list[Person], dice: Any) -> None:
    shuffled = list(people)
    dice.shuffle(shuffled)
    assert {repr(one) for one in findings(*people)} == {repr(one) for one in findings(*shuffled)}
