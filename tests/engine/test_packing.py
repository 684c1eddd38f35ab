"""Who is put into one group together with others: fewer writes, and everything else as if each had been alone."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from engine_world import HOUR, YESTERDAY, Killed, World, group, killed_at, person

from shared import codec, layout, queues
from shared import engine as production
from shared.engine import blocking, breaker, gate, halting
from shared.engine.members import AGAIN, LONGEST, LOOKS
from shared.engine.packing import TRIES
from shared.errors import Misconfigured, Reason, TryLater
from shared.layout import Hop
from shared.ledger import Outcome
from shared.model import Action, Entitlement, Link, Person, Verb
from shared.pacing import BURST, RATE
from shared.store import Change, Put

MOST = 20
SOON = timedelta(minutes=1)
CROWD = [str(number) for number in range(100, 145)]
FEW = CROWD[:8]


@pytest.fixture
async def packing(open_world: Any) -> World:
    return with_packs(await open_world())


def with_packs(world: World, most: int = MOST) -> World:
    world.engine = replace(world.engine, packs={"entra": {"group": most}})
    return world


def some(names: Sequence[str] = CROWD, department: str = "Care") -> list[Person]:
    return [person(name, department=department) for name in names]


def members(world: World, name: str) -> set[str]:
    held = (one for one in world.directory.accounts.values() if group(name) in one.entitlements)
    return {str(one.attributes["employeeId"]) for one in held}


async def lined_up(world: World, *people: Person) -> None:
    """They are created, and wait for their groups; nobody has come to grant them yet."""
    await world.hears(*people)
    assert world.directory.packed == []


async def packed(world: World) -> None:
    """The time comes at which groups are looked at."""
    await world.settle(SOON)


async def rests(world: World) -> None:
    """Nobody waits and nothing is marked; doing it all again writes nothing."""
    assert [row async for row in world.store.everything(layout.MEMBERSHIPS)] == []
    assert not [row.key async for row in world.store.everything(layout.STATE) if row.key.startswith(layout.MARKS)]
    written = len(world.directory.writes)
    await world.hours(3)
    assert len(world.directory.writes) == written


async def link(world: World, hr_id: str) -> Link:
    row = await world.row(hr_id, lambda own: layout.link(own, "entra"))
    assert row is not None
    return codec.LINK.load(row.data)


async def granted(world: World, hr_id: str) -> list[tuple[Outcome, str]]:
    return [(one.outcome, one.entitlement) for one in await world.lines(hr_id) if one.verb == Verb.GRANT]


# ── how many writes ──────────────────────────────────────────────────────────────────────────────────────────


async def test_many_joiners_take_two_writes_each_and_one_for_every_twenty_members(packing: World) -> None:
    await packing.hears(*some(CROWD[:25]), *some(CROWD[25:], "Sales"))
    await packed(packing)
    assert members(packing, "All") == set(CROWD)
    assert members(packing, "Sales") == set(CROWD[25:])
    assert Counter(packing.directory.verbs()) == {Verb.CREATE: 45, Verb.GRANT: 3 + 1, Verb.ENABLE: 45}
    assert max(map(len, packing.directory.packed)) == MOST
    assert packing.directory.enabled() == set(CROWD)
    await rests(packing)


async def test_the_ledger_and_the_link_say_of_each_what_they_would_say_of_one_who_came_alone(packing: World) -> None:
    await packing.hears(person("7"))
    await packing.hears(person("7"), *some(FEW))
    await packed(packing)
    alone, together = await granted(packing, "7"), await granted(packing, FEW[0])
    assert together == alone == [(Outcome.DONE, "group:All")]
    (line,) = [one for one in await packing.lines(FEW[0]) if one.verb == Verb.GRANT]
    assert (line.account, line.rule) == (packing.directory.of(FEW[0]).id, "grants.0 (contract c)")
    assert (await link(packing, FEW[0])).granted == {group("All")}
    assert not (await link(packing, FEW[0])).granting


async def test_while_somebody_waits_for_others_it_is_explained(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    (told,) = await production.explain(packing.engine, FEW[0])
    assert [(str(one.entitlement), one.awaited) for one in told.targets[0].rights] == [("group:All", True)]
    await packed(packing)
    (told,) = await production.explain(packing.engine, FEW[0])
    assert [one.awaited for one in told.targets[0].rights] == [False]


async def test_one_who_comes_alone_waits_for_nobody(packing: World) -> None:
    await packing.hears(person("7", department="Sales"))
    assert packing.directory.verbs() == [Verb.CREATE, Verb.GRANT, Verb.GRANT, Verb.ENABLE]
    assert packing.directory.packed == []
    await rests(packing)


async def test_in_a_crowd_nobody_waits_for_a_group_that_nobody_else_is_put_into(packing: World) -> None:
    await packing.hears(*some(FEW), person("7", department="Sales"))
    assert members(packing, "Sales") == {"7"}
    assert members(packing, "All") == set()
    await packed(packing)
    assert len(packing.directory.packed) == 1
    await rests(packing)


async def test_a_target_that_cannot_do_it_is_never_asked_to(world: World) -> None:
    await world.hears(*some())
    assert world.directory.packed == []
    assert Counter(world.directory.verbs())[Verb.GRANT] == len(CROWD)


async def test_what_is_saved_is_not_reserved(packing: World) -> None:
    await packing.hears(*some())
    writes = 2 * len(CROWD) + 3
    free_at = (await gate.pace(packing.engine, "entra")).free_at
    assert free_at == packing.clock.now + timedelta(seconds=(writes - BURST) / RATE)


async def test_those_who_are_put_into_the_same_group_come_one_after_the_other(packing: World) -> None:
    mixed = [one for pair in zip(some(CROWD[:20], "Sales"), some(CROWD[20:40]), strict=True) for one in pair]
    await packing.store.commit(
        layout.GATES, "entra", [gate_at(packing.clock.now + HOUR)]
    )  # so much is reserved that each has a time of their own
    await packing.says(*mixed)
    await packing.work(queues.CHANGES, queues.ADMIT)
    times = {name: await due(packing, name) for name in CROWD[:40]}
    order = sorted(CROWD[:40], key=lambda name: times[name])
    assert set(order[:20]) == set(CROWD[:20]), "the rarer group comes first"


def gate_at(free_at: datetime) -> Change:
    return Put(layout.GATE, codec.plain(free_at=free_at.isoformat()))


async def due(world: World, hr_id: str) -> str:
    mark = await world.mark(Hop.PROVISION, hr_id, "entra")
    assert mark is not None
    return str(mark.data["due"])


async def test_leave_that_is_asked_for_anew_is_used_together_too(packing: World) -> None:
    await packing.hears(*some())
    await packed(packing)
    packing.directory.packed.clear()
    for account in list(packing.directory.accounts.values()):
        packing.directory.changed_by_hand(account.id, entitlements=frozenset())
    for hour in (0, 1):
        packing.clock.now = packing.clock.now.replace(hour=hour) + timedelta(days=hour == 0)
        await production.patrol(packing.engine)
    await packing.work(queues.PROVISIONING_NOW)
    await packing.work()
    await packed(packing)
    assert members(packing, "All") == set(CROWD)
    assert len(packing.directory.packed) == 3


# ── refusals and answers that are lost ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", [1, 3])
async def test_a_refused_member_is_held_and_the_others_go_through(packing: World, number: int) -> None:
    await lined_up(packing, *some())
    barred = CROWD[7::13][:number]
    packing.directory.barred = {packing.directory.of(name).id for name in barred}
    await packed(packing)
    assert members(packing, "All") == set(CROWD) - set(barred)
    assert packing.directory.enabled() == set(CROWD), "they were enabled as if each had come alone"
    assert await packing.reasons() == {(name, Reason.REFUSED) for name in barred}
    for name in barred:
        assert [outcome for outcome, _ in await granted(packing, name)] == [Outcome.REFUSED]
        assert (await link(packing, name)).granted == frozenset()
    assert [row async for row in packing.store.everything(layout.MEMBERSHIPS)] == []


async def test_one_who_was_put_there_by_hand_meanwhile_does_not_keep_the_others_out_and_is_not_ours(
    packing: World,
) -> None:
    await lined_up(packing, *some(FEW))
    there = packing.directory.of(FEW[3])
    packing.directory.changed_by_hand(there.id, entitlements=frozenset({group("All")}))
    await packed(packing)
    assert members(packing, "All") == set(FEW)
    assert (await link(packing, FEW[3])).granted == frozenset()
    await rests(packing)


async def test_a_lost_answer_is_found_and_nobody_is_granted_it_twice(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    packing.directory.losing = {Verb.GRANT}
    await packing.settle(HOUR)
    assert members(packing, "All") == set(FEW)
    assert packing.directory.verbs().count(Verb.GRANT) == 1
    assert await granted(packing, FEW[0]) == [(Outcome.UNANSWERED, "group:All"), (Outcome.FOUND, "group:All")]
    assert (await link(packing, FEW[0])).granted == {group("All")}
    await rests(packing)


async def test_a_target_that_does_not_answer_becomes_a_hold_as_for_one_who_is_alone(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    packing.directory.failing = {Verb.GRANT}
    await packing.hours(2)
    assert len(packing.directory.packed) == TRIES
    assert await packing.reasons() == {(name, Reason.NO_PROGRESS) for name in FEW}
    packing.directory.failing = set()
    await packing.hours(2)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW)
    await rests(packing)


async def test_what_the_target_has_against_all_of_them_trips_its_breaker_and_afterwards_they_go_on(
    packing: World,
) -> None:
    await lined_up(packing, *some(FEW))

    async def wrong(accounts: Sequence[str], action: Action) -> None:
        raise Misconfigured("the app may not do this")

    with patch.object(packing.directory, "grant_all", wrong):
        await packed(packing)
    assert await breaker.state(packing.engine, "entra") is not None
    await packing.hours(2)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW)
    assert len(packing.directory.packed) == 1
    await rests(packing)


# ── news while they wait ─────────────────────────────────────────────────────────────────────────────────────


async def test_one_who_leaves_while_they_wait_is_never_put_there_and_waits_for_nothing(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    gone = person(FEW[0], end=YESTERDAY)
    await packing.hears(gone, *some(FEW[1:]))
    await packed(packing)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW[1:])
    await rests(packing)


async def test_a_leaver_is_disabled_and_stripped_at_once_however_many_wait_for_the_group(packing: World) -> None:
    await packing.hears(person("7"))
    await packing.hears(person("7"), *some(FEW))
    packing.directory.writes.clear()
    await packing.hears(person("7", end=YESTERDAY), *some(FEW))
    account = packing.directory.of("7").id
    assert [(one.verb, one.account) for one in packing.directory.writes] == [
        (Verb.DISABLE, account),
        (Verb.REVOKE, account),
    ]


async def test_a_leaver_who_was_put_there_with_others_is_stripped_of_it(packing: World) -> None:
    await packing.hears(*some(FEW))
    await packed(packing)
    await packing.hears(person(FEW[0], end=YESTERDAY), *some(FEW[1:]))
    assert members(packing, "All") == set(FEW[1:])


async def test_one_who_leaves_while_the_write_is_under_way_is_stripped_by_the_next_look(packing: World) -> None:
    await lined_up(packing, *some(FEW))

    async def leaves() -> None:
        await packing.says(person(FEW[0], end=YESTERDAY), *some(FEW[1:]))
        await packing.work(queues.CHANGES)

    packing.directory.after_write = leaves
    await packed(packing)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW[1:])
    await rests(packing)


async def test_who_is_blocked_while_they_wait_is_not_put_there(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    await blocking.block(packing.engine, layout.own_id("hr", FEW[0]), "boss", "now")
    await packed(packing)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW[1:])
    await blocking.unblock(packing.engine, layout.own_id("hr", FEW[0]), "boss", "it is over")
    await packing.hours(1)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW)


async def test_nothing_is_written_while_writes_are_stopped_and_then_all_go_on(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    written = len(packing.directory.writes)
    await halting.stop(packing.engine, "", "boss", "something is wrong")
    await packing.hours(3)
    assert len(packing.directory.writes) == written
    await halting.resume(packing.engine, "", "boss", "it is right again")
    await packing.settle(HOUR)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW)
    assert len(packing.directory.packed) == 1, "they were still put there together"
    await rests(packing)


async def test_a_stop_between_two_halves_is_heeded(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    packing.directory.barred = {packing.directory.of(FEW[-1]).id}

    async def stops() -> None:
        await halting.stop(packing.engine, "", "boss", "something is wrong")

    packing.directory.after_write = stops
    await packed(packing)
    assert len(members(packing, "All")) == len(FEW) // 2
    await halting.resume(packing.engine, "", "boss", "")
    await packing.hours(1)
    assert members(packing, "All") == set(FEW[:-1])


async def test_leave_that_ran_out_while_they_waited_is_leave_no_longer(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    for name in FEW:
        key = layout.permit(layout.own_id("hr", name), "entra")
        await packing.put(name, lambda _, key=key: key, codec.plain(version=1, whats={}))
    await packed(packing)
    assert packing.directory.packed == []
    assert members(packing, "All") == packing.directory.enabled() == set(FEW), "it was asked for anew"


async def test_whose_account_somebody_else_is_working_on_is_left_out_and_comes_later(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    until = (packing.clock.now + timedelta(minutes=2)).isoformat()
    await packing.put(FEW[0], lambda own: layout.lease(own, "entra"), codec.plain(owner="another", until=until))
    await packed(packing)
    assert members(packing, "All") == set(FEW[1:])
    await packing.settle(timedelta(minutes=10))
    assert members(packing, "All") == packing.directory.enabled() == set(FEW)
    await rests(packing)


async def test_one_whose_account_needs_something_else_first_is_left_to_their_own_look(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    there = packing.directory.of(FEW[0])
    packing.directory.changed_by_hand(there.id, attributes={**there.attributes, "jobTitle": "by hand"})
    await packed(packing)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW)
    assert packing.directory.of(FEW[0]).attributes["jobTitle"] == "aide"
    await rests(packing)


async def test_a_protected_account_is_not_put_there(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    there = packing.directory.of(FEW[0])
    packing.directory.changed_by_hand(there.id, protected="it holds an administrator role")
    await packed(packing)
    assert members(packing, "All") == set(FEW[1:])
    assert await packing.reasons() == {(FEW[0], Reason.PROTECTED)}


# ── bells and processes that are lost ────────────────────────────────────────────────────────────────────────


async def test_whoever_waits_in_vain_is_granted_it_alone(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    own = [queue for queue in queues.QUEUES if queue != queues.MEMBERSHIPS]
    for _ in range(LOOKS):
        packing.clock.passes(AGAIN)
        await packing.work(*own)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW)
    assert packing.directory.packed == []
    await packing.work()
    await rests(packing)


async def test_a_lost_bell_is_rung_again(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    packing.clock.passes(SOON)
    while (session := await packing.bus.accept(queues.MEMBERSHIPS, 0)) is not None:
        for delivery in await session.receive(100):
            await session.complete(delivery)
        await session.close()
    await packing.settle(AGAIN + SOON)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW)
    assert len(packing.directory.packed) == 1
    await rests(packing)


async def test_a_row_of_somebody_who_waits_no_longer_is_tidied_away_after_a_day(packing: World) -> None:
    row = codec.plain(entitlement="group:All", at=packing.clock.now.isoformat())
    place = layout.crowd("entra", layout.named("group:All"))
    await packing.store.commit(layout.MEMBERSHIPS, place, [Put("nobody", row)])
    packing.clock.passes(LONGEST - SOON)
    await production.tidy(packing.engine)
    assert len([row async for row in packing.store.everything(layout.MEMBERSHIPS)]) == 1
    packing.clock.passes(SOON)
    await production.tidy(packing.engine)
    assert [row async for row in packing.store.everything(layout.MEMBERSHIPS)] == []


async def commits(open_world: Any) -> int:
    """How many times something is saved from the moment at which the group is looked at."""
    world = with_packs(await open_world(), 4)
    await lined_up(world, *some(FEW))
    count = 0

    async def counts(table: str, changes: Sequence[Change]) -> None:
        nonlocal count
        count += 1

    world.store.before = counts
    await packed(world)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_process_that_dies_anywhere_loses_nobody_and_nothing_that_is_ours(open_world: Any, moment: str) -> None:
    for number in range(1, await commits(open_world), 3):
        world = with_packs(await open_world(), 4)
        await lined_up(world, *some(FEW))
        packing = timedelta(seconds=20)

        async def doing(world: World = world, packing: timedelta = packing) -> None:
            with suppress(TryLater):
                await world.settle(packing)

        await killed_at(world, moment, number, doing)
        await world.hours(2)
        assert members(world, "All") == world.directory.enabled() == set(FEW), number
        assert {name: (await link(world, name)).granted for name in FEW} == {name: {group("All")} for name in FEW}, (
            number
        )
        await rests(world)


async def test_a_process_that_dies_right_after_the_write_leaves_what_it_wrote_ours(packing: World) -> None:
    await lined_up(packing, *some(FEW))

    async def dies() -> None:
        packing.store.kill()

    packing.directory.after_write = dies
    with suppress(Killed):
        await packed(packing)
    packing.store.dead = False
    assert members(packing, "All") == set(FEW)
    await packing.hears(*[person(name, end=YESTERDAY) for name in FEW])
    await packing.hours(2)
    assert members(packing, "All") == set()


async def test_a_bug_of_one_is_met_by_them_alone_in_the_end(packing: World) -> None:
    await lined_up(packing, *some(FEW))
    await packing.put(FEW[0], lambda own: layout.desired(own, "entra"), {"schema": 99})
    await packed(packing)
    assert members(packing, "All") == packing.directory.enabled() == set(FEW[1:])


def test_a_group_is_named_shortly_however_long_its_name_is() -> None:
    name = layout.named(str(Entitlement("group", "a" * 500)))
    assert len(name) < 30
    assert name != layout.named("group:b")
