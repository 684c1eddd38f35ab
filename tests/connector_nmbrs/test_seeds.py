"""The invented environment: every oddity in it is read as it should be, however many people there are."""

from datetime import UTC, datetime

import pytest

from local.nmbrs import Environment
from local.nmbrs.seeds import seeded
from shared.model import Person, Rejected
from tests.connector_nmbrs.nmbrs_world import Time, World


@pytest.fixture
def invented(world: World) -> World:
    world.time.now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    world.nmbrs.debtors.clear()
    seeded(world.nmbrs, 400)
    return world


async def test_everybody_but_applicants_is_read(invented: World) -> None:
    companies = [one for debtor in invented.nmbrs.debtors.values() for one in debtor.companies.values()]
    everyone = {key: who for one in companies for key, who in one.employees.items()}
    found = {one.hr_id: one for one in await invented.read(department_managers=True)}
    assert set(found) == {key for key, who in everyone.items() if who.info[0].type != "applicant"}
    assert not [one for one in found.values() if isinstance(one, Rejected)]


def everybody(environment: Environment) -> list[str]:
    companies = [one for debtor in environment.debtors.values() for one in debtor.companies.values()]
    return [key for one in companies for key in one.employees]


def test_the_same_number_gives_the_same_people() -> None:
    time = Time()
    one, other = seeded(Environment(time.clock), 400), seeded(Environment(time.clock), 400)
    assert everybody(one) == everybody(other)
    assert one.debtors == other.debtors


async def test_what_bites_is_in_it(invented: World) -> None:
    found = [one for one in await invented.read() if isinstance(one, Person)]
    contracts = [contract for one in found for contract in one.contracts]
    assert [one for one in contracts if one.fields.get("department") == "Innovatie" and one.start.year == 2027]
    assert [one for one in contracts if "manager" not in one.fields]
    assert [one for one in contracts if one.fields.get("department", "") is None]
    assert {one.fields.get("nameUsage") for one in found} == {"B", "P", "PB", "BP"}
    assert "Straks" not in {one.fields["surname"] for one in found}
    assert {one.fields["type"] for one in contracts} == {"payroll", "external"}
    mails = [one.fields["email"] for one in found if one.fields.get("email")]
    assert len(mails) > len(set(mails)), "somebody works for two companies"


async def test_both_apis_give_as_many(invented: World) -> None:
    soap = World(api="soap")
    soap.time.now = invented.time.now
    soap.nmbrs.debtors.clear()
    seeded(soap.nmbrs, 400)
    assert len(await soap.read()) == len(await invented.read())


def test_ten_thousand_people_can_be_made() -> None:
    assert len(everybody(seeded(Environment(Time().clock), 10_000))) >= 10_000
