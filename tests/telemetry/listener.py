"""OpenTelemetry's SDK with everything kept in memory, and questions to it in the words of a test."""

from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Listener:
    def __init__(self) -> None:
        self._kept = InMemorySpanExporter()
        self._spans = TracerProvider(span_limits=SpanLimits(max_links=1000), shutdown_on_exit=False)
        self._spans.add_span_processor(SimpleSpanProcessor(self._kept))
        self._reader = InMemoryMetricReader()
        self._numbers = MeterProvider([self._reader], shutdown_on_exit=False)
        self.tracer = self._spans.get_tracer("joinly")
        self.meter = self._numbers.get_meter("joinly")

    def close(self) -> None:
        self._spans.shutdown()
        self._numbers.shutdown()

    @property
    def spans(self) -> list[ReadableSpan]:
        """Those that have ended, in that order."""
        return list(self._kept.get_finished_spans())

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]

    def forget(self) -> None:
        self._kept.clear()

    def numbers(self, name: str) -> dict[tuple[tuple[str, Any], ...], Any]:
        """What a metric says now: its attributes → its sum, its level, or how many sizes and their sum."""
        data = self._reader.get_metrics_data()
        found: dict[tuple[tuple[str, Any], ...], Any] = {}
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    if metric.name == name:
                        for point in metric.data.data_points:
                            key = tuple(sorted((point.attributes or {}).items()))
                            sizes = hasattr(point, "bucket_counts")
                            found[key] = (point.count, point.sum) if sizes else point.value
        return found


def parent(span: ReadableSpan) -> int:
    """The id of the span it hangs from; 0 for one that begins a trace."""
    return span.parent.span_id if span.parent else 0


def trace_id(span: ReadableSpan) -> int:
    assert span.context is not None
    return span.context.trace_id


def span_id(span: ReadableSpan) -> int:
    assert span.context is not None
    return span.context.span_id
