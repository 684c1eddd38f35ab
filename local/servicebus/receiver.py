"""A client's receiver on an entity: opened when a session is held, closed when its lock is lost."""

from uuid import UUID

from local.servicebus.codec import Symbol
from local.servicebus.contents import tag, ticks
from local.servicebus.entity import Holder, Stored
from local.servicebus.feed import Feed
from local.servicebus.links import Outbound, Write, refuse
from local.servicebus.performatives import AmqpError, Attach

_SESSION_FILTER = Symbol("com.microsoft:session-filter")
_LOCKED_UNTIL = Symbol("com.microsoft:locked-until-utc")


class EntityReceiver:
    """`local.servicebus.feed.Outlet` on an AMQP link. `unsettled` is the channel's: delivery id to lock token."""

    def __init__(
        self, out: Outbound, attach: Attach, feed: Feed, write: Write, unsettled: dict[int, tuple[Feed, UUID]]
    ) -> None:
        self.name = attach.name
        self.refused = False
        self._out, self._attach, self._feed, self._write, self._unsettled = out, attach, feed, write, unsettled
        self._opened = False

    @property
    def credit(self) -> int:
        return self._out.credit

    def opened(self, holder: Holder) -> None:
        self._opened = True
        if holder.session is None or holder.until is None:
            self._out.open()
        else:
            self._out.open({_SESSION_FILTER: holder.session}, {_LOCKED_UNTIL: ticks(holder.until)})

    def deliver(self, stored: Stored) -> None:
        if stored.token is None:
            raise ValueError("only a locked message is delivered")
        number = self._out.send(stored.encoded(), tag(stored.token), self._out.presettled)
        if self._out.presettled:
            self._feed.entity.complete(stored.token)
        else:
            self._unsettled[number] = self._feed, stored.token

    def refuse(self, error: AmqpError) -> None:
        self.refused = True
        if self._opened:
            self._out.detach(error)
        else:
            refuse(self._write, self._attach, self._out.handle, error)
