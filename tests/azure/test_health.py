"""Anybody may ask whether an app works, and learns what passes by name, and nothing that helps to break it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from azure_world import World, opened

import function_app
from shared import VERSION
from shared.azure import health
from shared.errors import Misconfigured, TryLater
from shared.policy_file import load

CANARY = "canary-19c4"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(health, "SECONDS", 0.0)
    async with opened(tmp_path, monkeypatch) as opening:
        yield opening


async def asked() -> tuple[int, dict[str, Any]]:
    answer = await function_app.health(func.HttpRequest("GET", "https://joinly.example/api/health", body=b""))
    assert CANARY not in answer.get_body().decode()
    return answer.status_code, json.loads(answer.get_body())


async def test_an_app_that_works_says_which_version_policy_and_role_it_is(world: World) -> None:
    status, said = await asked()
    assert status == 200
    assert said == {
        "status": "pass",
        "version": VERSION,
        "role": "both",
        "policy": load(world.policies.text).hash,
        "checks": {"settings": "pass", "policy": "pass", "state": "pass", "queues": "pass"},
    }


def test_the_version_is_that_of_the_package() -> None:
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    "trouble", [TryLater(CANARY), Misconfigured(CANARY), ValueError(CANARY)], ids=lambda one: type(one).__name__
)
async def test_a_policy_that_cannot_be_had_fails_alone_and_says_nothing_more(world: World, trouble: Exception) -> None:
    world.policies.trouble = trouble
    status, said = await asked()
    assert (status, said["status"]) == (503, "fail")
    assert said["checks"] == {"settings": "pass", "policy": "fail", "state": "pass", "queues": "pass"}
    assert "policy" not in said


async def test_queues_that_are_away_fail_by_name(world: World) -> None:
    world.policies.away = True
    status, said = await asked()
    assert (status, said["checks"]["queues"], said["checks"]["state"]) == (503, "fail", "pass")


async def test_an_app_without_its_settings_fails_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOINLY_TABLES", CANARY)
    status, said = await asked()
    assert (status, set(said["checks"].values())) == (503, {"fail"})
    assert said.keys() == {"status", "version", "checks"}


async def test_what_does_not_answer_in_time_fails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 2.0)
    deployment = await world.doors.deployment()
    async with world.doors.engine():
        pass

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(type(deployment.ground.around.store), "get", never)
    _, said = await asked()
    assert said["checks"] == {"settings": "pass", "policy": "pass", "state": "fail", "queues": "pass"}


async def test_many_who_ask_at_once_are_told_what_was_seen_last(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SECONDS", 3_600.0)
    assert {status for status, _ in await asyncio.gather(*(asked() for _ in range(20)))} == {200}
    world.policies.away = True
    assert (await asked())[0] == 200
