"""A whole life is lived again and again, each time with the answer to another write lost: it always ends the same."""

from collections import Counter
from typing import Any

import pytest
from story_file import Story, product_stories
from story_world import World, opened

LIFE = product_stories()["whole_life"]


async def _lived(story: Story, lost: int = 0, done: bool = False) -> tuple[list[dict[str, Any]], int]:
    """What there is to see after every day, and the number of writes; the answer to write number `lost` is lost."""
    async with opened(story) as world:
        if lost:
            world.faults.lose_answer_of_write(lost, effect=done)
        days = []
        for step in story.steps:
            await world.live(step)
            days.append(await _seen(world))
        return days, world.tenant.writes


async def _seen(world: World) -> dict[str, Any]:
    """The accounts, who waits, whose number stands on several accounts, and what running again still does."""
    everybody = (*world.tenant.users.values(), *world.tenant.deleted.values())
    owners = Counter(user["employeeId"] for user in everybody if user.get("employeeId"))
    seen: dict[str, Any] = {**world.administrator.sees(), "held": await world.held()}
    written = world.tenant.writes
    await world.again()
    return {
        **seen,
        "twice": [number for number, accounts in owners.items() if accounts > 1],
        "again": (world.did(), world.tenant.writes - written),
    }


@pytest.mark.slow
@pytest.mark.parametrize("done", [True, False], ids=["the write was done", "the write was not done"])
async def test_whatever_answer_is_lost_every_day_ends_as_if_none_was(done: bool) -> None:
    expected, writes = await _lived(LIFE)
    assert writes > 20
    assert all((day["held"], day["twice"], day["again"]) == ({}, [], ({}, 0)) for day in expected)
    wrong: dict[int, Any] = {}
    for number in range(1, writes + 1):
        days, _ = await _lived(LIFE, number, done)
        for step, day, right in zip(LIFE.steps, days, expected, strict=True):
            if day != right:
                wrong.setdefault(number, (str(step.day), {key: day.get(key) for key in right if day.get(key) != right[key]}))
    assert wrong == {}, f"of {writes} writes, these end differently"
