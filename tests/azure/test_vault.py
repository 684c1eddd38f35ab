"""Secrets come from a key vault that the real SDK talks to over TLS; failures are ours and quote nothing."""

import asyncio
import logging
from datetime import UTC, datetime

import httpx
import pytest
from loopback import NAME, URL, Loopback

from shared.embedded.store import SqliteStore
from shared.errors import Misconfigured, TryLater
from shared.rest import Rest
from shared.signing import Fixed
from shared.tokens.deciding import Known
from shared.tokens.kept import Rows
from shared.tokens.sealed import Pair, from_secret, new_key
from shared.vault import MOST, Remembered
from shared.wire import Meter, open_http

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CANARY = "canary-4b1f"


async def test_a_secret_is_read_with_a_managed_identity(azure: Loopback) -> None:
    azure.vault.put("personio-key", "first")
    azure.vault.put("personio-key", CANARY)
    async with azure.opened() as vault:
        assert await vault.read("secret:personio-key") == CANARY
    assert set(azure.identity.issued.values()) == {"https://vault.azure.net"}


async def test_what_a_person_must_repair_is_one_sentence_that_says_where(azure: Loopback) -> None:
    azure.vault.put("off", CANARY, enabled=False)
    azure.vault.put("empty", "")
    async with azure.opened() as vault:
        said = {}
        for name in ("missing", "off", "empty"):
            with pytest.raises(Misconfigured) as wrong:
                await vault.read(f"secret:{name}")
            said[name] = str(wrong.value)
        azure.vault.role = False
        with pytest.raises(Misconfigured, match="Key Vault Secrets User"):
            await vault.read("secret:missing")
    assert said["missing"] == "there is no secret:missing in the key vault; add it there under that name"
    assert "must be enabled" in said["off"]
    assert said["empty"] == "secret:empty is empty in the key vault; set its value"


@pytest.mark.parametrize("text", [CANARY, f"secret:{CANARY}!", "secret:", f"secret:a/{CANARY}", f"SECRET:{CANARY}"])
async def test_a_secret_written_where_its_name_belongs_is_not_repeated_and_not_sent(azure: Loopback, text: str) -> None:
    async with azure.opened() as vault:
        with pytest.raises(Misconfigured, match="never the secret itself") as wrong:
            await vault.read(text)
    assert CANARY not in str(wrong.value)
    assert azure.vault.asked == []


async def test_a_busy_vault_is_asked_again_and_then_tried_later(azure: Loopback) -> None:
    azure.vault.put("key", "value")
    azure.vault.failing = [503]
    async with azure.opened() as vault:
        assert await vault.read("secret:key") == "value"
        azure.vault.failing = [503] * 4
        with pytest.raises(TryLater, match=r"secret:key: the key vault is busy \(503\)"):
            await vault.read("secret:key")


async def test_an_answer_that_should_not_be_names_its_status(azure: Loopback) -> None:
    azure.vault.failing = [409]
    async with azure.opened() as vault:
        with pytest.raises(Misconfigured, match="answered 409"):
            await vault.read("secret:key")


async def test_an_identity_the_app_does_not_have_is_misconfigured(azure: Loopback) -> None:
    async with azure.opened("00000000-0000-4000-8000-000000000000") as vault:
        with pytest.raises(Misconfigured, match="does not accept the app's identity"):
            await vault.read("secret:key")


async def test_a_vault_that_is_away_is_tried_later(azure: Loopback) -> None:
    azure.port = 1  # nothing listens there
    async with azure.opened() as vault:
        with pytest.raises(TryLater, match="could not be reached"):
            await vault.read("secret:key")


async def test_neither_logs_nor_errors_hold_a_value(azure: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    azure.vault.put("key", CANARY)
    async with azure.opened() as vault:
        secret = Remembered(vault.read)
        await secret("secret:key")
    assert CANARY not in caplog.text
    assert CANARY not in repr(secret)
    assert NAME in URL


async def test_a_secret_that_is_changed_in_mid_run_is_used_at_the_first_refusal(azure: Loopback) -> None:
    azure.vault.put("hr-token", "the old one")
    accepted, seen = {"the old one"}, list[int]()

    def hr(request: httpx.Request) -> httpx.Response:
        good = request.headers["authorization"].removeprefix("AfasToken ") in accepted
        seen.append(200 if good else 401)
        return httpx.Response(seen[-1], json={"rows": []})

    async with azure.opened() as vault, open_http(Meter(), transport=httpx.MockTransport(hr)) as http:
        secret = Remembered(vault.read)
        sign = Fixed("Authorization", ["secret:hr-token"], "AfasToken {}".format, secret, secret.forget)
        rest = Rest("AFAS", "https://hr.example.test", http, clock=lambda: NOW, sleep=asyncio.sleep, sign=sign)
        await rest.get("/people")
        azure.vault.put("hr-token", CANARY)
        accepted.clear()
        accepted.add(CANARY)
        await asyncio.gather(*(rest.get("/people") for _ in range(3)))
        await rest.get("/people")
        accepted.clear()
        with pytest.raises(Misconfigured, match="; check secret:hr-token") as wrong:
            await rest.get("/people")
    assert CANARY not in str(wrong.value)
    assert seen.count(200) == 5
    assert seen[-1] == 401
    assert 3 <= len(azure.vault.asked) <= 5


async def test_the_key_of_tokens_is_rotated_without_deploying_anything(azure: Loopback) -> None:
    old, new = new_key(), new_key()
    azure.vault.put("joinly-token-key", old)
    async with azure.opened() as vault, SqliteStore(":memory:") as store:
        secret = Remembered(vault.read)
        running = Rows(store, "tokensread", from_secret(secret, secret.forget))
        await running.write("sources.hr", Known(), Pair("access", "refresh"), "")
        azure.vault.put("joinly-token-key", f"{new},{old}")
        other = Remembered(vault.read)
        kept = await Rows(store, "tokensread", from_secret(other, other.forget)).read("sources.hr")
        azure.vault.put("joinly-token-key", new)
        assert await running.read("sources.hr") == kept  # it remembers the old key only, and asks anew


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Asked:
    """A reader that counts, and fails when told to."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.failing = False

    async def __call__(self, name: str) -> str:
        self.names.append(name)
        await asyncio.sleep(0)
        if self.failing:
            raise TryLater("busy")
        return f"{name}#{len(self.names)}"


async def test_a_secret_is_asked_for_again_only_when_its_seconds_have_passed() -> None:
    clock, asked = Clock(), Asked()
    secret = Remembered(asked, seconds=60, clock=clock)
    first = await secret("secret:a")
    clock.now += 59.9
    assert await secret("secret:a") == first
    clock.now += 0.1
    assert await secret("secret:a") == "secret:a#2"
    assert asked.names == ["secret:a"] * 2


async def test_a_secret_that_was_not_accepted_is_asked_for_anew_and_only_that_one() -> None:
    asked = Asked()
    secret = Remembered(asked)
    await secret("secret:a")
    await secret("secret:b")
    secret.forget("secret:a")
    secret.forget("secret:never asked")
    assert await secret("secret:a") == "secret:a#3"
    assert await secret("secret:b") == "secret:b#2"


async def test_many_who_ask_at_once_cause_one_question() -> None:
    asked = Asked()
    secret = Remembered(asked)
    assert set(await asyncio.gather(*(secret("secret:a") for _ in range(20)))) == {"secret:a#1"}


async def test_a_failure_is_not_remembered_and_no_old_value_stands_in_for_it() -> None:
    clock, asked = Clock(), Asked()
    secret = Remembered(asked, seconds=60, clock=clock)
    await secret("secret:a")
    clock.now += 60
    asked.failing = True
    with pytest.raises(TryLater):
        await secret("secret:a")
    asked.failing = False
    assert await secret("secret:a") == "secret:a#3"


async def test_no_more_than_so_many_are_remembered_and_the_oldest_goes_first() -> None:
    asked = Asked()
    secret = Remembered(asked)
    for number in range(MOST + 1):
        await secret(f"secret:{number}")
    await secret(f"secret:{MOST}")
    assert len(asked.names) == MOST + 1
    await secret("secret:0")
    assert asked.names[-1] == "secret:0"
