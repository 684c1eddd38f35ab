"""One employee made a Person: names, periods, employments cut into contracts, and what cannot be used."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import pytest

from connectors.nmbrs.about import About
from connectors.nmbrs.companies import Company, Debtor
from connectors.nmbrs.people import person
from connectors.nmbrs.periods import Calendar, Kind
from shared.model import Contract, Person, Rejected
from shared.names import Usage

CONTOSO = Company("c1", "10", "Contoso B.V.", Debtor("d1", "1"))
TODAY = date(2026, 3, 16)
NAMES = {"employeeNumber": 98072, "firstName": "Jan", "lastName": "Boele", "employeeType": "payroll"}


def about(**known: Any) -> About:
    usual: dict[str, Any] = {
        "company": CONTOSO,
        "today": TODAY,
        "manager": {"boss@contoso.example": "b0"}.get,
    }
    return About(**{**usual, **known})


def row(**lists: Any) -> dict[str, Any]:
    usual = {"info": [info()], "employments": [employment("2020-01-01T00:00:00Z")]}
    return {"employeeId": "E-1", "employeeBasicInfo": NAMES, **usual, **lists}


def info(period: Any = (2020, 1), made: str = "2020-01-01T00:00:00Z", **parts: Any) -> dict[str, Any]:
    basic = {**NAMES, **parts.pop("basicInfo", {})}
    since = {"period": {"year": period[0], "period": period[1]}} if period else {}
    return {"basicInfo": basic, **parts, **since, "createdAt": made}


def employment(start: str | None, end: str | None = None, id: str = "J-1", **more: Any) -> dict[str, Any]:
    return {"employmentId": id, "startDate": start, "endDate": end, "changedDate": "2020-01-01T00:00:00Z", **more}


def placed(name: str, year: int, period: int, made: str = "2020-01-01T00:00:00Z", **more: Any) -> dict[str, Any]:
    return {
        "departmentId": f"D-{name}",
        "functionId": f"F-{name}",
        "code": 7,
        "description": name,
        "createdAt": made,
        "period": {"year": year, "period": period},
        **more,
    }


def managed(mail: str | None, year: int, period: int) -> dict[str, Any]:
    return {"managerId": "M", "email": mail, "createdAt": "", "period": {"year": year, "period": period}}


def made(given: Mapping[str, Any], surroundings: About | None = None) -> Person:
    found = person(given, surroundings or about())
    assert isinstance(found, Person), found
    return found


def rejected(given: Mapping[str, Any], surroundings: About | None = None) -> Rejected:
    found = person(given, surroundings or about())
    assert isinstance(found, Rejected), found
    return found


def spans(found: Person, *names: str) -> list[tuple[Any, ...]]:
    return [(one.start, one.end, *(one.fields.get(name) for name in names)) for one in found.contracts]


class TestWhoTheyAre:
    def test_ids_and_numbers_are_text(self) -> None:
        found = made(row())
        assert (found.hr_id, found.fields["employeeId"], found.fields["employeeNumber"]) == ("e-1", "e-1", "98072")

    def test_the_called_name_is_the_nick_name_and_the_full_one_is_given(self) -> None:
        full = made(row(info=[info(basicInfo={"firstNameInFull": "Johannes Hendrik"})])).fields
        assert (full["nickName"], full["givenName"]) == ("Jan", "Johannes Hendrik")

    @pytest.mark.parametrize("full", [None, "", "  "])
    def test_without_a_full_one_the_called_name_is_both(self, full: str | None) -> None:
        fields = made(row(info=[info(basicInfo={"firstNameInFull": full})])).fields
        assert (fields["nickName"], fields["givenName"]) == ("Jan", "Jan")

    @pytest.mark.parametrize(
        ("code", "usage"), [(0, "B"), (1, "B"), (2, "P"), (3, "PB"), ("4", "BP"), (None, "B"), (9, "B")]
    )
    def test_the_use_of_names_is_ours(self, code: object, usage: str) -> None:
        partner = {"partnerPrefix": "de", "partnerName": "Vries", "ascription": {"code": code}}
        fields = made(row(info=[info(partnerInfo=partner)])).fields
        assert (fields["partnerPrefix"], fields["partnerSurname"], fields["nameUsage"]) == ("de", "Vries", usage)

    def test_codes_may_mean_something_else_at_a_customer(self) -> None:
        given = row(info=[info(partnerInfo={"ascription": {"code": 0}})])
        assert made(given, about(name_usage={"0": Usage.PB})).fields["nameUsage"] == "PB"

    @pytest.mark.parametrize(
        ("word", "gender"), [("female", "female"), ("unspecified", None), ("unknown", None), (None, None)]
    )
    def test_gender_is_a_word_or_nothing(self, word: str | None, gender: str | None) -> None:
        assert made(row(info=[info(birthInfo={"gender": word})])).fields["gender"] == gender

    def test_what_is_not_sent_is_absent(self) -> None:
        fields = made({"employeeId": "E-1", "employments": [employment("2020-01-01")]}).fields
        assert set(fields) == {"employeeId"}

    def test_without_personal_information_the_list_of_employees_says_the_name(self) -> None:
        assert made({**row(), "info": []}).fields["surname"] == "Boele"

    def test_extra_facts_enter_only_when_they_are_asked_for(self) -> None:
        parts = {
            "contactInfo": {"businessPhone": "+3120", "privateEmail": "p@x"},
            "birthInfo": {"birthDate": "1990-05-04T22:00:00Z"},
        }
        assert set(made(row(info=[info(**parts)])).fields) <= {
            *("employeeId", "employeeNumber", "givenName", "nickName", "surname")
        }
        asked = about(fields={"phone": "businessPhone", "birthDay": "birthDate", "fax": "otherPhone"})
        fields = made(row(info=[info(**parts)]), asked).fields
        assert (fields["phone"], fields["birthDay"]) == ("+3120", "1990-05-04")
        assert "fax" not in fields

    def test_an_extra_field_is_the_value_that_counts_today(self) -> None:
        def extra(value: str | None, start: str | None, kind: str = "text", name: str = "Badge") -> dict[str, Any]:
            return {"extraField": {"name": name, "extraFieldType": kind}, "value": value, "startDate": start}

        rows = [extra("old", None), extra("new", "2026-03-16T00:00:00Z"), extra("coming", "2026-04-01T00:00:00Z")]
        asked = about(fields={"badge": "extra:Badge", "until": "extra:Until", "none": "extra:None"})
        fields = made(row(extraFields=[*rows, extra("2027-01-01T00:00:00", None, "date", "Until")]), asked).fields
        assert (fields["badge"], fields["until"], fields["none"]) == ("new", "2027-01-01", None)
        assert "badge" not in made(row(), asked).fields


class TestPersonalInformationOfToday:
    def test_the_newest_that_has_begun_counts(self) -> None:
        history = [
            info((2026, 4), basicInfo={"lastName": "Future"}),
            info((2020, 1), basicInfo={"lastName": "Maiden"}),
            info((2025, 7), basicInfo={"lastName": "Married"}),
        ]
        assert made(row(info=history)).fields["surname"] == "Married"
        assert made(row(info=history), about(today=date(2026, 4, 1))).fields["surname"] == "Future"

    def test_of_two_of_one_period_the_later_written_counts_whatever_their_order(self) -> None:
        history = [
            info((2026, 1), "2026-01-02T10:00:00Z", basicInfo={"lastName": "Wrong"}),
            info((2026, 1), "2026-01-02T11:00:00Z", basicInfo={"lastName": "Right"}),
        ]
        assert made(row(info=history)).fields["surname"] == "Right"
        assert made(row(info=history[::-1])).fields["surname"] == "Right"

    def test_somebody_who_is_still_to_come_has_their_first_name_of_the_future(self) -> None:
        coming = row(info=[info((2026, 9), basicInfo={"lastName": "Later"})], employments=[employment("2026-09-01")])
        assert made(coming).fields["surname"] == "Later"

    def test_a_company_whose_payroll_is_ahead_has_its_own_present(self) -> None:
        history = [info((2020, 1)), info((2026, 4), basicInfo={"lastName": "Corrected"})]
        ahead = Company("c1", "10", "Contoso", CONTOSO.debtor, Calendar(Kind.MONTH, date(2026, 4, 1)))
        behind = Company("c1", "10", "Contoso", CONTOSO.debtor, Calendar(Kind.MONTH, date(2026, 1, 1)))
        assert made(row(info=history), about(company=ahead)).fields["surname"] == "Corrected"
        assert made(row(info=history), about(company=behind)).fields["surname"] == "Boele"


class TestContracts:
    def test_an_employment_without_history_is_one_contract(self) -> None:
        (found,) = made(row()).contracts
        assert (found.id, found.start, found.end) == ("j-1", date(2020, 1, 1), None)
        assert found.fields["employer"] == "Contoso B.V."
        assert (found.fields["type"], found.fields["status"]) == ("payroll", "payroll")

    def test_the_last_day_is_the_one_that_is_written_whatever_the_hour_and_zone(self) -> None:
        (found,) = made(row(employments=[employment("2021-06-07T00:00:00", "2026-03-31T23:30:00Z")])).contracts
        assert (found.start, found.end) == (date(2021, 6, 7), date(2026, 3, 31))

    def test_departments_functions_and_managers_cut_an_employment_into_contracts(self) -> None:
        given = row(
            departments=[placed("Sales", 2026, 4), placed("Support", 2020, 1)],
            functions=[placed("Adviser", 2020, 1), placed("Lead", 2026, 6)],
            managers=[managed("Boss@Contoso.example ".strip().lower(), 2026, 4)],
        )
        assert spans(made(given), "department", "title", "manager") == [
            (date(2020, 1, 1), date(2026, 3, 31), "Support", "Adviser", "b0"),
            (date(2026, 4, 1), date(2026, 5, 31), "Sales", "Adviser", "b0"),
            (date(2026, 6, 1), None, "Sales", "Lead", "b0"),
        ]

    def test_each_contract_keeps_its_id_when_others_are_added(self) -> None:
        once = made(row(departments=[placed("Support", 2020, 1), placed("Sales", 2026, 4)]))
        twice = made(row(departments=[placed("A", 2020, 1), placed("Sales", 2026, 4), placed("B", 2022, 1)]))
        assert [one.id for one in once.contracts] == ["j-1", "j-1/2026-04-01"]
        assert [one.id for one in twice.contracts] == ["j-1", "j-1/2022-01-01", "j-1/2026-04-01"]

    def test_there_is_no_gap_and_no_overlap_within_an_employment(self) -> None:
        history = [placed(f"D{n}", 2020 + n, 1 + n) for n in range(6)]
        found = made(row(departments=history)).contracts
        pairs = list(pairwise(found))
        assert len(pairs) == 5
        assert all(one.end is not None and (other.start - one.end).days == 1 for one, other in pairs)

    def test_a_row_that_changes_nothing_makes_no_contract(self) -> None:
        same = [placed("Sales", 2020, 1), placed("Sales", 2024, 1, "2024-01-01T00:00:00Z")]
        assert len(made(row(departments=same)).contracts) == 1

    def test_history_before_and_after_an_employment_is_not_of_it(self) -> None:
        given = row(
            employments=[employment("2022-01-01", "2024-12-31")],
            departments=[placed("Before", 2015, 1), placed("During", 2023, 1), placed("After", 2026, 1)],
        )
        assert spans(made(given), "department") == [
            (date(2022, 1, 1), date(2022, 12, 31), "Before"),
            (date(2023, 1, 1), date(2024, 12, 31), "During"),
        ]

    def test_a_first_department_that_was_entered_late_counts_from_the_first_day(self) -> None:
        given = row(employments=[employment("2026-01-12")], departments=[placed("Sales", 2026, 2)])
        assert spans(made(given), "department") == [(date(2026, 1, 12), None, "Sales")]

    def test_somebody_who_came_back_has_contracts_of_both_employments(self) -> None:
        given = row(
            employments=[employment("2025-02-01", id="J-2"), employment("2018-01-01", "2020-06-30")],
            departments=[placed("Old", 2018, 1), placed("New", 2025, 2)],
        )
        assert spans(made(given), "department") == [
            (date(2018, 1, 1), date(2020, 6, 30), "Old"),
            (date(2025, 2, 1), None, "New"),
        ]

    def test_of_two_rows_of_one_employment_the_one_changed_last_counts(self) -> None:
        first = employment("2020-01-01")
        last = employment("2020-01-01", "2026-03-31", changedDate="2026-03-01T00:00:00Z")
        assert spans(made(row(employments=[last, first]))) == [(date(2020, 1, 1), date(2026, 3, 31))]
        assert spans(made(row(employments=[first, last]))) == [(date(2020, 1, 1), date(2026, 3, 31))]

    def test_every_contract_says_when_the_employment_begins_and_ends(self) -> None:
        given = row(
            employments=[employment("2020-01-01", "2026-12-31")],
            departments=[placed("A", 2020, 1), placed("B", 2026, 1)],
        )
        for one in made(given).contracts:
            assert (one.fields["employmentStart"], one.fields["employmentEnd"]) == ("2020-01-01", "2026-12-31")

    def test_why_it_ended_is_said_only_where_it_was_kept(self) -> None:
        assert "endReason" not in made(row()).contracts[0].fields
        given = row(employments=[employment("2020-01-01", "2026-12-31", endContractReason={"reason": "Ontslag"})])
        assert made(given).contracts[0].fields["endReason"] == "Ontslag"

    def test_an_external_is_of_that_type(self) -> None:
        given = row(employeeBasicInfo={**NAMES, "employeeType": "formerExternal"})
        assert made(given).contracts[0].fields["type"] == "external"

    def test_units_have_ids_and_codes_as_text(self) -> None:
        fields = (
            made(row(departments=[placed("Sales", 2020, 1)], functions=[placed("Lead", 2020, 1)])).contracts[0].fields
        )
        assert (fields["departmentId"], fields["departmentCode"]) == ("d-sales", "7")
        assert (fields["functionId"], fields["functionCode"]) == ("f-lead", "7")

    def test_what_changed_long_ago_is_not_told_apart(self) -> None:
        """Somebody whose hours change every month would have hundreds of contracts."""
        history = [placed(f"D{year}-{month}", year, month) for year in range(2010, 2026) for month in range(1, 13)]
        old = employment("2008-01-01", "2012-12-31", id="J-0")
        given = row(employments=[old, employment("2014-01-01")], departments=history)
        found = made(given, about(since=date(2025, 10, 15)))
        assert spans(found, "department") == [
            (date(2008, 1, 1), date(2012, 12, 31), "D2012-12"),
            (date(2014, 1, 1), date(2025, 10, 31), "D2025-10"),
            (date(2025, 11, 1), date(2025, 11, 30), "D2025-11"),
            (date(2025, 12, 1), None, "D2025-12"),
        ]
        assert [one.id for one in found.contracts][:2] == ["j-0", "j-1"]

    def test_a_row_without_a_period_was_always_so(self) -> None:
        """The official example of departments has none."""
        always = placed("Sales", 2020, 1)
        del always["period"]
        given = row(departments=[always, placed("Support", 2026, 4)])
        assert spans(made(given), "department") == [
            (date(2020, 1, 1), date(2026, 3, 31), "Sales"),
            (date(2026, 4, 1), None, "Support"),
        ]


class TestHours:
    def test_the_official_example_of_overlapping_contracts_out_of_order(self) -> None:
        contracts = [
            {
                "startDate": "2021-01-01T09:29:18Z",
                "endDate": "2021-08-24T14:15:22Z",
                "hoursPerWeek": 40,
                "createdAt": "2021-08-01T15:10:54Z",
            },
            {
                "startDate": "2021-01-01T00:00:00Z",
                "endDate": None,
                "hoursPerWeek": 36,
                "createdAt": "2021-02-17T16:15:09Z",
            },
            {
                "startDate": "2021-07-01T00:00:00Z",
                "endDate": "2021-12-31T00:00:00Z",
                "hoursPerWeek": 20,
                "createdAt": "2021-01-03T09:29:18Z",
            },
        ]
        expected = [
            (date(2021, 1, 1), date(2021, 6, 30), 40.0, "2021-08-24"),
            (date(2021, 7, 1), date(2021, 12, 31), 20.0, "2021-12-31"),
            (date(2022, 1, 1), None, 36.0, None),
        ]
        for order in (contracts, contracts[::-1]):
            given = row(employments=[employment("2021-01-01")], contracts=order)
            assert spans(made(given), "hours", "fixedUntil") == expected

    def test_a_schedule_gives_the_part_of_a_full_employment_and_the_hours_the_contract_lacks(self) -> None:
        schedule = {"startDate": "2020-01-01T07:02:10Z", "parttimePercentage": 92.5, "hoursPerWeek": 37}
        (found,) = made(row(schedules=[schedule])).contracts
        assert (found.fields["hours"], found.fields["fte"]) == (37.0, 0.925)
        contract = {"startDate": "2020-01-01", "hoursPerWeek": None}
        assert made(row(schedules=[schedule], contracts=[contract])).contracts[0].fields["hours"] == 37.0
        contract = {"startDate": "2020-01-01", "hoursPerWeek": 36}
        assert made(row(schedules=[schedule], contracts=[contract])).contracts[0].fields["hours"] == 36.0

    def test_a_schedule_without_hours_a_week_has_the_mean_of_its_weeks(self) -> None:
        """The official example leaves hoursPerWeek out."""
        week = {"hoursMonday": 8, "hoursThursday": 8}
        schedule = {"startDate": "2020-01-01", "week1": {**week, "hoursFriday": 8}, "week2": week}
        assert made(row(schedules=[schedule])).contracts[0].fields["hours"] == 20.0


class TestManagers:
    def test_a_manager_whom_no_employee_is_is_absent_and_not_nobody(self) -> None:
        found = made(row(managers=[managed("outside@accountant.example", 2020, 1)])).contracts[0].fields
        assert "manager" not in found

    def test_a_manager_without_a_mail_is_absent(self) -> None:
        assert "manager" not in made(row(managers=[managed(None, 2020, 1)])).contracts[0].fields

    def test_who_has_none_where_others_have_has_nobody(self) -> None:
        assert made(row(managers=[])).contracts[0].fields["manager"] is None

    def test_the_head_of_the_department_is_for_those_without_a_manager_only(self) -> None:
        heads = about(department_managers=MappingProxyType({"d-sales": "h0"}))
        sales = [placed("Sales", 2020, 1)]
        assert made(row(departments=sales, managers=[]), heads).contracts[0].fields["manager"] == "h0"
        assert made(row(departments=sales), heads).contracts[0].fields["manager"] == "h0"
        own = row(departments=sales, managers=[managed("boss@contoso.example", 2020, 1)])
        assert made(own, heads).contracts[0].fields["manager"] == "b0"
        unknown = row(departments=sales, managers=[managed("outside@accountant.example", 2020, 1)])
        assert "manager" not in made(unknown, heads).contracts[0].fields


class TestCostCentresAndLeave:
    def test_the_default_cost_centre_counts_then_the_heaviest(self) -> None:
        def cost(code: str, percentage: float, default: bool, period: int = 1) -> dict[str, Any]:
            centre = {"costCenters": {"code": code, "description": f"Name {code}"}}
            return {**centre, "percentage": percentage, "default": default, "period": {"year": 2026, "period": period}}

        rows = [cost("K1", 80, False), cost("K2", 20, True), cost("K3", 30, False, 5), cost("K4", 70, False, 5)]
        expected = [(date(2020, 1, 1), date(2026, 4, 30), "K2", "Name K2"), (date(2026, 5, 1), None, "K4", "Name K4")]
        assert spans(made(row(employeeCostCenters=rows)), "costCenter", "costCenterName") == expected
        assert made(row(employeeCostCenters=[])).contracts[0].fields["costCenter"] is None

    def test_only_kinds_of_leave_that_are_named_give_days(self) -> None:
        def leave(code: str, start: str, end: str | None) -> dict[str, Any]:
            return {"parentalLeaveType": {"code": code}, "startDate": start, "endDate": end}

        rows = [
            leave("2", "2026-01-01", None),
            leave("1", "2026-05-01", "2026-08-20"),
            leave("1", "2024-01-01", "2024-04-01"),
        ]
        fields = made(row(EmployeeParentalLeaves=rows), about(leave=("1",))).contracts[0].fields
        assert (fields["leaveStart"], fields["leaveEnd"]) == ("2026-05-01", "2026-08-20")
        fields = made(row(EmployeeParentalLeaves=rows), about(leave=("2",))).contracts[0].fields
        assert (fields["leaveStart"], fields["leaveEnd"]) == ("2026-01-01", None)
        fields = made(row(EmployeeParentalLeaves=[]), about(leave=("1",))).contracts[0].fields
        assert (fields["leaveStart"], fields["leaveEnd"]) == (None, None)
        assert "leaveStart" not in made(row()).contracts[0].fields


class TestWhatCannotBeUsed:
    @pytest.mark.parametrize(
        ("lists", "because", "code"),
        [
            ({"employments": []}, "has no employment that the login can see", "missing_data"),
            ({"employments": None}, "has no employment that the login can see", "missing_data"),
            ({"employments": [employment(None)]}, "has an employment without a start date", "missing_data"),
            ({"employments": [employment("0001-01-01T00:00:00")]}, "without a start date", "missing_data"),
            ({"employments": [employment("2026-02-30")]}, "startDate in a form that is not a plausible date", ""),
            ({"employments": [employment("1-2-2026")]}, "startDate in a form that is not a plausible date", ""),
            (
                {"employments": [employment("2020-01-01", "9999-12-31")]},
                "endDate in a form that is not a plausible",
                "",
            ),
            ({"employments": [employment("2020-02-01", "2020-01-31")]}, "ends before it starts", ""),
            ({"employments": [employment("2020-01-01", id="")]}, "has an employment without an id", ""),
            ({"employments": "none"}, "has employments in an unknown form", ""),
            ({"departments": [placed("A", 2026, 13)]}, "has a department from a period on that does not exist", ""),
            ({"info": [info(period=(2026, 14))]}, "has personal information from a period on that does not exist", ""),
            ({"info": [info(basicInfo={"lastName": ["x"]})]}, "has lastName in a form that is not text", ""),
            ({"info": [info(contactInfo="none")]}, "has contactInfo in an unknown form", ""),
            (
                {"contracts": [{"startDate": "2020-01-01", "hoursPerWeek": "many"}]},
                "hoursPerWeek in a form that is",
                "",
            ),
            ({"contracts": [{"startDate": "2020-01-01", "hoursPerWeek": True}]}, "hoursPerWeek in a form that is", ""),
        ],
    )
    def test_a_flaw_is_said_in_words_hr_can_act_on(self, lists: Any, because: str, code: str) -> None:
        found = rejected(row(**lists))
        assert (found.hr_id, found.code) == ("e-1", code or "invalid_record")
        assert found.because.startswith("Employee e-1 ")
        assert because in found.because

    @pytest.mark.parametrize("hr_id", [None, "", "  ", [], True, "x" * 101, "a\nb"])
    def test_a_record_without_an_id_is_nobody_s(self, hr_id: object) -> None:
        assert rejected({**row(), "employeeId": hr_id}).hr_id == ""

    def test_a_rejection_shows_no_value(self) -> None:
        found = rejected(row(info=[info(basicInfo={"lastName": {"secret": "Boele"}})]))
        assert "Boele" not in found.because


def test_contracts_are_equal_however_often_they_are_made() -> None:
    given = row(departments=[placed("A", 2020, 1), placed("B", 2026, 1)])
    assert made(given) == made(given)
    assert all(isinstance(one, Contract) for one in made(given).contracts)
