"""Spans: what was done, how long it took and what became of it. They hold ids, names of attributes and kinds of errors.

An exception is told by its kind and never by its text, which may quote what another system said.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from opentelemetry import trace
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from shared.errors import Misconfigured, Refused, TryLater
from shared.telemetry import catalogue as names
from shared.telemetry.catalogue import Span
from shared.telemetry.listening import HERE, tell
from shared.telemetry.tracing import links_due

First = TypeVar("First")
Asked = ParamSpec("Asked")
Result = TypeVar("Result")
Step = Callable[Concatenate[First, Asked], Awaitable[Result]]
Said = Mapping[str, str | int | tuple[str, ...]]

NOT_FOUND = 404
"""An answer that is often hoped for; every other one of 400 and more is an error of a request."""

_route: ContextVar[str] = ContextVar("joinly-route", default="")


def door(span: Span, *told: str) -> Callable[[Step[First, Asked, Result]], Step[First, Asked, Result]]:
    """One span for each time a step of the engine is taken; `told` are attributes for its arguments, in order."""

    def opening(step: Step[First, Asked, Result]) -> Step[First, Asked, Result]:
        @wraps(step)
        async def opened(engine: First, /, *args: Asked.args, **more: Asked.kwargs) -> Result:
            if HERE.tracer is None:
                return await step(engine, *args, **more)
            said = {name: str(value) for name, value in zip(told, args, strict=False)}
            with spanning(span.name, said, SpanKind.CONSUMER) as entered:
                result = await step(engine, *args, **more)
                if isinstance(result, int):
                    entered.set_attribute(names.COUNT, result)
            return result

        return opened

    return opening


@contextmanager
def spanning(
    name: str, said: Said, kind: SpanKind = SpanKind.INTERNAL, links: Sequence[Link] = ()
) -> Iterator[trace.Span]:
    """A span around what is done within; whatever is raised ends it and goes on."""
    if HERE.tracer is None:
        yield trace.INVALID_SPAN
        return
    with HERE.tracer.start_as_current_span(
        name,
        kind=kind,
        attributes=said,
        links=[*links, *links_due()],
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            _failed(span, error)
            raise
        span.set_attribute(names.OUTCOME, "done")


@contextmanager
def writing(target: str, person: str, verb: str, attributes: Sequence[str], entitlement: str) -> Iterator[None]:
    """One write to a target, counted by what became of it."""
    said: dict[str, str | tuple[str, ...]] = {names.VERB: verb, names.TARGET: target, names.PERSON: person}
    if attributes:
        said[names.ATTRIBUTES_WRITTEN] = tuple(sorted(attributes))
    if entitlement:
        said[names.ENTITLEMENT] = entitlement
    became = "done"
    try:
        with spanning(f"write {verb}", said):
            yield
    except BaseException as error:
        became = outcome(error)
        raise
    finally:
        tell(names.WRITES, 1, {names.TARGET: target, names.VERB: verb, names.OUTCOME: became})


@contextmanager
def shown(route: str) -> Iterator[None]:
    """Say what the path of every request within is, with holes where ids are."""
    token = _route.set(route)
    try:
        yield
    finally:
        _route.reset(token)


@contextmanager
def asking(method: str, host: str, attempt: int) -> Iterator[Callable[[int], None]]:
    """One request to an outside system; what is yielded is told the status of the answer."""
    if HERE.tracer is None and HERE.meter is None:
        yield _nobody
        return
    route = _route.get()
    said: dict[str, str | int] = {names.METHOD: method, names.ADDRESS: f"https://{host}{route}"}
    if attempt > 1:
        said[names.ATTEMPT] = attempt - 1
    with spanning(f"{method} {route or host}", said, SpanKind.CLIENT) as span:

        def answered(status: int) -> None:
            span.set_attribute(names.STATUS, status)
            if status >= 400 and status != NOT_FOUND:
                span.set_status(Status(StatusCode.ERROR))
            if status == 429:
                tell(names.THROTTLES, 1, {names.HOST: host})

        yield answered


def outcome(error: BaseException) -> str:
    """What became of something that raised."""
    match error:
        case TryLater():
            return "later"
        case Refused():
            return "refused"
        case Misconfigured():
            return "misconfigured"
    return "failed"


def _failed(span: trace.Span, error: BaseException) -> None:
    became = outcome(error)
    span.set_attribute(names.OUTCOME, became)
    if isinstance(error, Refused):
        span.set_attribute(names.REASON, error.reason.value)
    if became in ("failed", "misconfigured"):
        span.set_attribute(names.ERROR, type(error).__name__)
        span.set_status(Status(StatusCode.ERROR, type(error).__name__))


def _nobody(status: int) -> None:
    """Nobody listens."""
