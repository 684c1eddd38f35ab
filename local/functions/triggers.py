"""What the runtime says about the functions it found → the triggers this host fires.

Held against what the runtime itself does not look at and Azure's host refuses: schedules, empty names, unknown
bindings, routes.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from local.functions import ncrontab
from local.functions.ncrontab import Schedule
from shared.errors import Misconfigured

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,127}")
_SETTING = re.compile(r"%([^%]+)%")
_ROUTE_PART = re.compile(r"\{(\*?)(\w+)\}")


@dataclass(frozen=True, slots=True)
class Retry:
    """A retry policy of one function (https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages)."""

    most: int = 0
    delay: float = 0.0
    longest: float = 0.0

    def seconds(self, attempt: int) -> float:
        """How long to wait after failure number `attempt`, counted from 1."""
        return min(self.delay * 2 ** (attempt - 1), self.longest) if self.longest else self.delay


@dataclass(frozen=True, slots=True)
class Timer:
    schedule: Schedule
    run_on_startup: bool
    monitored: bool
    retry: Retry = Retry()


@dataclass(frozen=True, slots=True)
class Queue:
    queue: str
    connection: str
    many: bool


@dataclass(frozen=True, slots=True)
class Http:
    route: str
    """As Starlette writes it."""
    methods: tuple[str, ...]
    level: str


Trigger: TypeAlias = Timer | Queue | Http


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    id: str
    parameter: str
    """The name of the argument that the trigger's data goes to."""
    trigger: Trigger


def understood(found: Mapping[str, Any], settings: Mapping[str, str]) -> Function:
    """One function as the runtime describes it. Raises `Misconfigured` with the function's name."""
    name, bindings = found["name"], [json.loads(text) for text in found["bindings"]]
    if not _NAME.fullmatch(name):
        raise Misconfigured(f"the function {name!r} has a name that Azure does not take")
    [first] = [one for one in bindings if one["type"].lower().endswith("trigger")]
    others = [one["type"] for one in bindings if one is not first]
    if any(kind != "http" for kind in others):
        raise Misconfigured(f"function {name}: a binding {others[0]} is not there in this host")
    make = _KINDS.get(first["type"])
    if make is None:
        raise Misconfigured(f"function {name}: a {first['type']} is not there in this host")
    return Function(name, found["id"], first["name"], make(name, first, settings, found.get("retry") or {}))


def _timer(name: str, given: Mapping[str, Any], settings: Mapping[str, str], retry: Mapping[str, Any]) -> Timer:
    schedule = ncrontab.parse(_resolved(name, given.get("schedule", ""), settings))
    return Timer(schedule, bool(given.get("runOnStartup")), given.get("useMonitor") is not False, _retry(retry))


def _queue(name: str, given: Mapping[str, Any], settings: Mapping[str, str], retry: Mapping[str, Any]) -> Queue:
    queue = _resolved(name, given.get("queueName", ""), settings)
    if not given.get("isSessionsEnabled"):
        raise Misconfigured(f"function {name}: this host receives queues with sessions only")
    if retry:
        raise Misconfigured(f"function {name}: Service Bus triggers have no retry policy in Azure")
    if not given.get("connection"):
        raise Misconfigured(f"function {name}: its connection names no setting")
    return Queue(queue, given["connection"], str(given.get("cardinality", "ONE")).upper().endswith("MANY"))


def _http(name: str, given: Mapping[str, Any], settings: Mapping[str, str], retry: Mapping[str, Any]) -> Http:
    route = str(given.get("route") or name).strip("/")
    rest = _ROUTE_PART.sub("", route)
    if retry or "{" in rest or "}" in rest:
        raise Misconfigured(f"function {name}: neither retries nor constraints in a route are there in this host")
    methods = tuple(str(method).upper() for method in given.get("methods") or ("GET", "POST"))
    level = str(given.get("authLevel", "FUNCTION")).upper().rpartition(".")[2]
    return Http(_ROUTE_PART.sub(lambda m: f"{{{m[2]}:path}}" if m[1] else f"{{{m[2]}}}", route), methods, level)


_KINDS: Mapping[str, Any] = {"timerTrigger": _timer, "serviceBusTrigger": _queue, "httpTrigger": _http}


def _resolved(name: str, text: str, settings: Mapping[str, str]) -> str:
    """`%NAME%` is the app setting NAME (https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns)."""

    def value(match: re.Match[str]) -> str:
        if not settings.get(match[1]):
            raise Misconfigured(f"function {name}: the app setting {match[1]} is missing")
        return settings[match[1]]

    found = _SETTING.sub(value, text)
    if not found.strip():
        raise Misconfigured(f"function {name}: its queue or schedule is empty")
    return found


def _retry(given: Mapping[str, Any]) -> Retry:
    if not given:
        return Retry()
    exponential = bool(given.get("minimum_interval"))
    delay = given["minimum_interval"] if exponential else given.get("delay_interval", 0)
    return Retry(int(given["max_retry_count"]), float(delay), float(given.get("maximum_interval") or 0))
