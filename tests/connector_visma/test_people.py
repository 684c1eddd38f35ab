"""From rows to people: nothing invented, nothing that may not enter, and a reason HR can act on."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors._values import Unusable
from connectors.visma import MANIFEST, Settings
from connectors.visma.exports import CANONICAL, Export
from connectors.visma.people import Around, Record, human, person
from connectors.visma.reduce import day
from connectors.visma.units import Units, units
from shared.errors import Anew
from shared.model import Person, Rejected
from shared.names.parts import FACTS as NAME_FACTS
from tests.connector_visma.visma_world import CANARY, TENANT, World
from tests.effort import effort


async def test_everything_that_is_said_of_somebody_is_read(world: World) -> None:
    world.hire(
        "000123",
        initials="J.H.C.",
        firstname="Johanna Hendrika",
        nickname="Janine",
        prefixbirthname="van den",
        birthname="Boele",
        prefixpartnername="de",
        partnername="Vries",
        nameusage="Part./eig.",
        gender="Vrouw",
        businessemailaddress="janine@contoso.example",
        contract__functionid="f-1",
        contract__functionname='Adviseur "wonen", senior',
        contract__orgunit="ou-2",
        contract__orgunitname="Zorg",
        contract__costcenter="Kosten Zorg",
        contract__weekhoursfixed="28.8",
        contract__normalhours="36",
        contract__type="Vast",
        contract__enddate="2026-12-31",
        contract__manageruserid="u-1",
    )
    world.unit("ou-1", "Contoso")
    world.unit("ou-2", "Zorg", parent="ou-1")
    world.company.add("metadata/cost-centers", costcenter="1200", costcentername="Kosten Zorg")
    world.user("u-1", "000123")
    found = await world.one()
    assert found.fields == {
        "employeeId": "000123",
        "givenName": "Johanna Hendrika",
        "nickName": "Janine",
        "initials": "J.H.C.",
        "prefix": "van den",
        "surname": "Boele",
        "partnerPrefix": "de",
        "partnerSurname": "Vries",
        "nameUsage": "PB",
        "gender": "Vrouw",
        "email": "janine@contoso.example",
    }
    (contract,) = found.contracts
    assert (contract.id, contract.start, contract.end) == ("1/1", date(2020, 1, 1), date(2026, 12, 31))
    assert contract.fields == {
        "employer": "Contoso B.V.",
        "employerId": "1",
        "title": 'Adviseur "wonen", senior',
        "titleId": "f-1",
        "department": "Zorg",
        "departmentId": "ou-2",
        "departmentPath": ("Contoso", "Zorg"),
        "costCenter": "Kosten Zorg",
        "costCenterId": "1200",
        "type": "Vast",
        "hours": 28.8,
        "fullTimeHours": 36.0,
        "fte": 0.8,
        "manager": "000123",
    }


async def test_what_the_manifest_promises_is_given(world: World) -> None:
    world.hire("1")
    found = await world.one(lookups=[])
    assert set(found.fields) | set(found.contracts[0].fields) == CANONICAL
    assert set(found.fields) >= set(NAME_FACTS) - {"middleName", "secondSurname"}
    assert MANIFEST.facts == CANONICAL


async def test_an_empty_cell_is_null_and_a_column_that_is_not_there_is_absent(world: World) -> None:
    world.company.lacks = frozenset({"normalhours"})
    world.hire("1", partnername="", contract__weekhoursfixed="")
    found = await world.one()
    assert found.fields["partnerSurname"] is None
    assert found.contracts[0].fields["hours"] is None
    assert {"fullTimeHours", "fte"}.isdisjoint(found.contracts[0].fields)


@pytest.mark.parametrize(
    ("said", "usage"), [("Eigen", "B"), ("Partner", "P"), ("Part./eig.", "PB"), ("Eig./Part.", "BP"), ("", "B")]
)
async def test_the_use_of_names_is_translated(said: str, usage: str, world: World) -> None:
    world.hire("1", nameusage=said)
    assert (await world.one()).fields["nameUsage"] == usage


async def test_contracts_that_have_ended_run_and_are_to_come_are_all_there(world: World) -> None:
    world.hire("1", contract__enddate="2021-12-31")
    world.contract("1", contractid="2", startdate="2022-01-01 00:00:00")
    world.contract("1", contractid="2", subcontractid="2", startdate="2027-01-01T00:00:00", enddate="9999-12-31")
    found = await world.one()
    assert [(one.id, one.start.year, one.end) for one in found.contracts] == [
        ("1/1", 2020, date(2021, 12, 31)),
        ("2/1", 2022, None),
        ("2/2", 2027, None),
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"contract__startdate": ""}, "contract without startdate"),
        ({"contract__startdate": "01-02-2020"}, "startdate in a form that is not a plausible date"),
        ({"contract__startdate": "2020-02-30"}, "startdate in a form that is not a plausible date"),
        ({"contract__startdate": "0202-02-03"}, "startdate in a form that is not a plausible date"),
        ({"contract__startdate": "2020-01-01 at noon"}, "startdate in a form that is not a plausible date"),
        ({"contract__enddate": "2019-12-31"}, "enddate before startdate"),
        ({"contract__weekhoursfixed": "veel"}, "weekhoursfixed in a form that is not a number"),
        ({"contract__contractid": "", "contract__subcontractid": ""}, "contract without contractid"),
    ],
)
async def test_a_record_that_cannot_be_used_says_why_without_the_value(
    cells: dict[str, str], said: str, world: World
) -> None:
    world.hire("7", **cells)
    found = await world.rejected()
    assert found.hr_id == "7"
    assert found.because.startswith("Employee 7 has ")
    assert said in found.because
    assert not [cell for cell in cells.values() if cell and cell in found.because]


async def test_one_contract_in_doubt_puts_the_person_in_doubt(world: World) -> None:
    world.hire("1")
    world.contract("1", contractid="2", startdate="soon")
    assert (await world.rejected()).hr_id == "1"


async def test_an_employee_without_a_contract_is_held_or_known_as_the_customer_says(world: World) -> None:
    world.hire("1")
    world.hire("2")
    world.company.rows["contracts"].pop()
    _, held = await world.read()
    assert isinstance(held, Rejected)
    assert (held.hr_id, held.code) == ("2", "missing_data")
    _, known = await world.read(without_contract="known")
    assert isinstance(known, Person)
    assert known.contracts == ()


async def test_rows_that_are_the_same_stand_for_one(world: World) -> None:
    row = world.hire("1")
    world.company.rows["employees"].append(dict(row))
    world.company.rows["contracts"].append(dict(world.company.rows["contracts"][0]))
    assert len((await world.one()).contracts) == 1


async def test_two_people_under_one_number_are_nobody(world: World) -> None:
    world.hire("1", birthname="Timmer")
    world.hire("1", birthname="Bouzid")
    found = await world.rejected()
    assert (found.hr_id, found.code) == ("1", "duplicate_id")


async def test_two_contracts_with_the_same_numbers_cannot_be_told_apart(world: World) -> None:
    world.hire("1")
    world.contract("1", startdate="2024-01-01")
    assert "two contracts with the same numbers" in (await world.rejected()).because


async def test_records_without_an_id_are_told_of_and_are_nobody(world: World) -> None:
    world.hire("1")
    world.hire("")
    found = await world.read()
    assert [one.hr_id for one in found] == ["", "", "1"]
    assert all(isinstance(one, Rejected) for one in found[:2])


class TestManagers:
    async def test_a_user_is_the_employee_behind_them(self, world: World) -> None:
        world.hire("1")
        world.user("boss", "1")
        world.hire("2", contract__manageruserid="boss")
        _, found = await world.read()
        assert isinstance(found, Person)
        assert found.contracts[0].fields["manager"] == "1"

    @pytest.mark.parametrize("known", [True, False])
    async def test_a_manager_who_is_no_employee_is_somebody_all_the_same(self, known: bool, world: World) -> None:
        """Null would say that there is no manager, and clear the one that is written."""
        if known:
            world.user("hired-in")
        world.hire("2", contract__manageruserid="hired-in")
        assert (await world.one()).contracts[0].fields["manager"] == "user:hired-in"

    async def test_nobody_is_null(self, world: World) -> None:
        world.hire("2")
        assert (await world.one()).contracts[0].fields["manager"] is None

    async def test_a_user_who_is_two_employees_is_not_guessed_at(self, world: World) -> None:
        world.hire("1")
        world.hire("2", contract__manageruserid="u-9")
        world.user("u-9", "1")
        world.user("u-9", "2")
        _, found = await world.read()
        assert isinstance(found, Person)
        assert found.contracts[0].fields["manager"] == "user:u-9"

    async def test_of_a_unit_the_first_above_who_is_somebody_else_counts(self, world: World) -> None:
        world.unit("top", "Contoso", manager="u-1")
        world.unit("mid", "Zorg", parent="top")
        world.unit("low", "Wijk", parent="mid", manager="u-2")
        world.user("u-2", "2")
        for hr_id, unit in (("1", "top"), ("2", "low"), ("3", "low"), ("4", "mid"), ("5", "none")):
            world.hire(hr_id, contract__orgunit=unit)
        found = await world.read(manager_from="unit")
        managers = {one.hr_id: one.contracts[0].fields["manager"] for one in found if isinstance(one, Person)}
        assert managers == {"1": None, "2": "1", "3": "2", "4": "1", "5": None}

    async def test_without_managers_users_are_not_asked_for(self, world: World) -> None:
        world.hire("1")
        world.company.rows["users"].clear()
        assert "manager" not in (await world.one(lookups=["departmentPath"])).contracts[0].fields


class TestUnits:
    async def test_a_tree_that_bites_its_own_tail_is_cut(self, world: World) -> None:
        world.unit("a", "A", parent="b")
        world.unit("b", "B", parent="a")
        world.hire("1", contract__orgunit="a")
        assert (await world.one()).contracts[0].fields["departmentPath"] == ("B", "A")

    async def test_a_unit_is_what_it_is_today(self, world: World) -> None:
        world.unit("a", "Was", enddate="2025-12-31")
        world.unit("a", "Is", startdate="2026-01-01", enddate="2026-12-31")
        world.unit("a", "Will be", startdate="2027-01-01")
        world.hire("1", contract__orgunit="a")
        assert (await world.one()).contracts[0].fields["departmentPath"] == ("Is",)

    async def test_a_unit_that_nobody_knows_is_not_said_and_none_is_null(self, world: World) -> None:
        world.hire("1", contract__orgunit="gone", contract__costcenter="gone")
        world.hire("2")
        one, two = await world.read()
        assert isinstance(one, Person)
        assert isinstance(two, Person)
        assert {"departmentPath", "costCenterId"}.isdisjoint(one.contracts[0].fields)
        assert two.contracts[0].fields["departmentPath"] is two.contracts[0].fields["costCenterId"] is None

    async def test_two_cost_centers_of_one_name_are_neither(self, world: World) -> None:
        for code in ("1", "2"):
            world.company.add("metadata/cost-centers", costcenter=code, costcentername="Zorg")
        world.hire("1", contract__costcenter="Zorg")
        world.hire("2", contract__costcenter="2")
        one, two = await world.read()
        assert isinstance(one, Person)
        assert isinstance(two, Person)
        assert "costCenterId" not in one.contracts[0].fields
        assert two.contracts[0].fields["costCenterId"] == "2"

    @given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdef"])))
    @settings(max_examples=effort(30, 500))
    def test_every_way_up_ends(self, parents: dict[str, str]) -> None:
        rows = [
            {"orgunitid": id, "orgname": id, "orgunitparentid": up, "manageruserid": id, "startdate": "", "enddate": ""}
            for id, up in parents.items()
        ]
        tree = units(rows, date(2026, 3, 2))
        for id in parents:
            assert tree.path(id)[-1] == id
            assert len(set(tree.managers(id))) == len(tree.path(id))


BORN = {
    "initials": "J.H.",
    "gender": "Vrouw",
    "dateofbirth": "1980-02-29",
    "placeofbirth": "Köln",
    "birthname": "Boele",
}


class TestSeveralRecordsOfOneHuman:
    async def test_each_record_is_somebody_unless_the_customer_says_otherwise(self, world: World) -> None:
        world.hire("1", **BORN)
        world.hire("2", **BORN)
        assert [one.hr_id for one in await world.read()] == ["1", "2"]

    async def test_together_they_are_one_person_with_the_first_number(self, world: World) -> None:
        world.hire("99", **BORN, contract__enddate="2021-12-31", businessemailaddress="old@contoso.example")
        world.hire("100", **BORN, contract__startdate="2022-01-01", businessemailaddress="new@contoso.example")
        found = await world.one(records="together")
        assert found.hr_id == found.fields["employeeId"] == "99"
        old, new = found.contracts
        assert (old.id, new.id) == ("1/1", "100/1/1")
        assert (old.fields["recordId"], new.fields["recordId"]) == ("99", "100")
        assert new.fields["email"] == "new@contoso.example"
        assert new.fields["employeeId"] == "99"

    @pytest.mark.parametrize("column", sorted(BORN))
    async def test_all_five_must_be_the_same_and_there(self, column: str) -> None:
        for other in ("", "1980-03-01" if column == "dateofbirth" else "Other"):
            world = World()
            world.hire("1", **BORN)
            world.hire("2", **{**BORN, column: other})
            assert [one.hr_id for one in await world.read(records="together")] == ["1", "2"]
        world = World()
        world.hire("1", **{**BORN, column: ""})
        world.hire("2", **{**BORN, column: ""})
        assert [one.hr_id for one in await world.read(records="together")] == ["1", "2"]

    async def test_nobody_is_put_together_by_letters_that_only_look_alike(self, world: World) -> None:
        world.hire("1", **BORN)
        world.hire("2", **{**BORN, "placeofbirth": "Koln"})
        assert len(await world.read(records="together")) == 2

    async def test_a_doubt_about_one_record_is_a_doubt_about_the_human(self, world: World) -> None:
        world.hire("1", **BORN)
        world.hire("2", **BORN, contract__startdate="")
        found = await world.rejected(records="together")
        assert found.hr_id == "1"
        assert "Employee 2" in found.because

    async def test_a_record_that_is_missing_takes_no_contract_away_from_the_human(self, world: World) -> None:
        """Nobody can say whose it is; left out, the human would seem to have left."""
        world.hire("1", **BORN, contract__enddate="2021-12-31")
        world.hire("2", **BORN)
        world.company.rows["employees"].pop()
        with pytest.raises(Anew, match="the export of employees lacks 1 of whom there are contracts"):
            await world.read(records="together")

    async def test_whoever_names_either_record_as_manager_names_the_human(self, world: World) -> None:
        world.hire("1", **BORN)
        world.hire("2", **BORN)
        world.user("boss", "2")
        world.hire("3", contract__manageruserid="boss")
        _, found = await world.read(records="together")
        assert isinstance(found, Person)
        assert found.contracts[0].fields["manager"] == "1"

    async def test_what_they_are_told_by_is_asked_for_then_only_and_told_to_nobody(self, world: World) -> None:
        world.hire("1", **{**BORN, "placeofbirth": CANARY})
        assert CANARY not in repr(await world.one(records="together"))
        world.company.lacks = frozenset({"placeofbirth"})
        await world.read()


class TestExtraFields:
    async def test_columns_enter_by_an_allow_list(self, world: World) -> None:
        world.hire("1", officemobilephonenumber="06 1", contract__emptypename="BBL")
        found = await world.one(fields={"phone": "officemobilephonenumber"}, contract_fields={"kind": "emptypename"})
        assert (found.fields["phone"], found.contracts[0].fields["kind"]) == ("06 1", "BBL")

    async def test_private_ones_need_their_own_scope(self, world: World) -> None:
        world.hire("1", homeemailaddress="thuis@example.test")
        wanted = {"fields": {"privateEmail": "homeemailaddress"}}
        assert (await world.one(**wanted)).fields["privateEmail"] is None
        world.company.authority.end_accesses()
        await world.time.sleep(3600)
        assert (await world.one(**wanted, contact_information=True)).fields["privateEmail"] == "thuis@example.test"

    async def test_user_defined_fields_are_as_they_are_today(self, world: World) -> None:
        world.hire("1")
        for value, start, end in (("was", "", "2026-03-01"), ("is", "2026-03-02", ""), ("x", "2026-03-03", "")):
            world.udf("1", "Parkeer plek", value, start, end)
        world.udf("1", "Geheim", CANARY)
        world.udf("1", "Team", "blauw", contract="1")
        found = await world.one(user_fields={"parking": "parkeer plek"}, contract_user_fields={"squad": "Team"})
        assert (found.fields["parking"], found.contracts[0].fields["squad"]) == ("is", "blauw")
        assert CANARY not in repr(found)

    async def test_a_user_defined_field_with_two_values_today_is_not_guessed_at(self, world: World) -> None:
        world.hire("1")
        world.udf("1", "Pas", "a")
        world.udf("1", "Pas", "b")
        assert "two values of «Pas» today" in (await world.rejected(user_fields={"pass": "Pas"})).because

    async def test_one_that_somebody_has_not_is_null(self, world: World) -> None:
        world.hire("1")
        assert (await world.one(user_fields={"pass": "Pas"})).fields["pass"] is None

    @pytest.mark.parametrize(
        "given",
        [
            {"fields": {"number": "bsn"}},
            {"fields": {"bsn": "odporgid"}},
            {"user_fields": {"x": "BSN nummer"}},
            {"contract_fields": {"pay": "salaryhour"}},
            {"contract_fields": {"grade": "scale"}},
            {"contract_fields": {"x": "insurancetype"}},
            {"fields": {"x": "sicknesscity"}},
            {"fields": {"surname": "birthname"}},
            {"contract_fields": {"manager": "managername"}},
            {"fields": {"x": "Birth name"}},
            {"sign_ins_a_month": 1},
            {"tenant_id": "contoso"},
            {"base": "http://api.visma.example.test"},
        ],
    )
    def test_what_may_not_enter_is_refused_when_the_policy_is_read(self, given: dict[str, Any]) -> None:
        known = {"client_id": "secret:a", "client_secret": "secret:b", "tenant_id": TENANT}
        with pytest.raises(ValidationError):
            Settings.model_validate({**known, **given})

    async def test_forbidden_columns_are_dropped_whatever_the_export_holds(self, world: World) -> None:
        world.company.more["employees"] += ["bsn", "iban"]
        world.hire("1", bsn=CANARY, iban=CANARY, maritalstatus=CANARY, contract__salaryhour=CANARY)
        assert CANARY not in repr(await world.one())


def test_settings_tell_their_facts_and_exports() -> None:
    known = {"client_id": "secret:a", "client_secret": "secret:b", "tenant_id": TENANT}
    plain = Settings.model_validate({**known, "lookups": []})
    assert plain.facts == frozenset()
    assert plain.exports == (Export.EMPLOYEES, Export.CONTRACTS)
    rich = Settings.model_validate(
        {
            **known,
            "lookups": ["manager"],
            "manager_from": "unit",
            "fields": {"phone": "officemobilephonenumber"},
            "user_fields": {"pass": "Pas"},
            "records": "together",
        }
    )
    assert rich.facts == {"manager", "phone", "pass", "recordId"}
    assert set(rich.exports) == set(Export) - {Export.COST_CENTERS, Export.CONTRACT_FIELDS}
    assert MANIFEST.features(rich) >= {"users", "organization units"}


@given(st.text(max_size=30))
def test_a_day_is_a_day_or_a_reason_whatever_stands_there(cell: str) -> None:
    try:
        found = day("startdate", cell)
    except Unusable:
        return
    assert found is None or 1900 <= found.year < 2200


def test_a_person_is_made_without_any_world() -> None:
    known = {"client_id": "secret:a", "client_secret": "secret:b", "tenant_id": TENANT, "lookups": []}
    around = Around(settings=Settings.model_validate(known), today=date(2026, 3, 2), units=Units({}))
    nobody = Record(id="5", employee=[])
    assert person(nobody, around) == human([nobody], around)
    assert isinstance(person(nobody, around), Rejected)
