"""A block disables now, whatever stands in the way, and holds whatever HR says, until somebody lifts it."""

from dataclasses import replace
from typing import Any

import pytest
from engine_world import DAY, HOUR, TODAY, YESTERDAY, World, group, killed_at, person, policy

from shared import layout
from shared.engine import blocking, exceptions, halting, provision
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.exceptions import Exemption, Kind
from shared.layout import Hop
from shared.model import Account, Person, Rejected, Verb

OWN = layout.own_id("hr", "7")
TIGHT: dict[str, Any] = {"limits": {"disable": {"day": 0}}}


async def block(world: World, **given: bool) -> None:
    await blocking.block(world.engine, OWN, "me", "a stolen laptop", **given)
    await world.work()


async def unblock(world: World) -> None:
    await blocking.unblock(world.engine, OWN, "me", "it was found")
    await world.work()


def verbs(world: World) -> list[Verb]:
    """What was written since this was last asked."""
    done = world.directory.verbs()
    world.directory.writes.clear()
    return done


async def test_an_account_is_disabled_now_and_keeps_what_it_has(open_world: Any) -> None:
    world: World = await open_world(**TIGHT)
    await world.hears(person("7", department="Sales"), person("8"))
    verbs(world)
    await block(world)
    assert verbs(world) == [Verb.DISABLE], "no limit stands in the way"
    assert world.directory.enabled() == {"8"}
    assert world.directory.of("7").entitlements == {group("All"), group("Sales")}
    await world.hours(25)
    assert (verbs(world), await world.held()) == ([], [])


async def test_it_is_sent_ahead_of_what_waits_in_the_bulk_queue(world: World) -> None:
    await world.hears(person("7"))
    await blocking.block(world.engine, OWN, "me", "a stolen laptop")
    await world.work("provisioning-now")
    assert world.directory.enabled() == set()


async def test_stripping_takes_what_was_granted_and_nothing_else(world: World) -> None:
    await world.hears(person("7"))
    there = world.directory.of("7")
    world.directory.changed_by_hand(there.id, entitlements=there.entitlements | {group("Vault")})
    verbs(world)
    await block(world, strip=True)
    assert verbs(world) == [Verb.DISABLE, Verb.REVOKE]
    assert world.directory.of("7").entitlements == {group("Vault")}
    await unblock(world)
    assert world.directory.of("7").entitlements == {group("Vault"), group("All")}
    assert world.directory.enabled() == {"7"}


async def test_whatever_hr_says_the_account_stays_disabled(world: World) -> None:
    await world.hears(person("7"))
    await block(world)
    await world.hears(person("7", department="Sales"))
    await world.hears(person("7", end=YESTERDAY))
    await world.hears(person("7", department="Sales"))
    world.renewed("second", policy(grants=[{"group": "All"}, {"group": "New"}]))
    await world.hours(25)
    assert world.directory.enabled() == set()
    assert Verb.ENABLE not in verbs(world)[5:]
    assert world.directory.of("7").attributes["department"] == "Sales"
    await unblock(world)
    assert world.directory.enabled() == {"7"}
    assert world.directory.of("7").entitlements == {group("All"), group("New")}


async def test_whoever_enables_it_by_hand_is_undone(open_world: Any) -> None:
    world: World = await open_world(**TIGHT)
    await world.hears(person("7"))
    await block(world)
    await world.hours(24)
    world.directory.changed_by_hand(world.directory.of("7").id, enabled=True)
    await world.hours(1)
    assert world.directory.enabled() == set()


async def test_a_leaver_who_is_blocked_is_stripped_and_deleted_as_any(world: World) -> None:
    await world.hears(person("7"))
    await block(world)
    await world.hears(person("7", end=YESTERDAY))
    assert world.directory.of("7").entitlements == set()
    world.clock.now += 20 * DAY
    await world.hours(1)
    assert world.directory.accounts == {}
    await world.hears(person("7"))
    await world.hours(1)
    assert world.directory.enabled() == set(), "a rehire does not lift it"
    await unblock(world)
    assert world.directory.enabled() == {"7"}


async def test_an_account_that_is_made_later_stays_disabled(world: World) -> None:
    await world.hears(person("7", start=TODAY + 10 * DAY))
    await block(world)
    assert world.directory.accounts == {}
    world.clock.now += 10 * DAY
    await world.hours(1)
    assert (verbs(world), world.directory.enabled()) == ([Verb.CREATE], set())
    await unblock(world)
    assert world.directory.enabled() == {"7"}


async def test_an_account_that_is_found_later_is_adopted_and_disabled_without_a_yes(open_world: Any) -> None:
    world: World = await open_world(adopt="ask", **TIGHT)
    world.directory.holds(Account(id="x", enabled=True, attributes={"employeeId": "7"}))
    await world.hears(person("7"))
    assert await world.reasons() == {("7", Reason.ADOPTION)}
    await block(world)
    assert world.directory.enabled() == set()
    assert verbs(world)[:2] == [Verb.CORRELATE, Verb.DISABLE]


async def test_a_person_who_is_held_is_blocked_all_the_same(open_world: Any) -> None:
    title = {"value": 'FormatDateTime([title], , "yyyy", "yyyy")'}
    keys = {"employeeId": "[employeeId]", "userPrincipalName": "[name]", "jobTitle": title}
    world: World = await open_world(attributes=keys)
    good = person("7")
    (contract,) = good.contracts
    await world.hears(replace(good, contracts=(replace(contract, fields={"title": "2020"}),)))
    await world.hears(good)
    assert await world.reasons() == {("7", Reason.MISSING_DATA)}
    await block(world)
    assert world.directory.enabled() == set()


@pytest.mark.parametrize("kind", [Kind.FREEZE, Kind.EXCLUDE])
async def test_a_person_who_is_left_alone_is_disabled_and_else_left_alone(open_world: Any, kind: Kind) -> None:
    world: World = await open_world(**TIGHT)
    await world.hears(person("7"))
    target = "entra" if kind is Kind.EXCLUDE else ""
    one = Exemption(kind=kind, target=target, last=TODAY + 30 * DAY, owner="boss", because="the audit")
    await exceptions.add(world.engine, "hr", "7", one, "me")
    await world.hears(person("7", department="Sales"))
    verbs(world)
    await block(world)
    await world.hours(25)
    assert verbs(world) == [Verb.DISABLE]
    await unblock(world)
    assert verbs(world) == [], "still left alone, and so disabled, until the exception ends"
    world.clock.now += 31 * DAY
    await world.hours(1)
    assert world.directory.enabled() == {"7"}


async def test_a_record_that_cannot_be_used_and_a_source_that_is_gone_do_not_stand_in_the_way(world: World) -> None:
    await world.hears(person("7"))
    await world.hears(Rejected(hr_id="7", code=Reason.INVALID_RECORD, because="dates"))
    await block(world)
    assert world.directory.enabled() == set()
    await unblock(world)
    assert world.directory.enabled() == {"7"}
    raw = policy().model_dump()
    raw["sources"]["other"] = raw["sources"].pop("hr")
    world.renewed("second", type(policy()).model_validate(raw))
    await block(world)
    assert world.directory.enabled() == set()


async def test_a_protected_account_is_told_and_never_written(world: World) -> None:
    await world.hears(person("7"))
    there = world.directory.of("7")
    assert await blocking.protected(world.engine, OWN) == {}
    world.directory.changed_by_hand(there.id, protected="an administrator")
    why = f"account {there.id} is protected: an administrator"
    assert await blocking.protected(world.engine, OWN) == {"entra": why}
    await block(world)
    assert world.directory.enabled() == {"7"}
    assert await world.reasons() == {("7", Reason.PROTECTED)}
    world.renewed("second", policy(protected=[there.id]))
    assert await blocking.protected(world.engine, OWN) == {
        "entra": f"account {there.id} is protected: named in the policy"
    }


async def test_a_target_that_does_not_answer_is_tried_until_it_does_however_long_that_takes(world: World) -> None:
    await world.hears(person("7"))
    world.directory.silent = True
    assert await blocking.protected(world.engine, OWN) == {}
    await block(world)
    await world.settle(HOUR)
    assert (world.directory.enabled(), await world.held()) == ({"7"}, [])
    world.directory.silent = False
    await world.settle(HOUR / 60)
    assert world.directory.enabled() == set()


async def test_what_a_block_forbids_is_neither_reserved_nor_held(open_world: Any) -> None:
    limits = {"enable": {"day": 1}, "grant": {"day": 2}, "disable": {"day": 0}}
    world: World = await open_world(limits=limits)
    await world.hears(person("7"))
    await block(world)
    world.clock.now += 8 * DAY
    await world.hears(person("7", department="Sales"))
    await world.hours(1)
    kinds = [key.split("|")[1] for key in await world.reservations()]
    assert (kinds, await world.held()) == ([], [])
    assert world.directory.of("7").attributes["department"] == "Sales"


async def test_whose_account_it_is_is_found_by_id_and_by_name(world: World) -> None:
    await world.hears(person("7"))
    world.directory.holds(Account(id="x", enabled=True, attributes={"userPrincipalName": "stranger"}))
    assert await blocking.whose(world.engine, world.directory.of("7").id) == OWN
    assert await blocking.whose(world.engine, "p7") == OWN
    with pytest.raises(Refused, match="nobody's Joinly manages; disable it there"):
        await blocking.whose(world.engine, "stranger")
    with pytest.raises(Refused, match="there is no such account"):
        await blocking.whose(world.engine, "none")


async def test_who_blocked_and_lifted_it_and_why_is_in_the_ledger(world: World) -> None:
    await world.hears(person("7"))
    await block(world, strip=True)
    (one,) = await blocking.blocked(world.engine)
    assert (one.hr_id, one.block.by, one.block.because) == ("7", "me", "a stolen laptop")
    world.clock.now += HOUR
    await unblock(world)
    assert await blocking.blocked(world.engine) == []
    lines = [line for line in await world.ledger("7") if "by" in line]
    assert [(line["verb"], line["by"], line["because"]) for line in lines] == [
        ("block", "me", "a stolen laptop"),
        ("unblock", "me", "it was found"),
    ]
    with pytest.raises(Refused, match="not blocked"):
        await unblock(world)


# ── races ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def begins(world: World, *records: Person) -> None:
    await world.says(*records)
    await world.work("changes", "admit")


@pytest.mark.parametrize("moment", ["after_read", "after_write"])
@pytest.mark.parametrize("which", range(1, 7))
async def test_a_block_that_comes_while_a_worker_enables_wins(world: World, moment: str, which: int) -> None:
    """At any of a joiner's reads and writes: create, two grants, enable."""
    left, done = which, 0

    async def comes() -> None:
        nonlocal left, done
        left -= 1
        if left:
            setattr(world.directory, moment, comes)
        else:
            await blocking.block(world.engine, OWN, "me", "a stolen laptop")
            done = len(world.directory.writes)

    setattr(world.directory, moment, comes)
    await world.hears(person("7", department="Sales"))
    await world.settle(HOUR)
    blocked = await blocking.blocked(world.engine)
    assert world.directory.enabled() == ({"7"} if not blocked else set())
    assert blocked or left > 0
    assert not blocked or Verb.ENABLE not in world.directory.verbs()[done:], "the worker stopped"


async def test_an_enable_that_lands_after_its_worker_was_stopped_is_seen_within_minutes(world: World) -> None:
    """The worker sends its enable, the block comes and is done, the enable lands, and the worker dies."""
    await world.hears(person("7"))
    await block(world)
    await blocking.unblock(world.engine, OWN, "me", "found")

    async def lands_late() -> None:
        world.directory.changed_by_hand(world.directory.of("7").id, enabled=False)  # it has not landed yet
        await blocking.block(world.engine, OWN, "me", "stolen again")
        await provision(world.engine, OWN, "entra")
        world.directory.changed_by_hand(world.directory.of("7").id, enabled=True)
        world.store.kill()

    world.directory.after_write = lands_late
    await killed_at(world, "after", 1000, world.work)
    assert world.directory.enabled() == {"7"}
    await world.settle(HOUR)
    assert world.directory.enabled() == set()


async def test_a_block_that_comes_while_somebody_is_mapped_or_decided_wins(world: World) -> None:
    left = 0

    async def comes(table: str, changes: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            await blocking.block(world.engine, OWN, "me", "a stolen laptop")

    await world.hears(person("7", end=TODAY))
    for number in range(1, 12):
        for moment in ("before", "after"):
            left = number
            setattr(world.store, moment, comes)
            await world.hears(person("7", department=f"{moment}{number}"))
            world.store.before = world.store.after = None
            await world.settle(HOUR)
            blocked = bool(await blocking.blocked(world.engine))
            assert world.directory.enabled() == (set() if blocked else {"7"}), (moment, number)
            if blocked:
                await unblock(world)
                await world.settle(HOUR)
                assert world.directory.enabled() == {"7"}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 9))
async def test_wherever_the_process_ends_the_block_is_carried_out_or_was_never_saved(
    world: World, moment: str, number: int
) -> None:
    await world.hears(person("7"))
    await killed_at(world, moment, number, lambda: block(world))
    saved = bool(await blocking.blocked(world.engine))
    await world.hours(2)
    assert world.directory.enabled() == (set() if saved else {"7"})
    await killed_at(world, moment, number, lambda: unblock(world) if saved else block(world))
    lifted = not await blocking.blocked(world.engine)
    await world.hours(2)
    assert world.directory.enabled() == ({"7"} if lifted else set())


async def test_while_writes_are_stopped_nobody_is_blocked_unless_it_is_called_for(world: World) -> None:
    await world.hears(person("7"))
    verbs(world)
    await halting.stop(world.engine, "", "boss", "something is wrong")
    await world.hears(person("7", department="Sales"))
    with pytest.raises(Refused, match="writes are stopped by boss, and nobody is disabled either"):
        await block(world)
    assert await blocking.blocked(world.engine) == []
    await block(world, although_stopped=True)
    assert verbs(world) == [Verb.DISABLE]
    world.clock.now += HOUR
    await halting.resume(world.engine, "", "boss", "")
    await halting.stop(world.engine, "", "boss", "something else is wrong")
    world.directory.changed_by_hand(world.directory.of("7").id, enabled=True)
    await world.hours(1)
    assert verbs(world) == [], "a later word of stop holds for them too"
    assert await world.mark(Hop.PROVISION, "7", "entra") is not None


async def test_a_target_that_is_misconfigured_is_told(world: World) -> None:
    with pytest.raises(Misconfigured, match="name one of the policy's targets: entra"):
        await halting.stop(world.engine, "nowhere", "me", "x")


async def test_a_look_at_somebody_of_whom_nothing_is_wanted_yet_is_tried_again_when_a_block_comes_between(
    world: World,
) -> None:
    await world.says(person("7"))
    await blocking.block(world.engine, OWN, "me", "a stolen laptop")

    said = False

    async def blocks_again(table: str, changes: Any) -> None:
        nonlocal said
        if not said:
            said = True
            await blocking.block(world.engine, OWN, "me", "two laptops")

    world.store.after = blocks_again
    with pytest.raises(TryLater):
        await provision(world.engine, OWN, "entra")
    await world.work()
    assert world.directory.enabled() == set()
