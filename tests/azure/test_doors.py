"""What each kind of failure does to a timer and to a doorbell, and that a bug tells its place but not its text."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from azure_world import World, doors_on, opened

import function_app
from shared import queues
from shared.azure.bug import Bug, told_by_place
from shared.azure.doors import Doors
from shared.azure.root import Deployment
from shared.bus import Doorbell
from shared.connector import DirectoryPage
from shared.doorbells import to_text
from shared.engine import Engine, session
from shared.errors import Misconfigured, Refused, TryLater
from shared.model import Person

CANARY = "canary-51de"
BUSY = to_text(Doorbell("busy", {"source": "busy"})).encode()
NONE: Mapping[str, Any] = {}
PERSON = to_text(Doorbell("p", {"person": "p", "hop": "map"})).encode()


class HR:
    """A source that gives one person, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.asked = error, 0

    async def fetch(self, since: str = "") -> AsyncIterator[Person]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        yield Person(hr_id="1")


class GlancedHR(HR):
    """One that can say whom it has changed."""

    async def glance(self, since: datetime, most: int) -> AsyncIterator[Person]:
        self.asked += 1
        yield Person(hr_id="1")


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    async with opened(tmp_path, monkeypatch) as opening:
        yield opening


class Directory:
    """A target that says nothing changed, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.asked = error, 0

    async def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        yield DirectoryPage(token="t")


async def doors_with(world: World, sources: Mapping[str, HR] = NONE, targets: Mapping[str, Directory] = NONE) -> Doors:
    """Doors whose engine reads these sources and follows these targets."""
    async with world.doors.engine() as engine:
        policy = engine.policy.model_copy(update={"sources": dict.fromkeys(sources, engine.policy.sources["hr"])})

    async def build(stack: AsyncExitStack) -> Engine:
        return replace(engine, policy=policy, sources=sources, targets=targets)

    return doors_on(world, build)


async def test_the_timer_rings_for_every_source_and_asks_none(world: World) -> None:
    one, two = HR(), HR()
    await (await doors_with(world, {"one": one, "two": two})).poll()
    assert (one.asked, two.asked, world.bus.waiting(queues.POLLS)) == (0, 0, 2)


async def test_the_timer_between_polls_rings_for_sources_that_can_say_whom_they_have_changed(world: World) -> None:
    plain, glanced = HR(), GlancedHR()
    await (await doors_with(world, {"plain": plain, "glanced": glanced})).glance()
    assert (plain.asked, glanced.asked, world.bus.waiting(queues.POLLS)) == (0, 0, 1)


async def test_a_busy_source_completes_its_doorbell_and_waits_for_the_next_time(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    busy = HR(TryLater("the HR system is busy"))
    await (await doors_with(world, {"busy": busy})).answer(queues.POLLS, [BUSY])
    assert busy.asked == 1
    assert [one.levelname for one in caplog.records if "the HR system is busy" in one.message] == ["WARNING"]
    assert world.bus.waiting(queues.POLLS) == 0


async def test_a_busy_target_waits_for_the_next_time_and_the_others_are_asked(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    fine = Directory()
    doors = await doors_with(world, targets={"busy": Directory(TryLater("the directory is busy")), "fine": fine})
    await doors.follow()
    assert fine.asked == 1
    assert [one.levelname for one in caplog.records if "the directory is busy" in one.message] == ["WARNING"]


async def test_a_wrong_setting_fails_the_timer_after_the_others_were_asked(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    fine = Directory()
    doors = await doors_with(world, targets={"wrong": Directory(Misconfigured("no consent")), "fine": fine})
    with pytest.raises(Misconfigured, match="no consent"):
        await doors.follow()
    assert fine.asked == 1
    assert [one.levelname for one in caplog.records if "no consent" in one.message] == ["ERROR"]


async def test_several_failures_are_all_told(world: World) -> None:
    wrong = {"one": Directory(Misconfigured("first")), "two": Directory(ZeroDivisionError(CANARY))}
    with pytest.raises(ExceptionGroup) as several:
        await (await doors_with(world, targets=wrong)).follow()
    assert [type(one) for one in several.value.exceptions] == [Misconfigured, Bug]
    assert CANARY not in "".join(map(str, several.value.exceptions))


async def test_a_bug_tells_its_type_and_places_and_never_its_text(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    doors = await doors_with(world, {"busy": HR(ValueError(f"no date: {CANARY}"))})
    with pytest.raises(Bug, match=r"ValueError at azure/test_doors\.py:\d+ < engine/reading\.py:\d+ < ") as bug:
        await doors.answer(queues.POLLS, [BUSY])
    assert CANARY not in str(bug.value) + caplog.text
    assert bug.value.__suppress_context__


@pytest.mark.parametrize("error", [TryLater("a"), Refused("b"), Misconfigured("c"), Bug("d")])
def test_our_own_errors_pass_as_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as passed, told_by_place():
        raise error
    assert passed.value is error


def failing(error: Exception) -> Callable[[AsyncExitStack], Any]:
    """An app that cannot be put together."""

    async def deploy(stack: AsyncExitStack) -> Any:
        raise error

    return deploy


async def test_a_doorbell_is_completed_while_the_app_is_misconfigured_because_its_mark_stays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    doors = Doors(failing(Misconfigured("the app setting JOINLY_POLICIES is missing")))
    await doors.answer(queues.CHANGES, [PERSON])
    [record] = [one for one in caplog.records if "JOINLY_POLICIES" in one.message]
    assert record.levelno == logging.ERROR


async def test_a_timer_fails_while_the_app_is_misconfigured() -> None:
    for door in ("poll", "glance", "follow", "wake", "sweep"):
        with pytest.raises(Misconfigured, match="the key vault refuses"):
            await getattr(Doors(failing(Misconfigured("the key vault refuses"))), door)()


async def test_a_doorbell_is_given_back_while_the_engine_cannot_be_built_yet() -> None:
    with pytest.raises(TryLater, match="vault is busy"):
        await Doors(failing(TryLater("vault is busy"))).answer(queues.CHANGES, [PERSON])


async def test_a_bug_while_building_is_told_by_its_place_too() -> None:
    with pytest.raises(Bug, match=r"KeyError at azure/test_doors\.py") as bug:
        await Doors(failing(KeyError(CANARY))).answer(queues.CHANGES, [PERSON])
    assert CANARY not in str(bug.value)


async def test_what_failed_to_open_is_closed_and_opened_anew_by_the_next(world: World) -> None:
    deployment = await world.doors.deployment()
    closed: list[int] = []

    async def deploy(stack: AsyncExitStack) -> Deployment:
        attempt = len(closed) + 1
        stack.callback(closed.append, attempt)
        if attempt < 3:
            raise TryLater("not yet")
        return deployment

    doors = Doors(deploy)
    for _ in range(2):
        with pytest.raises(TryLater):
            await doors.deployment()
    assert closed == [1, 2]
    assert await doors.deployment() is deployment
    assert closed == [1, 2]
    await doors.close()
    assert closed == [1, 2, 3]


async def test_a_doorbell_without_its_keys_is_a_bug_and_is_given_back(world: World) -> None:
    for queue in (queues.CHANGES, queues.PROVISIONING):
        with pytest.raises(Bug, match=r"KeyError at engine/parts\.py"):
            await world.doors.answer(queue, [to_text(Doorbell("s", {"other": CANARY})).encode()])


async def test_what_stands_in_the_way_of_a_doorbell_is_logged_and_the_message_completed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.hr("001;Anneke;Vermeulen;2020-01-01;;Sales;")
    await function_app.poll(None)
    world.tenant.apps.clear()
    await world.settle()
    said = [one.message for one in caplog.records if one.levelname == "WARNING"]
    assert [one for one in said if "Microsoft sign-in was refused AADSTS700016" in one]
    assert world.users() == {}
    assert [await world.bus.dead_letters(queue) for queue in queues.QUEUES] == [[]] * len(queues.QUEUES)


@pytest.mark.parametrize(
    ("queue", "body", "expected"),
    [
        (queues.POLLS, {"source": "hr"}, "hr"),
        (queues.CHANGES, {"person": "p", "hop": "map"}, "p"),
        (queues.ADMIT, {}, "admit"),
        (queues.PROVISIONING, {"person": "p", "target": "entra"}, "p|entra"),
        (queues.PROVISIONING_NOW, {"person": "p", "target": "entra"}, "p|entra"),
        (queues.MEMBERSHIPS, {"target": "entra", "group": "g"}, "entra|g"),
    ],
)
def test_the_session_of_a_doorbell_follows_from_its_body(queue: str, body: dict[str, str], expected: str) -> None:
    assert session(queue, body) == expected


def test_every_queue_has_a_session_and_no_other_has() -> None:
    body = {"source": "s", "person": "p", "target": "t", "group": "g"}
    assert all(session(queue, body) for queue in queues.QUEUES)
    with pytest.raises(ValueError, match="there is no queue elsewhere"):
        session("elsewhere", body)
