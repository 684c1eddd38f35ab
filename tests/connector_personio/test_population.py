"""Thousands of invented people with every oddity that Personio is known for, over both APIs."""

import pytest

from local.personio import populate
from local.personio.population import FIRST, ODDITIES, UNUSABLE, oddities
from shared.model import Person, Rejected
from tests.connector_personio.personio_world import World
from tests.effort import effort


def test_the_same_seed_gives_the_same_people(v1: World) -> None:
    first, again, other = (populate(World("v1").company, 300, seed).employees for seed in (7, 7, 8))
    assert first == again
    assert first != other


@pytest.mark.slow
@pytest.mark.parametrize(("api", "count"), [("v1", effort(3_000, 10_000)), ("v2", effort(1_100, 10_000))])
async def test_thousands_with_every_oddity_are_read(api: str, count: int) -> None:
    """Whoever HR must correct is held, everybody else is read, and nothing forbidden is among it."""
    world = World(api)
    populate(world.company, count)
    found = {int(one.hr_id): one for one in await world.read(fields={"skills": "dynamic_3", "locker": "dynamic_2"})}
    odd = {FIRST + number - 1: oddities(number) for number in range(1, count + 1)}
    assert found.keys() == odd.keys()
    assert {name for names in odd.values() for name in names} == set(ODDITIES)
    assert {id for id, one in found.items() if isinstance(one, Rejected)} == {
        id for id, names in odd.items() if names & UNUSABLE
    }
    whole = {id: one for id, one in found.items() if isinstance(one, Person)}
    numbers = {employee.custom["dynamic_2"].value for employee in world.company.employees.values()}
    assert not [one for one in whole.values() if numbers & {*map(str, one.fields.values())}]
    assert all("locker" not in one.fields for one in whole.values())
    assert {len(one.contracts) for one in whole.values()} == ({1} if api == "v1" else {1, 2})
    assert world.time.slept.count(5.0) == 0, "Personio never had to throttle"
