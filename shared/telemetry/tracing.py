"""Where a trace goes on: with each doorbell and each mark travels what was being done when it was made.

The text is W3C Trace Context (https://www.w3.org/TR/trace-context/): `traceparent`, and after a space `tracestate`
where there is one. What cannot be read is as good as nothing: a trace decides nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanContext
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACE_PARENT, TRACE_STATE = "traceparent", "tracestate"
"""The names under which the two travel as application properties of a message."""

LONGEST = 600
"""Characters of a trace that is passed on: a longer state is left behind."""

_W3C = TraceContextTextMapPropagator()
_LINKS = context.create_key("joinly-links")


def carried() -> str:
    """The trace of what is being done now; "" when there is none."""
    if not trace.get_current_span().get_span_context().is_valid:
        return ""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier)
    return joined(carrier.get(TRACE_PARENT), carrier.get(TRACE_STATE))


def joined(parent: object, state: object = None) -> str:
    """The text of a trace from what a message brought, which may be anything; "" when it is no trace."""
    first, second = (one.decode("ascii", "ignore") if isinstance(one, bytes) else one for one in (parent, state))
    if not isinstance(first, str) or _known(first) is None:
        return ""
    whole = f"{first} {second}" if isinstance(second, str) and second else first
    return whole if len(whole) <= LONGEST and whole.isascii() and whole.isprintable() else first


def parted(text: str) -> dict[str, str]:
    """A trace as application properties of a message; none when there is no trace."""
    if not text:
        return {}
    parent, _, state = text.partition(" ")
    return {TRACE_PARENT: parent, TRACE_STATE: state} if state else {TRACE_PARENT: parent}


@contextmanager
def continuing(traces: Iterable[str]) -> Iterator[None]:
    """Do what is done within in the trace it was asked in.

    What was asked in several traces is a trace of its own. The next span links to everybody who asked and is not its
    parent. Asked by none, it goes on in whatever is being done.
    """
    known = [found for text in dict.fromkeys(traces) if (found := _known(text)) is not None]
    if not known:
        yield
        return
    inner = Context()
    if len({one.trace_id for one in known}) == 1:
        inner = trace.set_span_in_context(trace.NonRecordingSpan(known.pop(0)), inner)
    token = context.attach(context.set_value(_LINKS, [Link(one) for one in known], inner))
    try:
        yield
    finally:
        context.detach(token)


def links_due() -> Sequence[Link]:
    """What the span that is about to begin links to; asked a second time, nothing."""
    found = context.get_value(_LINKS)
    if not isinstance(found, list) or not found:
        return ()
    due = found.copy()
    found.clear()
    return due


def linked(text: str) -> Sequence[Link]:
    """A link to a trace, when it is one."""
    found = _known(text)
    return [Link(found)] if found is not None else ()


def _known(text: str) -> SpanContext | None:
    if not text:
        return None
    found = trace.get_current_span(_W3C.extract(parted(text), Context())).get_span_context()
    return found if found.is_valid else None
