"""Alerts and the workbook ask only for what telemetry tells, and each alert has its section of the runbook."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.azure.triggers import TRIGGERS, Timer
from shared.errors import Reason
from shared.telemetry.catalogue import ATTRIBUTES, METRICS, SPANS, Kind

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
MODULE = (INFRA / "modules" / "alerts.bicep").read_text()
ALERTS = json.loads((INFRA / "alerts.json").read_text())
WORKBOOK = json.loads((INFRA / "workbook.json").read_text())
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
TOLD = {
    "AppMetrics": {"TimeGenerated", "Name", "Sum", "Min", "Max", "ItemCount", "Properties"},
    "AppRequests": {"TimeGenerated", "Name", "Success", "DurationMs", "OperationId", "Properties"},
    "AppDependencies": {"TimeGenerated", "Name", "Success", "DurationMs", "OperationId", "Properties"},
}
"""Tables of Application Insights in a workspace («Azure Monitor Logs table reference»), and the columns used here."""

WORDS = {
    *(
        "and",
        "arg_max",
        "asc",
        "bin",
        "by",
        "count",
        "countif",
        "desc",
        "extend",
        "false",
        "in",
        "m",
        "h",
        "max",
        "min",
    ),
    *("or", "order", "percentile", "project", "sum", "sumif", "summarize", "take", "tostring", "true", "where"),
}


def queries() -> Iterator[tuple[str, str]]:
    yield from ((one["name"], one["query"]) for one in ALERTS)
    for item in WORKBOOK["items"]:
        if item["type"] == 3:
            yield item["content"]["title"], item["content"]["query"]


QUERIES = dict(queries())


def names() -> set[str]:
    """Every alert: those of the file, and those on metrics of the platform."""
    fixed = set(re.findall(r"\$\{runbook\}#([a-z-]+)", MODULE))
    return fixed | {one["name"] for one in ALERTS}


@pytest.mark.parametrize("title", QUERIES)
def test_a_query_names_metrics_spans_and_attributes_that_exist(title: str) -> None:
    query = QUERIES[title]
    table = query.split()[0]
    assert table in TOLD
    texts = re.findall(r"'([^']*)'", query)
    attributes = set(re.findall(r"Properties\['([^']*)'\]", query))
    assert attributes <= ATTRIBUTES.keys()
    compared = re.findall(r"\bName (?:==|in) (\([^)]*\)|'[^']*')", query)
    named = {text for part in compared for text in re.findall(r"'([^']*)'", part)}
    known = {one.name for one in (METRICS if table == "AppMetrics" else SPANS)}
    assert named <= known
    assert named or table != "AppMetrics", "a query of numbers says which"
    if table == "AppMetrics":
        borne = {name for one in METRICS if one.name in named for name in one.attributes}
    else:
        borne = {name for one in SPANS if not named or one.name in named for name in one.attributes}
    assert attributes <= borne
    outcomes = {"done", "later", "refused", "misconfigured", "failed"}
    assert set(texts) <= attributes | named | outcomes | set(Reason)


@pytest.mark.parametrize("title", QUERIES)
def test_a_query_uses_columns_that_its_table_has(title: str) -> None:
    query = QUERIES[title]
    bare = re.sub(r"'[^']*'", "", query)
    made = set(re.findall(r"(\w+) =(?!=)", bare))
    used = set(re.findall(r"[A-Za-z_]\w*", bare)) - WORDS - made
    assert used <= TOLD.keys() | TOLD[query.split()[0]]


@pytest.mark.parametrize("title", QUERIES)
def test_a_level_is_asked_for_by_its_sum_because_it_leaves_here_with_a_value_and_a_count_only(title: str) -> None:
    query = QUERIES[title]
    if any(one.kind is Kind.LEVEL and f"'{one.name}'" in query for one in METRICS):
        assert not {"Max", "Min"} & set(re.findall(r"\w+", query))


def test_the_check_would_see_a_metric_that_nobody_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(QUERIES, "odd", "AppMetrics | where Name == 'joinly.queue.ages' | summarize max(Max)")
    with pytest.raises(AssertionError):
        test_a_query_names_metrics_spans_and_attributes_that_exist("odd")
    monkeypatch.setitem(QUERIES, "odd", "AppMetrics | where Name == 'joinly.holds' | summarize max(Value)")
    with pytest.raises(AssertionError):
        test_a_query_uses_columns_that_its_table_has("odd")


def test_every_metric_that_a_person_must_heed_is_seen_somewhere() -> None:
    seen = "\n".join(QUERIES.values())
    assert [one.name for one in METRICS if f"'{one.name}'" not in seen] == []


def test_an_alert_says_what_it_is_how_grave_and_how_often_it_is_asked() -> None:
    assert len({one["name"] for one in ALERTS}) == len(ALERTS)
    for one in ALERTS:
        assert one.keys() == {"name", "says", "severity", "every", "window", "query"}
        assert one["says"].endswith(".")
        assert one["severity"] in (1, 2, 3)
        assert minutes(one["every"]) <= minutes(one["window"])
        assert minutes(one["window"]) >= 15, "metrics are told every minute, and arrive some minutes later"


TOLD_BY = {
    "joinly.source.age": "follow",
    "joinly.breaker": "follow",
    "joinly.holds": "sweep",
    "joinly.consent": "tokens",
}
"""Which timer tells a level that an alert asks for; between two of its times nothing is told."""


@pytest.mark.parametrize("one", ALERTS, ids=lambda one: one["name"])
def test_an_alert_on_a_level_looks_back_to_the_last_time_but_one_that_it_was_told(one: dict[str, Any]) -> None:
    levels = {metric.name for metric in METRICS if metric.kind is Kind.LEVEL and f"'{metric.name}'" in one["query"]}
    for level in levels:
        assert minutes(one["window"]) >= 2 * between(TOLD_BY[level]), level


def between(timer: str) -> int:
    """Minutes from one time of a timer to the next, where it is every so many minutes, or once an hour."""
    minute, hour = {one.name: one.default for one in TRIGGERS if isinstance(one, Timer)}[timer].split()[1:3]
    assert hour == "*"
    return int(minute.removeprefix("*/")) if "/" in minute else 60


def minutes(text: str) -> int:
    found = re.fullmatch(r"PT(\d+)([MH])", text)
    assert found is not None, text
    return int(found[1]) * (60 if found[2] == "H" else 1)


def test_every_alert_has_its_section_of_the_runbook_and_points_to_it() -> None:
    sections = set(re.findall(r"^## ([a-z-]+)$", RUNBOOK, re.MULTILINE))
    assert sections == names()
    assert "'${alert.says} ${runbook}#${alert.name}'" in MODULE


@pytest.mark.parametrize("name", sorted(names()))
def test_a_section_says_what_it_means_where_to_look_what_to_do_and_when_it_is_over(name: str) -> None:
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", RUNBOOK, re.DOTALL | re.MULTILINE)
    assert section is not None
    for heading in ("**It means**", "**Look here first**", "**Do this**", "**It is over when**"):
        assert section[1].count(heading) == 1, heading


def test_the_runbook_says_which_alerts_are_grave() -> None:
    grave, soon = (set(re.findall(r"\(#([a-z-]+)\)", part)) for part in RUNBOOK.split("|---|---|")[1].split("|")[1:3])
    platform = names() - {one["name"] for one in ALERTS}
    assert grave == platform | {one["name"] for one in ALERTS if one["severity"] == 1}
    assert soon == {one["name"] for one in ALERTS if one["severity"] == 2}


def test_a_query_of_the_runbook_names_what_exists() -> None:
    asked = "\n".join(line for line in RUNBOOK.splitlines() if line.startswith("    "))
    assert set(re.findall(r"Properties\['([^']*)'\]", asked)) <= ATTRIBUTES.keys()
    assert set(re.findall(r"\bName == '([^']*)'", asked)) <= {one.name for one in SPANS}
    assert set(re.findall(r"\bApp\w+(?= \|)", asked)) <= {*TOLD, "AppTraces"}


def test_the_workbook_is_one_and_its_parts_have_names_of_their_own() -> None:
    assert WORKBOOK["version"] == "Notebook/1.0"
    assert WORKBOOK["fallbackResourceIds"] == ["WORKSPACE"]
    assert json.dumps(WORKBOOK).count("WORKSPACE") == 1, "the templates put the workspace's id there"
    parts: list[dict[str, Any]] = WORKBOOK["items"]
    assert len({one["name"] for one in parts}) == len(parts)
    for one in parts:
        if one["type"] == 3:
            assert one["content"]["resourceType"] == "microsoft.operationalinsights/workspaces"
            assert one["content"]["timeContextFromParameter"] == "Span"
