"""The numbers an operator watches: each rises for its own reason, levels are told though nothing happens, nobody is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from azure_world import World, as_message, engine_of, opened
from listener import Listener

import function_app
from shared import queues
from shared.engine import breaker, gauge_flow, gauge_own, gauge_stock, handle
from shared.errors import Misconfigured, Reason, TryLater
from shared.model import Entitlement
from shared.pacing import BURST, RATE, Pace, left
from shared.rest import Rest
from shared.telemetry import catalogue
from shared.tokens.deciding import Known, Rules
from shared.wire import Meter, open_http

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ANNA = "001;Anneke;Vermeulen;2020-01-01;;Sales;"
BART = "002;Bartholomeus;Vermeulen;2020-03-09;;Care;001"


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    async with opened(tmp_path, monkeypatch) as opening:
        yield opening


async def test_who_changed_and_what_was_written_is_counted(world: World, heard: Listener) -> None:
    world.hr(ANNA, BART)
    await world.run()
    assert heard.numbers("joinly.changes") == {(("joinly.source", "hr"),): 2}
    writes = heard.numbers("joinly.writes")
    done = {dict(key)["joinly.verb"]: count for key, count in writes.items() if ("joinly.outcome", "done") in key}
    assert done["create"] == 2
    assert done["enable"] == 2
    (plans, planned), *others = heard.numbers("joinly.plan.size").values()
    assert not others
    assert plans > 2
    assert planned >= sum(done.values())


async def test_a_level_exists_though_nothing_happens(world: World, heard: Listener) -> None:
    world.hr(ANNA)
    await world.run()
    await function_app.sweep(None)
    assert heard.numbers("joinly.holds") == {(("joinly.reason", reason.value),): 0 for reason in Reason}


@pytest.mark.parametrize("tripped", [True, False])
async def test_a_target_that_is_stopped_says_so(world: World, heard: Listener, tripped: bool) -> None:
    engine = await engine_of(world)
    if tripped:
        await breaker.trip(engine, "entra", "the sign-in is refused")
    await gauge_flow(engine)
    assert heard.numbers("joinly.breaker") == {(("joinly.target", "entra"),): int(tripped)}


async def test_seats_are_told_of_licences_that_the_policy_gives_and_of_no_other(
    world: World, heard: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.policies.text += "      - license: SPE_E3\n"
    engine = await engine_of(world)

    async def stock() -> dict[Entitlement, int]:
        return {Entitlement("license", "SPE_E3"): 7, Entitlement("license", "FLOW_FREE"): 9000}

    monkeypatch.setattr(engine.targets["entra"], "stock", stock)
    await gauge_stock(engine)
    assert heard.numbers("joinly.seats") == {(("joinly.licence", "SPE_E3"), ("joinly.target", "entra")): 7}


async def test_the_age_of_a_source_is_that_of_its_last_believed_answer(world: World, heard: Listener) -> None:
    world.hr(ANNA, BART)
    await world.run()
    engine = await engine_of(world)
    world.clock.now += timedelta(hours=2)
    await function_app.poll(None)
    await world.drain(queues.POLLS)
    world.clock.now += timedelta(minutes=1)
    (world.folder / "people.csv").write_text("Number;First;Last;Start;End;Department;Manager\n", encoding="utf-8")
    await function_app.poll(None)
    await world.drain(queues.POLLS)
    await world.drain(queues.POLLS)
    world.clock.now += timedelta(minutes=1)
    await gauge_flow(engine)
    assert heard.numbers("joinly.source.age") == {(("joinly.source", "hr"),): 120.0}


async def test_what_cannot_be_read_is_not_told_and_the_rest_is(
    world: World, heard: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await engine_of(world)

    async def not_ours(queue: str) -> None:
        raise Misconfigured(f"queue {queue}: not ours")

    monkeypatch.setattr(world.bus, "dead_letters", not_ours)
    assert await gauge_own(engine, queues.QUEUES) == await gauge_own(engine, []) == 1
    assert heard.numbers("joinly.dead_letters") == {}


async def test_what_was_set_aside_is_counted_by_queue(world: World, heard: Listener) -> None:
    world.hr(ANNA)
    await function_app.poll(None)
    await world.drain(queues.POLLS)
    held = await world.bus.accept(queues.CHANGES, 0)
    assert held is not None
    [one] = await held.receive(1)
    await held.dead_letter(one, "looked at")
    await held.close()
    await gauge_own(await engine_of(world), queues.QUEUES)
    expected = {(("joinly.queue", name),): int(name == queues.CHANGES) for name in queues.QUEUES}
    assert heard.numbers("joinly.dead_letters") == expected


async def test_a_doorbell_that_waited_is_as_old_as_it_was_due(world: World, heard: Listener) -> None:
    world.hr(ANNA)
    await function_app.poll(None)
    await world.drain(queues.POLLS)
    held = await world.bus.accept(queues.CHANGES, 0)
    assert held is not None
    [one] = await held.receive(1)
    world.clock.now += timedelta(seconds=90)
    await function_app.changes(as_message(one))
    assert heard.numbers("joinly.queue.age")[(("joinly.queue", "changes"),)] == (1, 90.0)


async def test_being_throttled_and_waiting_is_counted(heard: Listener) -> None:
    answers = [httpx.Response(429, headers={"retry-after": "20"}), httpx.Response(200, json={})]
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    network = httpx.MockTransport(lambda request: answers.pop(0))
    async with open_http(Meter(), transport=network) as http:
        await Rest("HR", "https://hr.example.test", http, clock=lambda: NOW, sleep=sleep).get("/people")
    assert slept == [20]
    assert heard.numbers("joinly.throttles") == {(("server.address", "hr.example.test"),): 1}
    assert heard.numbers("joinly.waited") == {(("joinly.where", "place"),): 20}
    attempts = [dict(span.attributes or {}).get(catalogue.ATTEMPT) for span in heard.spans]
    assert attempts == [None, 1], "the second is the first one sent again"


async def test_what_is_rung_for_later_has_waited_in_its_queue(world: World, heard: Listener) -> None:
    engine = await engine_of(world)

    async def busy(*_: object) -> None:
        raise TryLater("the table is busy", 45)

    keys = {"person": "p", "target": "entra"}
    await handle(replace(engine, store=SimpleNamespace(get=busy)), queues.PROVISIONING, "p|entra", keys)  # type: ignore[arg-type]
    assert heard.numbers("joinly.waited") == {(("joinly.where", "queue"),): 45}


GIVEN = NOW - timedelta(days=17, hours=12)


@pytest.mark.parametrize(
    ("row", "days"), [(Known(given=GIVEN), 12.5), (Known(given=GIVEN, dead="invalid_grant"), 0), (None, 0)]
)
async def test_a_consent_has_days_left(world: World, heard: Listener, row: Known | None, days: float) -> None:
    class Access:
        rules = Rules(consents=True, unused=timedelta(days=30))

        async def known(self) -> Known | None:
            return row

    engine = replace(await engine_of(world), accesses={"exact": Access()})  # type: ignore[dict-item]
    await gauge_own(engine, [])
    assert heard.numbers("joinly.consent") == {(("joinly.system", "exact"),): days}


def test_the_budget_is_full_after_a_rest_and_below_nothing_when_it_is_reserved_ahead() -> None:
    assert left(Pace(), NOW) == BURST
    assert left(Pace(NOW), NOW) == 0
    assert left(Pace(NOW + timedelta(seconds=10)), NOW) == -10 * RATE


def test_no_metric_names_a_person_or_an_account() -> None:
    names = {name for metric in catalogue.METRICS for name in metric.attributes}
    assert not names & {catalogue.PERSON, catalogue.ADDRESS}
    assert names <= catalogue.ATTRIBUTES.keys()
