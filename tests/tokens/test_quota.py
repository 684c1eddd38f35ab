"""Calls within a system's quota: never too many within its time, never too close, whichever process makes them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors
from shared import queues
from shared.calls import PARTITION, Calls
from shared.compose import Surroundings, TokenStore, assemble
from shared.connector import Outside, Source
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.errors import Misconfigured, TryLater
from shared.policy_file import load
from shared.quota import Quota, Spent, called, full_until, moment
from shared.store import Store
from tests.connecting.connecting_world import MANIFEST
from tests.tokens.tokens_world import PLACE, Time, ring

DAY = 86_400.0
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with SqliteStore(":memory:") as opened:
        yield opened


def process(store: Store, time: Time, quota: Quota, place: str = PLACE) -> Calls:
    return Calls(place, quota, store, "tokensread", clock=time.clock, sleep=time.sleep)


@given(
    quota=st.builds(Quota, calls=st.integers(1, 12), seconds=st.just(2400.0), every=st.sampled_from([0.0, 0.6, 30.0])),
    pauses=st.lists(st.floats(0, 900) | st.floats(2300, 2500), max_size=60),
)
def test_there_are_never_more_calls_in_any_time_nor_two_too_close(quota: Quota, pauses: list[float]) -> None:
    now, spent, made = NOW, Spent(), list[datetime]()
    for pause in pauses:
        now += timedelta(seconds=pause)
        if (until := full_until(quota, spent, now)) is not None:
            assert until > now
            now = until
        at = moment(quota, spent, now)
        spent = called(quota, spent, at)
        made.append(at)
    for number, at in enumerate(made):
        within = [one for one in made[: number + 1] if (at - one).total_seconds() < quota.seconds]
        assert len(within) <= quota.calls
    for one, other in pairwise(made):
        assert (other - one).total_seconds() >= quota.every - 1e-6


def test_after_it_is_full_there_is_room_again_when_the_oldest_slice_is_past() -> None:
    quota, spent = Quota(calls=2, seconds=DAY), Spent()
    for _ in range(2):
        spent = called(quota, spent, NOW)
    assert full_until(quota, spent, NOW) == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    assert full_until(quota, spent, datetime(2026, 3, 3, 9, 0, tzinfo=UTC)) is None


def test_a_last_call_of_a_clock_that_was_wrong_keeps_nobody_waiting() -> None:
    quota = Quota(calls=5, seconds=DAY, every=0.6)
    assert moment(quota, Spent(last=NOW + timedelta(days=400)), NOW) == NOW


async def test_two_processes_keep_one_pace(store: Store) -> None:
    time, quota = Time(), Quota(calls=100, seconds=DAY, every=0.6)
    one, other = process(store, time, quota), process(store, time, quota)
    moments = []
    for calls in (one, other, one, other):
        await calls.turn()
        moments.append(time.now)
    assert [(later - first).total_seconds() for first, later in pairwise(moments)] == [0.6] * 3


async def test_processes_that_call_at_the_same_moment_are_all_counted_and_each_has_its_own(store: Store) -> None:
    time, quota = Time(passing=0), Quota(calls=100, seconds=DAY, every=0.6)
    await asyncio.gather(*(process(store, time, quota).turn() for _ in range(4)))
    assert sorted(time.slept) == pytest.approx([0.6, 1.2, 1.8])
    row = await store.get("tokensread", PARTITION, PLACE)
    assert row is not None
    assert sum(row.data["is"]["calls"].values()) == 4


async def test_a_process_that_begins_anew_knows_what_was_called_before(store: Store) -> None:
    time, quota = Time(), Quota(calls=3, seconds=DAY)
    for _ in range(3):
        await process(store, time, quota).turn()
    with pytest.raises(TryLater, match=r"its 3 calls in 24 hours are used up.*after 2026-03-03 09:00 UTC") as later:
        await process(store, time, quota).turn()
    assert later.value.seconds == 25 * 3600


async def test_each_system_has_its_own_count(store: Store) -> None:
    time, quota = Time(), Quota(calls=1, seconds=DAY)
    await process(store, time, quota).turn()
    await process(store, time, quota, "sources.other").turn()


POLICY = """
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr: {connector: vendor, settings: {base: "https://vendor.example.test"}}
targets:
  entra:
    connector: entra
    settings: {tenant: sandbox}
    correlate: [employeeId]
    attributes: {employeeId: "[employeeId]"}
"""


async def outside_of(store: Store, quota: Quota, tokens: TokenStore | None) -> Outside:
    """What a connector with a quota is given."""
    given: list[Outside] = []

    def source(settings: object, outside: Outside) -> Source:
        given.append(outside)
        assert MANIFEST.source
        return MANIFEST.source(settings, outside)

    async def secret(name: str) -> str:
        return "s3cret"

    time = Time()
    around = Surroundings(
        store=store,
        bus=MemoryBus(time.clock, queues.QUEUES),
        secret=secret,
        tokens=tokens,
        clock=time.clock,
        sleep=time.sleep,
        unique=lambda: "1",
        hash_key=b"k" * 32,
        folder=Path("."),
        credential=lambda target: AsyncMock(),
    )
    vendor = replace(MANIFEST, sign_in=None, quota=lambda settings: quota, source=source)
    manifests = {"vendor": vendor, "entra": connectors.manifest("entra")}
    async with AsyncExitStack() as stack:
        await assemble(load(POLICY), manifests.__getitem__, around, stack)
    return given[0]


async def test_a_connector_whose_manifest_names_a_quota_is_given_what_counts_its_calls(store: Store) -> None:
    tokens = TokenStore(store=store, keys=ring("k"))
    outside = await outside_of(store, Quota(calls=1, seconds=DAY), tokens)
    assert outside.pace
    await outside.pace.turn()
    with pytest.raises(TryLater, match=r"^sources\.hr: its 1 calls"):
        await outside.pace.turn()


async def test_calls_cannot_be_counted_where_nothing_is_kept(store: Store) -> None:
    with pytest.raises(Misconfigured, match="its calls are counted in the token store, and none is set up here"):
        await outside_of(store, Quota(calls=1, seconds=DAY), None)
