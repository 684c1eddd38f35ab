"""Application Insights listens, when a connection string says where: begun once a process, when the first door opens.

The SDK and the exporter take a third of a second to load, so nothing of them is loaded before. They are put together
here and not by `configure_azure_monitor`: that would have every library in the process tell of itself (ADR 18).
https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-configuration
"""

import logging
import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from shared.telemetry import listen
from shared.telemetry.logs import LOG

CONNECTION = "APPLICATIONINSIGHTS_CONNECTION_STRING"
"""The app setting that says where to; without it nothing is told to anybody."""

QUIET = {
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true",
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
}
"""What the exporter would send to Microsoft about itself, and settings it would fetch from there."""

SCOPE = "joinly"
MOST_LINKS = 1000
"""Links of one span: an admit answers so many doorbells."""

MOST_KEPT, KEPT_FOR = 10 * 2**20, 6 * 3600
"""Bytes and seconds of what could not be sent yet."""

EVERY = 60_000
"""Milliseconds from one sending of the metrics to the next: the resolution of an alert."""


def begin(environment: Mapping[str, str]) -> Callable[[], None] | None:
    """Have everything told from now on to where the settings say; None when they say nothing.

    What is returned sends what is left, and waits for it. Called again it changes nothing.
    """
    connection = environment.get(CONNECTION, "").strip()
    if not connection:
        return None
    return _begun(connection, environment.get("JOINLY_IDENTITY", ""), environment.get("JOINLY_ROLE", "both"))


@cache
def _begun(connection: str, identity: str, role: str) -> Callable[[], None]:
    os.environ.update({name: value for name, value in QUIET.items() if name not in os.environ})
    from azure.monitor.opentelemetry.exporter import (
        AzureMonitorLogExporter,
        AzureMonitorMetricExporter,
        AzureMonitorTraceExporter,
    )
    from opentelemetry.instrumentation.logging.handler import LoggingHandler
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON

    from shared.azure.sampling import Chosen

    given = _given(connection, identity)
    who = Resource({"service.name": f"joinly-{role}"})
    spans = TracerProvider(ALWAYS_ON, who, span_limits=SpanLimits(max_links=MOST_LINKS))
    sending = BatchSpanProcessor(AzureMonitorTraceExporter(tracer_provider=spans, **given))
    spans.add_span_processor(Chosen(sending))
    reader = PeriodicExportingMetricReader(AzureMonitorMetricExporter(**given), export_interval_millis=EVERY)
    numbers = MeterProvider([reader], who)
    lines = LoggerProvider(who)
    lines.add_log_record_processor(BatchLogRecordProcessor(AzureMonitorLogExporter(**given)))
    LOG.addHandler(LoggingHandler(logging.INFO, lines))
    LOG.setLevel(logging.INFO)
    listen(spans.get_tracer(SCOPE), numbers.get_meter(SCOPE))

    def flushed() -> None:
        for one in (spans, numbers, lines):
            one.force_flush()

    return flushed


def _given(connection: str, identity: str) -> dict[str, Any]:
    """What each exporter is told. What cannot be sent waits in the instance's temporary folder and is sent later: one
    connection that breaks loses nothing, and ids are all that lies there.
    """
    given: dict[str, Any] = {
        "connection_string": connection,
        "storage_max_size": MOST_KEPT,
        "storage_retention_period": KEPT_FOR,
    }
    if identity:
        from azure.identity import ManagedIdentityCredential

        given["credential"] = ManagedIdentityCredential(client_id=identity)
    return given
