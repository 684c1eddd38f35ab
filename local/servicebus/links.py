"""The two directions of a link, as seen from the broker: `Inbound` brings messages in, `Outbound` takes them out.

OASIS AMQP 1.0 part 2, section 2.6 (links): credit, delivery counts, transfers in parts.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

from local.servicebus.codec import Described, Symbol, UInt, ULong
from local.servicebus.performatives import AmqpError, Attach, Detach, Flow, Performative, Transfer

Write: TypeAlias = Callable[[Performative, bytes], None]

LARGEST_MESSAGE = 262_144
"""Bytes (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas, Standard)."""

_GRANT = 1000
_SOURCE = 0x28
_FRAME_OVERHEAD = 128


def address(terminus: Any) -> str:
    """Where a link leads: the path of its address in lower case, whatever host it names."""
    value = terminus.value[0] if isinstance(terminus, Described) and terminus.value else None
    text = str(value or "")
    if "://" in text:
        text = text.split("://", 1)[1].partition("/")[2]
    return text.strip("/").lower()


def refuse(write: Write, attach: Attach, handle: int, error: AmqpError) -> None:
    """Attach without ends and detach at once: how AMQP says that a link cannot be (part 2, section 2.6.3)."""
    count = 0 if attach.role else None
    write(Attach(attach.name, handle, not attach.role, initial_delivery_count=count), b"")
    write(Detach(handle, True, error.described()), b"")


class Inbound:
    """A link on which the client sends."""

    def __init__(self, write: Write, attach: Attach, handle: int) -> None:
        self.address = address(attach.target)
        self.handle = handle
        self._write, self._attach = write, attach
        self._received = 0
        self._credit = 0
        self._parts: list[bytes] = []
        self._first: Transfer | None = None

    def open(self) -> None:
        attach = self._attach
        properties = {Symbol("com.microsoft:max-message-batch-size"): UInt(LARGEST_MESSAGE)}
        answer = Attach(
            attach.name,
            self.handle,
            True,
            snd_settle_mode=attach.snd_settle_mode,
            rcv_settle_mode=attach.rcv_settle_mode,
            source=attach.source,
            target=attach.target,
            max_message_size=LARGEST_MESSAGE,
            properties=properties,
        )
        self._write(answer, b"")
        self._grant()

    def transfer(self, transfer: Transfer, payload: bytes) -> tuple[Transfer, bytes] | None:
        """The first frame and the whole payload once the last part is in; None until then."""
        self._first = self._first or transfer
        self._parts.append(payload)
        if transfer.more:
            return None
        first, whole = self._first, b"".join(self._parts)
        self._first, self._parts = None, []
        self._received += 1
        self._credit -= 1
        if self._credit < _GRANT // 2:
            self._grant()
        return first, whole

    def _grant(self) -> None:
        self._credit = _GRANT
        flow = Flow(
            incoming_window=0x7FFFFFFF,
            outgoing_window=0x7FFFFFFF,
            handle=self.handle,
            delivery_count=self._received,
            link_credit=_GRANT,
        )
        self._write(flow, b"")


class Outbound:
    """A link on which the client receives; what is sent beyond its credit waits."""

    def __init__(self, write: Write, attach: Attach, handle: int, next_id: Callable[[], int], frame_size: int) -> None:
        self.address = address(attach.source)
        self.handle = handle
        self.credit = 0
        self.presettled = attach.snd_settle_mode == 1
        self._write, self._attach, self._next_id = write, attach, next_id
        self._part = frame_size - _FRAME_OVERHEAD
        self._sent = 0
        self._late: deque[tuple[bytes, bytes]] = deque()

    def open(self, filters: dict[Any, Any] | None = None, properties: dict[Any, Any] | None = None) -> None:
        attach = self._attach
        answer = Attach(
            attach.name,
            self.handle,
            False,
            snd_settle_mode=attach.snd_settle_mode,
            rcv_settle_mode=attach.rcv_settle_mode,
            source=attach.source if filters is None else _filtered(attach.source, filters),
            target=attach.target,
            initial_delivery_count=0,
            max_message_size=LARGEST_MESSAGE,
            properties=properties,
        )
        self._write(answer, b"")

    def flow(self, flow: Flow) -> None:
        """New credit; with drain, what cannot be used now is given back (part 2, section 2.6.7)."""
        self.credit = (flow.delivery_count or 0) + (flow.link_credit or 0) - self._sent
        while self._late and self.credit > 0:
            self.send(*self._late.popleft(), settled=True)

    def drained(self) -> None:
        self._sent += max(self.credit, 0)
        self.credit = 0
        flow = Flow(
            incoming_window=0x7FFFFFFF,
            outgoing_window=0x7FFFFFFF,
            handle=self.handle,
            delivery_count=self._sent,
            link_credit=0,
            drain=True,
        )
        self._write(flow, b"")

    def reply(self, payload: bytes, tag: bytes) -> None:
        """Send as soon as there is credit."""
        if self.credit > 0:
            self.send(payload, tag, settled=True)
        else:
            self._late.append((payload, tag))

    def send(self, payload: bytes, tag: bytes, settled: bool) -> int:
        """The delivery's id. The caller minds the credit."""
        number = self._next_id()
        self.credit -= 1
        self._sent += 1
        for start in range(0, len(payload), self._part):
            more = start + self._part < len(payload)
            frame = (
                Transfer(self.handle, number, tag, 0, settled, more)
                if start == 0
                else Transfer(self.handle, settled=settled, more=more)
            )
            self._write(frame, payload[start : start + self._part])
        return number

    def detach(self, error: AmqpError) -> None:
        self._write(Detach(self.handle, True, error.described()), b"")


def _filtered(source: Any, filters: dict[Any, Any]) -> Described:
    values = list(source.value) if isinstance(source, Described) else []
    values += [None] * (8 - len(values))
    values[7] = filters
    return Described(ULong(_SOURCE), values)
