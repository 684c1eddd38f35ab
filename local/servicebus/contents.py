"""One AMQP message in sections: what the broker reads and adds, while the sender's own bytes stay as they came.

OASIS AMQP 1.0 part 3 (http://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-messaging-v1.0-os.html); the annotations
are Service Bus's (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from local.servicebus.codec import (
    Buffer,
    Described,
    Int,
    Malformed,
    Symbol,
    Timestamp,
    UInt,
    ULong,
    decode,
    encode,
)

HEADER, ANNOTATIONS, PROPERTIES, APPLICATION, DATA, VALUE = 0x70, 0x72, 0x73, 0x74, 0x75, 0x77
_BODY = {DATA, 0x76, VALUE}
_SCHEDULED = Symbol("x-opt-scheduled-enqueue-time")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Content:
    """What a sender sent."""

    header: list[Any] = field(default_factory=list)
    annotations: dict[Any, Any] = field(default_factory=dict)
    properties: bytes = b""
    application: dict[Any, Any] = field(default_factory=dict)
    body: bytes = b""
    session: str = ""
    message_id: str = ""

    @classmethod
    def parse(cls, payload: Buffer) -> "Content":
        """Raises `Malformed`."""
        content = cls()
        for code, value, raw in sections(payload):
            if code == HEADER:
                content.header = list(value)
            elif code == ANNOTATIONS:
                content.annotations = dict(value)
            elif code == PROPERTIES:
                content.properties = raw
                content.session = str(value[10] or "") if len(value) > 10 else ""
                content.message_id = str(value[0] or "") if value else ""
            elif code == APPLICATION:
                content.application = dict(value)
            elif code in _BODY:
                content.body += raw
        return content

    @property
    def time_to_live(self) -> timedelta | None:
        milliseconds = self.header[2] if len(self.header) > 2 else None
        return None if milliseconds is None else timedelta(milliseconds=milliseconds)

    @property
    def scheduled(self) -> datetime | None:
        milliseconds = self.annotations.get(_SCHEDULED)
        return None if milliseconds is None else _EPOCH + timedelta(milliseconds=milliseconds)

    def encoded(self, deliveries: int, annotations: Mapping[str, Any]) -> bytes:
        """The message as a receiver gets it, with the broker's count and annotations."""
        header = [*self.header, *[None] * (5 - len(self.header))]
        header[4] = UInt(deliveries)
        added = {Symbol(name): value for name, value in annotations.items()}
        parts = [section(HEADER, header), section(ANNOTATIONS, self.annotations | added), self.properties]
        if self.application:
            parts.append(section(APPLICATION, self.application))
        return b"".join([*parts, self.body])


def sections(payload: Buffer) -> Iterator[tuple[int, Any, bytes]]:
    """Code, value and bytes of each section. Raises `Malformed`."""
    view, start = memoryview(payload), 0
    while start < len(view):
        described, end = decode(view, start)
        if not isinstance(described, Described) or not isinstance(described.descriptor, int):
            raise Malformed("a message holds something that is no section")
        yield int(described.descriptor), described.value, bytes(view[start:end])
        start = end


def section(code: int, value: Any) -> bytes:
    return encode(Described(ULong(code), value))


def instant(time: datetime) -> Timestamp:
    return Timestamp((time - _EPOCH) // timedelta(milliseconds=1))


def ticks(time: datetime) -> int:
    """.NET ticks: 100 ns since 0001-01-01, as in `com.microsoft:locked-until-utc`."""
    return (time - datetime(1, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10


def tag(token: UUID) -> bytes:
    """A lock token as delivery tag: .NET's byte order of a GUID."""
    return token.bytes_le


def state(value: int) -> Int:
    return Int(value)
