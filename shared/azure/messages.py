"""What a message brings beside its body: the trace it was rung in, and since when it waited."""

from dataclasses import dataclass
from datetime import UTC, datetime

import azure.functions as func

from shared.telemetry.tracing import TRACE_PARENT, TRACE_STATE, joined


@dataclass(frozen=True, slots=True)
class Beside:
    trace: str = ""
    due: datetime | None = None


def beside(message: func.ServiceBusMessage) -> Beside:
    """Read leniently: the host names the application properties in one way or the other, or not at all.

    The Python library gives them as `application_properties` where the host sends `ApplicationProperties`, and as
    `user_properties` where it sends `UserProperties`, the older name for the same
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger).
    """
    told = {**_properties(message, "user_properties"), **_properties(message, "application_properties")}
    times = [getattr(message, name, None) for name in ("enqueued_time_utc", "scheduled_enqueue_time_utc")]
    known = [time if time.tzinfo else time.replace(tzinfo=UTC) for time in times if isinstance(time, datetime)]
    return Beside(joined(told.get(TRACE_PARENT), told.get(TRACE_STATE)), max(known, default=None))


def _properties(message: func.ServiceBusMessage, name: str) -> dict[str, object]:
    found = getattr(message, name, None)
    return dict(found) if isinstance(found, dict) else {}
