"""What is kept of one person is shown to them, and taken out once HR and the directories have let go of them."""

import json
from contextlib import suppress
from itertools import count

import pytest
from engine_world import DAY, HOUR, World, opened, person

from shared import engine as production
from shared import layout
from shared.engine import reading
from shared.errors import Refused, TryLater

FAR = "Verwegstraat"


async def gone(world: World) -> None:
    """Person 7, of whom a marked value is known, leaves, is deleted, and HR lets go of them."""
    await world.hears(person("7", department=FAR), person("8"))
    await world.hears(person("7", department=FAR, end=world.engine.today - DAY), person("8"))
    world.clock.now += 25 * DAY
    await world.doors()
    await world.settle(HOUR)
    assert [one.attributes["employeeId"] for one in world.directory.accounts.values()] == ["8"]
    await world.hears(person("8"))


async def erase(world: World) -> int:
    return await production.erase(world.engine, "hr", "7", "somebody", "asked for it")


async def everything(world: World) -> str:
    rows = [
        (table, row.partition, row.key, dict(row.data))
        for table in layout.TABLES
        for row in [row async for row in world.store.everything(table)]
    ]
    return json.dumps(rows)


async def test_everything_that_is_kept_of_somebody_is_shown_to_them(world: World) -> None:
    await world.hears(person("7", department=FAR))
    found = await production.about(world.engine, "hr", "7")
    assert {layout.STATE, layout.IDENTIFIERS, layout.ACCOUNTS, layout.LEDGER, layout.DIRECTORY} < found.keys()
    assert "p7" in found[layout.IDENTIFIERS]
    assert FAR in json.dumps(found[layout.STATE])
    assert len(found[layout.LEDGER]) >= 3


async def test_of_somebody_nobody_knows_nothing_is_kept(world: World) -> None:
    with pytest.raises(Refused, match="nothing is kept of 9"):
        await production.about(world.engine, "hr", "9")


async def test_nothing_that_names_an_erased_person_is_left(world: World) -> None:
    await gone(world)
    before = await everything(world)
    assert FAR in before
    await erase(world)
    await _forgotten(world)
    with pytest.raises(Refused, match="nothing is kept of 7"):
        await production.about(world.engine, "hr", "7")


async def test_the_ledger_still_says_what_was_done_and_no_longer_to_whom(world: World) -> None:
    await gone(world)
    await erase(world)
    lines = [row async for row in world.store.everything(layout.LEDGER) if row.key.startswith("erased-")]
    assert {"create", "disable", "delete"} <= {row.data["verb"] for row in lines}
    assert all("account" not in row.data and "attributes" not in row.data for row in lines)


async def test_their_name_is_nobodys_until_the_quarantine_has_passed_and_then_forgotten(world: World) -> None:
    await gone(world)
    await erase(world)
    namesake = person("9")
    namesake = type(namesake)(hr_id="9", fields={"name": "p7"}, contracts=namesake.contracts)
    await world.hears(person("8"), namesake)
    assert world.directory.of("9").attributes["userPrincipalName"] == "p72"
    world.clock.now += 731 * DAY
    await production.tidy(world.engine)
    assert "p7" not in [row.key async for row in world.store.everything(layout.IDENTIFIERS)]


async def test_nothing_of_them_is_left_of_an_answer_that_is_not_saved_yet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ENOUGH", 1)
    await gone(world)
    world.hr.records, world.hr.page, world.hr.broken = [person("7", department=FAR), person("8")], 1, 1
    with pytest.raises(TryLater):
        await production.detect(world.engine, "hr")
    assert FAR in json.dumps([dict(row.data) async for row in world.store.everything(layout.SOURCES)])
    await erase(world)
    await _forgotten(world)


async def test_somebody_HR_still_holds_is_not_erased(world: World) -> None:
    await world.hears(person("7"))
    with pytest.raises(Refused, match="HR still holds 7"):
        await erase(world)


async def test_somebody_with_an_account_is_not_erased(world: World) -> None:
    await world.hears(person("7"), person("8"))
    await world.hears(person("8"))
    with pytest.raises(Refused, match=r"7 still has account .* on entra; delete it, or cut the link"):
        await erase(world)


async def test_an_erased_person_who_is_hired_again_is_somebody_new(world: World) -> None:
    await gone(world)
    await erase(world)
    world.directory.bin.clear()
    await world.hears(person("7"), person("8"))
    await world.settle(HOUR)
    assert world.directory.enabled() == {"7", "8"}


async def test_an_erasure_that_is_stopped_anywhere_is_finished_when_asked_again() -> None:
    for commit in count(1):
        async with opened() as world:
            await gone(world)
            if not await _stopped_at(world, commit):
                break
            with suppress(Refused):  # it was stopped after the very last row
                await erase(world)
            await _forgotten(world)
    assert commit > 5


async def _stopped_at(world: World, commit: int) -> bool:
    """Erase and be stopped after that commit; whether there were so many."""
    left = commit

    async def stop(table: str, changes: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise InterruptedError

    world.store.after = stop
    try:
        await erase(world)
    except InterruptedError:
        return True
    finally:
        world.store.after = None
    return False


async def _forgotten(world: World) -> None:
    """Nothing names them, once what was reserved is a week old."""
    world.clock.now += 8 * DAY
    await world.doors()
    left = await everything(world)
    assert FAR not in left
    assert layout.own_id("hr", "7") not in left
    assert '"7"' not in left
