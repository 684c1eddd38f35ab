"""One doorbell as the body of one message: JSON with a schema version, small, text only."""

import json
from collections.abc import Mapping

from shared.bus import Doorbell

SCHEMA = 1
READS = frozenset({1})
"""What is sent and what is understood; a message changes its shape as a row does (`shared.layout.READS`)."""

LONGEST_SESSION = 128
"""Characters of a session id (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas)."""

LARGEST = 32_768
"""Bytes of a message's body: keys need far less, and a batch of Service Bus Standard holds 256 KiB."""

LONGEST_REASON = 4096
"""Characters of a dead-letter reason (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas)."""


class Unreadable(Exception):
    """A message that this version cannot read: a newer schema, or not ours. It is set aside, never dropped."""


def to_text(doorbell: Doorbell) -> str:
    """Raises `ValueError` (a bug of the caller) for a session or a body that no queue takes."""
    if not 0 < len(doorbell.session) <= LONGEST_SESSION:
        raise ValueError(f"a doorbell's session has 1 to {LONGEST_SESSION} characters")
    if not all(isinstance(part, str) for item in doorbell.body.items() for part in item):
        raise ValueError("a doorbell's body holds text only")
    text = json.dumps({"schema": SCHEMA, "body": dict(doorbell.body)}, separators=(",", ":"))
    if len(text) > LARGEST:
        raise ValueError(f"a doorbell's body has {len(text)} bytes; at most {LARGEST}: send keys, not data")
    return text


def from_text(text: str) -> Mapping[str, str]:
    """The body. Raises `Unreadable`; nothing of the text is repeated in it."""
    try:
        message = json.loads(text)
        schema, body = message["schema"], message["body"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable("not a doorbell") from error
    if not isinstance(schema, int) or schema not in READS:
        reads = ", ".join(map(str, sorted(READS)))
        raise Unreadable(f"schema {schema if isinstance(schema, int) else '?'}; this version reads {reads}")
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        raise Unreadable("not a doorbell")
    return body
