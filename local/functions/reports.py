"""What happened, for whoever watches: counts by function, the last errors, and the log by host.json's levels."""

import sys
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.functions.host_json import HostJson

_ERRORS = 20
_LONGEST = 400


@dataclass(slots=True)
class Report:
    """One host's. Nothing of a message's or a request's content is kept: only what the app itself said of it."""

    rules: HostJson
    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    errors: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=_ERRORS))

    def succeeded(self, function: str) -> None:
        self.done[function] += 1
        self.log(f"Function.{function}", "Information", "Executed (Succeeded)")

    def broke(self, function: str, why: str) -> None:
        self.failed[function] += 1
        self.log(f"Function.{function}", "Error", f"Executed (Failed): {why}")

    def log(self, category: str, level: str, text: str) -> None:
        """One line on standard error, when host.json wants it; what a function warns of is also kept for who asks."""
        now = datetime.now(UTC)
        short = " ".join(text.split())[:_LONGEST]
        if level in {"Warning", "Error", "Critical"} and category not in {"Worker", "Function.User"}:
            self.errors.append((now, f"{category.removeprefix('Function.').removesuffix('.User')}: {short}"))
        if self.rules.logs(category, level):
            sys.stderr.write(f"{now:%H:%M:%S.%f} {level} {category}: {short}\n")

    def told(self) -> Mapping[str, Any]:
        names = self.done.keys() | self.failed.keys()
        return {
            "functions": {name: {"done": self.done[name], "failed": self.failed[name]} for name in sorted(names)},
            "errors": [{"at": at.isoformat(), "text": text} for at, text in self.errors],
        }
