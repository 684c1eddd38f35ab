"""From rows of Profit to a person: nothing invented, nothing that may not enter, and a reason HR can act on."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.afas.chart import Chart, Unit
from connectors.afas.people import Reader
from connectors.afas.settings import View
from local.afas import Position, User
from local.afas import Unit as Row
from local.afas.tables import TABLES
from shared import codec
from shared.model import Contract, Rejected
from tests.connector_afas.afas_world import World, job


async def test_a_person_has_the_canonical_fields(world: World) -> None:
    world.hire(
        "000001005",
        person_id="1000551",
        initials="J.H.",
        first_name="Johanna",
        nick_name="Janine",
        prefix="van den",
        birth_name="Boele",
        partner_prefix="de",
        partner_name="Vries",
        name_use="1",
        email=" janine@example.test ",
        users=[User(id="12345.janine", upn="janine@example.test", email="j@example.test")],
    )
    assert (await world.one()).fields == {
        "employeeId": "000001005",
        "personId": "1000551",
        "userId": "12345.janine",
        "initials": "J.H.",
        "givenName": "Johanna",
        "nickName": "Janine",
        "prefix": "van den",
        "surname": "Boele",
        "partnerPrefix": "de",
        "partnerSurname": "Vries",
        "nameUsage": "PB",
        "email": "janine@example.test",
        "userEmail": "j@example.test",
        "userPrincipalName": "janine@example.test",
        "phone": None,
        "mobile": None,
    }


async def test_a_contract_has_the_canonical_fields(world: World) -> None:
    world.hire("7", job(date(2020, 1, 1), end=date(2026, 8, 31), hours=32.0, fte=0.8, manager="3", type="Extern"))
    assert await world.contract() == Contract(
        id="7-1~2020-01-01",
        start=date(2020, 1, 1),
        end=date(2026, 8, 31),
        fields={
            "department": "Engineering",
            "departmentId": "D100",
            "departmentPath": ("D100",),
            "title": "Engineer",
            "titleId": "0813",
            "costCenter": "Kostenplaats 1000",
            "costCenterId": "1000",
            "employer": "Example B.V.",
            "employerId": "0992",
            "hours": 32.0,
            "fte": 0.8,
            "type": "Extern",
            "typeId": "E",
            "manager": "3",
        },
    )


async def test_every_field_is_announced_and_every_announced_field_comes(either: World) -> None:
    either.hire("7")
    found = await either.one()
    assert {*found.fields, *found.contracts[0].fields} - {"employeeId"} == either.settings().facts


@pytest.mark.parametrize(("code", "usage"), [("0", "B"), ("1", "PB"), ("2", "P"), ("3", "BP"), ("", "B"), ("9", "B")])
async def test_codes_of_name_use_become_ours(code: str, usage: str, either: World) -> None:
    either.hire("7", name_use=code)
    assert (await either.one()).fields["nameUsage"] == usage


@pytest.mark.parametrize("day", [date(2012, 3, 1), date(2020, 3, 29), date(2020, 10, 25), date(2026, 7, 1)])
async def test_a_date_is_the_day_that_is_written_though_it_ends_in_z(day: date, either: World) -> None:
    either.hire("7", job(day))
    assert (await either.contract()).start == day


async def test_an_employment_is_what_contract_and_function_have_in_common(world: World) -> None:
    world.hire(
        "7",
        job(date(2020, 1, 1), end=date(2026, 12, 31), function_start=date(2021, 5, 1), function_end=date(2027, 1, 1)),
    )
    found = await world.contract()
    assert (found.start, found.end) == (date(2021, 5, 1), date(2026, 12, 31))


async def test_a_function_that_never_met_its_contract_is_nothing(world: World) -> None:
    world.hire("7", job(date(2020, 1, 1)), job(date(2010, 1, 1), end=date(2012, 1, 1), function_start=date(2013, 1, 1)))
    assert [one.start for one in (await world.one()).contracts] == [date(2020, 1, 1)]


async def test_several_employments_past_and_future_are_all_there_in_order(world: World) -> None:
    world.hire("7", job(date(2027, 1, 1)), job(date(2010, 1, 1), end=date(2015, 1, 1)), job(date(2020, 1, 1)))
    found = (await world.one()).contracts
    assert [one.start.year for one in found] == [2010, 2020, 2027]
    assert len({one.id for one in found}) == 3


async def test_functions_of_one_employment_are_told_apart_by_their_first_day(world: World) -> None:
    world.hire(
        "7",
        job(date(2020, 1, 1), id="C1", function_end=date(2022, 12, 31)),
        job(date(2020, 1, 1), id="C1", function_start=date(2023, 1, 1)),
    )
    assert [one.id for one in (await world.one()).contracts] == ["C1~2020-01-01", "C1~2023-01-01"]


async def test_somebody_who_died_worked_until_that_day(world: World) -> None:
    world.standard = "profit"
    world.hire("7", deceased=date(2026, 2, 11))
    assert (await world.contract()).end == date(2026, 2, 11)


async def test_positions_are_contracts_when_the_settings_say_so(world: World) -> None:
    world.environment.units.append(Row(id="D200", name="Sales"))
    world.hire(
        "7",
        job(
            date(2020, 1, 1),
            end=date(2026, 12, 31),
            hours=36.0,
            positions=[
                Position(start=date(2020, 1, 1), percentage=60.0),
                Position(start=date(2023, 1, 1), unit="D200", function="Seller", percentage=40.0, manager="9"),
            ],
        ),
    )
    first, second = (await world.one(contracts="positions")).contracts
    assert (first.fields["department"], first.fields["share"], first.fields["hours"]) == ("Engineering", 60.0, 36.0)
    assert (second.fields["department"], second.fields["title"]) == ("Sales", "Seller")
    assert (second.fields["manager"], second.fields["departmentPath"]) == ("9", ("D200",))
    assert (second.start, second.end) == (date(2023, 1, 1), date(2026, 12, 31))
    assert len((await world.one()).contracts) == 1


async def test_an_employment_without_a_position_is_a_contract_all_the_same(world: World) -> None:
    world.hire("7", job(date(2020, 1, 1)))
    assert (await world.contract(contracts="positions")).fields["title"] == "Engineer"


async def test_a_position_never_outlives_its_employment(world: World) -> None:
    """T4E shows employments that ended lately only; a position without an end must not bring anybody back."""
    ended = job(date(2020, 1, 1), end=date(2026, 1, 31), positions=[Position(start=date(2020, 1, 1))])
    world.hire("7", ended)
    assert (await world.contract(contracts="positions")).end == date(2026, 1, 31)


async def test_without_a_manager_of_their_own_whoever_leads_the_unit_is_the_manager(world: World) -> None:
    world.environment.units = [Row(id="D100", name="Engineering", manager="1")]
    world.hire("1", manager_free := job(date(2020, 1, 1)))
    world.hire("2")
    found = await world.read()
    assert manager_free.manager is None
    assert found["2"].contracts[0].fields["manager"] == "1"
    assert found["1"].contracts[0].fields["manager"] is None


async def test_whoever_leads_their_own_unit_is_led_from_the_unit_above(either: World) -> None:
    either.environment.units = [
        Row(id="D1", name="Board", manager="1"),
        Row(id="D10", name="Operations", above="D1"),
        Row(id="D100", name="Engineering", above="D10", manager="2"),
    ]
    either.hire("1", job(date(2020, 1, 1), unit="D1"))
    either.hire("2", job(date(2020, 1, 1), manager="2" if either.standard == "t4e" else None))
    either.hire("3")
    found = await either.read()
    managers = {name: one.contracts[0].fields["manager"] for name, one in found.items()}
    assert managers == {"1": None, "2": "1", "3": "2"}
    assert found["3"].contracts[0].fields["departmentPath"] == ("D100", "D10", "D1")


async def test_a_chart_that_goes_round_says_nothing_of_managers(either: World) -> None:
    either.environment.units = [
        Row(id="D100", name="Engineering", above="D200"),
        Row(id="D200", name="Operations", above="D100"),
    ]
    either.hire("7")
    found = (await either.contract()).fields
    assert "manager" not in found
    assert found["departmentPath"] == ("D100", "D200")


async def test_a_chart_with_several_rows_of_a_unit_speaks_of_today(world: World) -> None:
    world.standard = "profit"
    world.environment.units = [
        Row(id="D100", name="Old", manager="1", start=date(2010, 1, 1), end=date(2019, 12, 31)),
        Row(id="D100", name="Now", manager="2", start=date(2020, 1, 1), end=date(2026, 3, 2)),
        Row(id="D100", name="Next", manager="3", start=date(2026, 3, 3)),
    ]
    for number in ("1", "2", "3", "7"):
        world.hire(number)
    assert (await world.read())["7"].contracts[0].fields["manager"] == "2"


async def test_without_a_chart_and_without_a_field_nothing_is_said_of_managers(either: World) -> None:
    either.hire("7")
    found = await either.contract(units=None, employments={"manager": None})
    assert not {"manager", "departmentPath"} & found.fields.keys()
    assert "manager" not in either.settings(units=None, employments={"manager": None}).facts


async def test_without_a_chart_a_manager_of_oneself_is_nobody(world: World) -> None:
    world.hire("7", job(date(2020, 1, 1), manager="7"))
    assert (await world.contract(units=None)).fields["manager"] is None


def test_a_unit_below_one_that_is_not_shown_has_no_known_leader() -> None:
    chart = Chart({"D1": Unit("Engineering", "D0", "7")})
    assert chart.manager("D1", "7") is None
    assert chart.manager("D1", "8") == "7"


@pytest.mark.parametrize(
    ("known", "because"),
    [
        ({"end": date(2019, 1, 1)}, "has Einddatum_contract before Begindatum_contract; correct the dates in Profit."),
        ({"end": date(9999, 12, 31)}, "has Einddatum_contract in a form that is not a plausible date; correct it."),
    ],
)
async def test_impossible_dates_reject_the_record(known: dict[str, date], because: str, world: World) -> None:
    world.hire("7", job(date(2020, 1, 1), **known))
    found = await world.rejected()
    assert (found.hr_id, found.code, found.because) == ("7", "invalid_record", f"Employee 7 {because}")


async def test_several_users_of_one_employee_reject_it_and_say_in_what_the_rows_differ(world: World) -> None:
    world.hire("7", users=[User(id="12345.a", upn="a@example.test"), User(id="12345.b", upn="b@example.test")])
    found = await world.rejected()
    assert found.code == "duplicate_id"
    assert "has several rows in T4E_HelloID_Users_v2, which differ in Gebruiker, UPN;" in found.because
    without = {"userId": None, "userPrincipalName": None}
    assert (await world.one(people={"fields": without, "order": []})).hr_id == "7"


async def test_employments_that_cannot_be_told_apart_reject_the_record(world: World) -> None:
    world.hire("7", job(date(2020, 1, 1), id="C1"), job(date(2020, 1, 1), id="C1", function="Nurse"))
    assert "cannot be told apart by ExternalID, Begindatum_functie" in (await world.rejected()).because


async def test_rows_that_are_the_same_count_once(world: World) -> None:
    world.hire("7", job(date(2020, 1, 1), id="C1"), job(date(2020, 1, 1), id="C1"))
    assert len((await world.one(employments={"order": ["ExternalID"]})).contracts) == 1


async def test_more_fields_enter_by_name_only(world: World) -> None:
    world.standard = "profit"
    world.hire("7", phone="030 1234567", born=date(1980, 2, 29))
    assert "birthDate" not in (await world.one()).fields
    more = {"birthDate": "DateOfBirth", "phone": "Phone"}
    found = (await world.one(people={"fields": more})).fields
    assert (found["birthDate"], found["phone"]) == ("1980-02-29", "030 1234567")


async def test_codes_keep_their_zeros(either: World) -> None:
    either.environment.units = [Row(id="0012", name="Engineering")]
    either.hire("000001005", job(date(2020, 1, 1), unit="0012"))
    found = await either.one()
    assert (found.hr_id, found.contracts[0].fields["departmentId"]) == ("000001005", "0012")


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ({"fields": {"number": "BSN"}}, "is of a kind that Joinly never reads"),
        ({"fields": {"bsn": "Code"}}, "is of a kind that Joinly never reads"),
        ({"fields": {"employeeId": "X"}}, "is filled by the connector itself"),
        ({"fields": {"department": "X"}}, "fields of both people and employments: department"),
        ({"fields": {"x": "a,b"}}, "should match pattern"),
    ],
)
def test_settings_that_may_not_be_are_refused_when_they_are_read(
    people: dict[str, object], said: str, world: World
) -> None:
    with pytest.raises(ValidationError, match=said):
        world.settings(people=people)


async def test_a_field_whose_label_names_forbidden_data_is_dropped(world: World) -> None:
    """A customer's view may call it anything; Profit's own label tells."""
    world.standard = "profit"
    world.environment.renamed = {"Profit_Employees": {"BSN": "Nummer"}}
    world.hire("7", bsn="999990019")
    found = await world.one(people={"fields": {"number": "Nummer"}})
    assert "number" not in found.fields
    assert "999990019" not in repr(found)


def test_what_is_read_of_tools4ever_is_what_their_connectors_have(specs: Path) -> None:
    text = (specs / "helloid" / "t4e_getconnector_fields_decoded.json").read_text()
    known = {name: {field for _, field in fields} for name, fields in json.loads(text).items()}
    settings = World().settings(contracts="positions")
    for view in settings.views:
        assert set(view.columns) <= known[view.connector]


def test_what_is_read_of_profit_is_what_its_description_has(specs: Path) -> None:
    known = json.loads((specs / "profit_standard_getconnectors_schema.json").read_text())
    for view in World(standard="profit").settings().views:
        assert set(view.columns) <= known[view.connector].keys()


def test_what_is_simulated_is_what_the_vendor_has(specs: Path) -> None:
    t4e = json.loads((specs / "helloid" / "t4e_getconnector_fields_decoded.json").read_text())
    known = {name: {field for _, field in fields} for name, fields in t4e.items()}
    known |= json.loads((specs / "profit_standard_getconnectors_schema.json").read_text())
    for table in TABLES.values():
        assert set(table.columns) <= set(known[table.name])


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["2020-01-01T00:00:00Z", "2019-12-31T00:00:00Z", "7", " 7 ", "31-12-9999", "x" * 200]),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
SETTINGS = World().settings(contracts="positions")
KINDS = {
    view.connector: dict(zip(view.columns, ["string", "date", "decimal", ""] * 9, strict=False))
    for view in SETTINGS.views
}


def rows_of(view: View) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(view.columns, ODD)), min_size=1, max_size=3)


@given(
    rows_of(SETTINGS.people),
    rows_of(SETTINGS.employments),
    rows_of(SETTINGS.positions or SETTINGS.employments),
    st.sampled_from([{}, KINDS]),
)
def test_whatever_profit_writes_becomes_a_person_or_a_reason_without_values(
    people: list[Any], employments: list[Any], positions: list[Any], kinds: Any
) -> None:
    units = {"7": Unit("Seven", "7", "7"), "8": Unit("Eight", "", "")}
    found = Reader(SETTINGS, kinds, Chart(units)).person("7", people, employments, positions)
    if isinstance(found, Rejected):
        assert found.because.startswith("Employee 7 ")
        assert "x" * 200 not in found.because
    else:
        assert found is not None
        assert found.contracts
        assert {*found.fields, *(name for one in found.contracts for name in one.fields)} <= {
            *SETTINGS.facts,
            "employeeId",
        }
        assert codec.PERSON.load(codec.PERSON.dump(found)) == found
