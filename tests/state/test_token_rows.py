"""Tokens in both forms of the state: sealed, fenced by version, and sealed anew when their key is an old one."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Misconfigured
from shared.store import Conflict, Put, Store
from shared.tokens.deciding import Given, Known, connected
from shared.tokens.kept import PARTITION, Rows
from shared.tokens.sealed import Keys, Pair, from_secret, new_key

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
KNOWN = connected(None, Given(timedelta(hours=1), refresh=True, scopes=("people.read",)), NOW)
PAIR = Pair("access-canary-71", "refresh-canary-72")
PLACE = "sources.hr"
ONE, TWO, THREE = new_key(), new_key(), new_key()


@dataclass
class Ring:
    """The keys as they are remembered, and as they are when they are asked for anew."""

    text: str = ONE
    newer: str = ""
    again: list[bool] = field(default_factory=list)

    async def __call__(self, *, again: bool) -> Keys:
        self.again.append(again)
        self.text = self.newer or self.text if again else self.text
        return Keys(self.text, "secret:joinly-token-key")


async def sealed(store: Store, table: str) -> str:
    row = await store.get(table, PARTITION, PLACE)
    assert row is not None
    return str(row.data["sealed"])


async def test_what_is_written_is_read_and_nothing_of_it_is_in_the_row(store: Store, table: str) -> None:
    rows = Rows(store, table, Ring())
    version = await rows.write(PLACE, KNOWN, PAIR, "")
    kept = await rows.read(PLACE)
    assert kept is not None
    assert (kept.known, kept.pair, kept.version) == (KNOWN, PAIR, version)
    row = await store.get(table, PARTITION, PLACE)
    assert row is not None
    assert "canary" not in json.dumps(dict(row.data))
    assert await rows.peek(PLACE) == KNOWN
    assert await rows.read("sources.other") is None
    assert await rows.peek("sources.other") is None


async def test_of_two_who_read_the_same_version_one_wins(
    opener: Callable[[], AbstractAsyncContextManager[Store]], table: str
) -> None:
    async with opener() as one, opener() as other:
        version = await Rows(one, table, Ring()).write(PLACE, KNOWN, PAIR, "")
        writes = [Rows(store, table, Ring()).write(PLACE, KNOWN, PAIR, version) for store in (one, other)]
        results = await asyncio.gather(*writes, return_exceptions=True)
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "str"]
        with pytest.raises(Conflict):
            await Rows(other, table, Ring()).write(PLACE, KNOWN, PAIR, "")


async def test_a_new_consent_is_written_whatever_was_there(store: Store, table: str) -> None:
    rows = Rows(store, table, Ring())
    await rows.write(PLACE, Known(dead="invalid_grant"), Pair(), "")
    await rows.put(PLACE, KNOWN, PAIR)
    kept = await rows.read(PLACE)
    assert kept is not None
    assert (kept.known, kept.pair) == (KNOWN, PAIR)


async def test_a_row_of_an_older_key_is_sealed_anew_when_it_is_read(store: Store, table: str) -> None:
    await Rows(store, table, Ring(ONE)).write(PLACE, KNOWN, PAIR, "")
    old = await sealed(store, table)
    kept = await Rows(store, table, Ring(f"{TWO}, {ONE}")).read(PLACE)
    assert kept is not None
    assert kept.pair == PAIR
    assert await sealed(store, table) != old
    newest_alone = await Rows(store, table, Ring(TWO)).read(PLACE)
    assert newest_alone == kept


async def test_a_row_of_the_newest_key_is_left_as_it_is(store: Store, table: str) -> None:
    rows = Rows(store, table, Ring(f"{TWO},{ONE}"))
    await rows.write(PLACE, KNOWN, PAIR, "")
    was = await sealed(store, table)
    await rows.read(PLACE)
    assert await sealed(store, table) == was


async def test_a_key_that_was_rotated_meanwhile_is_asked_for_once(store: Store, table: str) -> None:
    await Rows(store, table, Ring(TWO)).write(PLACE, KNOWN, PAIR, "")
    ring = Ring(ONE, newer=f"{TWO},{ONE}")
    kept = await Rows(store, table, ring).read(PLACE)
    assert kept is not None
    assert kept.pair == PAIR
    assert ring.again == [False, True]


async def test_a_row_that_no_key_opens_says_what_to_do(store: Store, table: str) -> None:
    await Rows(store, table, Ring(THREE)).write(PLACE, KNOWN, PAIR, "")
    with pytest.raises(Misconfigured, match=r"behind the newest one, or .* joinly connect POLICY sources\.hr") as wrong:
        await Rows(store, table, Ring(f"{TWO},{ONE}")).read(PLACE)
    assert not [key for key in (ONE, TWO, THREE) if key in str(wrong.value)]


async def test_a_row_that_somebody_moved_to_another_system_is_not_opened(store: Store, table: str) -> None:
    rows = Rows(store, table, Ring())
    await rows.write(PLACE, KNOWN, PAIR, "")
    row = await store.get(table, PARTITION, PLACE)
    assert row is not None
    await store.commit(table, PARTITION, [Put("sources.other", row.data)])
    with pytest.raises(Misconfigured, match=r"sources\.other"):
        await rows.read("sources.other")


@pytest.mark.parametrize(
    "text",
    ["", " , ", "a short one", ONE[:-2], f"{ONE};{TWO}", f"{ONE},canary"],
    ids=["nothing", "commas", "short", "cut off", "another separator", "one of two"],
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Misconfigured, match="secret:joinly-token-key does not hold token keys") as wrong:
        Keys(text, "secret:joinly-token-key")
    assert "canary" not in str(wrong.value)
    assert ONE[:8] not in str(wrong.value)


async def test_keys_of_the_key_vault_are_forgotten_before_they_are_asked_for_anew() -> None:
    forgotten: list[str] = []

    async def secret(name: str) -> str:
        return ONE

    ring = from_secret(secret, forgotten.append)
    await ring(again=False)
    assert forgotten == []
    keys = await ring(again=True)
    assert forgotten == ["secret:joinly-token-key"]
    assert ONE not in repr(keys)
    assert "canary" not in repr(PAIR)
