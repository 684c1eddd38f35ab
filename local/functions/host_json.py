"""host.json → what this host does about it; a key that it neither honours nor names as without effect is refused.

https://learn.microsoft.com/azure/azure-functions/functions-host-json and
https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus (host.json settings, their defaults).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from shared.errors import Misconfigured

WITHOUT_EFFECT: Mapping[str, str] = {
    "$schema": "for editors",
    "extensionBundle": "there are no extensions to load: the host has its own",
    "logging.applicationInsights": "nothing leaves this machine",
    "logging.console": "logs go to standard error, always",
    "logging.fileLoggingMode": "logs go to standard error, always",
    "telemetryMode": "nothing leaves this machine",
    "healthMonitor": "nobody would move the app to another machine",
    "watchDirectories": "the app is not loaded anew when a file changes",
    "watchFiles": "the app is not loaded anew when a file changes",
    "managedDependency": "for PowerShell",
    "singleton": "timers are run by one process, which needs no lease for it",
    "extensions.serviceBus.enableCrossEntityTransactions": "the broker has no transactions",
}
"""Keys, and all below them, that are accepted and change nothing here."""

_BUS = "extensions.serviceBus."
_RETRY = _BUS + "clientRetryOptions."
_SPAN = re.compile(r"(?:(\d+)\.)?(\d+):([0-5]?\d):([0-5]?\d(?:\.\d+)?)")
_LEVELS = ("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None")


@dataclass(frozen=True, slots=True)
class BusOptions:
    """How messages are received; the defaults are the extension's."""

    auto_complete: bool = True
    prefetch: int = 0
    sessions: int = 8
    batch: int = 1000
    renew_for: timedelta = timedelta(minutes=5)
    idle: timedelta = timedelta(minutes=1)
    retries: int = 3
    retry_delay: timedelta = timedelta(seconds=0.8)
    retry_longest: timedelta = timedelta(minutes=1)
    retry_mode: str = "exponential"


@dataclass(frozen=True, slots=True)
class HostJson:
    timeout: timedelta | None = timedelta(minutes=30)
    """How long one invocation may take; Flex Consumption has 30 minutes unless told otherwise."""
    route_prefix: str = "api"
    bus: BusOptions = BusOptions()
    levels: Mapping[str, str] = field(default_factory=dict)
    """Log category, or the beginning of one → the least level that is logged."""
    unheeded: tuple[str, ...] = ()
    """Keys that are there and have no effect here."""

    def logs(self, category: str, level: str) -> bool:
        """The longest category of `levels` that `category` begins with decides; without one, Information."""
        fitting = [name for name in self.levels if category == name or category.startswith(f"{name}.")]
        least = self.levels[max(fitting, key=len)] if fitting else self.levels.get("default", "Information")
        return _LEVELS.index(level) >= _LEVELS.index(least)


def read(folder: Path) -> HostJson:
    """Raises `Misconfigured` for a file that is missing, is no JSON, or holds what this host does not know."""
    try:
        given = json.loads((folder / "host.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"host.json in {folder} cannot be read as JSON ({type(error).__name__})") from None
    return understood(given)


def understood(given: Mapping[str, Any]) -> HostJson:
    """Raises `Misconfigured` with a sentence that names the key."""
    leaves = dict(_leaves(given, ""))
    if leaves.pop("version", None) != "2.0":
        raise Misconfigured('host.json: "version" must be "2.0"')
    unheeded = tuple(key for key in leaves if _without_effect(key))
    for key in unheeded:
        del leaves[key]
    levels = {key.removeprefix("logging.logLevel."): leaves.pop(key) for key in list(leaves) if "logLevel." in key}
    for name, level in levels.items():
        if level not in _LEVELS:
            raise Misconfigured(f"host.json: logging.logLevel.{name} must be one of {', '.join(_LEVELS)}")
    bus = {name: kind(key, leaves.pop(key)) for key, (name, kind) in _KNOWN.items() if key in leaves}
    timeout = leaves.pop("functionTimeout", "00:30:00")
    prefix = str(leaves.pop("extensions.http.routePrefix", "api")).strip("/")
    if leaves:
        raise Misconfigured(f"host.json: {min(leaves)} is not known to this host; see local/functions/README.md")
    longest = None if timeout == "-1" else span("functionTimeout", timeout)
    return HostJson(longest, prefix, BusOptions(**bus), levels, unheeded)


def span(key: str, text: Any) -> timedelta:
    """A TimeSpan of .NET, such as "00:05:00" or "1.00:00:00". Raises `Misconfigured`."""
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise Misconfigured(f'host.json: {key} must be a time span such as "00:05:00"')
    days, hours, minutes, seconds = found.groups(default="0")
    return timedelta(days=int(days), hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def _number(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Misconfigured(f"host.json: {key} must be a number")
    return value


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misconfigured(f"host.json: {key} must be true or false")
    return value


def _mode(key: str, value: Any) -> str:
    if value not in ("Fixed", "Exponential"):
        raise Misconfigured(f"host.json: {key} must be Fixed or Exponential")
    return str(value).lower()


_KNOWN: Mapping[str, tuple[str, Any]] = {
    _BUS + "autoCompleteMessages": ("auto_complete", _flag),
    _BUS + "prefetchCount": ("prefetch", _number),
    _BUS + "maxConcurrentSessions": ("sessions", _number),
    _BUS + "maxMessageBatchSize": ("batch", _number),
    _BUS + "maxAutoLockRenewalDuration": ("renew_for", span),
    _BUS + "sessionIdleTimeout": ("idle", span),
    _RETRY + "maxRetries": ("retries", _number),
    _RETRY + "delay": ("retry_delay", span),
    _RETRY + "maxDelay": ("retry_longest", span),
    _RETRY + "mode": ("retry_mode", _mode),
}


def _leaves(given: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _without_effect(key: str) -> bool:
    return any(key == name or key.startswith(f"{name}.") for name in WITHOUT_EFFECT)
