"""Names that a person gives or takes back are one write, need no approval, and take nobody else's name."""

from dataclasses import replace
from typing import Any

import pytest
from engine_world import HOUR, World, person
from test_names import AUTOMATIC, IN_STEP, LOGON, MAIL, called, in_use, name_of, own

from shared import engine as production
from shared.attributes import Attribute, Unique
from shared.engine import rename, tidy, undo
from shared.errors import Misconfigured, Reason, Refused
from shared.model import Account, Verb


async def married(open_world: Any) -> World:
    """Anna Bos, who is Anna Vries since this morning."""
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=IN_STEP, names=AUTOMATIC)
    await world.hears(called("1", "bos"))
    await world.hears(called("1", "vries"))
    assert name_of(world, "1") == "vries@a"
    return world


async def test_a_rename_is_undone_and_stays_undone(open_world: Any) -> None:
    world = await married(open_world)
    assert await undo(world.engine, "hr", "1", "entra", "me") == {"userPrincipalName": "bos@a", "mail": "bos@b"}
    await world.work()
    assert (name_of(world, "1"), name_of(world, "1", "mail")) == ("bos@a", "bos@b")
    await world.hours(24)
    assert (name_of(world, "1"), await world.held()) == ("bos@a", [])
    assert world.directory.verbs().count(Verb.RENAME) == 2
    assert await in_use(world, "1") == {"bos@a", "bos@b"}


async def test_undoing_twice_is_the_new_name_again(open_world: Any) -> None:
    world = await married(open_world)
    for _ in range(2):
        await undo(world.engine, "hr", "1", "entra", "me")
        await world.work()
    assert name_of(world, "1") == "vries@a"


async def test_the_next_change_of_name_renames_as_usual(open_world: Any) -> None:
    world = await married(open_world)
    await undo(world.engine, "hr", "1", "entra", "me")
    await world.work()
    await world.hears(called("1", "smit"))
    assert name_of(world, "1") == "smit@a"


async def test_any_free_name_can_be_given_and_who_asked_is_in_the_ledger(open_world: Any) -> None:
    world = await married(open_world)
    await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "boss@a"}, "it@contoso.nl")
    await world.work()
    assert (name_of(world, "1"), name_of(world, "1", "mail")) == ("boss@a", "vries@b")
    said = [(line["verb"], line["by"]) for line in await world.ledger("1") if "by" in line]
    assert said == [("ask rename", "it@contoso.nl"), ("rename", "it@contoso.nl")]


async def test_it_is_done_at_once_also_where_renames_wait_for_the_evening(open_world: Any) -> None:
    world: World = await open_world(names={"rename": "ask", "at": "22:00"})
    await world.hears(called("1", "bos"))
    await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "boss"}, "me")
    await world.work()
    assert name_of(world, "1") == "boss"


async def test_somebody_elses_name_cannot_be_given(open_world: Any) -> None:
    world = await married(open_world)
    await world.hears(called("1", "vries"), called("2", "smit"))
    await rename(world.engine, "hr", "1", "entra", {"mail": "smit@b"}, "me")
    await world.work()
    assert name_of(world, "1", "mail") == "vries@b"
    assert await world.reasons() == {("1", Reason.TAKEN)}
    await world.hours(24)
    assert (name_of(world, "1", "mail"), await world.held()) == ("vries@b", [])


@pytest.mark.parametrize("done", [True, False])
async def test_a_lost_answer_is_asked_again(open_world: Any, done: bool) -> None:
    world = await married(open_world)
    (world.directory.losing if done else world.directory.failing).add(Verb.RENAME)
    await undo(world.engine, "hr", "1", "entra", "me")
    await world.work()
    world.directory.failing.clear()
    await world.settle(HOUR)
    assert name_of(world, "1") == "bos@a"


async def test_what_cannot_be_is_said_at_once(open_world: Any) -> None:
    kinds = [LOGON, replace(MAIL, longest=9), Attribute(name="aliases", written=False)]
    world: World = await open_world(kinds=kinds)
    await world.hears(person("1"))
    with pytest.raises(Refused, match="1 was never renamed on entra; there is nothing to undo"):
        await undo(world.engine, "hr", "1", "entra", "me")
    with pytest.raises(Refused, match="2 has no account on entra"):
        await rename(world.engine, "hr", "2", "entra", {"mail": "x"}, "me")
    with pytest.raises(Misconfigured, match="mail has 10 characters, and 9 is the most"):
        await rename(world.engine, "hr", "1", "entra", {"mail": "x" * 10}, "me")
    for name in ("aliases", "shoe"):
        with pytest.raises(Misconfigured, match=f"entra has no attribute {name} that can be written"):
            await rename(world.engine, "hr", "1", "entra", {name: "x"}, "me")
    assert world.directory.verbs().count(Verb.RENAME) == 0


async def test_a_name_that_was_reserved_and_is_borne_by_nobody_is_given_back_a_day_later(world: World) -> None:
    await world.hears(called("1", "jan"))
    taken = await production.identifiers.reserve(
        world.engine, "entra", own("1"), "", {"userPrincipalName": "left behind"}, frozenset()
    )
    assert (taken, await in_use(world, "1")) == ("", {"jan", "left behind"})
    assert await tidy(world.engine) == 0, "a worker may still be on its way"
    world.clock.now += 25 * HOUR
    assert await tidy(world.engine) == 1
    assert await in_use(world, "1") == {"jan"}


async def test_the_patrol_of_the_night_tidies(world: World) -> None:
    await world.hears(called("1", "jan"))
    await production.identifiers.reserve(
        world.engine, "entra", own("1"), "", {"userPrincipalName": "left behind"}, frozenset()
    )
    await world.hours(48)
    assert await in_use(world, "1") == {"jan"}


async def test_a_user_in_the_bin_before_us_still_bears_the_name(world: World) -> None:
    world.directory.bin["old"] = Account(id="old", enabled=False, attributes={"userPrincipalName": "jan"})
    await world.doors()
    await world.hears(called("1", "jan"))
    assert name_of(world, "1") == "jan2"


async def test_what_a_directory_does_not_keep_apart_is_kept_apart_by_the_ledger(open_world: Any) -> None:
    nickname = Attribute(name="mailNickname", unique=Unique.RECORDED)
    rules = {"employeeId": "[employeeId]", "mailNickname": 'SelectUniqueValue([name], Append([name], "2"))'}
    world: World = await open_world(kinds=[nickname], attributes=rules)
    world.directory.holds(Account(id="stranger", enabled=True, attributes={"mailNickname": "jan"}))
    await world.doors()
    await world.hears(called("1", "jan"))
    assert name_of(world, "1", "mailNickname") == "jan2"
