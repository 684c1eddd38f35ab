"""Old and new code during a deployment: side by side, one after the other, and back again; nothing is lost or guessed.

Three releases change the shape of rows: the first reads the new one too, the second writes it, and the third reads
nothing else. Whoever leaves one out parks what cannot be read, and whoever can read it goes on from there.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from engine_world import DAY, HOUR, YESTERDAY, World, person

from shared import doorbells, layout
from shared import engine as production
from shared.bus import Doorbell
from shared.codec import UnknownSchema
from shared.doorbells import Unreadable, from_text, to_text

NEXT = layout.SCHEMA + 1
NO_LIMITS: dict[str, Any] = {"limits": {"disable": {}, "delete": {}}}

Become = Callable[[str], None]
RELEASES: Mapping[str, tuple[int, frozenset[int]]] = {
    "today's": (layout.SCHEMA, layout.READS),
    "the first": (layout.SCHEMA, frozenset({layout.SCHEMA, NEXT})),
    "the second": (NEXT, frozenset({layout.SCHEMA, NEXT})),
    "the third": (NEXT, frozenset({NEXT})),
}


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> Become:
    """From now on, it is the code of this release that runs."""

    def become(release: str) -> None:
        schema, reads = RELEASES[release]
        monkeypatch.setattr(layout, "SCHEMA", schema)
        monkeypatch.setattr(layout, "READS", reads)

    return become


async def schemas(world: World) -> set[int]:
    return {int(row.data["schema"]) for table in layout.TABLES async for row in world.engine.store.everything(table)}


PATHS = {
    "forward": ("the first", "the second", "the second"),
    "forward and back": ("the first", "the second", "the first", "the second"),
    "side by side": ("the first", "the second") * 4,
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
async def test_neighbouring_releases_work_on_each_others_rows(
    open_world: Any, become: Become, path: tuple[str, ...]
) -> None:
    world: World = await open_world(**NO_LIMITS)
    await world.hears(person("7"), person("8"))
    for number, release in enumerate(path):
        become(release)
        await world.hears(person("7", title=f"Number {number}"), person("8", department="Sales"))
        assert world.directory.of("7").attributes["jobTitle"] == f"Number {number}"
    await world.hears(person("7", end=YESTERDAY), person("8"))
    assert world.directory.enabled() == {"8"}
    assert await world.held() == []
    assert await schemas(world) == {layout.SCHEMA, layout.SCHEMA - 1}


async def test_work_that_one_release_marked_is_finished_by_the_other(open_world: Any, become: Become) -> None:
    world: World = await open_world()
    become("the second")
    await world.says(person("7"))
    await production.detect(world.engine, "hr")
    become("the first")
    await world.doors()
    assert world.directory.enabled() == {"7"}
    assert await world.mark(layout.Hop.PROVISION, "7", "entra") is None


async def written_by_the_next(world: World, hr_id: str) -> None:
    """All rows of one person as the next release would have written them."""
    own = layout.own_id("hr", hr_id)
    for row in (await world.engine.rows_of(own)).values():
        await world.put(hr_id, lambda _, key=row.key: key, {**row.data, "schema": NEXT})


async def test_who_skips_a_release_parks_what_it_cannot_read_and_the_others_go_on(
    open_world: Any, become: Become
) -> None:
    world: World = await open_world(**NO_LIMITS)
    await world.hears(person("7"), person("8"))
    await written_by_the_next(world, "7")
    before = await world.engine.rows_of(layout.own_id("hr", "7"))
    await world.hears(person("7", title="Chief"), person("8", end=YESTERDAY), person("9"))
    await world.hours(24)
    assert world.directory.enabled() == {"7", "9"}
    assert world.directory.of("7").attributes.get("jobTitle") != "Chief"
    after = await world.engine.rows_of(layout.own_id("hr", "7"))
    assert {key: after[key].data for key in before} == {key: row.data for key, row in before.items()}


@pytest.mark.parametrize("release", ["the first", "the second"])
async def test_what_was_parked_is_picked_up_by_whoever_can_read_it(
    open_world: Any, become: Become, release: str
) -> None:
    world: World = await open_world(**NO_LIMITS)
    await world.hears(person("7"), person("8"))
    await written_by_the_next(world, "7")
    await world.hears(person("7", title="Chief"), person("8"))
    become(release)
    await world.hears(person("7", title="Chief"), person("8"))
    await world.hours(2)
    assert world.directory.of("7").attributes["jobTitle"] == "Chief"
    assert await world.held() == []


async def test_a_leaver_whose_rows_were_parked_is_disabled_after_the_upgrade(open_world: Any, become: Become) -> None:
    world: World = await open_world(**NO_LIMITS)
    await world.hears(person("7"), person("8"))
    await written_by_the_next(world, "7")
    await world.hears(person("7", end=YESTERDAY), person("8"))
    assert world.directory.enabled() == {"7", "8"}
    become("the first")
    await world.hears(person("7", end=YESTERDAY), person("8"))
    await world.hours(2)
    assert world.directory.enabled() == {"8"}


async def test_a_release_that_came_too_early_parks_what_is_old_and_the_one_before_it_goes_on(
    open_world: Any, become: Become
) -> None:
    world: World = await open_world(**NO_LIMITS)
    await world.hears(person("7"), person("8"))
    become("the third")
    with suppress(UnknownSchema):
        await world.hears(person("7", title="Chief"), person("8"))
    assert world.directory.enabled() == {"7", "8"}
    assert world.directory.of("7").attributes.get("jobTitle") != "Chief"
    become("the second")
    world.clock.now += DAY
    await world.hears(person("7", title="Chief"), person("8"))
    await world.hours(2)
    assert world.directory.of("7").attributes["jobTitle"] == "Chief"


def test_a_message_of_the_next_release_is_set_aside_and_the_release_before_it_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = {"person": "p1", "target": "entra"}
    now = to_text(Doorbell("p1", body))
    monkeypatch.setattr(doorbells, "SCHEMA", doorbells.SCHEMA + 1)
    newer = to_text(Doorbell("p1", body))
    with pytest.raises(Unreadable, match="schema 2; this version reads 1"):
        from_text(newer)
    monkeypatch.setattr(doorbells, "READS", frozenset({1, 2}))
    assert from_text(newer) == from_text(now) == body


async def test_a_doorbell_that_nobody_could_read_is_rung_again_by_the_sweep(world: World) -> None:
    """The message went to the dead letters; the mark it stood for did not."""
    await world.says(person("7"))
    await production.detect(world.engine, "hr")
    while session := await world.bus.accept("changes", 0):
        for delivery in await session.receive(10):
            await session.dead_letter(delivery, "unreadable: schema 2; this version reads 1")
        await session.close()
    world.clock.now += HOUR
    await production.sweep(world.engine)
    await world.work()
    assert world.directory.enabled() == {"7"}
    assert len(await world.bus.dead_letters("changes")) == 1


async def test_a_doorbell_with_more_in_it_than_this_version_knows_is_handled(world: World) -> None:
    await world.hears(person("7"))
    body = {"person": layout.own_id("hr", "7"), "hop": "map", "priority": "high"}
    assert await production.handle(world.engine, "changes", body["person"], body) == ""
