"""What the runtime would index held against `triggers` and host.json: the mistakes that neither it nor the host tells.

Pure: the functions and the text of host.json are given.
"""

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, List  # noqa: UP035 - what the runtime accepts is this name and no other

import azure.functions as func

from shared.azure.ncrontab import problem
from shared.azure.triggers import PREFIX, SERVICE_BUS, Listener, Role, Route, Timer, Trigger, of

SPAN = re.compile(r"\d\d:\d\d:\d\d")


@dataclass(frozen=True, kw_only=True, slots=True)
class Indexed:
    """One function: its trigger in the words of function.json, and what is called."""

    name: str
    binding: Mapping[str, Any]
    handler: Callable[..., Any]


def mistakes(functions: Sequence[Indexed], role: Role, host: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with the app of this role, one sentence each; none when it may be deployed."""
    expected = {one.name: one for one in of(role)}
    found = {one.name: one for one in functions}
    return [
        *_names(functions),
        *(f"{name}: the app {role} has no such trigger" for name in sorted(found.keys() - expected.keys())),
        *(f"{name}: nothing is registered for it" for name in sorted(expected.keys() - found.keys())),
        *(text for name in sorted(expected.keys() & found.keys()) for text in _function(found[name], expected[name])),
        *_host(expected.values(), host),
    ]


def _names(functions: Iterable[Indexed]) -> Iterator[str]:
    counts = Counter(one.name.casefold() for one in functions)
    yield from (f"{name}: {count} functions have this name" for name, count in counts.items() if count > 1)
    for one in functions:
        for what in ("name", "schedule", "queueName", "connection", "route"):
            if what in one.binding and not str(one.binding[what]).strip():
                yield f"{one.name}: its {what} is empty"


def _function(found: Indexed, expected: Trigger) -> Iterator[str]:
    if not inspect.iscoroutinefunction(found.handler):
        yield f"{found.name}: it is not asynchronous"
    match expected:
        case Timer():
            yield from _timer(found, expected)
            kind: Any = func.TimerRequest
        case Listener():
            yield from _listener(found, expected)
            kind = List[func.ServiceBusMessage] if expected.many else func.ServiceBusMessage  # noqa: UP006
        case Route():
            yield from _route(found, expected)
            kind = func.HttpRequest
    takes = {name: one.annotation for name, one in inspect.signature(found.handler).parameters.items()}
    if takes != {found.binding.get("name"): kind}:
        yield f"{found.name}: it must take {found.binding.get('name')} as {kind}, which is what its trigger gives"


def _timer(found: Indexed, expected: Timer) -> Iterator[str]:
    if found.binding.get("type") != "timerTrigger":
        yield f"{found.name}: it is no timer"
    if found.binding.get("schedule") != f"%{expected.setting}%":
        yield f"{found.name}: its schedule is not the app setting {expected.setting}"
    if wrong := problem(expected.default):
        yield f"{found.name}: its usual schedule is not right ({wrong})"


def _listener(found: Indexed, expected: Listener) -> Iterator[str]:
    if found.binding.get("type") != "serviceBusTrigger":
        yield f"{found.name}: it listens to no queue"
    if found.binding.get("queueName") != expected.queue or found.binding.get("connection") != SERVICE_BUS:
        yield f"{found.name}: it does not listen to {expected.queue} of {SERVICE_BUS}"
    if not found.binding.get("isSessionsEnabled"):
        yield f"{found.name}: it listens without sessions, and every queue has them"
    if (_word(found.binding.get("cardinality")) == "MANY") is not expected.many:
        yield f"{found.name}: its cardinality is not {'many' if expected.many else 'one'}"


def _route(found: Indexed, expected: Route) -> Iterator[str]:
    if found.binding.get("type") != "httpTrigger":
        yield f"{found.name}: it has no address"
    methods = [_word(one) for one in found.binding.get("methods") or ()]
    if (found.binding.get("route"), methods) != (expected.path, [expected.method]):
        yield f"{found.name}: its address is not {expected.method} {expected.path}"
    if _word(found.binding.get("authLevel")) != "ANONYMOUS":
        yield f"{found.name}: it asks for a key of the host, and there are to be no keys"


def _word(given: Any) -> str:
    """A word of function.json, be it text or the library's own."""
    return str(getattr(given, "value", given)).upper()


def _host(expected: Iterable[Trigger], host: Mapping[str, Any]) -> Iterator[str]:
    extensions = host.get("extensions", {})
    listens = [one for one in expected if isinstance(one, Listener)]
    bus = extensions.get("serviceBus", {})
    if listens and not (SPAN.fullmatch(str(bus.get("sessionIdleTimeout"))) and bus.get("maxConcurrentSessions")):
        yield "host.json: serviceBus says nothing of sessions: an idle one would be held for a minute"
    if listens and bus.get("autoCompleteMessages") is not True:
        yield "host.json: messages are not completed by the host, and nothing else completes them"
    if any(isinstance(one, Route) for one in expected) and extensions.get("http", {}).get("routePrefix") != PREFIX:
        yield f"host.json: the prefix of routes is not {PREFIX}"
