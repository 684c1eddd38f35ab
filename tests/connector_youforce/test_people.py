"""From rows to a person: what is not shown is null, names and codes are ours, and nothing enters that may not."""

from datetime import date
from typing import Any

import pytest

from connectors.youforce import Settings
from connectors.youforce.people import speaking
from local.youforce import SCOPES
from local.youforce.company import PRIVATE
from shared.errors import Misconfigured
from shared.model import Person
from tests.connector_youforce.youforce_world import World


async def test_a_person_has_the_facts_that_names_are_put_together_from(world: World) -> None:
    world.hire("1")
    row = world.company.lists[world.people][0].row
    row |= {"lastNameAtBirthPrefix": "van den", "partnerName": "Vries", "partnerNamePrefix": "de"}
    assert dict((await world.one()).fields) == {
        "employeeId": "1",
        "givenName": "Given1",
        "nickName": "Nick1",
        "initials": "A.B.",
        "prefix": "van den",
        "surname": "Family1",
        "partnerPrefix": "de",
        "partnerSurname": "Vries",
        "nameUsage": "B",
        "gender": "female",
        "email": "mail1@example.test",
        "phone": None,
        "deceased": False,
    }


@pytest.mark.parametrize(
    ("system", "code", "usage"),
    [
        *(("beaufort", code, usage) for code, usage in (("E", "B"), ("P", "P"), ("B", "PB"), ("C", "BP"), ("c", "BP"))),
        *(("business", code, usage) for code, usage in (("1", "B"), ("2", "P"), ("0", "PB"), (3, "BP"), (0, "PB"))),
        *((system, None, "B") for system in ("beaufort", "business")),
    ],
)
async def test_the_use_of_names_is_read_in_the_system_s_own_codes(system: str, code: Any, usage: str) -> None:
    world = World(system)
    world.hire("1")
    world.company.lists[world.people][0].row["nameAssembleOrder"] = code
    world.wire_end.spoil = lambda request, body: body | {"value": [_with(one, code) for one in body.get("value", [])]}
    assert (await world.one()).fields["nameUsage"] == usage


def _with(row: dict[str, Any], code: Any) -> dict[str, Any]:
    """The simulator leaves out what is 0, as it leaves out what is null."""
    return row | {"nameAssembleOrder": code} if "lastNameAtBirth" in row and code is not None else row


async def test_what_is_not_shown_is_null(world: World) -> None:
    world.hire("1", organizationUnit=None, jobProfile=None, workingAmount=None, employmentTypeName=None)
    world.hire("2")
    row = world.company.lists[world.people][0].row
    row |= dict.fromkeys(["initials", "knownAs", "gender", "emailAddresses", "nameAssembleOrder"])
    first = (await world.read())[0]
    assert isinstance(first, Person)
    assert [first.fields[name] for name in ("initials", "nickName", "gender", "email")] == [None] * 4
    given = first.contracts[0].fields
    null = ("department", "departmentId", "departmentCode", "title", "functionId", "hours", "fte", "costCenter")
    assert [given[name] for name in null] == [None] * 8
    assert given["departmentPath"] == ()
    assert given["type"] == "1"


async def test_somebody_deceased_is_said_to_be(world: World) -> None:
    world.hire("1")
    world.company.lists[world.people][0].row["deceased"] = True
    assert (await world.one()).fields["deceased"] is True


async def test_the_work_address_is_taken_and_never_the_private_one(world: World) -> None:
    world.registered.scopes = SCOPES | {PRIVATE}
    world.hire("1")
    row = world.company.lists[world.people][0].row
    row["emailAddresses"] = [{"type": "Private", "address": "home@private.test"}]
    assert (await world.one()).fields["email"] is None
    row["emailAddresses"] += [{"type": "Business", "address": "work@example.test"}]
    found = await world.one()
    assert found.fields["email"] == "work@example.test"
    assert "home@private.test" not in str(found)


async def test_the_work_number_is_taken_and_no_other(world: World) -> None:
    world.hire("1")
    numbers = [{"type": "Mobile", "number": "+31 6 1"}, {"type": "Business", "number": "+31 20 1"}]
    world.company.lists[world.people][0].row["phoneNumbers"] = numbers
    found = await world.one()
    assert found.fields["phone"] == "+31 20 1"
    assert "+31 6 1" not in str(found)


async def test_a_contract_says_where_somebody_works_and_as_what(beaufort: World) -> None:
    beaufort.hire("1", payrollClientCode="BV1", dischargeDate="2026-12-31")
    beaufort.company.put(
        "costAllocations", personCode="1", employmentCode="1", costCenterCode="200", costCenterName="Own", percentage=40
    )
    beaufort.company.put(
        "costAllocations", personCode="1", employmentCode="1", costCenterCode="100", costCenterName="ICT", percentage=60
    )
    contract = await beaufort.contract()
    assert (contract.id, contract.start, contract.end) == ("E1", date(2020, 1, 1), date(2026, 12, 31))
    assert dict(contract.fields) == {
        "employmentStart": "2020-01-01",
        "employmentEnd": "2026-12-31",
        "employer": "BV1",
        "type": "Permanent",
        "department": "IT department",
        "departmentId": "11",
        "departmentCode": "ICT",
        "departmentPath": ("ICT", "ROOT"),
        "title": "Engineer",
        "functionId": "70",
        "functionCode": "ENG",
        "hours": 36.0,
        "fte": 0.9,
        "costCenter": "100",
        "costCenterName": "ICT",
    }


async def test_a_share_that_is_over_carries_nothing(beaufort: World) -> None:
    beaufort.hire("1")
    share = {"personCode": "1", "employmentCode": "1", "percentage": 100}
    beaufort.company.put("costAllocations", **share, costCenterCode="100", endDate="2026-02-28")
    beaufort.company.put("costAllocations", **share, costCenterCode="200", startDate="2026-03-01")
    assert (await beaufort.contract()).fields["costCenter"] == "200"


async def test_a_company_and_a_cost_centre_of_business_have_names(business: World) -> None:
    business.company.put("companies", id="C1", shortName="500", fullName="Icommus")
    business.company.put("costCenter", shortName="K1", fullName="Overhead")
    business.hire("1", company="500", costCenter="K1")
    fields = (await business.contract()).fields
    assert (fields["employer"], fields["costCenter"], fields["costCenterName"]) == ("Icommus", "K1", "Overhead")


async def test_several_employments_are_several_contracts(world: World) -> None:
    world.hire("1", dischargeDate="2025-12-31")
    world.employ("1", id="E1b", employmentCode="2", hireDate="2026-04-01")
    found = await world.one()
    assert [(one.id, one.start, one.end) for one in found.contracts] == [
        ("E1", date(2020, 1, 1), date(2025, 12, 31)),
        ("E1b", date(2026, 4, 1), None),
    ]


async def test_a_day_of_the_year_9999_is_no_end(world: World) -> None:
    world.hire("1", dischargeDate="9999-12-31")
    contract = await world.contract()
    assert contract.end is None
    assert contract.fields["employmentEnd"] is None


async def test_the_discharge_date_may_be_the_first_day_without_work(world: World) -> None:
    world.hire("1", dischargeDate="2026-05-01")
    assert (await world.contract()).end == date(2026, 5, 1)
    assert (await world.contract(last_day="day_before")).end == date(2026, 4, 30)


async def test_a_date_is_the_day_that_is_written(world: World) -> None:
    world.hire("1", hireDate="2020-01-01T00:00:00+01:00", dischargeDate="2026-12-31T23:59:59Z")
    contract = await world.contract()
    assert (contract.start, contract.end) == (date(2020, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("employment", "because"),
    [
        ({"hireDate": None}, "has an employment without a hire date; enter it in HR Core."),
        ({"hireDate": "31-12-2020"}, "has hireDate in a form that is not a plausible date; correct it."),
        ({"hireDate": "0001-01-01"}, "has hireDate in a form that is not a plausible date; correct it."),
        ({"dischargeDate": "9999-13-45"}, "has dischargeDate in a form that is not a plausible date; correct it."),
        (
            {"dischargeDate": "2019-12-31"},
            "leaves before the first day (dischargeDate is before hireDate); correct the",
        ),
        ({"workingAmount": {"amountOfWork": "many"}}, "has amountOfWork in a form that is not a number; correct it."),
    ],
)
async def test_a_record_that_cannot_be_used_says_what_to_correct(
    employment: dict[str, Any], because: str, world: World
) -> None:
    world.hire("2")
    world.hire("7", **employment)
    found = (await world.read())[1]
    assert found.hr_id == "7"
    assert found.because.startswith(f"Employee 7 {because}")  # type: ignore[union-attr]


async def test_a_person_without_any_employment_is_not_given(world: World) -> None:
    """Employments vanish 90 days after they end and persons stay; Joinly remembers the contracts of who is missing."""
    world.hire("1")
    world.person("2")
    assert [one.hr_id for one in await world.read()] == ["1"]


async def test_who_has_left_is_shown_for_ninety_days_and_then_no_longer(world: World) -> None:
    world.hire("1", dischargeDate="2026-03-10")
    world.hire("2")
    world.time.now = world.time.now.replace(month=6, day=8)
    assert [one.hr_id for one in await world.read()] == ["1", "2"]
    world.time.now = world.time.now.replace(day=9)
    assert [one.hr_id for one in await world.read()] == ["2"]


async def test_somebody_who_is_still_to_come_is_read_from_the_lists(world: World) -> None:
    world.hire("1", hireDate="2026-09-01")
    found = await world.one()
    assert found.contracts[0].start == date(2026, 9, 1)
    assert not [path for path in world.wire_end.paths() if path.endswith("/1")]


async def test_numbers_for_ids_are_text(beaufort: World) -> None:
    beaufort.unit("12", "OPS", "Operations")
    beaufort.hire("1", organizationUnit=12, id=900)
    beaufort.company.lists["persons"][0].row["personCode"] = 1
    found = await beaufort.one()
    assert (found.hr_id, found.contracts[0].id, found.contracts[0].fields["department"]) == ("1", "900", "Operations")


async def test_leading_zeros_stay(world: World) -> None:
    world.hire("000012")
    assert (await world.one()).hr_id == "000012"


# ── extra fields ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_only_fields_that_are_asked_for_enter(world: World) -> None:
    world.hire("1", contractCode="7")
    world.company.lists[world.people][0].row |= {
        "titlePrefix": "drs.",
        "dateOfBirth": "1986-12-02",
        "phoneNumbers": [{"type": "Mobile", "number": "+31 6 1"}, {"type": "Business", "number": "+31 20 1"}],
    }
    found = await world.one(
        fields={
            "academic": "person.titlePrefix",
            "mobile": "person.phoneNumbers.Mobile",
            "sequence": "employment.contractCode",
            "share": "employment.workingAmount.parttimePercentage",
        }
    )
    assert (found.fields["academic"], found.fields["mobile"]) == ("drs.", "+31 6 1")
    assert (found.contracts[0].fields["sequence"], found.contracts[0].fields["share"]) == ("7", 90)
    assert "1986" not in str(found)


async def test_a_field_is_null_for_whom_it_is_not_shown_and_absent_when_it_is_shown_for_nobody(world: World) -> None:
    world.hire("1")
    world.hire("2")
    world.company.lists[world.people][0].row["titlePrefix"] = "drs."
    fields = {"academic": "person.titlePrefix", "after": "person.titleSuffix"}
    one, two = [found.fields for found in await world.read(fields=fields) if isinstance(found, Person)]
    assert (one["academic"], two["academic"]) == ("drs.", None)
    assert "after" not in one
    assert "after" not in two


OWN = {"badge": "person.extensions.P01234", "shoes": "person.extensions.Shoe size", "desk": "employment.extensions.P05"}


async def test_own_fields_of_beaufort_come_from_the_extensions_by_code_or_alias(beaufort: World) -> None:
    beaufort.hire("1")
    beaufort.hire("2")
    put = beaufort.company.put
    put("personsExtensions", personCode="1", bo4FieldCode="P01234", fieldNameAlias="Badge", value="B-7")
    put("personsExtensions", personCode="1", bo4FieldCode="P00777", fieldNameAlias="Shoe size", value="42")
    put("employmentsExtensions", personCode="1", employmentCode="1", bo4FieldCode="P05", value="D4")
    one, two = [found for found in await beaufort.read(fields=OWN) if isinstance(found, Person)]
    assert (one.fields["badge"], one.fields["shoes"], one.contracts[0].fields["desk"]) == ("B-7", "42", "D4")
    assert (two.fields["badge"], two.fields["shoes"], two.contracts[0].fields["desk"]) == (None, None, None)


async def test_own_fields_are_asked_for_only_when_they_are_wanted(beaufort: World) -> None:
    beaufort.hire("1")
    await beaufort.read()
    assert not [path for path in beaufort.wire_end.paths() if "extensions" in path]
    await beaufort.read(fields={"badge": "person.extensions.P01234"})
    assert [path for path in beaufort.wire_end.paths() if "extensions" in path] == ["/extensions/v1.0/iam/persons"]


async def test_own_fields_of_business_stand_in_the_record(business: World) -> None:
    business.hire("1", extensions=[{"key": "P05", "value": "D4"}])
    business.company.lists["employees"][0].row["extensions"] = [
        {"key": "P01234", "value": "B-7"},
        {"key": "other", "value": "not asked for"},
    ]
    found = await business.one(fields=OWN)
    assert (found.fields["badge"], found.contracts[0].fields["desk"]) == ("B-7", "D4")
    assert "shoes" not in found.fields
    assert "not asked for" not in str(found)


@pytest.mark.parametrize(
    "row",
    [
        {"bo4FieldCode": "P01234", "fieldNameAlias": "BSN nummer"},
        {"bo4FieldCode": "P01234", "description": "Burgerservicenummer"},
        {"bo4FieldCode": "P01234", "fieldNameAlias": "IBAN"},
    ],
)
async def test_an_own_field_that_turns_out_to_be_forbidden_is_dropped(row: dict[str, Any], beaufort: World) -> None:
    beaufort.hire("1")
    beaufort.company.put("personsExtensions", personCode="1", **row, value="999911120")
    found = await beaufort.one(fields={"badge": "person.extensions.P01234"})
    assert "999911120" not in str(found)


async def test_data_of_a_forbidden_kind_is_not_even_kept(world: World) -> None:
    world.hire("1", bankAccountNumber="NL00BANK", salary=5000)
    world.company.lists[world.people][0].row |= {"bsn": "999911120", "socialSecurityNumber": "999911120"}
    assert not [one for one in ("999911120", "NL00BANK", "5000") if one in str(await world.one())]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"fields": {"bsn": "person.extensions.P1"}}, "of a kind that Joinly never reads"),
        ({"fields": {"number": "person.extensions.BSN"}}, "of a kind that Joinly never reads"),
        ({"fields": {"number": "person.socialSecurityNumber"}}, "of a kind that Joinly never reads"),
        ({"fields": {"email": "person.emailAddresses.Private"}}, "is filled by the connector itself"),
        ({"fields": {"desk": "assignment.code"}}, "set contracts: assignments as well"),
        ({"fields": {"desk": "address.home"}}, "fields.desk"),
        ({"tenant": "1122334"}, "Beaufort's is the id that Visma Connect knows"),
        ({"system": "business", "tenant": "1", "contracts": "assignments"}, "has no assignments"),
        ({"system": "business", "tenant": "1", "writes": ["email"]}, "only the identity can be written"),
        ({"base": "http://api.youforce.com"}, "must start with https"),
        ({"client_id": "abc"}, "client_id"),
        ({"something": 1}, "something"),
    ],
)
def test_settings_refuse_what_cannot_be(more: dict[str, Any], words: str, beaufort: World) -> None:
    known = {"system": "beaufort", "client_id": "secret:a", "client_secret": "secret:b"}
    with pytest.raises(ValueError, match=words):
        Settings.model_validate({**known, "tenant": beaufort.company.tenant, **more})


# ── several records of one human (Business) ──────────────────────────────────────────────────────────────────────


async def test_several_records_of_one_human_are_one_person_with_all_contracts(business: World) -> None:
    business.hire("UPI1", dischargeDate="2026-01-31")
    business.person("UPI1", id="Mnew", knownAs="Newer", validFrom="2026-02-01")
    business.employ("UPI1", id="Enew", employmentCode="2", hireDate="2026-02-01")
    found = await business.one()
    assert found.fields["nickName"] == "Newer"
    assert [one.id for one in found.contracts] == ["EUPI1", "Enew"]


@pytest.mark.parametrize(
    ("rows", "speaks"),
    [
        ([("1", "2020-01-01", None), ("2", "2026-01-01", None)], "2"),
        ([("1", "2020-01-01", None), ("2", "2026-05-01", None)], "1"),
        ([("1", "2020-01-01", None), ("2", "2026-01-01", "2026-02-01")], "1"),
        ([("1", "2020-01-01", "2025-01-01"), ("2", "2026-05-01", None)], "2"),
        ([("1", "2026-06-01", None), ("2", "2026-05-01", None)], "2"),
        ([("1", "2020-01-01", "2025-01-01"), ("2", "2021-01-01", "2025-06-01")], "2"),
        ([("10", "2020-01-01", None), ("9", "2020-01-01", None)], "10"),
    ],
)
def test_of_several_records_the_one_that_is_true_today_speaks(
    rows: list[tuple[str, str, str | None]], speaks: str
) -> None:
    given = [{"id": own, "validFrom": first, "dischargeDate": last} for own, first, last in rows]
    for order in (given, given[::-1]):
        assert speaking(order, date(2026, 3, 2))["id"] == speaks


async def test_a_name_changes_on_the_day_from_which_it_is_valid(business: World) -> None:
    business.hire("1")
    business.person("1", partnerName="Vries", nameAssembleOrder="2", validFrom="2026-03-05")
    assert (await business.one()).fields["partnerSurname"] is None
    business.time.now = business.time.now.replace(day=4, hour=22, minute=59)
    assert (await business.one()).fields["partnerSurname"] is None
    business.time.now = business.time.now.replace(hour=23, minute=1)
    assert (await business.one()).fields["partnerSurname"] == "Vries", "it is the fifth in Amsterdam"


async def test_a_role_code_that_nobody_has_is_said(world: World) -> None:
    world.hire("1")
    world.company.put("roleAssignments", personCode="1", shortName="HRA", organizationUnit="11", startDate="2020-01-01")
    with pytest.raises(Misconfigured, match="no role assignment has the code of `manager_role`; look the code up"):
        await world.read(manager_role="MGR")


async def test_an_employment_s_id_may_be_another_s_too(world: World) -> None:
    """Nobody says that it is more than the number of an employment within one person."""
    for code in ("1", "2"):
        world.hire(code, id="1")
    assert [len(one.contracts) for one in await world.read() if isinstance(one, Person)] == [1, 1]
