"""What host.json and schedules mean to the host, without any process."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.functions.host_json import WITHOUT_EFFECT, read, understood
from local.functions.ncrontab import parse
from shared.errors import Misconfigured

ROOT = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 3, 2, 8, 0, 0, tzinfo=UTC)


def test_the_apps_own_host_json_is_understood_whole() -> None:
    given = json.loads((ROOT / "host.json").read_text())["extensions"]["serviceBus"]
    found = read(ROOT)
    assert (found.bus.sessions, found.bus.batch) == (given["maxConcurrentSessions"], given["maxMessageBatchSize"])
    assert found.timeout == timedelta(minutes=30)
    assert all(any(key.startswith(known) for known in WITHOUT_EFFECT) for key in found.unheeded)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("functionTimeout", "30 minutes", "functionTimeout must be a time span"),
        ("extensions.serviceBus.maxConcurrentSessions", "16", "maxConcurrentSessions must be a number"),
        ("extensions.serviceBus.autoCompleteMessages", 1, "autoCompleteMessages must be true or false"),
        ("extensions.serviceBus.maxConcurrentSesions", 16, "maxConcurrentSesions is not known to this host"),
        ("extensions.serviceBus.clientRetryOptions.mode", "Never", "mode must be Fixed or Exponential"),
        ("logging.logLevel.Function", "Loud", "logging.logLevel.Function must be one of Trace"),
        ("retry", {"strategy": "fixedDelay"}, "retry.strategy is not known"),
        ("version", "1.0", '"version" must be "2.0"'),
    ],
)
def test_what_is_not_known_is_refused_by_its_name(key: str, value: object, said: str) -> None:
    given: dict[str, Any] = {"version": "2.0"}
    *above, last = key.split(".")
    inner = given
    for name in above:
        inner = inner.setdefault(name, {})
    inner[last] = value
    with pytest.raises(Misconfigured, match=said):
        understood(given)


def test_retries_of_the_client_and_an_endless_timeout_are_honoured() -> None:
    retry = {"mode": "Fixed", "maxRetries": 2, "delay": "00:00:01", "maxDelay": "00:00:10"}
    bus = {"serviceBus": {"clientRetryOptions": retry}}
    found = understood({"version": "2.0", "functionTimeout": "-1", "extensions": bus})
    assert found.timeout is None
    assert (found.bus.retries, found.bus.retry_mode, found.bus.retry_delay) == (2, "fixed", timedelta(seconds=1))


def test_the_longest_category_decides_what_is_logged() -> None:
    levels = {"default": "Warning", "Function": "Information", "Function.poll": "Error"}
    rules = understood({"version": "2.0", "logging": {"logLevel": levels}})
    assert rules.logs("Function.changes.User", "Information")
    assert not rules.logs("Function.poll", "Warning")
    assert not rules.logs("Host.Results", "Information")
    assert rules.logs("Functional", "Warning")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("0 */15 * * * *", datetime(2026, 3, 2, 8, 15, tzinfo=UTC)),
        ("30 */5 * * * *", datetime(2026, 3, 2, 8, 0, 30, tzinfo=UTC)),
        ("0 0 8 * * *", datetime(2026, 3, 3, 8, tzinfo=UTC)),
        ("0 0 8 * * 1-5", datetime(2026, 3, 3, 8, tzinfo=UTC)),
        ("0 0 8 * * Sat", datetime(2026, 3, 7, 8, tzinfo=UTC)),
        ("0 30 9 1 Jan *", datetime(2027, 1, 1, 9, 30, tzinfo=UTC)),
        ("0 0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 0 0 13 * 5", datetime(2026, 3, 13, tzinfo=UTC)),
        ("5/20 0 8 * * *", datetime(2026, 3, 2, 8, 0, 5, tzinfo=UTC)),
        ("0 0,30 8-9 * * *", datetime(2026, 3, 2, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_schedule_is_due_next_at_the_first_time_that_fits_and_is_later(text: str, due: datetime) -> None:
    assert parse(text).after(MONDAY) == due
    assert parse(text).after(due - timedelta(milliseconds=1)) == due


@pytest.mark.parametrize("text", ["* * * * *", "60 * * * * *", "0 0 8-7 * * *", "*/0 * * * * *", "x * * * * *", ""])
def test_a_schedule_that_azure_refuses_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured):
        parse(text)


def test_a_day_that_never_comes_is_refused_when_it_is_asked_for() -> None:
    with pytest.raises(Misconfigured, match="never due"):
        parse("0 0 0 31 2 *").after(MONDAY)
