"""HR is asked between two whole reads whom it has changed: that comes earlier, and nothing else comes of it."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from engine_world import DAY, HR, START, YESTERDAY, World, killed_at, person

from shared import codec, layout, queues
from shared import engine as production
from shared.engine import Doubted, cohorts, reading, turns
from shared.errors import Reason, TryLater
from shared.forbidden import BSN
from shared.model import Person, Rejected
from shared.store import Put

detecting = sys.modules["shared.engine.detect"]
Open = Callable[..., Awaitable[World]]
MINUTE = timedelta(minutes=1)


@dataclass
class GlancedHR(HR):
    """It also says whom it has changed, as a test tells it."""

    changed: list[Person | Rejected] = field(default_factory=list)
    glances: list[tuple[datetime, int]] = field(default_factory=list)
    """Since when, and of how many at most it was asked."""
    busy: bool = False

    async def glance(self, since: datetime, most: int) -> AsyncIterator[Person | Rejected]:
        self.glances.append((since, most))
        for one in self.changed:
            yield one
        if self.busy:
            raise TryLater("HR does not answer", 30)


def staff(**changes: Any) -> list[Person]:
    return [person(str(number), **changes) for number in range(4)]


async def hired(open_world: Open, **given: Any) -> World:
    """Four people in service, read whole five minutes ago."""
    world = await open_world(**given)
    world.hr = GlancedHR()
    world.engine = replace(world.engine, sources={"hr": world.hr})
    await world.hears(*staff())
    world.clock.now += 5 * MINUTE
    return world


@pytest.fixture
async def world(open_world: Open) -> World:
    return await hired(open_world)


def asked(world: World) -> list[tuple[datetime, int]]:
    assert isinstance(world.hr, GlancedHR)
    return world.hr.glances


async def glanced(world: World, *changed: Person | Rejected) -> None:
    """HR has changed these; it is glanced at, and what follows is done."""
    assert isinstance(world.hr, GlancedHR)
    world.hr.changed = list(changed)
    await production.ring_glances(world.engine)
    await world.work()


async def departments(world: World) -> dict[str, Any]:
    rows = [row async for row in world.store.everything(layout.STATE) if row.key.endswith("|person")]
    everybody = [codec.PERSON.load(row.data) for row in rows]
    return {one.hr_id: "missing" if one.missing_since else one.contracts[0].fields["department"] for one in everybody}


# ── what comes of it ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_whom_hr_has_changed_is_brought_in_line_within_minutes(world: World) -> None:
    await glanced(world, person("2", department="Sales"))
    assert world.directory.of("2").attributes["department"] == "Sales"
    assert world.directory.of("1").attributes["department"] == "Care"


async def test_somebody_new_gets_an_account(world: World) -> None:
    await glanced(world, person("new"))
    assert world.directory.of("new").enabled


async def test_whoever_ended_is_disabled_at_once(world: World) -> None:
    await glanced(world, person("2", end=YESTERDAY))
    assert world.directory.enabled() == {"0", "1", "3"}


async def test_whoever_it_does_not_name_is_not_gone(world: World) -> None:
    await glanced(world, person("2", department="Sales"))
    await glanced(world)
    await world.hours(2)
    assert world.directory.enabled() == {"0", "1", "2", "3"}
    assert await departments(world) == {"0": "Care", "1": "Care", "2": "Sales", "3": "Care"}


async def test_the_next_whole_read_finds_nothing_new_in_it(world: World) -> None:
    await glanced(world, person("2", department="Sales"))
    writes, lines = len(world.directory.writes), len(await world.lines("2"))
    await world.hears(*[person("2", department="Sales") if one.hr_id == "2" else one for one in staff()])
    assert (len(world.directory.writes), len(await world.lines("2"))) == (writes, lines)


async def test_whoever_was_missing_is_there_again(world: World) -> None:
    await world.hears(*staff()[1:])
    assert (await departments(world))["0"] == "missing"
    await glanced(world, person("0"))
    assert (await departments(world))["0"] == "Care"


async def test_the_ledger_tells_that_it_was_a_glance(world: World) -> None:
    await glanced(world, person("2", department="Sales"))
    await glanced(world, person("3", department="Sales"))
    causes = [(await world.lines(hr_id))[-1].cause for hr_id in ("0", "2", "3")]
    assert causes == ["poll|hr|1", "glance|hr|1", "glance|hr|1"]


async def test_what_has_not_changed_for_us_writes_nothing(world: World) -> None:
    before = [row async for row in world.store.everything(layout.STATE)]
    await glanced(world, *staff())
    assert [row async for row in world.store.everything(layout.STATE)] == before


# ── what it is asked ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_it_is_asked_for_what_changed_since_the_last_whole_read_began(world: World) -> None:
    for _ in range(2):
        await glanced(world, person("2", department="Sales"))
        world.clock.now += 5 * MINUTE
    most = world.engine.policy.sources["hr"].plausible.always_changed
    assert asked(world) == [(START - 5 * MINUTE, most)] * 2
    began = world.clock.now
    await world.hears(*staff())
    await glanced(world)
    assert asked(world)[-1] == (began - 5 * MINUTE, most)


async def test_a_policy_may_do_without(open_world: Open) -> None:
    world = await hired(open_world, source={"glances": False})
    assert await production.ring_glances(world.engine) == 0
    assert await production.glance(world.engine, "hr") == 0
    assert asked(world) == []


async def test_a_source_that_cannot_say_it_is_never_asked(open_world: Open) -> None:
    world = await open_world()
    await world.hears(*staff())
    assert await production.ring_glances(world.engine) == 0
    assert world.bus.next_due() is None
    assert await production.glance(world.engine, "hr") == 0


async def test_a_doorbell_for_a_source_that_is_gone_does_nothing(world: World) -> None:
    body = {"source": "old", "only": queues.CHANGED}
    assert await production.handle(world.engine, queues.POLLS, "old", body) == ""


# ── what it stands on ────────────────────────────────────────────────────────────────────────────────────────────


async def test_nobody_is_glanced_at_before_everybody_was_read(open_world: Open) -> None:
    world = await open_world()
    world.hr = GlancedHR()
    world.engine = replace(world.engine, sources={"hr": world.hr})
    await glanced(world, person("2"))
    assert asked(world) == []
    assert await departments(world) == {}


async def test_after_an_answer_that_was_doubted_nothing_is_believed_until_one_is_right(open_world: Open) -> None:
    world = await hired(open_world, source={"plausible": {"always_allowed": 0}})
    with pytest.raises(Doubted):
        await world.hears()
    await glanced(world, person("2", department="Sales"))
    assert asked(world) == []
    await world.hears(*staff())
    await glanced(world, person("2", department="Sales"))
    assert (await departments(world))["2"] == "Sales"


async def test_after_a_read_that_failed_it_waits_for_one_that_did_not(world: World) -> None:
    world.hr.broken = 1
    with pytest.raises(TryLater):
        await world.hears(*staff())
    await glanced(world, person("2", department="Sales"))
    assert asked(world) == []


async def test_under_another_policy_everybody_is_read_first_because_it_may_read_hr_otherwise(world: World) -> None:
    world.renewed("second", world.engine.policy)
    await glanced(world, person("2", department="Sales"))
    assert asked(world) == []
    await world.hears(*staff())
    await glanced(world, person("2", department="Sales"))
    assert (await departments(world))["2"] == "Sales"


async def test_a_poll_that_is_under_way_is_not_disturbed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ENOUGH", 1)
    monkeypatch.setattr(detecting, "SHORT", MINUTE / 2)
    world.hr.page, world.hr.passes, world.hr.asked = 2, lambda: world.clock.passes(MINUTE / 3), []
    await production.ring_polls(world.engine)
    session = await world.bus.accept(queues.POLLS, 0)
    assert session is not None
    [delivery] = await session.receive(1)
    await production.handle(world.engine, queues.POLLS, session.id, delivery.body)
    await session.complete(delivery)
    await session.close()
    assert world.hr.asked == [""]
    assert await production.glance(world.engine, "hr") == 0
    await world.work()
    assert world.hr.asked == ["", "2", "4"]
    assert asked(world) == []


async def test_while_somebody_reads_it_nobody_else_does(world: World) -> None:
    turn = await turns.take_between(world.engine, "hr")
    assert turn is not None
    with pytest.raises(TryLater, match="being read by somebody else"):
        await production.glance(world.engine, "hr")
    with pytest.raises(TryLater, match="being read by somebody else"):
        await production.detect(world.engine, "hr")


async def test_a_poll_that_meets_a_glance_comes_when_that_is_over_even_if_it_died(world: World) -> None:
    assert await turns.take_between(world.engine, "hr") is not None
    world.hr.asked = []
    await production.ring_polls(world.engine)
    await world.work()
    assert world.hr.asked == []
    await world.settle(turns.HELD)
    assert world.hr.asked == [""]


# ── what is left to the whole read ───────────────────────────────────────────────────────────────────────────────


async def test_more_than_may_change_unasked_are_left_to_it(open_world: Open) -> None:
    world = await hired(open_world, source={"plausible": {"always_changed": 2}})
    await glanced(world, *staff(department="Sales")[:3])
    assert set((await departments(world)).values()) == {"Care"}
    await glanced(world, *staff(department="Sales")[:2])
    assert await departments(world) == {"0": "Sales", "1": "Sales", "2": "Care", "3": "Care"}


async def test_a_record_that_cannot_be_used_is_left_to_it_and_holds_nobody(world: World) -> None:
    spoilt = Rejected(hr_id="1", code=Reason.INVALID_RECORD, because="has no first day; enter it.")
    await glanced(world, spoilt, person("2", department="Sales"))
    assert await world.reasons() == set()
    assert (await departments(world))["2"] == "Sales"


async def test_whoever_was_held_for_their_record_is_left_to_it(world: World) -> None:
    await world.hears(*staff(), person("2", department="Sales"))
    assert await world.reasons() == {("2", Reason.DUPLICATE_ID)}
    await glanced(world, person("2", department="Sales"))
    assert await world.reasons() == {("2", Reason.DUPLICATE_ID)}
    assert (await departments(world))["2"] == "Care"


async def test_one_who_comes_twice_is_left_to_it(world: World) -> None:
    await glanced(world, person("2", department="Sales"), person("2", department="Care", title="head"))
    assert (await departments(world))["2"] == "Care"
    assert await world.reasons() == set()


async def test_a_number_that_may_be_forbidden_is_left_to_it_because_that_shows_only_beside_others(world: World) -> None:
    number = next(f"{one:09}" for one in range(123456700, 123456800) if BSN.passes(f"{one:09}"))
    other = next(f"{one:09}" for one in range(123456700, 123456800) if not BSN.passes(f"{one:09}"))
    await glanced(world, person("1", badge=number), person("2", badge=other))
    rows = [row async for row in world.store.everything(layout.STATE) if row.key.endswith("|person")]
    badges = {one.hr_id: one.contracts[0].fields.get("badge") for one in (codec.PERSON.load(row.data) for row in rows)}
    assert badges == {"0": None, "1": None, "2": other, "3": None}


@pytest.mark.parametrize(
    "said",
    [
        replace(person("2"), contracts=(replace(person("2").contracts[0], fields={"department": None, "title": "x"}),)),
        person("2", title=None),
        replace(person("2"), fields={}),
        replace(person("2"), contracts=()),
    ],
    ids=["a fact is null", "another is", "a name is absent", "a contract is gone"],
)
async def test_what_hr_says_no_longer_is_left_to_it_for_it_may_only_be_hidden(world: World, said: Person) -> None:
    before = [row async for row in world.store.everything(layout.STATE)]
    await glanced(world, said)
    assert [row async for row in world.store.everything(layout.STATE)] == before


async def test_whoever_left_is_employed_again_by_it_only(world: World) -> None:
    await world.hears(*staff()[:2], person("2", end=YESTERDAY), staff()[3])
    assert world.directory.enabled() == {"0", "1", "3"}
    await glanced(world, person("2"))
    assert world.directory.enabled() == {"0", "1", "3"}
    await world.hears(*staff())
    assert world.directory.enabled() == {"0", "1", "2", "3"}


@pytest.mark.parametrize("other", [Rejected(hr_id="2", code=Reason.INVALID_RECORD, because="has no first day."), None])
async def test_one_of_two_records_that_cannot_be_used_leaves_both_to_it(world: World, other: Rejected | None) -> None:
    number = next(f"{one:09}" for one in range(123456700, 123456800) if BSN.passes(f"{one:09}"))
    for order in (1, -1):
        await glanced(world, *[other or person("2", badge=number), person("2", department="Sales")][::order])
        assert (await departments(world))["2"] == "Care"


# ── what it may do at most ───────────────────────────────────────────────────────────────────────────────────────


async def test_all_glances_since_one_poll_are_one_run(open_world: Open) -> None:
    world = await hired(open_world, limits={"disable": {"run": 1}})
    await glanced(world, person("1", end=YESTERDAY))
    await glanced(world, person("2", end=YESTERDAY))
    assert world.directory.enabled() == {"0", "2", "3"}
    assert await world.reasons() == {("2", Reason.LIMIT)}


# ── when something fails ─────────────────────────────────────────────────────────────────────────────────────────


async def test_hr_that_does_not_answer_changes_nobody_and_is_not_asked_the_more_often(world: World) -> None:
    assert isinstance(world.hr, GlancedHR)
    world.hr.busy, world.hr.changed = True, [person("2", department="Sales")]
    said = await production.handle(world.engine, queues.POLLS, "hr", {"source": "hr", "only": queues.CHANGED})
    assert said == "HR does not answer"
    assert world.bus.next_due() is None
    assert (await departments(world))["2"] == "Care"
    await world.hears(*staff(department="Sales"))
    assert set((await departments(world)).values()) == {"Sales"}


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_killed_at_any_commit_the_next_whole_read_says_what_is_left(open_world: Open, moment: str) -> None:
    now = [staff()[0], person("1", department="Sales"), *staff()[2:]]
    number, finished = 0, False
    while not finished and number < 100:
        number += 1
        world = await hired(open_world)
        assert isinstance(world.hr, GlancedHR)
        world.hr.changed = [person("1", department="Sales"), person("2", department="Sales")]
        await killed_at(world, moment, number, lambda: _glance(world))  # noqa: B023 - it is called at once
        finished = not world.store.killed
        world.clock.now += cohorts.PATIENCE
        await world.hears(*now)
        assert await departments(world) == {"0": "Care", "1": "Sales", "2": "Care", "3": "Care"}, number
        await production.sweep(world.engine)
        await world.work()
        assert world.directory.of("1").attributes["department"] == "Sales", number
        assert world.directory.of("2").attributes["department"] == "Care", number
    assert 5 < number < 100, "it was never killed where it matters, or never ended"


async def _glance(world: World) -> None:
    await production.glance(world.engine, "hr")


async def test_what_a_glance_that_died_left_open_is_forgotten_in_the_end(world: World) -> None:
    assert isinstance(world.hr, GlancedHR)
    world.hr.changed = [person("1", department="Sales")]
    await killed_at(world, "after", 3, lambda: _glance(world))
    assert await left_open(world) == ["cohort|glance|hr|1"]
    for days, left in ((0, ["cohort|glance|hr|1"]), (2, [])):
        world.clock.now += days * DAY
        await production.tidy(world.engine)
        assert await left_open(world) == left


async def left_open(world: World) -> list[str]:
    return [row.key async for row in world.store.scan(layout.GATES, layout.COHORTS)]


async def test_a_row_of_an_earlier_version_is_read_whole_first(world: World) -> None:
    """What polls left before there were glances does not say that the last one was believed."""
    row = await world.store.get(layout.SOURCES, "hr", layout.LEASE)
    assert row is not None
    data = {**row.data, "is": {name: value for name, value in row.data["is"].items() if name != "done"}}
    await world.store.commit(layout.SOURCES, "hr", [Put(layout.LEASE, data)])
    await glanced(world, person("2", department="Sales"))
    assert asked(world) == []
    world.clock.now += DAY
    await world.hears(*staff())
    await glanced(world, person("2", department="Sales"))
    assert (await departments(world))["2"] == "Sales"
