"""One AMQP session: its links, what was delivered on them and not yet settled, and where each link leads.

OASIS AMQP 1.0 part 2, sections 2.5 and 2.6; part 3, section 3.4 (outcomes).
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from local.servicebus import nodes
from local.servicebus.access import LISTEN, SEND, May, everything, is_signed
from local.servicebus.codec import Described, Malformed, Symbol, ULong
from local.servicebus.contents import DATA, Content, sections
from local.servicebus.entity import Holder
from local.servicebus.feed import Feed
from local.servicebus.links import LARGEST_MESSAGE, Inbound, Outbound, Write, address, refuse
from local.servicebus.performatives import (
    ACCEPTED,
    MODIFIED,
    REJECTED,
    RELEASED,
    AmqpError,
    Attach,
    Detach,
    Disposition,
    Flow,
    Performative,
    Transfer,
)
from local.servicebus.receiver import EntityReceiver

_BATCH = 0x80013700
_ASSOCIATED_LINK = "associated-link-name"
_SESSION_FILTER = Symbol("com.microsoft:session-filter")
_TIMEOUT = Symbol("com.microsoft:timeout")
_WAIT = 60_000


@dataclass(slots=True)
class Fault:
    """What is wrong with the namespace now: an error condition that everything is refused with, or "" for nothing."""

    condition: str = ""


@dataclass(slots=True)
class Namespace:
    """What the channels of one connection share: the entities, the key, and the tokens that the client put."""

    feeds: Mapping[str, Feed]
    key: str
    fault: Fault
    may: May = everything
    tokens: dict[str, str] = field(default_factory=dict)
    """Queue → the token for it."""

    def feed(self, name: str, *rights: str) -> Feed:
        """Raises `AmqpError` for a fault, and for an entity that is not there, that no token was put for, or that the
        token gives none of `rights` on.
        """
        if self.fault.condition:
            raise AmqpError(self.fault.condition, "The namespace was told to refuse.")
        if name not in self.feeds:
            raise AmqpError("amqp:not-found", f"The messaging entity '{name}' could not be found.")
        queue = name.partition("/$")[0]
        token = self.tokens.get(queue)
        if token is None or not (is_signed(token) or any(self.may(token, queue, right) for right in rights)):
            claims = ", ".join(rights)
            raise AmqpError("amqp:unauthorized-access", f"Unauthorized access. '{claims}' claim(s) are required.")
        return self.feeds[name]


class Channel:
    def __init__(self, write: Write, namespace: Namespace, frame_size: int) -> None:
        self._write, self._namespace, self._frame_size = write, namespace, frame_size
        self._inbound: dict[int, Inbound] = {}
        self._outbound: dict[int, Outbound] = {}
        self._receivers: dict[int, tuple[Feed, EntityReceiver]] = {}
        self._unsettled: dict[int, tuple[Feed, UUID]] = {}
        self._handles = itertools.count()
        self._deliveries = itertools.count()

    def handle(self, performative: Performative, payload: bytes) -> None:
        match performative:
            case Attach():
                self._attach(performative)
            case Flow() if performative.handle is not None:
                self._flow(performative, performative.handle)
            case Transfer():
                self._transfer(performative, payload)
            case Disposition() if performative.role:
                self._disposition(performative)
            case Detach():
                self._detach(performative)

    def end(self) -> None:
        """The session or the connection is gone."""
        receivers, self._receivers = list(self._receivers.values()), {}
        for feed, receiver in receivers:
            feed.leave(receiver)

    def _attach(self, attach: Attach) -> None:
        handle = next(self._handles)
        name = address(attach.source if attach.role else attach.target)
        try:
            feed = None if name == nodes.CBS else self._reached(name, LISTEN if attach.role else SEND)
            if not attach.role:
                link = self._inbound[attach.handle] = Inbound(self._write, attach, handle)
                link.open()
            else:
                out = Outbound(self._write, attach, handle, lambda: next(self._deliveries), self._frame_size)
                self._outbound[attach.handle] = out
                if feed is None or name.endswith(nodes.MANAGEMENT):
                    out.open()
                else:
                    self._receive(attach, out, feed)
        except AmqpError as error:
            self._forget(attach.handle)
            refuse(self._write, attach, handle, error)

    def _reached(self, name: str, right: str) -> Feed:
        """What the link leads to; a management node opens for either right, and each question needs its own."""
        if name.endswith(nodes.MANAGEMENT):
            return self._namespace.feed(name.removesuffix(nodes.MANAGEMENT), SEND, LISTEN)
        return self._namespace.feed(name, right)

    def _receive(self, attach: Attach, out: Outbound, feed: Feed) -> None:
        receiver = EntityReceiver(out, attach, feed, self._write, self._unsettled)
        self._receivers[attach.handle] = feed, receiver
        filters = attach.source.value[7] if len(attach.source.value) > 7 else None
        if filters is None or _SESSION_FILTER not in filters:
            feed.receive(receiver)
            return
        wanted = filters[_SESSION_FILTER]
        session = wanted.value if isinstance(wanted, Described) else wanted
        wait = (attach.properties or {}).get(_TIMEOUT, _WAIT) / 1000
        feed.accept(receiver, None if session is None else str(session), wait)

    def _flow(self, flow: Flow, handle: int) -> None:
        link = self._outbound.get(handle)
        if link is None:
            return
        link.flow(flow)
        if handle in self._receivers:
            self._receivers[handle][0].pump()
        if flow.drain:
            link.drained()

    def _transfer(self, transfer: Transfer, payload: bytes) -> None:
        link = self._inbound.get(transfer.handle)
        whole = link.transfer(transfer, payload) if link is not None else None
        if link is None or whole is None:
            return
        first, message = whole
        outcome = Described(ULong(ACCEPTED), [])
        try:
            self._arrived(link.address, message, first.message_format or 0)
        except AmqpError as error:
            outcome = Described(ULong(REJECTED), [error.described()])
        except Malformed as error:
            outcome = Described(ULong(REJECTED), [AmqpError("amqp:decode-error", str(error)).described()])
        if not first.settled and first.delivery_id is not None:
            self._write(Disposition(True, first.delivery_id, first.delivery_id, True, outcome), b"")

    def _arrived(self, name: str, message: bytes, message_format: int) -> None:
        if name == nodes.CBS:
            request = nodes.Request.parse(message)
            entity, reply = nodes.put_token(request, self._namespace.key)
            if entity:
                self._namespace.tokens[entity.partition("/$")[0]] = str(request.body)
            self._reply(name, reply)
        elif name.endswith(nodes.MANAGEMENT):
            request = nodes.Request.parse(message)
            feed = self._namespace.feed(name.removesuffix(nodes.MANAGEMENT), nodes.right(request))
            holder = self._holder(feed, str(request.properties.get(_ASSOCIATED_LINK, "")))
            self._reply(name, nodes.managed(request, feed.entity, holder))
            feed.pump()
        else:
            self._put(self._namespace.feed(name, SEND), message, message_format)

    def _holder(self, feed: Feed, link: str) -> Holder | None:
        found = (receiver for _, receiver in self._receivers.values() if receiver.name == link)
        receiver = next(found, None)
        return None if receiver is None else feed.holder(receiver)

    def _put(self, feed: Feed, message: bytes, message_format: int) -> None:
        if len(message) > LARGEST_MESSAGE:
            raise AmqpError("amqp:link:message-size-exceeded", f"The message exceeds {LARGEST_MESSAGE} bytes.")
        parts = (
            [value for code, value, _ in sections(message) if code == DATA] if message_format == _BATCH else [message]
        )
        contents = [Content.parse(part) for part in parts]
        for content in contents:
            feed.entity.put(content)
        feed.pump()

    def _reply(self, name: str, payload: bytes) -> None:
        link = next((each for each in self._outbound.values() if each.address == name), None)
        if link is None:
            raise AmqpError("amqp:not-found", "There is no link to reply on.")
        link.reply(payload, uuid4().bytes)

    def _disposition(self, disposition: Disposition) -> None:
        last = disposition.first if disposition.last is None else disposition.last
        for number in [each for each in self._unsettled if disposition.first <= each <= last]:
            feed, token = self._unsettled.pop(number)
            outcome = disposition.state
            try:
                outcome = _settled(feed, token, disposition.state)
            except AmqpError as error:
                outcome = Described(ULong(REJECTED), [error.described()])
            if not disposition.settled:
                self._write(Disposition(False, number, number, True, outcome), b"")
            feed.pump()

    def _detach(self, detach: Detach) -> None:
        link = self._inbound.get(detach.handle) or self._outbound.get(detach.handle)
        gone = self._receivers.get(detach.handle)
        was_refused = gone is not None and gone[1].refused
        self._forget(detach.handle)
        if link is not None and not was_refused:
            self._write(Detach(link.handle, True), b"")

    def _forget(self, handle: int) -> None:
        self._inbound.pop(handle, None)
        self._outbound.pop(handle, None)
        if handle in self._receivers:
            feed, receiver = self._receivers.pop(handle)
            feed.leave(receiver)


def _settled(feed: Feed, token: UUID, outcome: Any) -> Described:
    """Do what `outcome` says and give the outcome to echo."""
    code = outcome.descriptor if isinstance(outcome, Described) else RELEASED
    values = outcome.value if isinstance(outcome, Described) else []
    if code == ACCEPTED:
        feed.entity.complete(token)
    elif code == REJECTED:
        error = values[0].value if values and isinstance(values[0], Described) else []
        info = {str(name): value for name, value in ((error[2] if len(error) > 2 else None) or {}).items()}
        feed.entity.dead_letter(token, info.get("DeadLetterReason"), info.get("DeadLetterErrorDescription"))
        return Described(ULong(REJECTED), [])
    elif code == MODIFIED:
        if len(values) > 1 and values[1]:
            feed.entity.defer(token)
        else:
            feed.entity.abandon(token)
    else:
        feed.entity.abandon(token, counted=False)
    return outcome if isinstance(outcome, Described) else Described(ULong(RELEASED), [])
