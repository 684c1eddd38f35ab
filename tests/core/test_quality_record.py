"""What one record of HR shows by itself, and what is left alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Reason
from shared.model import Contract, Person, Rejected, Value
from shared.quality import TITLES, Finding, Kind, Severity, held, ordered, rejected
from shared.quality_record import Asked, checked, of_record

TODAY = date(2026, 3, 2)
ASKED = Asked(source="hr", read=frozenset({"surname"}), given=frozenset({"surname"}))
START = date(2020, 1, 1)


def job(start: date = START, end: date | None = None, id: str = "1", **fields: Value) -> Contract:
    return Contract(id=id, start=start, end=end, fields=fields)


def person(*contracts: Contract, **fields: Value) -> Person:
    return Person(hr_id="7", fields={"surname": "Bos", **fields}, contracts=contracts or (job(),))


def kinds(one: Person, asked: Asked = ASKED) -> list[tuple[Kind, Severity]]:
    return [(found.kind, found.severity) for found in of_record(one, asked, TODAY)]


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        (job(START, START), []),
        (job(START, START - timedelta(1)), [(Kind.END_BEFORE_START, Severity.HOLDS)]),
        (job(TODAY, TODAY - timedelta(1)), [(Kind.END_BEFORE_START, Severity.HOLDS)]),
        (job(TODAY + timedelta(1), TODAY), [(Kind.END_BEFORE_START, Severity.LOOK)]),
        (job(date(1900, 1, 1), date(1900, 12, 31)), []),
        (job(date(1899, 12, 31), date(1910, 1, 1)), [(Kind.IMPOSSIBLE_DATE, Severity.HOLDS)]),
        (job(date(1, 1, 1)), [(Kind.IMPOSSIBLE_DATE, Severity.HOLDS)]),
        (job(START, date(2201, 1, 1)), [(Kind.IMPOSSIBLE_DATE, Severity.HOLDS)]),
        (job(START, date(9999, 12, 31)), []),
        (job(TODAY + timedelta(3 * 366)), []),
        (job(TODAY + timedelta(3 * 366 + 1)), [(Kind.IMPLAUSIBLE_DATE, Severity.LOOK)]),
        (job(START, START + timedelta(70 * 366)), []),
        (job(START, START + timedelta(70 * 366 + 1)), [(Kind.IMPLAUSIBLE_DATE, Severity.LOOK)]),
    ],
)
def test_the_days_of_a_contract(contract: Contract, expected: list[tuple[Kind, Severity]]) -> None:
    assert kinds(person(contract)) == expected


@pytest.mark.parametrize(
    ("contracts", "held"),
    [
        ((job(), job(department="Sales")), True),
        ((job(), job()), False),
        ((job(), job(id="2", department="Sales")), False),
        ((job(end=TODAY), job(TODAY + timedelta(1), department="Sales")), False),
        ((job(end=TODAY), job(TODAY, department="Sales")), True),
        ((job(TODAY, department="Sales"), job(end=TODAY)), True),
    ],
)
def test_contracts_of_one_number_at_one_time(contracts: tuple[Contract, ...], held: bool) -> None:
    assert kinds(person(*contracts)) == ([(Kind.OVERLAPPING, Severity.HOLDS)] if held else [])


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("1980-02-03", []),
        ("2007-01-01", []),
        ("2007-01-02", [(Kind.IMPLAUSIBLE_DATE, Severity.LOOK)]),
        ("1919-01-01", [(Kind.IMPLAUSIBLE_DATE, Severity.LOOK)]),
        ("2025-01-01", [(Kind.IMPLAUSIBLE_DATE, Severity.CORRECT)]),
        ("2026-02-30", [(Kind.IMPOSSIBLE_DATE, Severity.CORRECT)]),
        ("unknown", []),
        (None, []),
    ],
)
def test_a_birthday_is_held_against_the_first_day_at_work(
    born: str | None, expected: list[tuple[Kind, Severity]]
) -> None:
    assert kinds(person(birthDate=born)) == expected


@pytest.mark.parametrize("surname", [None, "", " ", "-", ".", "12", ()])
def test_a_surname_without_a_letter_is_none(surname: Value) -> None:
    assert kinds(person(surname=surname)) == [(Kind.SURNAME, Severity.HOLDS)]


@pytest.mark.parametrize("fields", [{"partnerSurname": "Vos"}, {"secondSurname": "Vos"}, {"surname": "李"}])
def test_any_family_name_will_do(fields: dict[str, Value]) -> None:
    assert kinds(person(**{"surname": None, **fields})) == []


def test_a_surname_is_missed_only_where_it_counts() -> None:
    nameless = Person(hr_id="7", contracts=(job(),))
    assert kinds(nameless) == [(Kind.SURNAME, Severity.HOLDS)]
    assert kinds(nameless, replace(ASKED, given=frozenset())) == [], "this source never says it"
    assert kinds(nameless, replace(ASKED, read=frozenset())) == [], "the policy does not read it"
    assert kinds(replace(nameless, contracts=(job(end=TODAY - timedelta(1)),))) == [], "nothing is made of who has left"
    assert kinds(replace(nameless, contracts=(job(surname="Bos"),))) == []


def test_the_engine_holds_the_first_of_the_findings_that_hold() -> None:
    wrong = person(job(START, START - timedelta(1)), surname="")
    found = next(of_record(wrong, ASKED, TODAY))
    assert checked(wrong, ASKED, TODAY) == held(found)
    assert held(found) == Rejected(
        hr_id="7", code="invalid_record", because="contract 1 ends before it starts; correct one of the two days"
    )
    sound = person()
    assert checked(sound, ASKED, TODAY) is sound
    lookable = person(job(TODAY + timedelta(2000)))
    assert checked(lookable, ASKED, TODAY) is lookable, "what is only odd holds nobody"
    told = Rejected(hr_id="7", code="x", because="y")
    assert checked(told, ASKED, TODAY) is told


def test_what_a_connector_says_is_told_with_its_advice() -> None:
    found = rejected("hr", Rejected(hr_id="7", code=Reason.MISSING_DATA, because="Employee 7 has no day; enter it."))
    assert (found.what, found.do, found.reason) == ("Employee 7 has no day", "enter it.", Reason.MISSING_DATA)
    bare = rejected("hr", Rejected(hr_id="7", code="strange", because="it is odd"))
    assert (bare.sentence, bare.reason) == ("it is odd; correct the record in HR", Reason.INVALID_RECORD)


def test_every_kind_has_a_title() -> None:
    assert set(TITLES) == set(Kind)


DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
JOBS = st.builds(job, DAYS, st.none() | DAYS, st.sampled_from("12"))
SECRET = "Zaphod"


@given(st.lists(JOBS, max_size=4), st.sampled_from([None, "", SECRET]), st.text(max_size=12))
def test_no_sentence_holds_a_value_and_nothing_ever_fails(
    contracts: list[Contract], surname: str | None, born: str
) -> None:
    one = person(*contracts, surname=surname, birthDate=f"{SECRET}{born}", leaveDate="2026-02-31")
    for found in of_record(one, ASKED, TODAY):
        assert SECRET not in f"{found.sentence}{found.facts}{found.others}"
        assert "2026-02-31" not in found.sentence


@given(st.permutations(range(6)))
def test_the_report_is_in_one_order_whatever_order_hr_came_in(order: list[int]) -> None:
    some = [
        Finding(kind=kind, severity=severity, source="hr", hr_id=hr_id, what="x", do="y")
        for kind, severity, hr_id in [
            (Kind.SURNAME, Severity.HOLDS, "1"),
            (Kind.SURNAME, Severity.HOLDS, "2"),
            (Kind.SHARED, Severity.HOLDS, "1"),
            (Kind.CYCLE, Severity.CORRECT, "1"),
            (Kind.NO_MANAGER, Severity.LOOK, "1"),
            (Kind.DEPARTMENT, Severity.LOOK, "1"),
        ]
    ]
    assert ordered([some[place] for place in order]) == some
