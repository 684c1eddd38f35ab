"""What leaves for Application Insights: nothing without an address, and with one a single trace over real queues."""

import asyncio
import json
import logging
import sys
from pathlib import Path

import pytest
from azure_world import POLICY
from ingestion import Ingestion, flushed, ingestion
from loopback import CLIENT, Loopback
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from whole_world import whole

from local.azure.certificate import issued
from local.azurite import Azurite
from shared.azure import telemetry
from shared.azure.sampling import Allowance, Chosen
from shared.telemetry import catalogue
from shared.telemetry.listening import HERE
from shared.telemetry.logs import LOG


def test_without_an_address_nobody_listens_and_nothing_is_loaded() -> None:
    assert telemetry.begin({}) is telemetry.begin({telemetry.CONNECTION: " "}) is None
    assert HERE.tracer is HERE.meter is None


@pytest.mark.slow
async def test_one_trace_leads_from_the_poll_to_the_write_over_real_queues_as_the_exporter_posts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, azurite: Azurite, azure: Loopback, insights: Ingestion
) -> None:
    heading = "Number;First;Last;Start;End;Department;Manager\n"
    (tmp_path / "people.csv").write_text(f"{heading}001;Anneke;Vermeulen;2020-01-01;;Sales;\n", encoding="utf-8")
    async with whole(tmp_path, monkeypatch, azurite, azure, POLICY) as world:
        await world.timer("poll")
        await world.settle()
        for timer in ("follow", "sweep", "tokens"):
            await world.timer(timer)
        assert world.raised == []
        assert len(world.tenant.users) == 1
    await flushed(insights)
    told = [*insights.items("RequestData"), *insights.items("RemoteDependencyData")]
    of_poll = [item["tags"]["ai.operation.id"] for item in told if item["data"]["baseData"]["name"] == "poll"]
    assert len(of_poll) == 1
    names = {item["data"]["baseData"]["name"] for item in told if item["tags"]["ai.operation.id"] == of_poll[0]}
    assert names >= {"poll", "map", "decide", "provision", "write create", "write enable", "POST /users"}
    by_id = {item["data"]["baseData"]["id"]: item for item in told}
    for item in told:
        above = item["tags"].get("ai.operation.parentId")
        assert above is None or above in by_id, item["data"]["baseData"]["name"]
    assert {item["tags"]["ai.cloud.role"] for item in told} == {"joinly-both"}
    asked = [one["data"]["baseData"] for one in insights.items("RemoteDependencyData")]
    assert {(one["target"], one.get("data")) for one in asked if one["name"] == "PATCH /users/{user}"} == {
        ("graph.microsoft.com", "https://graph.microsoft.com/users/{user}")
    }
    metrics = {one["name"] for item in insights.items("MetricData") for one in item["data"]["baseData"]["metrics"]}
    assert metrics >= {"joinly.changes", "joinly.writes", "joinly.holds", "joinly.dead_letters", "joinly.source.age"}
    lines = [item["data"]["baseData"] for item in insights.items("MessageData")]
    [line] = [one for one in lines if one["message"] == "poll: 1"]
    assert (line["properties"]["joinly.event"], str(line["properties"]["joinly.count"])) == ("poll", "1")


@pytest.mark.slow
async def test_nothing_but_our_own_words_is_posted(insights: Ingestion) -> None:
    await asyncio.to_thread(telemetry.begin, dict(insights_environment(insights)))
    logging.getLogger("azure.data.tables").error("a row key that names somebody")
    from opentelemetry import metrics, trace

    with trace.get_tracer("azure.core").start_as_current_span("GET /state(PartitionKey='Vermeulen')"):
        metrics.get_meter("urllib3").create_counter("requests").add(1, {"url": "Vermeulen"})
    LOG.info("ours")
    await flushed(insights)
    whole_text = b"".join(insights.posted).decode()
    assert "ours" in whole_text
    assert "Vermeulen" not in whole_text
    assert "a row key" not in whole_text
    tags = {name for body in insights.posted for item in json.loads(body) for name in item["tags"]}
    assert not tags & {"ai.user.id", "ai.location.ip", "ai.user.authUserId"}
    assert "requests.sessions" not in {
        name for name in sys.modules if name.startswith("opentelemetry.instrumentation.")
    }


def insights_environment(end: Ingestion) -> dict[str, str]:
    return {telemetry.CONNECTION: end.connection_string, "JOINLY_ROLE": "both"}


@pytest.mark.slow
async def test_the_apps_identity_signs_every_post(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, azure: Loopback, insights: Ingestion
) -> None:
    certificate, key = issued(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    async with ingestion((certificate, key)) as end:
        settings = {**insights_environment(end), "JOINLY_IDENTITY": CLIENT}
        send = await asyncio.to_thread(telemetry.begin, settings)
        LOG.info("ours")
        assert send is not None
        await asyncio.to_thread(send)
        assert end.posted
        assert {azure.identity.issued[token] for token in end.signed} == {"https://monitor.azure.com/"}
    assert insights.posted == []


class Spans:
    """A provider whose spans end when a test says so, and what `Chosen` lets through of them."""

    def __init__(self, doors: Allowance, requests: Allowance) -> None:
        self.sent = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(Chosen(SimpleSpanProcessor(self.sent), doors, requests))
        self.tracer = provider.get_tracer("joinly")

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.sent.get_finished_spans()]


def used_up() -> Allowance:
    return Allowance(every=1e9, burst=0, due=1e12)


def test_errors_and_writes_are_sent_with_whatever_they_hang_from_however_much_there_is() -> None:
    spans = Spans(used_up(), used_up())
    beginning = spans.tracer.start_as_current_span
    with beginning("map"), beginning("GET /users", kind=SpanKind.CLIENT):
        pass
    with beginning("provision"), beginning("write disable", attributes={catalogue.VERB: "disable"}):
        pass
    with beginning("follow"), beginning("GET /users/delta", kind=SpanKind.CLIENT) as failing:
        failing.set_status(StatusCode.ERROR)
    assert spans.names == ["write disable", "provision", "GET /users/delta", "follow"]


def test_of_the_rest_so_many_a_second_are_sent() -> None:
    spans = Spans(Allowance(every=1.0, burst=3), Allowance(every=1.0, burst=2))
    begun = 1_772_438_400 * 10**9
    for number in range(40):
        span = spans.tracer.start_span("map", start_time=begun)
        span.end(begun + number * 10**8)
    assert 3 + 3 <= len(spans.names) <= 3 + 5
