"""A story is lived again and again, each time with the answer to another write lost: every day ends the same."""

from collections import Counter
from typing import Any

import pytest
from story_file import Story, product_story
from story_world import World, opened

from tests.effort import effort

LIVES = (
    "rules_conflict_first",
    "whole_life",
    "adopted",
    "forgotten_leaver",
    "managers_of_each_other",
    "name_held_by_a_stranger",
)
OF_MAILBOXES = ("mailbox_permission", "mailbox_of_a_leaver")
"""Stories in which it is the answers of Exchange that are lost."""

EVERY = effort(4, 1)
"""Which writes' answers are lost: in the checks every fourth, done the one time and not done two later."""


async def _lived(story: Story, lost: int = 0, done: bool = False, mail: bool = False) -> tuple[list[Any], int]:
    """What there is to see after every day, and the number of writes; the answer to write number `lost` is lost."""
    async with opened(story) as world:
        exchange = world.administrator.exchange
        if lost:
            (exchange.faults if mail else world.faults).lose_answer_of_write(lost, effect=done)
        days = []
        for step in story.steps:
            await world.live(step)
            days.append(await _seen(world))
        return days, exchange.writes if mail else world.tenant.writes


async def _seen(world: World) -> dict[str, Any]:
    """The accounts, who waits, whose number stands on several accounts, and what running again still does."""
    everybody = (*world.tenant.users.values(), *world.tenant.deleted.values())
    owners = Counter(user["employeeId"] for user in everybody if user.get("employeeId"))
    seen: dict[str, Any] = {**world.administrator.sees(), "held": await world.held()}
    seen["mailboxes"] = world.administrator.mailboxes()
    written = world.writes
    await world.again()
    return {
        **seen,
        "twice": [number for number, accounts in owners.items() if accounts > 1],
        "again": (world.did(), world.writes - written),
    }


@pytest.mark.slow
@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("life", [*LIVES, *OF_MAILBOXES])
async def test_whatever_answer_is_lost_every_day_ends_as_if_none_was(life: str, done: bool) -> None:
    story = product_story(life)
    mail = life in OF_MAILBOXES
    expected, writes = await _lived(story, mail=mail)
    assert writes >= 4
    assert all((day["twice"], day["again"]) == ([], ({}, 0)) for day in expected)
    wrong: list[tuple[int, str, dict[str, Any]]] = []
    for number in range(1 + done * (EVERY // 2), writes + 1, EVERY):
        days, _ = await _lived(story, number, done, mail)
        for step, day, right in zip(story.steps, days, expected, strict=True):
            if day != right:
                differs = {name: day.get(name) for name in {**right, **day} if day.get(name) != right.get(name)}
                wrong.append((number, str(step.day), differs))
    assert wrong == [], f"of {writes} writes, losing the answer of these ends differently"
