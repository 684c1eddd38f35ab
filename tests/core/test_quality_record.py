"""What one record of HR shows by itself, and what is left alone."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Reason
from shared.model import Contract, Person, Rejected, Value
from shared.quality.findings import TITLES, Finding, Kind, Severity, held, ordered, rejected
from shared.quality.record import Asked, checked, of_record

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
        (job(START, date(2200, 12, 31)), [(Kind.IMPLAUSIBLE_DATE, Severity.LOOK)]),
        (job(date(2200, 1, 1)), [(Kind.IMPLAUSIBLE_DATE, Severity.LOOK)]),
        (job(date(2201, 1, 1)), [(Kind.IMPOSSIBLE_DATE, Severity.HOLDS)]),
        (job(date(1899, 1, 1), date(1999, 1, 1)), [(Kind.IMPOSSIBLE_DATE, Severity.HOLDS)]),
        (job(date(1900, 1, 1), date(1999, 1, 1)), [(Kind.IMPLAUSIBLE_DATE, Severity.LOOK)]),
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
        ((job(), job(TODAY, department="Sales"), job(TODAY, department="Care")), True),
        ((job(), job(id="2", department="Sales"), job(TODAY, department="Sales")), True),
        ((job(end=TODAY), job(START, TODAY, id="2"), job(TODAY + timedelta(1), id="1", department="Sales")), False),
        ((job(TODAY, id="2"), job(START, id="1"), job(date(2027, 1, 1), id="2", department="Sales")), True),
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


WHOLE = {
    "an end before the start": (
        person(job(START, START - timedelta(1))),
        ("1", ("contractStart", "contractEnd"), "contract 1 ends before it starts; correct one of the two days"),
        {"contractStart": "2020-01-01", "contractEnd": "2019-12-31"},
    ),
    "a day that cannot be": (
        person(job(START, date(2201, 1, 1))),
        ("1", ("contractEnd",), "contractEnd of contract 1 is before 1900 or after 2200; correct the day"),
        {"contractEnd": "2201-01-01"},
    ),
    "a start that cannot be": (
        person(job(date(1899, 1, 1))),
        ("1", ("contractStart",), "contractStart of contract 1 is before 1900 or after 2200; correct the day"),
        {"contractStart": "1899-01-01"},
    ),
    "a start far ahead": (
        person(job(date(2031, 1, 1))),
        ("1", ("contractStart",), "contract 1 starts more than three years from now; check the day"),
        {"contractStart": "2031-01-01"},
    ),
    "a long contract": (
        person(job(START, date(2150, 1, 1))),
        ("1", ("contractStart", "contractEnd"), "contract 1 lasts longer than anybody works; check both days"),
        {"contractStart": "2020-01-01", "contractEnd": "2150-01-01"},
    ),
    "one number twice": (
        person(job(end=date(2026, 4, 1)), job(TODAY, department="Sales")),
        (
            "1",
            ("contractId", "contractStart", "contractEnd"),
            "contract 1 stands there twice for the same days; "
            "give each contract a number of its own, or end one before the other starts",
        ),
        {"contractStart": "2026-03-02", "contractEnd": "2026-04-01"},
    ),
    "one number twice, and open": (
        person(job(), job(TODAY, department="Sales")),
        (
            "1",
            ("contractId", "contractStart", "contractEnd"),
            "contract 1 stands there twice for the same days; "
            "give each contract a number of its own, or end one before the other starts",
        ),
        {"contractStart": "2026-03-02", "contractEnd": None},
    ),
    "no day": (
        person(leaveDate="2026-02-30"),
        ("", ("leaveDate",), "leaveDate is no day of any calendar; correct the day"),
        {"leaveDate": "2026-02-30"},
    ),
    "a child": (
        person(birthDate="2010-01-01"),
        (
            "",
            ("birthDate", "contractStart"),
            "nobody of that age begins to work; check birthDate and the first day",
        ),
        {"birthDate": "2010-01-01", "contractStart": "2020-01-01"},
    ),
    "unborn": (
        person(birthDate="2020-01-01"),
        (
            "",
            ("birthDate", "contractStart"),
            "the first contract starts before birth; check birthDate and the first day",
        ),
        {"birthDate": "2020-01-01", "contractStart": "2020-01-01"},
    ),
    "nameless": (
        person(surname=""),
        ("", ("surname",), "surname is empty, or holds no letter; fill it in"),
        {},
    ),
}


@pytest.mark.parametrize(("one", "said", "values"), WHOLE.values(), ids=WHOLE)
def test_a_finding_says_whose_it_is_by_which_facts_what_and_what_to_do(
    one: Person, said: tuple[str, tuple[str, ...], str], values: dict[str, Value]
) -> None:
    (found,) = of_record(one, ASKED, TODAY)
    assert (found.contract, found.facts, found.sentence) == said
    assert dict(found.values) == values
    assert (found.source, found.hr_id, found.others) == ("hr", "7", ())


def test_a_missing_surname_is_missing_data_and_the_rest_is_a_bad_record() -> None:
    assert [one.reason for one in of_record(person(surname=""), ASKED, TODAY)] == [Reason.MISSING_DATA]
    assert [one.reason for one in of_record(person(job(date(1, 1, 1))), ASKED, TODAY)] == [Reason.INVALID_RECORD]


@pytest.mark.parametrize(
    ("born", "first", "expected"),
    [
        ("2007-05-20", date(2020, 5, 19), [Severity.LOOK]),
        ("2007-05-20", date(2020, 5, 20), []),
        ("2007-05-20", date(2020, 6, 1), []),
        ("2007-05-20", date(2020, 4, 30), [Severity.LOOK]),
        ("1919-06-01", date(2020, 5, 31), []),
        ("1919-06-01", date(2020, 6, 1), [Severity.LOOK]),
        ("1899-12-31", date(2020, 1, 1), []),
        ("1900-01-01", date(2020, 1, 1), [Severity.LOOK]),
        ("2026-03-02", date(2027, 1, 1), [Severity.LOOK]),
        ("2026-03-03", date(2027, 1, 1), [Severity.CORRECT]),
        ("2027-01-01", date(2027, 1, 1), [Severity.CORRECT]),
        ("2020-01-01", date(2020, 1, 1), [Severity.CORRECT]),
    ],
)
def test_an_age_is_counted_to_the_day(born: str, first: date, expected: list[Severity]) -> None:
    assert [one.severity for one in of_record(person(job(first), birthDate=born), ASKED, TODAY)] == expected


def test_the_first_of_several_contracts_is_the_first_day_at_work() -> None:
    assert kinds(person(job(START, id="2"), job(date(2012, 1, 1), id="1"), birthDate="2000-01-01")) == [
        (Kind.IMPLAUSIBLE_DATE, Severity.LOOK)
    ]
    assert kinds(Person(hr_id="7", fields={"surname": "Bos", "birthDate": "2020-01-01"})) == []


@pytest.mark.parametrize("fields", [{"room": "2026-02-30"}, {"startDate": "2026-02-28"}, {"startDate": 20260230}])
def test_only_what_is_called_a_day_and_written_as_one_must_be_one(fields: dict[str, Value]) -> None:
    assert kinds(person(**fields)) == []


def test_a_surname_on_one_of_several_contracts_shows_that_the_source_gives_it() -> None:
    asked = replace(ASKED, given=frozenset())
    two = (job(surname=None), job(id="2"))
    assert kinds(Person(hr_id="7", contracts=two), asked) == [(Kind.SURNAME, Severity.HOLDS)]
    assert kinds(Person(hr_id="7", fields={"surname": 12}, contracts=two), asked) == [(Kind.SURNAME, Severity.HOLDS)]
    assert kinds(person(surname="12a"), asked) == []


def test_somebody_missing_from_hr_or_with_one_contract_that_goes_on_counts_as_the_engine_counts_them() -> None:
    gone = replace(person(surname=""), missing_since=TODAY)
    assert kinds(gone) == []
    assert kinds(person(job(end=TODAY), surname="")) == [(Kind.SURNAME, Severity.HOLDS)]
    both = person(job(end=TODAY - timedelta(1)), job(TODAY, id="2"), surname="")
    assert kinds(both) == [(Kind.SURNAME, Severity.HOLDS)]


@given(
    st.lists(
        st.builds(
            job,
            st.sampled_from([START, TODAY]),
            st.sampled_from([None, TODAY, date(2030, 1, 1)]),
            st.sampled_from("12"),
            department=st.sampled_from("ab"),
        ),
        max_size=5,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_contracts_decides_nothing(contracts: list[Contract], dice: Any) -> None:
    shuffled = list(contracts)
    dice.shuffle(shuffled)
    one, other = (Person(hr_id="7", contracts=tuple(some)) for some in (contracts, shuffled))
    said = [sorted(repr(found) for found in of_record(each, ASKED, TODAY)) for each in (one, other)]
    assert said[0] == said[1]
