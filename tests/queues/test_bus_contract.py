"""What every form of the queues promises (`shared.bus.Bus`): the same assertions for each."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from shared.bus import EXPIRED, MAX_DELIVERIES, Bus, Delivery, Doorbell, LockLost, Session
from shared.errors import Misconfigured

pytestmark = pytest.mark.asyncio(loop_scope="module")


class MovableClock(Protocol):
    def now(self) -> datetime: ...

    def advance(self, seconds: float) -> None: ...


def bells(session: str, *numbers: int) -> list[Doorbell]:
    return [Doorbell(session, {"n": str(number)}) for number in numbers]


def numbers(deliveries: Sequence[Delivery]) -> list[int]:
    return [int(delivery.body["n"]) for delivery in deliveries]


async def held(bus: Bus, queue: str) -> Session:
    session = await bus.accept(queue, 3)
    assert session is not None
    return session


async def test_a_session_has_one_holder_and_its_doorbells_come_in_order_once(bus: Bus, queue: str) -> None:
    await bus.ring(queue, [*bells("a", 1), *bells("b", 2), *bells("a", 3, 4)])
    sessions = await asyncio.gather(held(bus, queue), held(bus, queue))
    assert {session.id for session in sessions} == {"a", "b"}
    first = next(session for session in sessions if session.id == "a")
    nobody, _ = await asyncio.gather(bus.accept(queue, 0), bus.ring(queue, bells("a", 5)))
    assert nobody is None
    got = await first.receive(4)
    assert numbers(got) == [1, 3, 4, 5]
    assert [delivery.attempt for delivery in got] == [1, 1, 1, 1]
    assert {delivery.session for delivery in got} == {"a"}
    assert len({delivery.id for delivery in got} | {delivery.lock for delivery in got}) == 8
    for delivery in got:
        await first.complete(delivery)
    assert await first.receive(1) == []


async def test_hostile_text_arrives_as_it_was_sent(bus: Bus, queue: str) -> None:
    body = {"schluessel\n\x00": "Zoë «O'Neill» 😀", "": "", "lone": "\ud800", "traceparent": "00-abc-def-01"}
    await bus.ring(queue, [Doorbell("zoë/#?%'\" 😀", body)])
    session = await held(bus, queue)
    (delivery,) = await session.receive(1)
    assert (session.id, delivery.session, delivery.body) == ("zoë/#?%'\" 😀", "zoë/#?%'\" 😀", body)


async def test_an_abandoned_doorbell_comes_again_first_and_is_set_aside_after_the_last_attempt(
    bus: Bus, queue: str
) -> None:
    await bus.ring(queue, bells("a", 1, 2))
    session = await held(bus, queue)
    for attempt in (1, 2, 3):
        (delivery,) = await session.receive(1)
        assert (numbers([delivery]), delivery.attempt) == ([1], attempt)
        await session.abandon(delivery)
    (delivery,) = await session.receive(1)
    assert (numbers([delivery]), delivery.attempt) == ([2], 1)
    await session.complete(delivery)
    ((dead, reason),) = await bus.dead_letters(queue)
    assert (numbers([dead]), dead.session, dead.attempt, reason) == ([1], "a", 3, MAX_DELIVERIES)


async def test_a_doorbell_that_is_set_aside_is_shown_with_its_reason_and_not_delivered_again(
    bus: Bus, queue: str
) -> None:
    await bus.ring(queue, bells("a", 1, 2, 3))
    session = await held(bus, queue)
    one, two, three = await session.receive(3)
    await session.dead_letter(two, "NoSuchTarget: entra")
    await session.dead_letter(three, "x" * 5000)
    await session.complete(one)
    assert await session.receive(1) == []
    for found in await asyncio.gather(bus.dead_letters(queue), bus.dead_letters(queue)):
        assert [(dead.id, dead.body) for dead, _ in found] == [(two.id, two.body), (three.id, three.body)]
        assert [reason for _, reason in found] == ["NoSuchTarget: entra", "x" * 4096]


async def test_what_a_closed_session_did_not_settle_comes_again_and_counts_as_no_attempt(bus: Bus, queue: str) -> None:
    await bus.ring(queue, bells("a", 1, 2))
    session = await held(bus, queue)
    got = await session.receive(2)
    await session.complete(got[0])
    await session.close()
    for late in (session.complete(got[1]), session.receive(1), session.renew()):
        with pytest.raises(LockLost):
            await late
    await session.close()
    again = await held(bus, queue)
    (delivery,) = await again.receive(1)
    assert (delivery.id, delivery.attempt) == (got[1].id, 1)
    assert delivery.lock != got[1].lock
    await again.close()


async def test_a_lock_that_ran_out_is_lost_and_counts_as_an_attempt(bus: Bus, queue: str, clock: MovableClock) -> None:
    await bus.ring(queue, bells("a", 1, 2))
    slow = await held(bus, queue)
    (delivery,) = await slow.receive(1)
    clock.advance(31)
    other = await held(bus, queue)
    for late in (slow.complete(delivery), slow.renew()):
        with pytest.raises(LockLost):
            await late
    with pytest.raises(LockLost):
        await slow.receive(1)
    got = await other.receive(2)
    assert numbers(got) == [1, 2]
    assert [each.attempt for each in got] == [2, 1]
    await other.complete(got[0])


async def test_a_renewed_lock_holds_on(bus: Bus, queue: str, clock: MovableClock) -> None:
    await bus.ring(queue, bells("a", 1))
    session = await held(bus, queue)
    (delivery,) = await session.receive(1)
    for _ in range(3):
        clock.advance(20)
        await session.renew()
    assert await bus.accept(queue, 0) is None
    await session.complete(delivery)


async def test_a_delivery_is_settled_once(bus: Bus, queue: str) -> None:
    await bus.ring(queue, bells("a", 1, 2))
    session = await held(bus, queue)
    one, two = await session.receive(2)
    await session.complete(one)
    await session.abandon(two)
    for settle in (session.complete, session.abandon):
        for delivery in (one, two):
            with pytest.raises(LockLost):
                await settle(delivery)


async def test_a_later_doorbell_waits_for_its_time_and_the_oldest_due_session_is_next(
    bus: Bus, queue: str, clock: MovableClock
) -> None:
    now = clock.now()
    await bus.ring(queue, bells("a", 4), at=now + timedelta(hours=2))
    await bus.ring(queue, bells("b", 2), at=now + timedelta(hours=1))
    await bus.ring(queue, bells("b", 3), at=now + timedelta(hours=2))
    await bus.ring(queue, bells("c", 1), at=now - timedelta(hours=1))
    early = await held(bus, queue)
    assert (early.id, numbers(await early.receive(1))) == ("c", [1])
    assert await bus.accept(queue, 0) is None
    clock.advance(3 * 3600)
    first, second = await held(bus, queue), await held(bus, queue)
    assert (first.id, second.id) == ("c", "b")
    assert numbers(await second.receive(2)) == [2, 3]


async def test_accept_waits_for_a_doorbell_and_no_longer_than_told(bus: Bus, queue: str) -> None:
    started = time.monotonic()
    assert await bus.accept(queue, 0.3) is None
    assert time.monotonic() - started >= 0.25
    waiting = asyncio.create_task(bus.accept(queue, 10))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await bus.ring(queue, bells("a", 1))
    session = await waiting
    assert session is not None
    assert session.id == "a"


async def test_more_than_one_batch_holds_is_sent_in_parts(bus: Bus, queue: str) -> None:
    text = "x" * 30_000
    await bus.ring(queue, [Doorbell("a", {"n": str(number), "text": text}) for number in range(25)])
    session = await held(bus, queue)
    got: list[Delivery] = []
    while len(got) < 25 and (more := await session.receive(25 - len(got))):
        got.extend(more)
    assert numbers(got) == list(range(25))


async def test_what_is_too_old_is_dropped_or_set_aside_as_the_queue_says(bus: Bus, clock: MovableClock) -> None:
    queues = ("brief", "brief-kept")
    await asyncio.gather(*(bus.ring(queue, bells("a", 1)) for queue in queues))
    clock.advance(300)
    await asyncio.gather(*(bus.ring(queue, bells("a", 2)) for queue in queues))
    clock.advance(400)
    sessions = await asyncio.gather(*(held(bus, queue) for queue in queues))
    assert [numbers(await session.receive(1)) for session in sessions] == [[2], [2]]
    dropped, kept = await asyncio.gather(*(bus.dead_letters(queue) for queue in queues))
    assert dropped == []
    assert [(numbers([dead]), reason) for dead, reason in kept] == [([1], EXPIRED)]


async def test_the_same_mistakes_are_refused_before_anything_is_sent(bus: Bus, queue: str) -> None:
    bad = [
        Doorbell("", {}),
        Doorbell("s" * 129, {}),
        Doorbell("a", {"n": 1}),  # type: ignore[dict-item]
        Doorbell("a", {"text": "x" * 40_000}),
    ]
    for doorbell in bad:
        with pytest.raises(ValueError, match="doorbell"):
            await bus.ring(queue, [*bells("a", 1), doorbell])
    with pytest.raises(ValueError, match="time zone"):
        await bus.ring(queue, bells("a", 1), at=datetime(2026, 1, 1))  # noqa: DTZ001
    await bus.ring(queue, [])
    assert await bus.accept(queue, 0) is None


async def test_a_queue_that_is_not_there_is_misconfigured(bus: Bus) -> None:
    calls = bus.ring("nowhere", bells("a", 1)), bus.accept("nowhere", 0), bus.dead_letters("nowhere")
    errors = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(error) for error in errors] == [Misconfigured] * 3
    assert all("nowhere" in str(error) for error in errors)


async def test_a_doorbell_brings_the_trace_it_was_rung_in_and_its_body_stays_as_it_is(bus: Bus, queue: str) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    bells = [Doorbell("a", {"n": "1"}, trace), Doorbell("a", {"n": "2"}, f"{trace} a=1,b=2"), Doorbell("a", {"n": "3"})]
    await bus.ring(queue, bells)
    session = await bus.accept(queue, 5)
    assert session is not None
    found: list[Delivery] = []
    while len(found) < 3:
        found += await session.receive(3 - len(found))
    assert [(one.body, one.trace) for one in found] == [(bell.body, bell.trace) for bell in bells]
    for one in found:
        await session.dead_letter(one, "looked at")
    await session.close()
    assert [one.trace for one, _ in await bus.dead_letters(queue)] == [bell.trace for bell in bells]


async def test_a_doorbell_says_since_when_it_could_be_handled(bus: Bus, clock: MovableClock, queue: str) -> None:
    begun = clock.now()
    await bus.ring(queue, [Doorbell("a", {})])
    await bus.ring(queue, [Doorbell("b", {})], at=begun + timedelta(seconds=20))
    clock.advance(25)
    ages = {}
    for _ in range(2):
        session = await bus.accept(queue, 5)
        assert session is not None
        [one] = await session.receive(1)
        assert one.due is not None
        ages[one.session] = round((clock.now() - one.due).total_seconds())
        await session.complete(one)
        await session.close()
    assert ages["a"] >= 25 > ages["b"] >= 5
