"""The frames of AMQP 1.0 by name: what each field means and which type it has on the wire.

OASIS AMQP 1.0 part 2 (transport), part 3 (outcomes) and part 5 (SASL):
http://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-transport-v1.0-os.html
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from local.servicebus.codec import (
    Buffer,
    Described,
    Malformed,
    Symbol,
    UByte,
    UInt,
    ULong,
    UShort,
    decode,
    encode,
)

FRAME_AMQP = 0
FRAME_SASL = 1


class AmqpError(Exception):
    """An error condition as it goes over the wire; raised where a request cannot be met."""

    def __init__(self, condition: str, description: str = "") -> None:
        super().__init__(condition, description)
        self.condition = condition
        self.description = description

    def described(self) -> Described:
        return Described(ULong(0x1D), [Symbol(self.condition), self.description, {}])


@dataclass(frozen=True, slots=True)
class Open:
    container_id: str = ""
    hostname: str | None = None
    max_frame_size: int | None = None
    channel_max: int | None = None
    idle_time_out: int | None = None


@dataclass(frozen=True, slots=True)
class Begin:
    remote_channel: int | None = None
    next_outgoing_id: int = 0
    incoming_window: int = 0
    outgoing_window: int = 0
    handle_max: int | None = None


@dataclass(frozen=True, slots=True)
class Attach:
    """`role` is true when the peer that sends this frame receives messages on the link."""

    name: str
    handle: int
    role: bool
    snd_settle_mode: int | None = None
    rcv_settle_mode: int | None = None
    source: Any = None
    target: Any = None
    unsettled: Any = None
    incomplete_unsettled: bool | None = None
    initial_delivery_count: int | None = None
    max_message_size: int | None = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: Any = None


@dataclass(frozen=True, slots=True)
class Flow:
    next_incoming_id: int | None = None
    incoming_window: int = 0
    next_outgoing_id: int = 0
    outgoing_window: int = 0
    handle: int | None = None
    delivery_count: int | None = None
    link_credit: int | None = None
    available: int | None = None
    drain: bool | None = None
    echo: bool | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    handle: int
    delivery_id: int | None = None
    delivery_tag: bytes | None = None
    message_format: int | None = None
    settled: bool | None = None
    more: bool | None = None


@dataclass(frozen=True, slots=True)
class Disposition:
    role: bool
    first: int
    last: int | None = None
    settled: bool | None = None
    state: Any = None


@dataclass(frozen=True, slots=True)
class Detach:
    handle: int
    closed: bool | None = None
    error: Any = None


@dataclass(frozen=True, slots=True)
class End:
    error: Any = None


@dataclass(frozen=True, slots=True)
class Close:
    error: Any = None


@dataclass(frozen=True, slots=True)
class SaslMechanisms:
    mechanisms: Any


@dataclass(frozen=True, slots=True)
class SaslInit:
    mechanism: str
    initial_response: bytes | None = None
    hostname: str | None = None


@dataclass(frozen=True, slots=True)
class SaslOutcome:
    code: int


Performative: TypeAlias = (
    Open
    | Begin
    | Attach
    | Flow
    | Transfer
    | Disposition
    | Detach
    | End
    | Close
    | SaslMechanisms
    | SaslInit
    | SaslOutcome
)

ACCEPTED, REJECTED, RELEASED, MODIFIED = 0x24, 0x25, 0x26, 0x27


def _same(value: Any) -> Any:
    return value


_WIRE: Mapping[type, tuple[int, Sequence[Callable[[Any], Any]]]] = {
    Open: (0x10, (str, str, UInt, UShort, UInt)),
    Begin: (0x11, (UShort, UInt, UInt, UInt, UInt)),
    Attach: (
        0x12,
        (str, UInt, bool, UByte, UByte, _same, _same, _same, bool, UInt, ULong, _same, _same, _same),
    ),
    Flow: (0x13, (UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt, bool, bool)),
    Transfer: (0x14, (UInt, UInt, bytes, UInt, bool, bool)),
    Disposition: (0x15, (bool, UInt, UInt, bool, _same)),
    Detach: (0x16, (UInt, bool, _same)),
    End: (0x17, (_same,)),
    Close: (0x18, (_same,)),
    SaslMechanisms: (0x40, (_same,)),
    SaslInit: (0x41, (Symbol, bytes, str)),
    SaslOutcome: (0x44, (UByte,)),
}
_BY_CODE: Mapping[int, type] = {code: kind for kind, (code, _) in _WIRE.items()}


def frame(channel: int, performative: Performative, payload: bytes = b"", kind: int = FRAME_AMQP) -> bytes:
    """The bytes of one frame."""
    code, wires = _WIRE[type(performative)]
    values = [getattr(performative, field.name) for field in fields(performative)]
    typed = [None if value is None else wire(value) for wire, value in zip(wires, values, strict=True)]
    while typed and typed[-1] is None:
        typed.pop()
    body = encode(Described(ULong(code), typed)) + payload
    return struct.pack(">IBBH", len(body) + 8, 2, kind, channel) + body


def empty_frame() -> bytes:
    """The heartbeat."""
    return struct.pack(">IBBH", 8, 2, FRAME_AMQP, 0)


def parse(body: Buffer) -> tuple[Performative, bytes]:
    """The performative and the payload after it. Raises `Malformed`."""
    described, end = decode(body)
    kind = _BY_CODE.get(described.descriptor) if isinstance(described, Described) else None
    if kind is None:
        raise Malformed("not a performative")
    values = list(described.value)[: len(fields(kind))]
    try:
        performative: Performative = kind(*values)
    except TypeError as error:
        raise Malformed(f"{kind.__name__} lacks a field") from error
    return performative, bytes(body[end:])
