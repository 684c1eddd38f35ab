"""HR to tenant through the triggers themselves: accounts come, change and go, and a second round writes nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from azure_world import World, as_message, opened

import function_app
from shared import queues
from shared.azure.root import TALKATIVE
from shared.bus import Delivery
from shared.doorbells import Unreadable
from shared.engine import session
from tests.doorbells import ORDER

NAMES = ("Anneke", "Vermeulen", "Bartholomeus", "Cornelia")
ANNA = "001;Anneke;Vermeulen;2020-01-01;;Sales;"
BART = "002;Bartholomeus;Vermeulen;2026-03-09;;Care;001"
COR = "003;Cornelia;Vermeulen;2021-01-01;2026-03-05;Care;001"


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    async with opened(tmp_path, monkeypatch) as opening:
        yield opening


async def test_people_get_their_accounts_and_a_second_round_writes_nothing(world: World) -> None:
    world.hr(ANNA, BART, COR)
    await world.run()
    users = world.users()
    assert {number: user["accountEnabled"] for number, user in users.items()} == {
        "001": True,
        "002": False,
        "003": True,
    }
    assert users["001"]["department"] == "Sales"
    writes = world.tenant.writes
    await world.run()
    assert world.tenant.writes == writes


async def test_a_day_that_comes_enables_who_starts_and_disables_who_left(world: World) -> None:
    world.hr(ANNA, BART, COR)
    await world.run()
    world.clock.now += timedelta(days=8)
    await world.run()
    assert {number: user["accountEnabled"] for number, user in world.users().items()} == {
        "001": True,
        "002": True,
        "003": False,
    }


async def test_every_doorbell_says_its_session_and_every_queue_is_used(world: World) -> None:
    world.hr(ANNA, BART, COR)
    await world.run()
    assert {queue for queue, _ in world.delivered} >= {queues.CHANGES, queues.ADMIT, queues.PROVISIONING_NOW}
    assert [one.session for _, one in world.delivered] == [session(queue, one.body) for queue, one in world.delivered]


async def test_one_engine_serves_the_process_however_many_come_at_once(world: World) -> None:
    world.hr(ANNA)

    async def came() -> int:
        async with world.doors.engine() as engine:
            return id(engine)

    engines = await asyncio.gather(*(came() for _ in range(10)))
    assert len(set(engines)) == 1
    await world.run()
    assert world.policies.asked == 1


async def test_no_name_reaches_a_log_whatever_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in TALKATIVE:
        caplog.set_level(logging.DEBUG, name)
    world.hr(ANNA, BART, COR)
    await world.run()
    world.hr(ANNA.replace("Sales", "Care"), BART, COR)
    await world.run()
    assert "poll: 1" in caplog.text
    assert not [name for name in NAMES if name.casefold() in caplog.text.casefold()]


async def test_the_same_doorbell_twice_is_harmless_and_in_one_batch_it_is_one(world: World) -> None:
    world.hr(ANNA)
    await world.run()
    writes = world.tenant.writes
    for queue, delivery in list(world.delivered):
        message = as_message(delivery)
        trigger = getattr(function_app, queue.replace("-", "_"))
        await trigger([message] * 3 if queue in (queues.ADMIT, queues.MEMBERSHIPS) else message)
    await world.settle()  # a poll rings for whatever it may have brought in
    assert world.tenant.writes == writes
    assert [world.bus.waiting(queue) for queue in ORDER] == [0] * len(ORDER)


async def test_what_is_no_doorbell_is_given_back_after_the_others_are_handled(world: World) -> None:
    world.hr(ANNA)
    await function_app.poll(None)
    await world.drain(queues.POLLS)
    held = await world.bus.accept(queues.CHANGES, 0)
    assert held is not None
    [delivery] = await held.receive(1)
    before = world.bus.waiting(queues.ADMIT)
    stranger = as_message(Delivery("9", "s", {}, 1, "lock")).get_body().replace(b'"schema":1', b'"schema":2')
    for wrong in (stranger, b"\xff\xfe", b"Vermeulen"):
        with pytest.raises(Unreadable) as unreadable:
            await world.doors.answer(queues.CHANGES, [wrong, as_message(delivery).get_body()])
        assert "Vermeulen" not in str(unreadable.value)
    assert world.bus.waiting(queues.ADMIT) == before + 1, "the readable one was mapped, once"
