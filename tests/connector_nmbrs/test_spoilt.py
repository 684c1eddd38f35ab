"""Whatever one value of an answer is changed into: nobody vanishes, and nothing but our own errors is raised."""

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from local.nmbrs import Cost, Extra, Leave
from shared.errors import Misconfigured, TryLater
from tests.connector_nmbrs.nmbrs_world import World
from tests.effort import effort

JUNK = (
    *(None, "", 7, -1, 1.5, 10**30, True, [], {}, [7], [None], {"a": 1}, "x" * 300),
    *("0001-01-01T00:00:00", "9999-12-31T00:00:00", "2026-13-40"),
)
ENDS = (
    *("/debtors", "/companies", "/period", "/employees", "/personalinfo", "/employments", "/contracts", "/schedules"),
    *("/departments", "/functions", "/managers", "/costcenters", "/parentalleave", "/extraFields"),
)
EVERYTHING: dict[str, Any] = {
    "department_managers": True,
    "cost_centers": True,
    "leave": ["1"],
    "end_reason": True,
    "fields": {"colour": "extra:Colour", "born": "birthDate"},
}


def places(value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value within a value."""
    yield where
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*where, key))


def changed(value: Any, where: tuple[Any, ...], new: Any) -> Any:
    if not where:
        return new
    copy = value.copy()
    copy[where[0]] = changed(value[where[0]], where[1:], new)
    return copy


@pytest.mark.parametrize("seed", range(effort(40, 2_000)))
async def test_nobody_vanishes_and_nothing_else_is_raised(seed: int, world: World) -> None:
    dice = random.Random(seed)
    world.crowd(3)
    for who in world.company.employees.values():
        who.costs.append(Cost(code="K1", name="Sales"))
        who.extras.append(Extra(name="Colour", value="Red"))
        who.leaves.append(Leave(start=date(2026, 4, 1)))
    end = dice.choice(ENDS)

    def spoil(path: str, body: Any) -> Any:
        if not path.endswith(end):
            return body
        return changed(body, dice.choice(list(places(body))), dice.choice(JUNK))

    world.wire_end.spoil = spoil
    try:
        found = await world.read(**EVERYTHING)
    except (TryLater, Misconfigured):
        return
    assert set(world.company.employees) <= {one.hr_id for one in found}
