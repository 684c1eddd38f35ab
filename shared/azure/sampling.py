"""Which spans are sent: every error and write, what they hang from, and of the rest as many as an operator can read.

A span is chosen when it has ended, because only then is it known whether it failed. Numbers are counted by metrics,
which are never sampled; a span that is missing changes none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

from shared.telemetry import catalogue

NANOSECONDS = 1e9

REMEMBERED = 10_000
"""Spans that are still open under something that is sent, at most."""


@dataclass(slots=True)
class Allowance:
    """So many a second on average, and `burst` at once after a rest; the time is that of the spans themselves."""

    every: float
    burst: int
    due: float = 0.0

    def takes(self, now: float) -> bool:
        free = max(self.due, now - self.burst * self.every)
        if free > now:
            return False
        self.due = free + self.every
        return True


def doors() -> Allowance:
    """20 a second: as many as one app maps or provisions when it is busy; an import is thinned."""
    return Allowance(every=0.05, burst=600)


def requests() -> Allowance:
    """5 a second: reads that succeeded, of which one looks like the next."""
    return Allowance(every=0.2, burst=100)


@dataclass(slots=True)
class Chosen(SpanProcessor):
    """Passes on to `inner` what is sent."""

    inner: SpanProcessor
    doors: Allowance = field(default_factory=doors)
    requests: Allowance = field(default_factory=requests)
    needed: dict[int, None] = field(default_factory=dict)
    """Open spans that something hangs from which is sent."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        self.inner.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        if not self._is_chosen(span):
            return
        if span.parent is not None and not span.parent.is_remote:
            self.needed[span.parent.span_id] = None
            while len(self.needed) > REMEMBERED:
                del self.needed[next(iter(self.needed))]
        self.inner.on_end(span)

    def shutdown(self) -> None:
        self.inner.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self.inner.force_flush(timeout_millis)

    def _is_chosen(self, span: ReadableSpan) -> bool:
        needed = span.context is not None and self.needed.pop(span.context.span_id, self) is None
        said: Mapping[str, object] = span.attributes or {}
        if needed or span.status.status_code is StatusCode.ERROR or catalogue.VERB in said:
            return True
        allowance = self.requests if span.kind is SpanKind.CLIENT else self.doors
        return allowance.takes((span.end_time or 0) / NANOSECONDS)
