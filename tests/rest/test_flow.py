"""Requests are spaced, and only so many are under way."""

import asyncio
from datetime import timedelta

import pytest

from shared.flow import Bucket, side_by_side
from tests.rest.rest_world import Time


async def test_a_rested_bucket_lets_a_burst_through_and_then_spaces_turns(time: Time) -> None:
    bucket = Bucket(every=2.0, burst=3, clock=time.clock, sleep=time.sleep)
    for _ in range(5):
        await bucket.turn()
    assert time.slept == [2.0, 2.0]


async def test_a_rest_fills_the_bucket_again_but_never_beyond_its_burst(time: Time) -> None:
    bucket = Bucket(every=1.0, burst=2, clock=time.clock, sleep=time.sleep)
    for _ in range(2):
        await bucket.turn()
    time.now += timedelta(hours=1)
    for _ in range(3):
        await bucket.turn()
    assert time.slept == [1.0]


async def test_turns_asked_for_at_the_same_time_are_each_given_their_own(time: Time) -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    bucket = Bucket(every=1.0, burst=1, clock=time.clock, sleep=note)
    await asyncio.gather(*(bucket.turn() for _ in range(4)))
    assert waits == [1.0, 2.0, 3.0]


async def test_nobody_waits_for_a_clock_that_was_set_back(time: Time) -> None:
    bucket = Bucket(every=1.0, burst=1, clock=time.clock, sleep=time.sleep)
    await bucket.turn()
    time.now -= timedelta(hours=1)
    await bucket.turn()
    assert time.slept == [1.0]


async def test_results_come_in_order_and_no_more_than_the_width_are_under_way() -> None:
    under_way, most = 0, 0

    async def work(number: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(10 - number):
            await asyncio.sleep(0)
        under_way -= 1
        return number

    assert [found async for found in side_by_side(range(10), work, 3)] == list(range(10))
    assert most == 3


async def test_the_first_failure_is_raised_and_nothing_runs_on() -> None:
    ended: list[int] = []

    async def work(number: int) -> int:
        if number == 1:
            raise ValueError(number)
        try:
            await asyncio.sleep(0 if number == 0 else 3600)
        finally:
            ended.append(number)
        return number

    found: list[int] = []

    async def read() -> None:
        async for number in side_by_side(range(4), work, 3):
            found.append(number)

    with pytest.raises(ValueError, match="1"):
        await read()
    assert found == [0]
    assert 2 in ended
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_stopping_early_stops_the_work() -> None:
    ended = 0

    async def work(number: int) -> int:
        nonlocal ended
        try:
            await asyncio.sleep(0 if number == 0 else 3600)
        finally:
            ended += 1
        return number

    stream = side_by_side(range(9), work, 2)
    assert await anext(stream) == 0
    await stream.aclose()  # type: ignore[attr-defined]
    assert ended == 2
