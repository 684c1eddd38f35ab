"""From a record to a person: nothing invented, nothing that may not enter, and a reason HR can act on."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors._forbidden import forbidden
from connectors.personio import v1 as api1
from connectors.personio import v2 as api2
from connectors.personio.settings import CANONICAL, Settings
from connectors.personio.units import units
from local.personio import Faults
from shared.errors import Misconfigured
from shared.model import Contract, Person, Rejected
from tests.connector_personio.personio_world import World, custom, job


async def test_a_person_has_the_canonical_fields(world: World) -> None:
    world.hire(7, gender="MALE", email=" seven@example.test ", preferred_name="Zeven")
    assert (await world.one()).fields == {
        "employeeId": "7",
        "givenName": "Given7",
        "surname": "Family7",
        "preferredName": "Zeven",
        "email": "seven@example.test",
        "gender": "male",
    }


async def test_a_v1_contract_has_the_canonical_fields(v1: World) -> None:
    v1.hire(7, job(team="Blue", supervisor=3, cost_centers=(("Sales", 100),), title="Nurse", hours=36.5))
    assert (await v1.one()).contracts == (
        Contract(
            id="7",
            start=date(2020, 1, 1),
            fields={
                "status": "active",
                "type": "internal",
                "manager": "3",
                "title": "Nurse",
                "hours": 36.5,
                "department": "Engineering",
                "team": "Blue",
                "location": "Utrecht",
                "employer": "Example B.V.",
                "costCenter": "Sales",
            },
        ),
    )


async def test_a_v2_contract_has_the_canonical_fields(v2: World) -> None:
    v2.hire(7, job(team="Blue", supervisor=3, title="Nurse", hours=32, full_time_hours=36, id="c-1", type="EXTERNAL"))
    assert (await v2.one()).contracts == (
        Contract(
            id="c-1",
            start=date(2020, 1, 1),
            fields={
                "status": "active",
                "type": "external",
                "manager": "3",
                "title": "Nurse",
                "hours": 32.0,
                "fullTimeHours": 36.0,
                "fte": 0.8889,
                "department": "Engineering",
                "team": "Blue",
            },
        ),
    )


async def test_every_field_is_announced(world: World) -> None:
    world.hire(7)
    found = await world.one(lookups=["department", "team", "employer", "costCenter", "location"])
    assert {*found.fields, *found.contracts[0].fields} <= CANONICAL


async def test_an_attribute_that_is_not_shared_is_absent_and_one_without_a_value_is_null(world: World) -> None:
    world.hire(7, job(title=None, team=None, supervisor=None), preferred_name=None, gender=None)
    shared = {"first_name", "last_name", "gender", "status", "hire_date", "termination_date", "position", "team"}
    world.credential.attributes = frozenset(shared)
    found = await world.one()
    assert found.fields["gender"] is None
    assert not {"preferredName", "email"} & found.fields.keys()
    assert found.contracts[0].fields["title"] is None
    assert found.contracts[0].fields["team"] is None
    if world.api == "v1":
        assert not {"department", "manager", "hours", "location"} & found.contracts[0].fields.keys()


async def test_someone_without_a_supervisor_has_nobody_and_that_is_said(world: World) -> None:
    world.hire(7, job(supervisor=None))
    assert (await world.one()).contracts[0].fields["manager"] is None


def test_v2_leaves_out_what_an_employment_does_not_share() -> None:
    found = api2.person({"id": "7", "first_name": "A"}, [{"id": "c", "employment_start_date": "2020-01-01"}], {})
    assert isinstance(found, Person)
    assert found.fields == {"employeeId": "7", "givenName": "A"}
    assert found.contracts == (Contract(id="c", start=date(2020, 1, 1)),)


async def test_a_future_joiner_is_there_before_the_first_day(world: World) -> None:
    world.hire(7, job(date(2026, 9, 1)))
    found = (await world.one()).contracts[0]
    assert (found.start, found.end, found.fields["status"]) == (date(2026, 9, 1), None, "onboarding")


async def test_someone_on_leave_is_there(world: World) -> None:
    world.hire(7, job(status="LEAVE"))
    assert (await world.one()).contracts[0].fields["status"] == "leave"


async def test_a_leaver_ends_on_the_last_working_day_not_at_the_end_of_the_employment(world: World) -> None:
    world.hire(7, job(termination_date=date(2026, 5, 31), last_working_day=date(2026, 5, 8)))
    assert (await world.one()).contracts[0].end == date(2026, 5, 8)


async def test_nobody_works_after_the_employment_has_ended(world: World) -> None:
    world.hire(7, job(termination_date=date(2026, 5, 8), last_working_day=date(2026, 5, 31)))
    assert (await world.one()).contracts[0].end == date(2026, 5, 8)


async def test_without_a_last_working_day_the_termination_date_counts(world: World) -> None:
    world.hire(7, job(termination_date=date(2026, 5, 31)))
    assert (await world.one()).contracts[0].end == date(2026, 5, 31)


@pytest.mark.parametrize("key", ["last_working_day", "last_working_date"])
async def test_v2_names_the_last_working_day_in_two_ways(key: str, v2: World) -> None:
    v2.faults.last_working_key = key
    v2.hire(7, job(termination_date=date(2026, 5, 31), last_working_day=date(2026, 5, 8)))
    assert (await v2.one()).contracts[0].end == date(2026, 5, 8)


async def test_v2_ends_an_employment_at_its_own_end_date(v2: World) -> None:
    v2.hire(7, job(end=date(2026, 5, 31)))
    assert (await v2.one()).contracts[0].end == date(2026, 5, 31)


async def test_a_fixed_term_is_no_end_until_hr_says_so(world: World) -> None:
    world.hire(7, job(contract_end=date(2026, 5, 31)))
    assert (await world.one()).contracts[0].end is None


async def test_several_employments_are_all_there_in_order_of_their_start(v2: World) -> None:
    v2.hire(
        7,
        job(date(2024, 1, 1), department="Second"),
        job(date(2018, 1, 1), end=date(2019, 12, 31), department="First"),
        job(date(2026, 7, 1), department="Third"),
    )
    contracts = (await v2.one()).contracts
    assert [(each.fields["department"], each.fields["status"]) for each in contracts] == [
        ("First", "inactive"),
        ("Second", "active"),
        ("Third", "onboarding"),
    ]


@pytest.mark.parametrize("iso", [True, False])
@pytest.mark.parametrize("day", [date(2014, 11, 9), date(2014, 7, 9), date(2020, 3, 29), date(2020, 10, 25)])
async def test_a_date_is_the_day_that_is_written_whatever_its_zone(iso: bool, day: date, v1: World) -> None:
    v1.faults.iso_dates = iso
    v1.hire(7, job(day))
    assert (await v1.one()).contracts[0].start == day


KEYS = ("id", "value", "attributes", "name", "type", "label", "title", "weight", "percentage", "termination_date")
REJECTIONS = [
    (job(None), "missing_data", "Employee 7 has no hire date; enter it in Personio."),
    (
        job(status="INACTIVE"),
        "missing_data",
        "Employee 7 is inactive without an end date; enter the termination date in Personio.",
    ),
]


@pytest.mark.parametrize(("work", "code", "because"), REJECTIONS)
async def test_what_is_missing_is_said_to_hr(work: Any, code: str, because: str, world: World) -> None:
    world.hire(7, work)
    world.hire(8)
    found, other = await world.read()
    assert found == Rejected(hr_id="7", code=code, because=because)
    assert isinstance(other, Person)


async def test_dates_that_contradict_each_other_are_said_to_hr(world: World) -> None:
    world.hire(7, job(date(2026, 5, 1), termination_date=date(2026, 4, 30)))
    found = await world.rejected()
    assert found.code == "invalid_record"
    assert found.because.startswith("Employee 7 leaves before the first day (")
    assert found.because.endswith("is before the hire date); correct the dates.")


async def test_someone_may_leave_on_the_first_day(world: World) -> None:
    world.hire(7, job(date(2026, 5, 1), termination_date=date(2026, 5, 1)))
    assert (await world.one()).contracts[0].end == date(2026, 5, 1)


async def test_someone_without_any_employment_is_said_to_hr(v2: World) -> None:
    v2.company.hire(7, "Given7", "Family7")
    found = await v2.rejected()
    assert (found.hr_id, found.code) == ("7", "missing_data")
    assert found.because == "Employee 7 has no employment, so no hire date; enter it in Personio."


async def test_one_bad_employment_holds_the_person_and_not_half_of_them(v2: World) -> None:
    v2.hire(7, job(status="INACTIVE"), job(date(2024, 1, 1)))
    assert (await v2.rejected()).because.startswith("Employee 7 is inactive without an end date")


def row(**values: Any) -> dict[str, Any]:
    known = {"id": 7, "hire_date": "2020-01-01", **values}
    return {"type": "Employee", "attributes": {key: {"label": key, "value": value} for key, value in known.items()}}


def v2_person(employment: dict[str, Any] | None = None, **values: Any) -> Person | Rejected:
    work = {"id": "c", "employment_start_date": "2020-01-01", **(employment or {})}
    return api2.person({"id": "7", **values}, [work], {})


@pytest.mark.parametrize(
    ("values", "attribute"),
    [
        ({"hire_date": "1 January"}, "hire_date"),
        ({"hire_date": "2020-02-30"}, "hire_date"),
        ({"hire_date": "2020-01-01; drop"}, "hire_date"),
        ({"hire_date": 20200101}, "hire_date"),
        ({"hire_date": "9999-12-31"}, "hire_date"),
        ({"weekly_working_hours": float("inf")}, "weekly_working_hours"),
        ({"first_name": ["Anna"]}, "first_name"),
        ({"weekly_working_hours": "forty"}, "weekly_working_hours"),
        ({"weekly_working_hours": True}, "weekly_working_hours"),
        ({"supervisor": {"type": "Employee"}}, "supervisor"),
        ({"supervisor": {"attributes": {"id": {"value": None}}}}, "supervisor"),
        ({"department": "Sales"}, "department"),
        ({"cost_centers": {"a": 1}}, "cost_centers"),
        ({"status": 5}, "status"),
    ],
)
def test_a_v1_value_of_an_unknown_form_is_said_to_hr_without_the_value(values: dict[str, Any], attribute: str) -> None:
    found = api1.person(row(**values))
    assert isinstance(found, Rejected)
    assert (found.hr_id, found.code) == ("7", "invalid_record")
    assert attribute in found.because
    assert not [value for value in ("Anna", "Sales", "forty", "drop", "2020") if value in found.because]


@pytest.mark.parametrize(
    ("employment", "attribute"),
    [
        ({"employment_start_date": "soon"}, "employment_start_date"),
        ({"termination": "yes"}, "termination"),
        ({"termination": {"termination_date": "later"}}, "termination_date"),
        ({"supervisor": {}}, "supervisor"),
        ({"supervisor": "3"}, "supervisor"),
        ({"position": {"title": 5}}, "position"),
        ({"weekly_working_hours": "forty"}, "weekly_working_hours"),
        ({"org_units": {"id": 1}}, "org_units"),
        ({"cost_centers": [1]}, "cost_centers"),
        ({"office": "Utrecht"}, "office"),
        ({"id": None}, "an employment without an id"),
    ],
)
def test_a_v2_value_of_an_unknown_form_is_said_to_hr(employment: dict[str, Any], attribute: str) -> None:
    found = v2_person(employment)
    assert isinstance(found, Rejected)
    assert (found.hr_id, found.code) == ("7", "invalid_record")
    assert attribute in found.because


def test_a_v1_attribute_that_is_not_wrapped_is_said_to_hr() -> None:
    found = api1.person({"attributes": {"id": {"value": 7}, "hire_date": "2020-01-01"}})
    assert isinstance(found, Rejected)
    assert found.because == "Employee 7 has hire_date in an unknown form; ask Personio support to look at it."


@pytest.mark.parametrize(
    "record", [{}, {"attributes": None}, {"attributes": {}}, {"attributes": {"id": {"value": None}}}]
)
def test_a_v1_record_without_an_id_is_rejected(record: dict[str, Any]) -> None:
    found = api1.person(record)
    assert isinstance(found, Rejected)
    assert (found.hr_id, found.because) == ("", "A record has no employee id; ask Personio support to look at it.")


def test_a_v2_record_without_an_id_is_rejected() -> None:
    assert isinstance(api2.person({"first_name": "A"}, [], {}), Rejected)


@pytest.mark.parametrize("id", [0, "0007", " 7 "])
def test_ids_are_text_and_keep_their_zeros(id: Any) -> None:
    found = api1.person(row(id=id))
    assert isinstance(found, Person)
    assert found.hr_id == str(id).strip()


@pytest.mark.parametrize("value", ["", "   ", None])
def test_blank_is_null(value: str | None) -> None:
    found = api1.person(row(position=value, weekly_working_hours=value and value.strip(), termination_date=value or ""))
    assert isinstance(found, Person)
    assert found.contracts[0].fields["title"] is None
    assert found.contracts[0].fields["hours"] is None


def test_hours_may_have_a_comma_and_words_may_be_unspecified() -> None:
    found = api1.person(row(weekly_working_hours="37,5", gender="UNSPECIFIED"))
    assert isinstance(found, Person)
    assert (found.contracts[0].fields["hours"], found.fields["gender"]) == (37.5, None)


@pytest.mark.parametrize("id", ["", "a\nb", "x" * 101, True, 7.5, ["7"]])
def test_what_cannot_be_an_id_is_none(id: Any) -> None:
    found = api1.person(row(id=id))
    assert isinstance(found, Rejected)
    assert found.hr_id == ""


@pytest.mark.parametrize("full", [None, 0, 0.001])
def test_without_full_time_hours_there_is_no_fte(full: int | None) -> None:
    found = v2_person({"weekly_working_hours": 32, "full_time_weekly_working_hours": full})
    assert isinstance(found, Person)
    assert found.contracts[0].fields["fte"] is None


@pytest.mark.parametrize("turn", [1, -1])
async def test_the_heaviest_cost_centre_counts_and_of_equals_the_first_by_name(turn: int, world: World) -> None:
    world.hire(7, job(cost_centers=(("Beta", 40), ("Alpha", 40), ("Gamma", 20))[::turn]))
    world.company.unit("cost-center", "Alpha")
    assert (await world.one(lookups=["costCenter"])).contracts[0].fields["costCenter"] == "Alpha"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["2020-01-01", "40"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner),
    max_leaves=12,
)
START = st.sampled_from([{"value": "2020-01-01"}, {"value": None}])
STARTED = {"employment_start_date": st.just("2020-01-01")}
WRAPPED = JSON | st.builds(lambda value, kind: {"label": "Label", "value": value, "type": kind}, JSON, JSON)
V1_KEYS = {
    "first_name",
    "status",
    "termination_date",
    "supervisor",
    "department",
    "cost_centers",
    "position",
    "dynamic_1",
}
V2_KEYS = {"status", "termination", "weekly_working_hours", "org_units", "cost_centers", "supervisor", "position"}


@given(
    st.fixed_dictionaries(
        {"id": st.just({"value": 7}), "hire_date": START}, optional=dict.fromkeys(sorted(V1_KEYS), WRAPPED)
    )
)
def test_whatever_v1_sends_it_is_a_person_or_a_reason(attributes: dict[str, Any]) -> None:
    found = api1.person({"attributes": attributes}, {"extra": "dynamic_1"})
    assert isinstance(found, Person | Rejected)
    json.dumps(dict(found.fields) if isinstance(found, Person) else found.because, allow_nan=False)


@given(
    st.fixed_dictionaries(
        {"id": st.just("7")}, optional={"first_name": JSON, "gender": JSON, "custom_attributes": JSON}
    ),
    st.lists(
        st.fixed_dictionaries({"id": st.just("c"), **STARTED}, optional=dict.fromkeys(sorted(V2_KEYS), JSON)),
        max_size=2,
    ),
)
def test_whatever_v2_sends_it_is_a_person_or_a_reason(record: dict[str, Any], jobs: list[dict[str, Any]]) -> None:
    fields = {"extra": "dynamic_1"}
    found = api2.person(api2.kept(record, fields), jobs, {}, fields)
    assert isinstance(found, Person | Rejected)
    json.dumps(dict(found.fields) if isinstance(found, Person) else found.because, allow_nan=False)


async def test_extra_attributes_enter_by_name_only(world: World) -> None:
    world.hire(
        7,
        custom={
            "dynamic_1": custom("Room", " 4.12 "),
            "dynamic_2": custom("Anniversary", "2021-01-01", type="date"),
            "dynamic_3": custom("Languages", ["Dutch", "English"], type="tags"),
            "dynamic_4": custom("Badge", 12, type="integer"),
            "dynamic_5": custom("Phone", None),
            "dynamic_6": custom("Shoe size", "44"),
            "dynamic_7": custom("Gone", None, type="date"),
            "dynamic_8": custom("Driver", True),
        },
    )
    fields = {"room": "dynamic_1", "jubilee": "dynamic_2", "languages": "dynamic_3", "badge": "dynamic_4"}
    fields |= {"phone": "dynamic_5", "nothing": "dynamic_99", "gone": "dynamic_7", "driver": "dynamic_8"}
    found = await world.one(fields=fields)
    assert {key: value for key, value in found.fields.items() if key not in CANONICAL} == {
        "room": "4.12",
        "jubilee": "2021-01-01",
        "languages": ("Dutch", "English"),
        "badge": 12,
        "phone": None,
        "gone": None,
        "driver": True,
    }


async def test_an_extra_attribute_that_is_an_object_is_said_to_hr(world: World) -> None:
    world.hire(7, custom={"dynamic_1": custom("Car", [{"plate": "X-123"}])})
    found = await world.rejected(fields={"car": "dynamic_1"})
    assert "dynamic_1" in found.because
    assert "X-123" not in found.because


@pytest.mark.parametrize(
    ("label", "universal_id"),
    [("BSN", None), ("Burgerservicenummer", None), ("Konto", "iban"), ("Tax ID (DE)", None), ("Fix salary", None)],
)
async def test_what_personio_labels_as_forbidden_never_enters(
    label: str, universal_id: str | None, world: World
) -> None:
    world.hire(7, custom={"dynamic_1": custom(label, "123456782", universal_id=universal_id)})
    found = await world.one(fields={"number": "dynamic_1"})
    assert "123456782" not in repr(found)


@pytest.mark.parametrize(
    "name",
    ["bsn", "BSN-nummer", "fix_salary", "hourly_salary", "SocialSecurityNumber", "iban", "Steuer-ID", "religion"],
)
def test_forbidden_names_are_known_however_they_are_written(name: str) -> None:
    assert forbidden(name)


@pytest.mark.parametrize("name", ["absent", "reunion", "businessUnit", "libanon", "dynamic_1", "", None, 5])
def test_harmless_names_are_let_through(name: object) -> None:
    assert not forbidden(name)


async def test_a_unit_that_v2_no_longer_holds_is_absent_not_null(v2: World) -> None:
    v2.hire(7, job(department="Old", team="Blue"))
    v2.company.dissolve("department", "Old")
    v2.company.dissolve("subcompany", "Example B.V.")
    found = (await v2.one(lookups=["department", "team", "employer"])).contracts[0].fields
    assert found["team"] == "Blue"
    assert not {"department", "employer"} & found.keys()


def test_an_employment_that_points_to_nothing_says_so() -> None:
    empty = dict.fromkeys(("org_units", "cost_centers", "office", "legal_entity"))
    assert {unit.field: unit.id for unit in units(empty)} == dict.fromkeys(
        ("employer", "location", "department", "team", "costCenter"), ""
    )


async def test_names_of_units_are_asked_for_once_in_a_run(v2: World) -> None:
    for number in range(1, 21):
        v2.hire(number, job(department="Sales" if number % 2 else "Support"))
    await v2.read(lookups=["department", "employer"])
    paths = v2.wire_end.paths()
    assert len([path for path in paths if path.startswith("/v2/org-units/")]) == 2
    assert paths.count("/v2/legal-entities") == 1
    assert "/v2/workplaces" not in paths


async def test_what_is_not_looked_up_is_absent(v2: World) -> None:
    v2.hire(7, job(office=None))
    assert not {"department", "team", "location"} & (await v2.one(lookups=[])).contracts[0].fields.keys()


async def test_names_that_may_not_be_read_are_a_matter_of_the_credential(v2: World) -> None:
    v2.hire(7)
    v2.credential.scopes = frozenset({"personio:persons:read"})
    with pytest.raises(Misconfigured, match="answered 403; allow the credential to read org units"):
        await v2.read()


async def test_a_list_of_names_that_the_account_does_not_have_is_a_matter_of_the_settings(v2: World) -> None:
    v2.hire(7)
    v2.faults.no_workplaces = True
    with pytest.raises(Misconfigured, match=r"/v2/workplaces answered 404; .* leave location out of `lookups`"):
        await v2.read(lookups=["location"])


GOOD = {"api": "v1", "client_id": "secret:a", "client_secret": "secret:b"}


def test_the_least_settings_are_enough() -> None:
    assert Settings.model_validate(GOOD).base == "https://api.personio.de"


@pytest.mark.parametrize("base", ["https://api.personio.de/", "http://127.0.0.1:8080", "http://localhost:1"])
def test_an_address_may_be_https_or_loopback(base: str) -> None:
    assert not Settings.model_validate({**GOOD, "base": base}).base.endswith("/")


@pytest.mark.parametrize(
    "wrong",
    [
        {"api": "v3"},
        {"client_secret": "the-secret-itself"},
        {"client_id": "the-id-itself"},
        {"client_secret": "secret:"},
        {"surprise": 1},
        {"base": "http://api.personio.de"},
        {"base": "https://user:pass@api.personio.de"},
        {"base": "https://api.personio.de/v1"},
        {"base": "https://"},
        {"base": "https://a:port"},
        {"fields": {"department": "dynamic_1"}},
        {"fields": {"bsn": "dynamic_1"}},
        {"fields": {"pay": "fix_salary"}},
        {"fields": {"a b": "dynamic_1"}},
        {"fields": {"room": "Room Number"}},
        {"lookups": ["salary"]},
    ],
)
def test_wrong_settings_are_refused_and_the_message_does_not_repeat_them(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        Settings.model_validate({**GOOD, **wrong})
    assert "itself" not in str(refusal.value).replace("filled by Personio itself", "")
    assert "pass" not in str(refusal.value)


def test_settings_cannot_be_changed_and_have_a_schema() -> None:
    settings = Settings.model_validate(GOOD)
    with pytest.raises(ValidationError):
        settings.api = "v2"
    assert json.dumps(Settings.model_json_schema())


def test_faults_are_off_until_they_are_switched_on() -> None:
    assert not Faults().hits_gateway("/v2/persons")
