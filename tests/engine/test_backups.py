"""Links and names are lost and restored: nobody gets a second account, a stranger's name, or any write at all."""

import json
from collections.abc import Awaitable, Callable

import pytest
from engine_world import DAY, HOUR, World, opened, person

from shared import engine as production
from shared import layout
from shared.errors import Misconfigured
from shared.model import Account
from shared.store import Delete

Open = Callable[..., Awaitable[World]]


async def saved(world: World) -> list[str]:
    return [line async for line in production.backup(world.engine)]


async def lost(world: World) -> None:
    """The whole state is gone; HR, the directory and the backup are all there is."""
    for table in layout.TABLES:
        for row in [row async for row in world.store.everything(table)]:
            await world.store.commit(table, row.partition, [Delete(row.key)])


async def test_after_a_restore_everything_is_as_it_was_and_nothing_is_written(world: World) -> None:
    world.directory.holds(Account(id="old", enabled=True, attributes={"employeeId": "8"}))
    await world.hears(person("7"), person("8", department="Sales"), person("9"))
    backup = await saved(world)
    await lost(world)
    restored = await production.restore(world.engine, backup)
    assert (restored.added, restored.same, restored.different) == (len(backup) - 2, 0, 0)
    world.directory.writes.clear()
    await world.hears(person("7"), person("8", department="Sales"), person("9"))
    await world.hours(26)
    assert world.directory.writes == []


async def test_without_the_backup_what_was_granted_would_no_longer_be_ours(world: World) -> None:
    await world.hears(person("8", department="Sales"))
    backup = await saved(world)
    await lost(world)
    await world.hears(person("8", department="Sales"))
    await world.hears(person("8", department="Care"))
    assert len(world.directory.of("8").entitlements) == 2, "this is what is lost without a backup"
    await lost(world)
    await production.restore(world.engine, backup)
    await world.hears(person("8", department="Care"))
    assert len(world.directory.of("8").entitlements) == 1


async def test_a_name_that_is_still_a_leavers_stays_theirs(world: World) -> None:
    await world.hears(person("7"))
    await world.hears(person("7", end=world.engine.today - 30 * DAY))
    await world.settle(HOUR)
    assert world.directory.accounts == {}
    backup = await saved(world)
    await lost(world)
    await production.restore(world.engine, backup)
    namesake = person("9")
    await world.hears(
        person("7", end=world.engine.today - 30 * DAY),
        type(namesake)(hr_id="9", fields={"name": "p7"}, contracts=namesake.contracts),
    )
    assert world.directory.of("9").attributes["userPrincipalName"] == "p72"


async def test_a_restore_overwrites_nothing(world: World) -> None:
    await world.hears(person("7"), person("8"))
    backup = await saved(world)
    await world.hears(person("7", department="Sales"), person("8"))
    restored = await production.restore(world.engine, backup)
    assert (restored.added, restored.different) == (0, 1)
    world.directory.writes.clear()
    await world.hours(3)
    assert world.directory.writes == []


@pytest.mark.parametrize("cut_off", [0, 1, 3, -1])
async def test_a_backup_that_is_cut_off_restores_nothing(world: World, cut_off: int) -> None:
    await world.hears(person("7"), person("8"))
    backup = await saved(world)
    await lost(world)
    with pytest.raises(Misconfigured, match="damaged or cut off; nothing was restored"):
        await production.restore(world.engine, backup[:cut_off])
    assert [row async for row in world.store.everything(layout.STATE)] == []


async def test_a_backup_in_which_something_was_changed_restores_nothing(world: World) -> None:
    await world.hears(person("7"))
    backup = [line.replace('"p7"', '"p8"') for line in await saved(world)]
    with pytest.raises(Misconfigured, match="damaged or cut off"):
        await production.restore(world.engine, backup)


async def test_the_backup_of_another_customer_or_version_is_refused(world: World) -> None:
    await world.hears(person("7"))
    head, *rest = await saved(world)
    other = {**json.loads(head), "customer": "another"}
    with pytest.raises(Misconfigured, match="another customer's"):
        await production.restore(world.engine, [json.dumps(other), *rest])
    later = {**json.loads(head), "schema": 99}
    with pytest.raises(Misconfigured, match="another version of Joinly"):
        await production.restore(world.engine, [json.dumps(later), *rest])


async def test_a_backup_goes_into_an_empty_state_of_another_store(world: World) -> None:
    await world.hears(person("7"), person("8"))
    backup = await saved(world)
    async with opened() as other:
        other.directory.accounts.update(world.directory.accounts)
        other.directory.log.extend(world.directory.log)
        await production.restore(other.engine, backup)
        await other.hears(person("7"), person("8"))
        await other.hours(26)
        assert other.directory.writes == []
