"""What one process knows of the kill switch: which targets nothing is written to, read again every few seconds.

That somebody said stop is known within `FRESH`; that it is over is known at once, because a stop is never believed
without being read again.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared import layout
from shared.codec import Codec
from shared.store import Store

FRESH = timedelta(seconds=15)
"""How long a process writes on without asking again whether it still may."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """Somebody's word that nothing is written: to one target, or to all for ""; who, why and since when (UTC)."""

    target: str = ""
    by: str
    because: str
    since: datetime


STOP = Codec(Stop)

BY_SETTING = Stop(by="the app setting JOINLY_STOPPED", because="", since=datetime.min.replace(tzinfo=UTC))


@dataclass(slots=True)
class Brake:
    """`stopped` says that a setting of this process stops all writes; unless it is `heeded`, nothing ever stops it."""

    stopped: bool = False
    heeded: bool = True
    known: dict[str, Stop] = field(default_factory=dict)
    read_at: datetime | None = None

    async def on(self, store: Store, target: str, now: datetime) -> Stop | None:
        """What keeps this process from writing to the target, if anything does."""
        if not self.heeded:
            return None
        if self.stopped:
            return BY_SETTING
        if self._of(target) is not None or self.read_at is None or not timedelta() <= now - self.read_at < FRESH:
            await self.look(store, now)
        return self._of(target)

    async def look(self, store: Store, now: datetime) -> None:
        """Read who said stop. Raises `TryLater`; what is known is then as old as it was, and so it is meanwhile."""
        rows = [row async for row in store.scan(layout.GATES, layout.STOPS)]
        self.known, self.read_at = {row.key: STOP.load(row.data) for row in rows}, now

    def _of(self, target: str) -> Stop | None:
        return self.known.get(layout.EVERYTHING) or self.known.get(target)
