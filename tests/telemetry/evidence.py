"""Everything a run leaves behind, gathered, and what of it should not be there."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from canaries import ALLOWED, Canary, Kind, found, place

EVERYTHING = frozenset(Kind)


@dataclass
class Evidence:
    logs: list[bytes] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    """Bodies and properties of what was sent, and what was set aside with its reason."""
    exceptions: list[bytes] = field(default_factory=list)
    telemetry: list[bytes] = field(default_factory=list)
    rows: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Table, key, and the row as text."""

    def log(self, records: Iterable[logging.LogRecord]) -> None:
        for record in records:
            self.logs.append(f"{record.getMessage()} {vars(record)}".encode())
            if record.exc_info:
                self.logs.append(logging.Formatter().formatException(record.exc_info).encode())

    def row(self, table: str, key: str, data: Any) -> None:
        self.rows.append((table, key, f"{key} {data}".encode()))


def leaks(evidence: Evidence, canaries: Sequence[Canary]) -> list[str]:
    """One line for each canary in each place where it may not be."""
    known = list(canaries)
    lines = [
        f"{name}: {one}"
        for name in ("logs", "messages", "exceptions", "telemetry")
        for text in getattr(evidence, name)
        for one in sorted(found(known, text))
    ]
    for table, key, text in evidence.rows:
        forbidden = EVERYTHING - ALLOWED.get(place(table, key), frozenset())
        lines += [f"row {table} {key}: {one}" for one in sorted(found(known, text, forbidden))]
    return sorted(set(lines))
