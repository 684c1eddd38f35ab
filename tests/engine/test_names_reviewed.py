"""Names as a sceptical reader found them lost, burnt, changed without leave or handed on, each once and never again."""

from dataclasses import replace
from typing import Any

import pytest
from engine_world import DAY, HOUR, TODAY, World
from test_names import AUTOMATIC, LOGON, MAIL, called, name_of

from shared import layout
from shared.engine import rename
from shared.errors import Misconfigured, Reason, Refused

NEWER = {"schema": layout.SCHEMA + 1, "something": "else"}
PLAIN = {"employeeId": "[employeeId]", "mail": "[mail]"}
MIXED = {**PLAIN, "userPrincipalName": 'SelectUniqueValue(Append([name], "@a"), Append([name], "2@a"))'}


def mailed(hr_id: str, mail: str | None, name: str = "jan") -> Any:
    return replace(called(hr_id, name), fields={"name": name, "mail": mail})


def ruled(world: World, **attributes: str) -> None:
    """Another policy is activated, with these attributes in place of its own."""
    rules = world.engine.policy.model_dump(mode="json", by_alias=True, exclude_none=True)
    rules["targets"]["entra"]["attributes"] |= {name: {"value": value} for name, value in attributes.items()}
    world.renewed(str(attributes), type(world.engine.policy).model_validate(rules))


# ── renamed only when facts change ───────────────────────────────────────────────────────────────────────────────


async def test_a_rule_that_reads_other_facts_renames_nobody(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    someone = replace(called("1", "bos"), fields={"name": "bos", "initials": "a"})
    await world.hears(someone)
    ruled(world, userPrincipalName='SelectUniqueValue(Join(".", [initials], [name]), Join(".", [initials], "2"))')
    await world.hours(24)
    assert (name_of(world, "1"), await world.held()) == ("bos", [])
    await world.hears(replace(someone, fields={"name": "bos", "initials": "b"}))
    assert name_of(world, "1") == "b.bos", "from now on these facts count"


async def test_a_rule_and_a_name_that_change_together_rename(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    await world.hears(replace(called("1", "bos"), fields={"name": "bos", "initials": "a"}))
    ruled(world, userPrincipalName='SelectUniqueValue(Join(".", [initials], [name]), Join(".", [initials], "2"))')
    await world.hears(replace(called("1", "bos"), fields={"name": "vries", "initials": "a"}))
    await world.hours(2)
    assert name_of(world, "1") == "a.vries"


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_names_asked_for_in_a_row_of_another_version_are_no_leave_to_rename(world: World) -> None:
    await world.hears(called("1", "bos"))
    await world.put("1", lambda person: layout.asked(person, "entra"), NEWER)
    await world.hears(called("1", "vries"))
    await world.hours(24)
    assert name_of(world, "1") == "bos"


async def test_a_name_given_by_hand_takes_no_other_rename_along_that_waits_for_a_yes(open_world: Any) -> None:
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=MIXED)
    await world.hears(mailed("1", "bos@b"))
    await world.hears(mailed("1", "vries@b"))
    assert await world.reasons() == {("1", Reason.RENAME)}
    await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "boss@a"}, "me")
    await world.work()
    await world.settle(HOUR)
    assert (name_of(world, "1"), name_of(world, "1", "mail")) == ("boss@a", "bos@b")
    assert await world.reasons() == {("1", Reason.RENAME)}, "the other one still waits"


async def test_names_that_cannot_be_given_leave_what_waits_as_it_is(world: World) -> None:
    await world.hears(called("1", "bos"), called("2", "smit"))
    await world.hears(called("1", "vries"), called("2", "smit"))
    await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "smit"}, "me")
    await world.work()
    await world.hours(24)
    assert (name_of(world, "1"), await world.reasons()) == ("bos", {("1", Reason.RENAME)})


@pytest.mark.parametrize("names", [{"rename": "never"}, {"rename": "ask"}, AUTOMATIC])
async def test_names_can_be_given_by_hand_whatever_the_policy_says_of_renaming(
    open_world: Any, names: dict[str, str]
) -> None:
    world: World = await open_world(names=names)
    await world.hears(called("1", "bos"))
    await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "boss"}, "me")
    await world.work()
    assert name_of(world, "1") == "boss"
    await world.hours(24)
    world.renewed(
        "ask",
        world.engine.policy.model_copy(
            update={
                "targets": {
                    "entra": world.engine.policy.targets["entra"].model_copy(
                        update={"names": type(world.engine.policy.targets["entra"].names)()}
                    )
                }
            }
        ),
    )
    await world.hours(24)
    assert (name_of(world, "1"), await world.held()) == ("boss", [])


async def test_an_account_that_is_not_in_use_is_not_renamed_by_hand_and_that_is_said(world: World) -> None:
    await world.hears(called("1", "bos", TODAY))
    world.clock.now += 2 * DAY
    await world.doors()
    with pytest.raises(Refused, match="1 is not in service on entra"):
        await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "boss"}, "me")


async def test_names_asked_for_that_could_not_be_written_are_held(open_world: Any) -> None:
    world: World = await open_world(limits={"disable": {"run": 0}})
    await world.hears(called("1", "bos"))
    await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "boss"}, "me")
    await world.says(called("1", "bos", TODAY - DAY))
    await world.work()
    assert name_of(world, "1") == "bos"
    assert ("1", Reason.REFUSED) in await world.reasons()


async def test_only_names_can_be_given_by_hand(world: World) -> None:
    await world.hears(called("1", "bos"))
    with pytest.raises(Misconfigured, match="employeeId is no name; correct it in HR or in the policy"):
        await rename(world.engine, "hr", "1", "entra", {"employeeId": "2"}, "me")
