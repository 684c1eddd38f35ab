"""The page about telemetry: what is told, from the catalogue itself, and the questions an operator asks of it."""

from collections.abc import Iterable, Mapping

from shared.telemetry import catalogue

INTRODUCTION = """# Telemetry

Written by `make docs` from `shared/telemetry/catalogue.py`.

With the app setting `APPLICATIONINSIGHTS_CONNECTION_STRING` both apps tell Application Insights what they do, signed
in with their own identity (role «Monitoring Metrics Publisher»); without it, and on a developer's machine, nobody is
told anything. Everything told is an id of ours, a name from the policy, a kind or a number: no name, no value, no
secret, no address with a filter, no text of an exception. Why it is so: [ADR
18](adr/0018-telemetry-holds-ids-only.md).

One change has one trace, from the poll that heard of it to the last write, through both apps and all queues. Errors,
writes and what they hang from are always sent; of the rest about 20 doors and 5 requests a second and app. Count with
metrics: they are never thinned.

The host tells of its own, in the mode that host.json names (`"telemetryMode": "OpenTelemetry"`). Two more app
settings keep it from telling twice: `PYTHON_ENABLE_OPENTELEMETRY` is `true`, so that the host leaves our lines to us,
and `PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY` is not set, so that the worker does not begin an SDK of its own,
which would have every library tell of itself.
"""

QUERIES: Mapping[str, str] = {
    "What was written in the last day, and what became of it": """
customMetrics
| where timestamp > ago(1d) and name == "joinly.writes"
| summarize writes = sum(value) by target = tostring(customDimensions["joinly.target"]),
    verb = tostring(customDimensions["joinly.verb"]), outcome = tostring(customDimensions["joinly.outcome"])
| order by target asc, verb asc
""",
    "Everything about one person, by the id that `joinly explain` shows": """
union requests, dependencies, traces
| where customDimensions["joinly.person"] == "PERSON"
| project timestamp, operation_Id, name, message, duration, customDimensions
| order by timestamp asc
""",
    "One change from HR to its writes": """
union requests, dependencies
| where operation_Id == "TRACE"
| project timestamp, cloud_RoleName, name, duration, success, person = customDimensions["joinly.person"]
| order by timestamp asc
""",
    "How long changes take from HR to their last write": """
requests
| where timestamp > ago(1d) and name == "poll"
| project operation_Id, begun = timestamp
| join kind=inner (dependencies | where name startswith "write ") on operation_Id
| summarize took = max(timestamp + duration * 1ms - begun) by operation_Id
| summarize percentiles(took, 50, 95, 100)
""",
    "What fails, by kind": """
union requests, dependencies
| where timestamp > ago(1d) and success == false
| summarize count() by name, kind = tostring(customDimensions["error.type"]), resultCode
| order by count_ desc
""",
    "Who throttles us, and how long we waited": """
customMetrics
| where timestamp > ago(1d) and name in ("joinly.throttles", "joinly.waited")
| summarize sum(value) by name, host = tostring(customDimensions["server.address"]), bin(timestamp, 15m)
""",
    "How long doorbells wait in each queue, at the longest": """
customMetrics
| where timestamp > ago(1d) and name == "joinly.queue.age"
| summarize seconds = max(valueMax) by queue = tostring(customDimensions["joinly.queue"]), bin(timestamp, 5m)
""",
    "What waits for a person now": """
customMetrics
| where timestamp > ago(2h) and name == "joinly.holds"
| summarize arg_max(timestamp, value) by reason = tostring(customDimensions["joinly.reason"])
| where value > 0
""",
    "Sources that have not been believed for two hours": """
customMetrics
| where timestamp > ago(2h) and name == "joinly.source.age"
| summarize arg_max(timestamp, value) by source = tostring(customDimensions["joinly.source"])
| where value > 7200
""",
    "What a person must repair: stopped targets, dead letters, consents that end": """
customMetrics
| where timestamp > ago(1d) and name in ("joinly.breaker", "joinly.dead_letters", "joinly.consent")
| extend about = coalesce(tostring(customDimensions["joinly.target"]), tostring(customDimensions["joinly.queue"]),
    tostring(customDimensions["joinly.system"]))
| summarize arg_max(timestamp, value) by name, about
| where (name == "joinly.consent" and value < 14) or (name != "joinly.consent" and value > 0)
""",
    "What is left: write budget and seats": """
customMetrics
| where timestamp > ago(2h) and name in ("joinly.budget", "joinly.seats")
| summarize arg_max(timestamp, value) by name, target = tostring(customDimensions["joinly.target"]),
    licence = tostring(customDimensions["joinly.licence"])
""",
    "How large plans are": """
customMetrics
| where timestamp > ago(1d) and name == "joinly.plan.size"
| summarize plans = sum(valueCount), writes = sum(value), largest = max(valueMax)
    by target = tostring(customDimensions["joinly.target"])
""",
    "How many people changed, by source": """
customMetrics
| where timestamp > ago(7d) and name == "joinly.changes"
| summarize people = sum(value) by source = tostring(customDimensions["joinly.source"]), bin(timestamp, 1h)
""",
}
"""What it answers → the question in Kusto, for the logs of the Application Insights resource."""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_spans(), *_metrics(), *_fields(), *_attributes(), *_queries()])


def _spans() -> Iterable[str]:
    yield "## Spans\n\nDoors are in `requests`, the others in `dependencies`.\n"
    yield from _table(
        ("span", "what it is", "attributes"),
        ((f"`{one.name}`", one.means, _names(one.attributes)) for one in catalogue.SPANS),
    )


def _metrics() -> Iterable[str]:
    yield "## Metrics\n\nAll are in `customMetrics`. A gauge is told by a timer; one that cannot be read is not told.\n"
    rows = (
        (f"`{one.name}`", one.kind, f"`{one.unit}`", one.means, _names(one.attributes)) for one in catalogue.METRICS
    )
    yield from _table(("metric", "kind", "unit", "what it says", "attributes"), rows)
    yield "The age of the on-premises agent comes with the agent.\n"


def _fields() -> Iterable[str]:
    yield "## Lines of the log\n\nOne logger, `joinly`, in `traces`: a sentence, and these fields where they apply.\n"
    yield from _table(("field", "meaning"), ((f"`{name}`", text) for name, text in catalogue.LOG_FIELDS.items()))


def _attributes() -> Iterable[str]:
    yield "## Attributes\n"
    rows = ((f"`{name}`", text) for name, text in sorted(catalogue.ATTRIBUTES.items()))
    yield from _table(("attribute", "meaning"), rows)


def _queries() -> Iterable[str]:
    yield "## Questions\n"
    for asked, query in QUERIES.items():
        yield f"{asked}:\n\n```kusto\n{query.strip()}\n```\n"


def _names(attributes: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in attributes)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
