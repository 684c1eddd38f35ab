"""An answer of HR that takes longer than one process may run: read and saved in turns, and believed only as a whole."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from engine_world import DAY, HOUR, Killed, World, killed_at, person

from shared import codec, layout, queues
from shared import engine as production
from shared.connector import STILL_READING, Reached
from shared.engine import Doubted, reading, ring_polls, turns
from shared.errors import TryLater
from shared.model import Person, Rejected
from shared.store import Change

detect = sys.modules["shared.engine.detect"]
Open = Callable[..., Awaitable[World]]
MINUTE, SLOW = timedelta(minutes=1), timedelta(seconds=20)
MANY = 8


@pytest.fixture(autouse=True)
def every_page_is_a_piece_and_takes_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ENOUGH", 1)
    monkeypatch.setattr(detect, "SHORT", timedelta(seconds=30))


@pytest.fixture
async def world(open_world: Open) -> World:
    """Where two records take longer than a turn, and HR can be taken up after every second one."""
    return slow(await open_world())


def slow(world: World) -> World:
    world.hr.passes, world.hr.page = lambda: world.clock.passes(SLOW), 2
    return world


def staff(**changes: Any) -> list[Person]:
    return [person(str(number), **changes) for number in range(MANY)]


async def polled(world: World, *records: Person | Rejected) -> list[str]:
    """HR says this now, and it is read in as many turns as it takes; where HR was asked to begin in each."""
    world.hr.records, world.hr.asked = list(records), []
    await ring_polls(world.engine)
    await world.work(queues.POLLS)
    return world.hr.asked


async def kept(world: World) -> list[str]:
    return [row.key async for row in world.store.everything(layout.SOURCES) if row.key.startswith(layout.PIECES)]


async def departments(world: World) -> dict[str, Any]:
    """What is saved of everybody: the department, or "missing"."""
    found = {}
    async for row in world.store.everything(layout.STATE):
        if row.key.endswith("|person"):
            one = codec.PERSON.load(row.data)
            found[one.hr_id] = "missing" if one.missing_since else one.contracts[0].fields["department"]
    return found


async def remembered(world: World) -> dict[str, str]:
    rows = [row async for row in world.store.everything(layout.SOURCES) if row.key.startswith(layout.HASHES)]
    return {name: mark for row in rows for name, mark in row.data["hashes"].items()}


async def as_said(world: World, *records: Person) -> None:
    """Everything is saved as HR says it, with a mark wherever that is news, and nothing is kept beside."""
    said = {one.hr_id: one.contracts[0].fields["department"] for one in records}
    assert await departments(world) == said
    assert await remembered(world) == {one.hr_id: world.engine.fingerprint(one) for one in records}
    assert await kept(world) == []


# ── in turns ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_long_answer_is_read_in_turns_and_nobody_is_asked_for_twice(world: World) -> None:
    assert await polled(world, *staff()) == ["", "2", "4", "6", "8"]
    await as_said(world, *staff())
    await world.work()
    assert world.directory.enabled() == {one.hr_id for one in staff()}


async def test_it_is_one_poll_however_many_turns_it_takes(world: World) -> None:
    await polled(world, *staff())
    causes = {line.cause for one in staff() for line in await world.lines(one.hr_id)}
    assert causes == {"poll|hr|1"}


async def test_nobody_is_saved_before_the_last_one_was_read(world: World) -> None:
    world.hr.broken = MANY - 1
    await polled(world, *staff())
    assert await departments(world) == {}
    assert len(await kept(world)) > 0


async def test_who_is_missing_is_known_only_at_the_end(world: World) -> None:
    await polled(world, *staff())
    await world.work()
    world.hr.broken = MANY - 2
    await polled(world, *staff()[:-1])
    assert "missing" not in (await departments(world)).values()
    world.hr.broken = None
    await polled(world, *staff()[:-1])
    assert [name for name, said in (await departments(world)).items() if said == "missing"] == [str(MANY - 1)]


async def test_a_record_without_an_id_on_the_first_page_keeps_everybody_from_missing(world: World) -> None:
    await polled(world, *staff())
    nameless = Rejected(hr_id="", code="invalid_record", because="it has no id")
    await polled(world, nameless, *staff()[1:])
    assert "missing" not in (await departments(world)).values()


async def test_an_id_that_comes_again_pages_later_with_another_record_is_held(world: World) -> None:
    await polled(world, *staff(), person("0", department="Sales"))
    await world.work()
    assert await world.reasons() == {("0", "duplicate_id")}
    assert "0" not in world.directory.enabled()


async def test_an_id_that_comes_again_pages_later_with_the_same_record_is_nothing(world: World) -> None:
    await polled(world, *staff(), person("0"))
    await as_said(world, *staff())


async def test_what_is_news_on_one_page_and_old_on_another_is_held(world: World) -> None:
    await polled(world, *staff())
    await polled(world, person("0", department="Sales"), *staff()[1:], person("0"))
    await world.work()
    assert await world.reasons() == {("0", "duplicate_id")}


async def test_of_those_who_have_not_changed_only_hashes_are_kept(world: World) -> None:
    await polled(world, *staff())
    world.hr.broken = MANY - 1
    await polled(world, person("0", department="Sales"), *staff()[1:])
    rows = [row async for row in world.store.everything(layout.SOURCES) if row.key.startswith(layout.PIECES)]
    whole = [name for row in rows for name, said in row.data["said"].items() if len(said) > 1]
    assert whole == ["0"]


async def test_a_source_that_cannot_be_taken_up_is_read_in_one_go(world: World) -> None:
    world.hr.page, world.hr.passes = 0, lambda: None
    assert await polled(world, *staff()) == [""]
    await as_said(world, *staff())


async def test_a_source_that_cannot_be_taken_up_and_takes_too_long_is_said_to(world: World) -> None:
    world.hr.page, world.hr.records, world.hr.passes = 0, staff(), lambda: world.clock.passes(5 * MINUTE)
    said = await production.handle(world.engine, queues.POLLS, "hr", {"source": "hr"})
    assert said == "source hr was not read within 0:20:00 and says no place to go on from"
    assert await departments(world) == {}


async def test_a_large_answer_that_cannot_be_taken_up_is_kept_in_pieces_and_saved_in_turns(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FULL", 1)
    world.hr.page, world.hr.passes = 0, lambda: None
    monkeypatch.setattr(detect, "SHORT", timedelta())
    assert await polled(world, *staff()) == [""]
    await as_said(world, *staff())


async def test_a_small_answer_is_kept_nowhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ENOUGH", 1_000_000)
    world.hr.passes = lambda: None

    async def none_is_kept(table: str, changes: Sequence[Change]) -> None:
        assert not any(one.key.startswith(layout.PIECES) for one in changes)

    world.store.before = none_is_kept
    assert await polled(world, *staff()) == [""]
    world.store.before = None
    await as_said(world, *staff())


async def test_the_cohort_of_a_long_poll_is_not_decided_between_two_turns(
    open_world: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detect, "SHORT", timedelta())
    world = await open_world(limits={"create": {"run": 3}})
    world.hr.page, world.hr.records = 2, staff()
    await ring_polls(world.engine)
    while (session := await world.bus.accept(queues.POLLS, 0)) is not None:
        (doorbell,) = await session.receive(1)
        await session.complete(doorbell)
        await session.close()
        await production.handle(world.engine, queues.POLLS, "hr", doorbell.body)
        if await kept(world):
            await world.work(queues.CHANGES, queues.ADMIT)
            assert await world.reservations() == []
    await world.work()
    assert world.directory.enabled() == set(), "three may be created in one run, and there are eight"
    assert await world.reasons() == {(one.hr_id, "limit") for one in staff()}


# ── killed ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_killed_at_any_commit_the_poll_ends_as_if_nothing_had_happened(open_world: Open, moment: str) -> None:
    before, now = staff(), [person("0", department="Sales"), *staff()[1:-1], person("new")]
    number, finished = 0, False
    while not finished and number < 300:
        number += 1
        world = slow(await open_world())
        await polled(world, *before)
        await world.work()
        await killed_at(world, moment, number, lambda: polled(world, *now))  # noqa: B023 - it is called at once
        finished = not world.store.killed
        world.clock.now += turns.HELD
        await world.work(queues.POLLS)
        await polled(world, *now)
        said = {one.hr_id: one.contracts[0].fields["department"] for one in now}
        assert await departments(world) == {**said, str(MANY - 1): "missing"}, number
        assert await kept(world) == [], number
        await production.sweep(world.engine)
        await world.work()
        assert world.directory.of("0").attributes["department"] == "Sales", number
        assert world.directory.of("new").enabled, number
    assert 20 < number < 300, "it was never killed where it matters, or never ended"


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_killed_at_any_commit_what_hr_takes_back_meanwhile_is_taken_back(open_world: Open, moment: str) -> None:
    """A-B-A: whoever was saved as B is A again, and not B for ever because the hashes say that nothing changed."""
    number, finished = 0, False
    while not finished and number < 300:
        number += 1
        world = slow(await open_world())
        await polled(world, *staff())
        await killed_at(world, moment, number, lambda: polled(world, *staff(department="Sales")))  # noqa: B023
        finished = not world.store.killed
        world.clock.now += turns.OLD
        await polled(world, *staff())
        assert set((await departments(world)).values()) == {"Care"}, number
        assert await kept(world) == [], number
    assert 20 < number < 300, "it was never killed where it matters, or never ended"


async def test_a_crash_repeats_the_last_piece_only(world: World) -> None:
    """It dies with the third piece in its hands; the first two are not asked for again."""
    count = 0

    async def dies(table: str, changes: Sequence[Change]) -> None:
        nonlocal count
        count += any(one.key.startswith(layout.PIECES) for one in changes)
        if count == 3:
            world.store.kill()

    world.store.before = dies
    with suppress(Killed):
        await polled(world, *staff())
    world.store.dead = False
    world.clock.now += turns.HELD
    assert await polled(world, *staff()) == ["4", "6", "8"]
    await as_said(world, *staff())


# ── two at once ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_doorbell_that_finds_the_source_being_read_is_done_with(world: World) -> None:
    await turns.take(world.engine, "hr")
    said = await production.handle(world.engine, queues.POLLS, "hr", {"source": "hr"})
    assert said == "source hr is being read by somebody else"
    assert world.bus.next_due() is None
    assert world.hr.asked == []


async def test_doorbells_that_come_twice_do_not_have_the_rest_read_twice(world: World) -> None:
    world.hr.records = staff()
    await production.handle(world.engine, queues.POLLS, "hr", {"source": "hr"})
    for _ in range(3):
        await production.handle(world.engine, queues.POLLS, "hr", {"source": "hr", "after": "1.1"})
    assert world.hr.asked == ["", "2"]


async def test_whoever_lost_the_turn_in_the_middle_of_reading_keeps_nothing_more(world: World) -> None:
    """The other one reads everything while the first is away, and hears something newer."""
    gone = False

    async def away(table: str, changes: Sequence[Change]) -> None:
        nonlocal gone
        if not gone and any(one.key.startswith(layout.PIECES) for one in changes):
            gone = True
            world.clock.now += turns.OLD
            await production.detect(world.engine, "hr")

    world.hr.records = staff()
    world.store.before = away
    said = await production.handle(world.engine, queues.POLLS, "hr", {"source": "hr"})
    world.store.before = None
    assert said.startswith("another poll of hr is ahead of this one")
    await world.work(queues.POLLS)
    await as_said(world, *staff())


async def test_an_old_answer_in_the_hands_of_whoever_lost_the_turn_changes_nobody(world: World) -> None:
    """A-B-A by two workers: what HR said for a moment is heard by one that stalls before it saves anything."""
    world.hr.passes = lambda: None
    await polled(world, *staff())
    gone = False

    async def away(table: str, changes: Sequence[Change]) -> None:
        nonlocal gone
        if not gone and table == layout.GATES:
            gone = True
            world.hr.records = staff()
            world.clock.now += turns.HELD
            await production.detect(world.engine, "hr")

    world.store.before = away
    world.hr.records = staff(department="Sales")
    with pytest.raises(TryLater):
        await production.detect(world.engine, "hr")
    world.store.before = None
    await as_said(world, *staff())


async def test_a_turn_is_kept_for_as_long_as_somebody_is_at_work(world: World) -> None:
    """Half a turn's time passes with every record, and nobody else is let in."""
    refused = 0
    world.hr.passes, world.hr.page = lambda: world.clock.passes(turns.HELD / 2), 0

    async def others(table: str, changes: Sequence[Change]) -> None:
        nonlocal refused
        with pytest.raises(TryLater, match="is being read by somebody else"):
            await turns.take(world.engine, "hr")
        refused += 1

    world.hr.records = staff()
    turn = await turns.take(world.engine, "hr")
    world.store.before = others
    assert await reading.read(turn, {}) is not None
    assert refused == MANY


# ── left lying, and gone wrong ───────────────────────────────────────────────────────────────────────────────────


async def test_a_poll_that_was_interrupted_for_a_day_begins_anew(world: World) -> None:
    world.hr.broken = 5
    assert await polled(world, *staff()) == ["", "2", "4"]
    world.hr.broken = None
    world.clock.now += DAY
    assert (await polled(world, *staff(department="Sales")))[0] == ""
    await as_said(world, *staff(department="Sales"))


async def test_a_poll_that_was_interrupted_for_an_hour_goes_on(world: World) -> None:
    world.hr.broken = 5
    await polled(world, *staff())
    world.hr.broken = None
    world.clock.now += HOUR
    assert (await polled(world, *staff()))[0] == "4"
    await as_said(world, *staff())


async def test_a_saving_that_was_interrupted_for_a_day_begins_anew(world: World) -> None:
    """Some are saved as HR said yesterday; today it says something else of everybody."""

    async def dies(table: str, changes: Sequence[Change]) -> None:
        if table == layout.STATE:
            world.store.kill()

    await polled(world, *staff())
    world.store.after = dies
    with suppress(Killed):
        await polled(world, *staff(department="Sales"))
    world.store.dead = False
    assert "Sales" in (await departments(world)).values()
    world.clock.now += DAY
    assert (await polled(world, *staff()))[0] == ""
    await as_said(world, *staff())


async def test_a_second_piece_that_fails_for_ever_is_tried_once_more_at_once_and_then_by_every_poll(
    world: World,
) -> None:
    world.hr.broken = 2
    assert await polled(world, *staff()) == ["", "2"]
    for _ in range(4):
        world.clock.now += HOUR
        assert await polled(world, *staff()) == ["2"]
        assert world.bus.next_due() is None
    world.clock.now += 2 * HOUR
    assert await polled(world, *staff()) == ["", "2"]
    assert await departments(world) == {}


async def test_what_stands_in_the_way_in_the_middle_is_waited_for(world: World) -> None:
    """HR does not answer after the second piece: half a minute later it does."""
    world.hr.records, world.hr.broken, world.hr.passes = staff(), 5, lambda: None
    await production.handle(world.engine, queues.POLLS, "hr", {"source": "hr"})
    assert world.hr.asked == [""]
    world.hr.broken = None
    await world.settle(timedelta(seconds=29))
    assert world.hr.asked == [""]
    await world.settle(timedelta(seconds=1))
    assert world.hr.asked == ["", "4"]
    await as_said(world, *staff())


async def test_a_place_that_hr_no_longer_knows_makes_it_begin_anew(world: World) -> None:
    world.hr.broken = 3
    await polled(world, *staff())
    world.hr.broken, world.hr.forgets = None, True
    assert await polled(world, *staff(department="Sales")) == ["2"]
    world.hr.forgets = False
    assert (await polled(world, *staff(department="Sales")))[0] == ""
    await as_said(world, *staff(department="Sales"))


async def test_a_run_on_the_command_line_hears_what_hr_says_now_and_not_what_it_said_before(world: World) -> None:
    world.hr.broken = 5
    await polled(world, *staff())
    world.hr.broken, world.hr.records = None, staff(department="Sales")
    await production.detect(world.engine, "hr")
    await as_said(world, *staff(department="Sales"))


# ── not believed ─────────────────────────────────────────────────────────────────────────────────────────────────

CAREFUL = {"plausible": {"most_gone": 10, "always_allowed": 1}}


async def test_an_implausible_answer_over_several_pieces_changes_nobody_and_leaves_nothing(open_world: Open) -> None:
    world = slow(await open_world(source=CAREFUL))
    await polled(world, *staff())
    await world.work()
    await polled(world, *staff()[: MANY // 2])
    await as_said(world, *staff())
    world.hr.records = staff()[: MANY // 2]
    with pytest.raises(Doubted, match="4 of the 8 people known are missing"):
        await production.detect(world.engine, "hr")
    await as_said(world, *staff())


async def test_an_answer_has_the_same_name_in_pieces_and_in_one_go_so_that_it_can_be_accepted(
    open_world: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = slow(await open_world(source=CAREFUL))
    await polled(world, *staff())
    half = staff()[: MANY // 2]
    with monkeypatch.context() as patched:
        patched.setattr(reading, "ENOUGH", 1_000_000)
        patched.setattr(reading, "LATEST", DAY)
        world.hr.records = half
        with pytest.raises(Doubted) as doubt:
            await production.detect(world.engine, "hr")
    await production.accept(world.engine, "hr", doubt.value.answer, "somebody", "asked HR")
    assert await polled(world, *half) == ["", "2", "4"]
    missing = {str(number): "missing" for number in range(MANY // 2, MANY)}
    assert (await departments(world)).items() >= missing.items()


# ── personal data in pieces ──────────────────────────────────────────────────────────────────────────────────────


async def test_pieces_of_a_poll_that_nobody_goes_on_with_are_removed_within_a_day(world: World) -> None:
    world.hr.broken = 5
    await polled(world, *staff())
    await production.tidy(world.engine)
    assert await kept(world), "it may be gone on with"
    world.clock.now += DAY
    await production.tidy(world.engine)
    assert await kept(world) == []


async def test_a_source_that_was_let_go_is_free_whatever_the_clock_says(world: World) -> None:
    await world.hears(person("1"))
    world.clock.now -= 9 * DAY
    await world.hears(person("1"), person("2"))
    assert world.directory.enabled() == {"1", "2"}


async def test_a_source_that_reads_long_before_it_gives_anybody_keeps_its_turn(world: World) -> None:
    class Slow:
        async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
            for _ in range(12):
                world.clock.passes(SLOW)
                yield STILL_READING
                with pytest.raises(TryLater, match="is being read by somebody else"):
                    await turns.take(world.engine, "hr", turns.SHORT)
            for one in staff():
                yield one

    world.engine.sources["hr"] = Slow()
    await production.poll(world.engine, "hr")
    await as_said(world, *staff())
