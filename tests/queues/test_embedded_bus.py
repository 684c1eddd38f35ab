"""What only the queues in memory do: tell what waits and until when, on a virtual clock and without an event loop."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bus import Doorbell, LockLost, QueueSettings
from shared.embedded.bus import MemoryBus, MemorySession
from shared.queues import QUEUES

T = TypeVar("T")
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def without_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits; it fails when it does."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    work.close()
    raise AssertionError("the coroutine waited")


def test_with_no_wait_everything_works_without_an_event_loop() -> None:
    bus = MemoryBus(Clock(), QUEUES)
    without_a_loop(bus.ring("changes", [Doorbell("a", {"n": "1"})]))
    session = without_a_loop(bus.accept("changes", 0))
    assert session is not None
    (delivery,) = without_a_loop(session.receive(5))
    without_a_loop(session.renew())
    without_a_loop(session.complete(delivery))
    without_a_loop(session.close())
    assert without_a_loop(bus.accept("changes", 0)) is None
    assert without_a_loop(bus.dead_letters("changes")) == []


async def test_next_due_says_when_to_look_again() -> None:
    clock = Clock()
    bus = MemoryBus(clock, {"q": QueueSettings(lock_seconds=60), "other": QueueSettings()})
    assert bus.next_due() is None
    await bus.ring("q", [Doorbell("a", {})], at=START + timedelta(hours=1))
    assert bus.next_due() == START + timedelta(hours=1)
    await bus.ring("other", [Doorbell("b", {})], at=START + timedelta(minutes=5))
    assert bus.next_due() == START + timedelta(minutes=5)
    assert bus.next_due("q") == START + timedelta(hours=1)
    clock.advance(3600)
    held = await bus.accept("q", 0)
    assert held is not None
    assert bus.next_due("q") == clock.now + timedelta(seconds=60)
    await bus.ring("q", [Doorbell("c", {})])
    assert bus.next_due("q") == clock.now
    await held.complete((await held.receive(1))[0])
    await bus.ring("q", [Doorbell("a", {})], at=clock.now + timedelta(hours=9))
    free = await bus.accept("q", 0)
    assert free is not None
    await free.complete((await free.receive(1))[0])
    await free.close()
    assert bus.next_due("q") == clock.now + timedelta(hours=9)
    await held.close()
    assert bus.next_due("q") == clock.now + timedelta(hours=9)
    assert await bus.accept("q", 0) is None


async def test_waiting_counts_what_is_not_settled() -> None:
    bus = MemoryBus(Clock(), {"q": QueueSettings(max_deliveries=1)})
    await bus.ring("q", [Doorbell("a", {}), Doorbell("a", {}), Doorbell("b", {})])
    await bus.ring("q", [Doorbell("c", {})], at=START + timedelta(days=1))
    assert bus.waiting("q") == 4
    session = await bus.accept("q", 0)
    assert session is not None
    one, two = await session.receive(9)
    assert bus.waiting("q") == 4
    await session.complete(one)
    assert bus.waiting("q") == 3
    await session.abandon(two)
    assert bus.waiting("q") == 2
    assert len(await bus.dead_letters("q")) == 1


async def test_a_waiting_accept_wakes_when_a_virtual_clock_is_moved() -> None:
    clock = Clock()
    bus = MemoryBus(clock, {"q": QueueSettings()})
    await bus.ring("q", [Doorbell("a", {})], at=START + timedelta(hours=1))
    waiting = asyncio.create_task(bus.accept("q", 30))
    await asyncio.sleep(0.05)
    clock.advance(3600)
    bus.wake()
    session = await asyncio.wait_for(waiting, 60)
    assert session is not None


async def test_two_waiting_accepts_are_served_by_two_sessions_and_by_one_that_is_let_go() -> None:
    bus = MemoryBus(lambda: datetime.now(UTC), {"q": QueueSettings()})
    first, second, third = (asyncio.create_task(bus.accept("q", 30)) for _ in range(3))
    await asyncio.sleep(0)
    await bus.ring("q", [Doorbell("a", {}), Doorbell("b", {})])
    held = await asyncio.wait_for(asyncio.gather(first, second), 60)
    assert sorted(session.id for session in held if session is not None) == ["a", "b"]
    assert not third.done()
    assert held[1] is not None
    await held[1].close()
    session = await asyncio.wait_for(third, 60)
    assert session is not None
    assert session.id == held[1].id


async def test_a_waiting_accept_takes_over_when_a_lock_runs_out() -> None:
    bus = MemoryBus(lambda: datetime.now(UTC), {"q": QueueSettings(lock_seconds=0.1)})
    await bus.ring("q", [Doorbell("a", {})])
    assert await bus.accept("q", 0) is not None
    assert await asyncio.wait_for(bus.accept("q", 30), 60) is not None


async def test_a_session_whose_first_doorbell_expired_is_offered_when_the_next_is_due() -> None:
    clock = Clock()
    bus = MemoryBus(clock, {"q": QueueSettings(ttl_seconds=10)})
    await bus.ring("q", [Doorbell("a", {"n": "1"})])
    holder = await bus.accept("q", 0)
    assert holder is not None
    await bus.ring("q", [Doorbell("a", {"n": "2"})], at=START + timedelta(seconds=30))
    await holder.close()
    clock.advance(15)
    assert await bus.accept("q", 0) is None
    assert bus.next_due() == START + timedelta(seconds=30)
    clock.advance(15)
    session = await bus.accept("q", 0)
    assert session is not None
    assert [each.body["n"] for each in await session.receive(5)] == ["2"]


@pytest.mark.parametrize(
    "settings",
    [{"lock_seconds": 0}, {"lock_seconds": 301}, {"max_deliveries": 0}, {"ttl_seconds": 0}, {"ttl_seconds": -1}],
)
def test_settings_that_no_queue_can_have_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        QueueSettings(**settings)


STEP = st.sampled_from(
    [
        "ring",
        "ring later",
        "accept",
        "receive",
        "complete",
        "abandon",
        "dead letter",
        "renew",
        "close",
        "wait",
        "wait long",
    ]
)


@given(steps=st.lists(st.tuples(STEP, st.integers(0, 3)), max_size=60))
def test_no_doorbell_is_lost_or_handled_by_two_at_once_whatever_happens(steps: list[tuple[str, int]]) -> None:
    clock = Clock()
    bus = MemoryBus(clock, {"q": QueueSettings(lock_seconds=30, max_deliveries=3)})
    workers: list[tuple[MemorySession, list[Any], datetime]] = []
    rung = settled = 0
    for step, which in steps:
        if step.startswith("ring"):
            rung += 1
            later = timedelta(seconds=40 if step == "ring later" else 0)
            without_a_loop(bus.ring("q", [Doorbell(f"session-{which}", {})], at=clock.now + later))
        elif step == "accept":
            session = without_a_loop(bus.accept("q", 0))
            if session is not None:
                assert session.id not in {each.id for each, _, until in workers if until > clock.now}
                workers.append((session, [], clock.now + timedelta(seconds=30)))
        elif step.startswith("wait"):
            clock.advance(7 if step == "wait" else 45)
        elif workers:
            session, got, until = workers[which % len(workers)]
            try:
                settled += _done(session, got, step)
                assert until > clock.now or step == "close"
                if step == "renew":
                    workers[which % len(workers)] = session, got, clock.now + timedelta(seconds=30)
            except LockLost:
                assert until <= clock.now
            if step == "close":
                workers.remove((session, got, until))
        dead = len(without_a_loop(bus.dead_letters("q")))
        assert rung == settled + dead + bus.waiting("q")


def _done(session: MemorySession, got: list[Any], step: str) -> int:
    """How many doorbells were completed."""
    if step == "receive":
        got.extend(without_a_loop(session.receive(2)))
    elif step == "renew":
        without_a_loop(session.renew())
    elif step == "close":
        without_a_loop(session.close())
    elif not got:
        without_a_loop(session.receive(0))
    elif step == "complete":
        without_a_loop(session.complete(got.pop(0)))
        return 1
    elif step == "abandon":
        without_a_loop(session.abandon(got.pop(0)))
    else:
        without_a_loop(session.dead_letter(got.pop(0), "because"))
    return 0
