"""Every story is lived day by day; after each day everything runs again, and then nothing at all may be done."""

from datetime import date
from typing import Any

import pytest
from story_file import Step, Story, customer_stories, parsed, product_names, product_story
from story_outside import plain
from story_world import World, opened
from transitions import moment, transitions

from shared.errors import Misconfigured

CUSTOMERS = customer_stories()


@pytest.mark.parametrize("name", [*product_names(), *CUSTOMERS])
async def test_story(name: str) -> None:
    story = CUSTOMERS.get(name) or product_story(name)
    async with opened(story) as world:
        for step in story.steps:
            await _lived(world, story, step)


async def _lived(world: World, story: Story, step: Step) -> None:
    where, before = f"«{story.story}», {step.day}", await moment(world)
    if step.stops:
        with pytest.raises(Misconfigured, match=step.stops):
            await world.live(step)
    else:
        await world.live(step)
    assert world.did() == _then(world, step), f"{where}: what was done"
    happened = transitions(world, before, await moment(world))
    assert set(step.covers) <= happened, f"{where}: what it says it shows did not happen"
    if step.ready:
        local = world.clock().astimezone(world.engine.policy.time_zone).replace(tzinfo=None)
        assert local == step.ready, f"{where}: when it was done"
    assert await world.held() == {who: _several(why) for who, why in step.held.items()}, f"{where}: what is held"
    accounts = world.administrator.sees()
    for name, expected in step.entra.items():
        if expected == "gone":
            assert name not in accounts, f"{where}: {name} is still there"
        else:
            found = {key: accounts[name].get(key) for key in expected}
            assert found == {key: plain(value) for key, value in expected.items()}, f"{where}: {name}"
    mailboxes = world.administrator.mailboxes() if step.mailboxes else {}
    for name, expected in step.mailboxes.items():
        found = {key: mailboxes[name].get(key) for key in expected} if name in mailboxes else "gone"
        assert found == ({**expected} if expected != "gone" else expected), f"{where}: the mailbox of {name}"
    for number, expected in step.records.items():
        found = {key: world.hr.people.get(number, {}).get(key) for key in expected}
        assert found == {**expected}, f"{where}: HR's record of {number}"
    if not step.stops:
        written = world.writes
        await world.again()
        assert world.did() == {}, f"{where}: something was done again"
        assert world.writes == written, f"{where}: something was written again: {world.tenant.log[-5:]}"


def _then(world: World, step: Step) -> dict[str, tuple[str, ...]]:
    if isinstance(step.then, tuple):
        assert not step.then or len(world.hr.ever) == 1, "of several people, `then` must say who"
        return dict.fromkeys(world.hr.ever, step.then) if step.then else {}
    return {who: what for who, what in step.then.items() if what}


def _several(why: str | tuple[str, ...]) -> tuple[str, ...]:
    return (why,) if isinstance(why, str) else tuple(sorted(why))


@pytest.mark.parametrize("told", [{"stepz": []}, {"steps": [{"day": date(2026, 1, 1), "thn": []}]}])
def test_a_key_nobody_knows_is_named_with_its_file(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"mover\.yaml: .*(stepz|steps\.0\.thn): this key is not known"):
        parsed("mover.yaml", {"story": "Somebody moves", **told}, {})


def test_there_are_stories_of_the_product_and_of_the_example_customer() -> None:
    assert len(product_names()) > 30
    assert len(CUSTOMERS) > 3
