"""Limits hold for what came in together, whoever is quick; and bulk work keeps nobody else waiting."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from engine_world import DAY, HOUR, START, TODAY, YESTERDAY, World, person, policy

from shared import codec, layout, queues
from shared import engine as production
from shared.errors import Reason
from shared.layout import Hop
from shared.model import Verb
from shared.store import Change, Put

MANY = [str(number) for number in range(100, 200)]
PLAIN: dict[str, Any] = {
    "attributes": {"employeeId": "[employeeId]", "userPrincipalName": "[name]"},
    "grants": [],
    "limits": {"disable": {"day": 20, "week": 1000, "percent": 100}},
}
NO_LEAVERS = {"limits": {"disable": {"day": 0}, "delete": {"day": 0}}}


@pytest.fixture(autouse=True)
def many_partitions(few_partitions: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many that what a door saves at a time is within the limit."""
    monkeypatch.setattr(layout, "BUCKETS", 16)


def workers_are_as_quick_as_the_door(world: World) -> None:
    """Whatever a door has rung for is mapped and decided before it saves anything else."""

    async def work(table: str, changes: Sequence[Change]) -> None:
        await world.work()

    world.store.before = work


async def all_of_them_wait(world: World) -> None:
    world.store.before = None
    await world.work()
    assert Verb.DISABLE not in world.directory.verbs()
    assert await world.reasons() == {(name, Reason.LIMIT) for name in MANY}


async def test_more_leavers_in_one_poll_than_a_day_allows_are_not_disabled_at_all(open_world: Any) -> None:
    world: World = await open_world(**PLAIN)
    await world.hears(*map(person, MANY))
    assert len(world.directory.enabled()) == 100
    workers_are_as_quick_as_the_door(world)
    await world.says(*(person(name, end=YESTERDAY) for name in MANY))
    await all_of_them_wait(world)


async def test_more_leavers_on_one_day_than_a_day_allows_are_not_disabled_at_all(open_world: Any) -> None:
    world: World = await open_world(**PLAIN)
    await world.hears(*(person(name, end=TODAY) for name in MANY))
    assert len(world.directory.enabled()) == 100
    world.clock.now += DAY
    workers_are_as_quick_as_the_door(world)
    await production.wake(world.engine)
    await all_of_them_wait(world)


async def test_more_leavers_by_a_new_policy_than_a_day_allows_are_not_disabled_at_all(open_world: Any) -> None:
    world: World = await open_world(**PLAIN)
    await world.hears(*map(person, MANY))
    assert len(world.directory.enabled()) == 100
    world.renewed("second", policy(**PLAIN, when={"department": "Sales"}))
    workers_are_as_quick_as_the_door(world)
    await production.renew(world.engine)
    await all_of_them_wait(world)


async def test_as_many_leavers_as_a_day_allows_are_disabled(open_world: Any) -> None:
    world: World = await open_world(**PLAIN)
    some = MANY[:20]
    await world.hears(*map(person, some))
    workers_are_as_quick_as_the_door(world)
    await world.says(*(person(name, end=YESTERDAY) for name in some))
    world.store.before = None
    await world.work()
    assert world.directory.enabled() == set()


async def test_a_leaver_who_is_back_before_it_was_decided_leaves_no_trace(open_world: Any) -> None:
    world: World = await open_world(**NO_LEAVERS)
    await world.hears(person("7"))
    await world.says(person("7", end=YESTERDAY))
    await world.work(queues.CHANGES)
    assert await world.mark(Hop.ADMIT, "7", "entra") is not None
    await world.says(person("7"))
    await world.work(queues.CHANGES)
    assert await world.mark(Hop.ADMIT, "7", "entra") is None
    await world.work()
    await world.hours(3)
    assert await world.held() == []
    assert await world.reservations() == []
    assert world.directory.enabled() == {"7"}


async def test_a_hold_for_a_leaver_who_is_back_goes(open_world: Any) -> None:
    world: World = await open_world(**NO_LEAVERS)
    await world.hears(person("7"))
    await world.hears(person("7", end=YESTERDAY))
    assert await world.reasons() == {("7", Reason.LIMIT)}
    await world.hears(person("7"))
    assert await world.held() == []


# ── bulk work ────────────────────────────────────────────────────────────────────────────────────────────────────

FORTY_GROUPS: dict[str, Any] = {"grants": [{"group": f"G{number:02d}"} for number in range(40)]}


@pytest.mark.parametrize("together", [True, False], ids=["in the same poll", "in a later poll"])
async def test_a_leaver_is_not_kept_waiting_by_an_import(open_world: Any, together: bool) -> None:
    world: World = await open_world(**FORTY_GROUPS)
    await world.hears(person("7"))
    imported = [person(str(number)) for number in range(100, 200)]
    await world.says(*imported, person("7", end=YESTERDAY if together else None))
    await world.work(queues.CHANGES, queues.ADMIT)
    assert world.bus.waiting(queues.PROVISIONING) > 0
    later = world.bus.next_due(queues.PROVISIONING)
    assert later is not None
    assert later > START, "the import is spread over time"
    if not together:
        await world.says(*imported, person("7", end=YESTERDAY))
        await world.work(queues.CHANGES, queues.ADMIT)
    leaver = layout.own_id("hr", "7")
    mark = await world.mark(Hop.PROVISION, "7", "entra")
    assert mark is not None
    assert codec.moment(mark.data["due"]) <= START
    await production.provision(world.engine, leaver, "entra")
    assert not world.directory.of("7").enabled
    assert world.clock.now == START


async def test_a_leavers_doorbell_is_not_put_among_bulk_work(open_world: Any) -> None:
    world: World = await open_world(**FORTY_GROUPS)
    await world.hears(person("7"))
    await the_budget_is_spent_until(world, 8 * HOUR)
    await world.says(person("7", end=YESTERDAY))
    await world.work(queues.CHANGES, queues.ADMIT)
    assert world.bus.waiting(queues.PROVISIONING) == 0
    await world.work(queues.PROVISIONING_NOW)
    assert not world.directory.of("7").enabled


async def test_a_permit_for_bulk_work_lasts_from_its_reserved_time(open_world: Any) -> None:
    world: World = await open_world(**FORTY_GROUPS)
    await the_budget_is_spent_until(world, 8 * HOUR)
    await world.hears(person("7"))
    assert world.directory.writes == []
    due = world.bus.next_due(queues.PROVISIONING)
    assert due is not None
    assert due > START + 8 * HOUR
    world.clock.now = due
    await world.work(queues.PROVISIONING)
    assert world.directory.enabled() == {"7"}
    assert len(world.directory.of("7").entitlements) == 40


async def test_what_is_due_later_is_not_rung_by_a_sweep_before_its_time(open_world: Any) -> None:
    world: World = await open_world(**FORTY_GROUPS)
    await the_budget_is_spent_until(world, 8 * HOUR)
    await world.hears(person("7"))
    world.clock.now += HOUR
    assert await production.sweep(world.engine) == 0
    await world.work()
    assert world.directory.writes == []
    world.clock.now += 8 * HOUR
    assert await production.sweep(world.engine) == 1
    await world.work(queues.PROVISIONING_NOW)
    assert world.directory.enabled() == {"7"}


async def the_budget_is_spent_until(world: World, ahead: timedelta) -> None:
    """An import before this one has reserved the target's writes for so long."""
    gate = codec.plain(free_at=(world.clock.now + ahead).isoformat())
    await world.store.commit(layout.GATES, "entra", [Put(layout.GATE, gate)])
