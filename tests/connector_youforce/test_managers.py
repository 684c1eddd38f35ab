"""Who manages whom: by roles or by units, on the day, up the tree, and never round in circles."""

from datetime import date
from typing import Any

import pytest

from connectors.youforce.slices import Slices
from connectors.youforce.units import Chart, Unit
from tests.connector_youforce.youforce_world import World


def role(world: World, person: str, unit: str = "11", first: str | None = "2020-01-01", **more: Any) -> None:
    known = {"personCode": person, "shortName": "MGR", "organizationUnit": unit, "startDate": first}
    world.company.put("roleAssignments", **{**known, **more})


async def manager(world: World, of: str = "1", **settings: Any) -> Any:
    found = {one.hr_id: one for one in await world.read(**settings)}
    (contract,) = found[of].contracts  # type: ignore[union-attr]
    return contract.fields.get("manager", "absent")


@pytest.fixture
def roles(beaufort: World) -> World:
    for code in ("1", "2", "3", "10"):
        beaufort.hire(code)
    return beaufort


async def test_without_a_role_beaufort_says_nothing_about_managers(roles: World) -> None:
    assert await manager(roles) == "absent"
    assert "/iam/v1.0/roleAssignments" not in roles.wire_end.paths()


async def test_whoever_has_the_role_in_the_unit_is_the_manager(roles: World) -> None:
    role(roles, "2")
    role(roles, "3", shortName="HRA", first="2025-01-01")
    assert await manager(roles, manager_role="MGR") == "2"


async def test_of_two_the_one_whose_role_began_last_is_the_manager(roles: World) -> None:
    role(roles, "3", first="2024-01-01")
    role(roles, "2", first="2025-01-01")
    assert await manager(roles, manager_role="MGR") == "2"


async def test_of_two_that_began_together_it_is_always_the_same_one(roles: World) -> None:
    for person in ("2", "10", "3"):
        role(roles, person)
    assert await manager(roles, manager_role="MGR") == "10"


@pytest.mark.parametrize(
    ("first", "last"), [("2026-03-03", None), ("2020-01-01", "2026-03-01"), ("soon", None), ("2025-01-01", "never")]
)
async def test_a_role_that_is_over_still_to_come_or_unreadable_makes_nobody_a_manager(
    first: str, last: str | None, roles: World
) -> None:
    role(roles, "2")
    role(roles, "3", first=first, endDate=last)
    assert await manager(roles, manager_role="MGR") == "2"


async def test_a_role_lasts_to_the_end_of_its_last_day(roles: World) -> None:
    role(roles, "2", endDate="2026-03-02")
    assert await manager(roles, manager_role="MGR") == "2"


async def test_somebody_who_is_to_come_has_the_manager_of_their_first_day(roles: World) -> None:
    roles.hire("7", hireDate="2026-06-01")
    role(roles, "2", endDate="2026-05-31")
    role(roles, "3", first="2026-06-01")
    assert await manager(roles, "7", manager_role="MGR") == "3"
    assert await manager(roles, "1", manager_role="MGR") == "2"


async def test_a_unit_without_a_manager_has_the_one_above(roles: World) -> None:
    role(roles, "2", unit="10")
    assert await manager(roles, manager_role="MGR") == "2"
    assert await manager(roles, manager_role="MGR", managers_from_above=False) is None


async def test_nobody_is_their_own_manager(roles: World) -> None:
    role(roles, "1")
    role(roles, "2", unit="10")
    assert await manager(roles, manager_role="MGR") == "2"
    assert await manager(roles, "2", manager_role="MGR") == "1"
    assert await manager(roles, manager_role="MGR", managers_from_above=False) is None


async def test_whoever_is_on_top_has_nobody(roles: World) -> None:
    role(roles, "2", unit="10")
    role(roles, "2", unit="11")
    assert await manager(roles, "2", manager_role="MGR") is None


async def test_a_role_may_name_the_unit_by_its_code(roles: World) -> None:
    role(roles, "2", organizationUnit=None, organizationUnitCode="ICT")
    assert await manager(roles, manager_role="MGR") == "2"


async def test_units_in_a_circle_end_where_they_began(roles: World) -> None:
    roles.company.lists["organizationUnits"][0].row["parentOrgUnit"] = "11"
    role(roles, "1", unit="10")
    role(roles, "1", unit="11")
    assert await manager(roles, manager_role="MGR") is None


async def test_a_unit_above_that_is_not_shown_ends_the_tree(roles: World) -> None:
    roles.company.drop("organizationUnits", id="10")
    role(roles, "2")
    assert await manager(roles, "2", manager_role="MGR") is None


def test_a_unit_above_itself_is_no_tree() -> None:
    units = Slices[Unit]()
    units.add("1", None, Unit("1", "A", None, above="1"))
    assert Chart(units).path("1", date(2026, 3, 2)) == ("A",)


# ── Business: on the unit ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def units(business: World) -> World:
    for code in ("1", "2", "3"):
        business.hire(code)
    return business


async def test_a_unit_of_business_names_the_record_of_its_manager(units: World) -> None:
    units.company.lists["organizationUnits"][1].row["manager"] = "M2"
    assert await manager(units) == "2"


async def test_the_manager_is_the_one_of_the_unit_s_slice_of_the_day(units: World) -> None:
    units.company.lists["organizationUnits"][1].row["manager"] = "M2"
    units.unit("11", "ICT", "IT department", above="10", manager="M3", validFrom="2026-03-10")
    assert await manager(units) == "2"
    units.time.now = units.time.now.replace(day=10)
    assert await manager(units) == "3"


async def test_a_manager_who_is_not_shown_leaves_it_to_the_unit_above(units: World) -> None:
    units.company.lists["organizationUnits"][0].row["manager"] = "M3"
    units.company.lists["organizationUnits"][1].row["manager"] = "M999"
    assert await manager(units) == "3"


async def test_business_may_have_managers_by_role_too(units: World) -> None:
    units.company.lists["organizationUnits"][1].row["manager"] = "M2"
    role(units, "3")
    assert await manager(units, manager_role="MGR") == "3"
