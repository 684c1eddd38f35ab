"""Service Bus messages, timers and requests → the typed data and trigger metadata that the host gives a worker.

Names and kinds follow the host's Service Bus extension, as its source and the converters of azure-functions have them.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from azure.servicebus import ServiceBusReceivedMessage

Datum: TypeAlias = Mapping[str, Any]
"""TypedData as it goes to the worker: a type and a value."""

_ACTIVE = 0


def text(value: str) -> Datum:
    return {"type": "string", "value": value}


def structure(value: Any) -> Datum:
    return {"type": "json", "value": json.dumps(value)}


def one(message: ServiceBusReceivedMessage) -> tuple[Datum, Mapping[str, Datum]]:
    """A single message and its metadata."""
    about = _about(message)
    return text(_body(message)), {name: _datum(value) for name, value in about.items() if value is not None}


def many(messages: Sequence[ServiceBusReceivedMessage]) -> tuple[Datum, Mapping[str, Datum]]:
    """A batch: a collection of bodies, and one array for each name of the metadata."""
    about = [_about(message) for message in messages]
    arrays = {f"{name}Array": structure([each[name] for each in about]) for name in about[0]}
    return {"type": "collection_string", "value": [_body(message) for message in messages]}, arrays


def timer(past_due: bool, last: datetime | None, due: datetime) -> Datum:
    """What a timer trigger gives (https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#usage)."""
    status = {"Last": _iso(last) if last else "0001-01-01T00:00:00+00:00", "Next": _iso(due), "LastUpdated": _iso(due)}
    return structure({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": past_due})


def request(
    method: str, url: str, headers: Mapping[str, str], query: Mapping[str, str], params: Mapping[str, str], body: bytes
) -> Datum:
    """An HTTP request; a body that is text comes as text, as the host sends it."""
    try:
        content = text(body.decode())
    except UnicodeDecodeError:
        content = {"type": "bytes", "value": body.hex()}
    value = {
        "method": text(method),
        "url": text(url),
        "headers": {name: text(each) for name, each in headers.items()},
        "query": {name: text(each) for name, each in query.items()},
        "params": {name: text(each) for name, each in params.items()},
        "body": content,
    }
    return {"type": "http", "value": value}


def _body(message: ServiceBusReceivedMessage) -> str:
    """.NET reads a body as UTF-8 and puts U+FFFD where it is none."""
    return b"".join(message.body).decode("utf-8", "replace")


def _about(message: ServiceBusReceivedMessage) -> Mapping[str, Any]:
    given = {_plain(name): _plain(value) for name, value in (message.application_properties or {}).items()}
    return {
        "MessageId": message.message_id or "",
        "DeliveryCount": (message.delivery_count or 0) + 1,
        "LockToken": str(message.lock_token),
        "SequenceNumber": message.sequence_number,
        "EnqueuedTimeUtc": _iso(message.enqueued_time_utc),
        "EnqueuedSequenceNumber": message.enqueued_sequence_number or 0,
        "ExpiresAtUtc": _iso(message.expires_at_utc),
        "LockedUntil": _iso(message.locked_until_utc),
        "ContentType": message.content_type,
        "CorrelationId": message.correlation_id,
        "SessionId": message.session_id,
        "Subject": message.subject,
        "To": message.to,
        "ReplyTo": message.reply_to,
        "State": _ACTIVE,
        "ApplicationProperties": given,
        "UserProperties": given,
    }


def _datum(value: Any) -> Datum:
    return text(value) if isinstance(value, str) else structure(value)


def _plain(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
