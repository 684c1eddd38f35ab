"""One trace from HR to the tenant, whatever hop it takes, and nothing in it but what the catalogue names."""

import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from azure_world import World, engine_of, opened
from listener import Listener, parent, span_id, trace_id
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan

import function_app
from shared import layout, queues
from shared.engine import handle
from shared.engine.sweeping import sweep
from shared.errors import Misconfigured, Refused, TryLater
from shared.layout import Hop
from shared.telemetry import carried, catalogue, continuing, joined, parted, spanning, writing
from shared.telemetry.logs import LOG

ANNA = "001;Anneke;Vermeulen;2020-01-01;;Sales;"
BART = "002;Bartholomeus;Vermeulen;2020-03-09;;Care;001"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    async with opened(tmp_path, monkeypatch) as opening:
        yield opening


def first(spans: list[ReadableSpan]) -> dict[str, ReadableSpan]:
    """The first of these spans about each person."""
    return {str((span.attributes or {}).get(catalogue.PERSON)): span for span in reversed(spans)}


async def test_one_trace_leads_from_the_poll_to_every_write(world: World, heard: Listener) -> None:
    world.hr(ANNA, BART)
    await function_app.poll(None)
    await world.settle()
    [poll] = heard.named("poll")
    spans = {span_id(span): span for span in heard.spans}
    writes = [span for span in heard.spans if span.name.startswith("write ")]
    assert {span.name for span in writes} >= {"write create", "write grant", "write enable"}
    for write in writes:
        way, one = [], write
        while (above := spans.get(parent(one))) is not None:
            way.append(above.name)
            one = above
        assert way[0] == "provision", write.name
        assert [name for name in way if name in ("map", "poll")][-2:] == ["map", "poll"]
    assert {trace_id(span) for span in writes} == {trace_id(poll)}


async def test_the_decision_about_somebody_is_in_their_own_trace_and_names_the_look_that_made_it(
    world: World, heard: Listener
) -> None:
    for row in (ANNA, BART):
        world.hr(*([ANNA] if row is ANNA else [ANNA, BART]))
        await function_app.poll(None)
        await world.drain(queues.POLLS)
    await world.settle()
    decided = first(heard.named("decide"))
    assert {trace_id(span) for span in decided.values()} == {trace_id(span) for span in heard.named("poll")}
    admits = {span_id(span) for span in heard.named("admit")}
    assert all({link.context.span_id for link in span.links} <= admits and span.links for span in decided.values())


async def test_a_door_that_answers_doorbells_of_many_traces_links_to_all_of_them(world: World, heard: Listener) -> None:
    engine = await engine_of(world)
    await handle(engine, queues.ADMIT, "admit", {}, [PARENT, OTHER, PARENT, ""])
    [admit] = heard.named("admit")
    assert parent(admit) == 0
    assert {f"{link.context.trace_id:032x}" for link in admit.links} == {PARENT[3:35], OTHER[3:35]}


async def test_a_door_that_answers_many_doorbells_of_one_trace_stays_in_it(world: World, heard: Listener) -> None:
    engine = await engine_of(world)
    sister = PARENT.replace("b7ad6b7169203331", "b7ad6b7169203332")
    await handle(engine, queues.ADMIT, "admit", {}, [PARENT, sister])
    [admit] = heard.named("admit")
    assert (f"{trace_id(admit):032x}", f"{parent(admit):016x}") == (PARENT[3:35], PARENT[36:52])
    assert [f"{link.context.span_id:016x}" for link in admit.links] == ["b7ad6b7169203332"]


async def test_a_lost_doorbell_is_rung_again_in_the_trace_that_the_mark_kept(world: World, heard: Listener) -> None:
    world.hr(ANNA)
    await function_app.poll(None)
    await world.drain(queues.POLLS)
    held = await world.bus.accept(queues.CHANGES, 0)
    assert held is not None
    for lost in await held.receive(10):
        await held.complete(lost)
    await held.close()
    [poll] = heard.named("poll")
    engine = await engine_of(world)
    await sweep(engine)
    await world.settle()
    assert {trace_id(span) for span in heard.named("map")} == {trace_id(poll)}
    assert trace_id(heard.named("sweep")[0]) != trace_id(poll)


async def test_what_is_put_off_goes_on_in_its_trace(world: World, heard: Listener) -> None:
    engine = await engine_of(world)
    row = {"person": layout.own_id("hr", "1"), "target": "entra"}
    with continuing([PARENT]):
        await engine.ring(Hop.PROVISION, [row["person"]], "entra")
    for _ in range(2):
        held = await world.bus.accept(queues.PROVISIONING_NOW, 0)
        assert held is not None
        [delivery] = await held.receive(1)
        assert delivery.trace == PARENT
        await held.complete(delivery)
        await held.close()
        if not await _busy(world, engine, row, delivery.trace):
            break


async def _busy(world: World, engine: object, row: dict[str, str], given: str) -> bool:
    """Handle a doorbell while the tenant's rows cannot be reached."""
    store = engine.store  # type: ignore[attr-defined]

    async def busy(*_: object) -> None:
        raise TryLater("busy", 0)

    kept, store.get = store.get, busy
    try:
        return bool(await handle(engine, queues.PROVISIONING_NOW, "s", row, [given]))  # type: ignore[arg-type]
    finally:
        store.get = kept


async def test_nothing_is_told_but_what_the_catalogue_names(world: World, heard: Listener) -> None:
    world.hr(ANNA, BART)
    await world.run()
    known = {re.sub(r"\{\w+\}", "*", one.name): set(one.attributes) for one in catalogue.SPANS}
    for span in heard.spans:
        name = span.name
        if name.split(" ")[0] in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            name = "* *"
        name = "write *" if name.startswith("write ") else name
        assert set(span.attributes or ()) <= known[name], span.name
        assert not span.events
    assert known.keys() >= {"* *", "write *"}


async def test_a_line_of_the_log_bears_no_field_but_those_of_the_catalogue(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOG.name)
    world.hr(ANNA, BART)
    await function_app.poll(None)
    await world.drain(queues.POLLS)
    world.tenant.apps.clear()
    await world.settle()
    ours = [one for one in caplog.records if one.name == LOG.name]
    fields = [name for one in ours for name in vars(one) if name.startswith("joinly.")]
    assert set(fields) <= catalogue.LOG_FIELDS.keys()
    assert set(fields) >= {"joinly.event", "joinly.count", "joinly.queue", "joinly.person"}


async def test_a_request_shows_holes_where_ids_and_filters_are(world: World, heard: Listener) -> None:
    world.hr(ANNA, BART)
    await world.run()
    requests = [span for span in heard.spans if span.kind is trace.SpanKind.CLIENT]
    asked = {str((span.attributes or {})[catalogue.ADDRESS]) for span in requests}
    graph = "https://graph.microsoft.com"
    assert {f"{graph}/users/{{user}}", f"{graph}/$batch"} <= asked
    ids = [*world.tenant.users, *world.tenant.groups]
    said = "".join(f"{span.name} {dict(span.attributes or {})}" for span in requests)
    assert not [one for one in (*ids, "?", "$filter", "Anneke", "001") if one in said]


@pytest.mark.parametrize(
    ("error", "outcome", "fails"),
    [
        (TryLater("canary"), "later", False),
        (Refused("canary"), "refused", False),
        (Misconfigured("canary"), "misconfigured", True),
        (ValueError("canary"), "failed", True),
    ],
)
def test_an_error_is_told_by_its_kind_and_never_by_its_text(
    heard: Listener, error: Exception, outcome: str, fails: bool
) -> None:
    with pytest.raises(type(error)), writing("entra", "p", "disable", [], ""):
        raise error
    [span] = heard.spans
    assert (span.attributes or {})[catalogue.OUTCOME] == outcome
    assert (span.status.status_code is trace.StatusCode.ERROR) is fails
    assert "canary" not in span.to_json()
    told = (("joinly.outcome", outcome), ("joinly.target", "entra"), ("joinly.verb", "disable"))
    assert heard.numbers("joinly.writes") == {told: 1}


def test_a_trace_with_a_state_survives_its_way_and_what_is_none_is_dropped() -> None:
    assert parted(joined(PARENT, "a=1,b=2")) == {"traceparent": PARENT, "tracestate": "a=1,b=2"}
    assert parted(joined(PARENT.encode(), b"a=1")) == {"traceparent": PARENT, "tracestate": "a=1"}
    assert joined(PARENT, "x" * 10_000) == joined(PARENT, "a\nb") == joined(PARENT, 7) == PARENT
    for nothing in (None, 7, "", "Vermeulen", PARENT.replace("0af", "xyz"), f"00-{'0' * 32}-{'0' * 16}-01"):
        assert joined(nothing) == ""
    with continuing([joined(PARENT, "a=1")]):
        assert carried() == f"{PARENT} a=1"


def test_who_does_not_listen_passes_a_trace_on_and_begins_none() -> None:
    assert carried() == ""
    with spanning("map", {}):
        assert carried() == ""
    with continuing([PARENT]), spanning("map", {}):
        assert carried() == PARENT
    assert carried() == ""


async def test_while_nobody_listens_a_mark_holds_no_trace(world: World) -> None:
    engine = await engine_of(world)
    assert "trace" not in engine.marked(Hop.MAP, "p", "cohort").data
    with continuing([PARENT]):
        assert engine.marked(Hop.MAP, "p", "cohort").data["trace"] == PARENT
