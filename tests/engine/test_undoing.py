"""A run taken back: exactly what it wrote, where that still stands, until HR or the policy wants something else."""

from dataclasses import replace
from typing import Any

import pytest
from engine_world import HOUR, TODAY, YESTERDAY, World, group, person, policy

from shared import engine as production
from shared.engine.undoing import Package, package, read, undo_run, written
from shared.errors import Misconfigured, Refused
from shared.model import Account, Verb

SECRET = "0031-6-SECRET"
SENSITIVE_SINCE = {"employeeId": "[employeeId]", "department": {"value": "[department]", "sensitive": True}}


async def undone(world: World, run: str) -> Package:
    """Take a run back and do everything that follows."""
    made = await package(world.engine, run)
    assert await undo_run(world.engine, made, "it@contoso.nl") == []
    await world.work()
    return made


def seen(world: World) -> dict[str, Account]:
    """Every account; what is empty and what is not there are the same."""
    return {
        one.id: replace(one, attributes={name: value for name, value in one.attributes.items() if value is not None})
        for one in world.directory.accounts.values()
    }


async def rests(world: World) -> None:
    """Whatever is looked at again, nothing more is written."""
    before = len(world.directory.writes)
    await world.hours(26)
    assert world.directory.writes[before:] == []


CHANGES: dict[str, dict[str, Any]] = {
    "a mover": {"department": "Sales"},
    "a title": {"title": "head"},
    "a title that is emptied": {"title": None},
    "a leaver": {"end": YESTERDAY},
    "a leaver who moved": {"end": YESTERDAY, "department": "Sales", "title": "head"},
    "a name": {"name": "q7"},
    "a name and a department": {"name": "q7", "department": "Sales"},
}


def changed(name: str = "p7", **fields: Any) -> Any:
    return replace(person("7", **fields), fields={"name": name})


@pytest.mark.parametrize("what", CHANGES)
async def test_the_undo_of_a_run_brings_every_account_back(open_world: Any, what: str) -> None:
    world: World = await open_world(names={"rename": "automatic"})
    await world.hears(person("7"), person("8"))
    before = seen(world)
    world.clock.now += HOUR
    await world.hears(changed(**CHANGES[what]), person("8"))
    assert seen(world) != before
    made = await undone(world, "poll|hr|2")
    assert made.left == ()
    assert seen(world) == before
    await rests(world)
    assert seen(world) == before
    assert await world.held() == []


async def test_an_undo_is_undone_the_same_way(world: World) -> None:
    await world.hears(person("7"))
    world.clock.now += HOUR
    await world.hears(person("7", department="Sales", title="head"))
    after = seen(world)
    made = await undone(world, "poll|hr|2")
    assert seen(world) != after
    world.clock.now += HOUR
    await undone(world, f"undo|{made.hash}")
    assert seen(world) == after
    await rests(world)
    assert await world.row("7", lambda own: f"{own}|undone|entra") is None


async def test_a_joiner_is_disabled_and_not_deleted(world: World) -> None:
    await world.hears(person("7", department="Sales"))
    made = await undone(world, "poll|hr|1")
    there = world.directory.of("7")
    assert (there.enabled, there.entitlements) == (False, frozenset())
    assert sorted(step.what for step in made.steps) == ["disable", "revoke group All", "revoke group Sales"]
    await rests(world)


async def test_somebody_deleted_comes_back_within_thirty_days(world: World) -> None:
    await world.hears(person("7", end=TODAY), person("8"))
    world.clock.now += 21 * 24 * HOUR
    await world.doors()
    assert world.directory.verbs()[-1] is Verb.DELETE
    cohort = (await world.lines("7"))[-1].cause
    made = await undone(world, cohort)
    assert "restore" in [step.what for step in made.steps]
    there = world.directory.of("7")
    await rests(world)
    assert world.directory.of("7") == there


async def test_what_hr_says_next_is_done_as_ever(world: World) -> None:
    await world.hears(person("7"))
    world.clock.now += HOUR
    await world.hears(person("7", department="Sales"))
    await undone(world, "poll|hr|2")
    assert world.directory.of("7").attributes["department"] == "Care"
    world.clock.now += HOUR
    await world.hears(person("7", department="Sales", title="head"))
    there = world.directory.of("7")
    assert (there.attributes["department"], there.attributes["jobTitle"]) == ("Sales", "head")
    assert group("Sales") in there.entitlements
    assert await world.row("7", lambda own: f"{own}|undone|entra") is None


async def test_what_somebody_changed_since_is_left_and_listed(world: World) -> None:
    await world.hears(person("7"))
    world.clock.now += HOUR
    await world.hears(person("7", department="Sales", title="head"))
    there = world.directory.of("7")
    world.directory.changed_by_hand(there.id, attributes={**there.attributes, "jobTitle": "by hand"})
    made = await package(world.engine, "poll|hr|2")
    assert [(one.what, one.because) for one in made.left] == [("update jobTitle", "somebody else changed it since")]
    assert sorted(step.what for step in made.steps) == ["revoke group Sales", "update department"]


async def test_what_is_changed_between_the_yes_and_the_write_is_left_alone(world: World) -> None:
    await world.hears(person("7"))
    world.clock.now += HOUR
    await world.hears(person("7", title="head"))
    made = await package(world.engine, "poll|hr|2")
    assert await undo_run(world.engine, made, "it@contoso.nl") == []
    there = world.directory.of("7")
    world.directory.changed_by_hand(there.id, attributes={**there.attributes, "jobTitle": "by hand"})
    await world.work()
    assert world.directory.of("7").attributes["jobTitle"] == "by hand"


async def test_a_package_no_longer_applies_once_hr_wants_something_else(world: World) -> None:
    await world.hears(person("7"))
    world.clock.now += HOUR
    await world.hears(person("7", title="head"))
    made = await package(world.engine, "poll|hr|2")
    await world.hears(person("7", title="director"))
    left = await undo_run(world.engine, made, "it@contoso.nl")
    assert [(one.what, one.because) for one in left] == [
        ("update jobTitle", "HR or the policy wants something else of them now")
    ]
    await world.work()
    assert world.directory.of("7").attributes["jobTitle"] == "director"


async def test_a_value_nobody_may_keep_cannot_be_brought_back(open_world: Any) -> None:
    attributes = {
        "employeeId": "[employeeId]",
        "department": "[department]",
        "mobile": {"value": "[mobile]", "sensitive": True},
    }
    world: World = await open_world(attributes=attributes)
    await world.hears(person("7", mobile=SECRET))
    world.clock.now += HOUR
    await world.hears(person("7", mobile=f"{SECRET}-2", department="Sales"))
    made = await package(world.engine, "poll|hr|2")
    assert [(one.what, one.because) for one in made.left] == [("update mobile", "what stood there before is not kept")]
    assert SECRET not in written(made)


async def test_a_value_that_became_sensitive_since_is_in_no_package(world: World) -> None:
    await world.hears(person("7"))
    world.clock.now += HOUR
    await world.hears(person("7", department=SECRET))
    world.renewed("second", policy(attributes=SENSITIVE_SINCE))
    made = await package(world.engine, "poll|hr|2")
    assert [one.what for one in made.left] == ["update department"]
    assert SECRET not in written(made)


async def test_who_took_it_back_is_in_the_ledger_and_beside_each_write(world: World) -> None:
    await world.hears(person("7"))
    world.clock.now += HOUR
    await world.hears(person("7", department="Sales"))
    world.clock.now += HOUR
    made = await undone(world, "poll|hr|2")
    word, *writes = (await world.lines("7"))[-3:]
    assert (word.verb, word.by, word.beside["run"], word.beside["fingerprint"]) == (
        "undo",
        "it@contoso.nl",
        "poll|hr|2",
        made.hash,
    )
    assert word.beside["steps"] == ["revoke group Sales", "update department"]
    assert {(line.cause, line.by) for line in writes} == {(f"undo|{made.hash}", "it@contoso.nl")}


async def test_a_package_is_kept_in_a_file_and_only_as_it_was_made(world: World) -> None:
    await world.hears(person("7"))
    world.clock.now += HOUR
    await world.hears(person("7", department="Sales"))
    made = await package(world.engine, "poll|hr|2")
    text = written(made)
    assert read(text) == made
    for other in (text.replace('"Care"', '"Board"'), text.replace('"hash"', '"hush"'), "nonsense", "{}"):
        with pytest.raises(Misconfigured):
            read(other)


async def test_a_run_nobody_knows_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="joinly runs"):
        await package(world.engine, "poll|hr|9")


async def test_an_adopted_account_stays_theirs_and_is_listed(world: World) -> None:
    world.directory.holds(Account(id="old", enabled=True, attributes={"employeeId": "7", "userPrincipalName": "p7"}))
    await world.hears(person("7"))
    made = await package(world.engine, "poll|hr|1")
    assert ("unlink", "an adopted account stays theirs") in [(one.what, one.because) for one in made.left]


async def test_a_policy_that_wants_the_same_leaves_it_undone_and_another_does_not(world: World) -> None:
    await world.hears(person("7"))
    world.clock.now += HOUR
    await world.hears(person("7", title="head"))
    await undone(world, "poll|hr|2")
    world.renewed("second", world.engine.policy)
    await production.renew(world.engine)
    await world.work()
    assert world.directory.of("7").attributes["jobTitle"] == "aide"
