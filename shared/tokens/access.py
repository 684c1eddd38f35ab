"""The access token of one system, asked for when it is needed: by one worker at a time, saved first, then used.

Whatever is given back was read from the row, so that no access token is ever used whose refresh token was not saved.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from shared.errors import Misconfigured, TryLater
from shared.store import Conflict
from shared.tokens.alarm import sentence
from shared.tokens.deciding import (
    EARLY,
    LEASE,
    Ask,
    Given,
    Known,
    Rules,
    Use,
    Wait,
    Why,
    answered,
    begun,
    buried,
    decide,
    due,
    earliest,
    let_go,
)
from shared.tokens.kept import Kept, Rows
from shared.tokens.sealed import Pair

PATIENCE = 30.0
"""Seconds for which somebody else's attempt is waited for; then it is tried later."""

ROOM = timedelta(seconds=90)
"""What must be left of the lease when the system is asked: the request's own time, and that of saving its answer."""

SAVES = 5
"""How often saving an answer is tried before it is left to the next who asks in this process."""


@dataclass(frozen=True, slots=True)
class Granted:
    """An answer with tokens."""

    given: Given
    pair: Pair = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gone:
    """The refresh token was refused for good, with this code."""

    code: str


class Asks(Protocol):
    async def __call__(self, refresh: str, /) -> Granted | Gone:
        """Ask the system with a refresh token, or with the app's own credentials for "".

        Raises `TryLater` when it is busy or its answer is lost, and `Misconfigured` for whatever a person must repair.
        """
        ...


@dataclass(frozen=True, slots=True)
class Unsaved:
    """An answer that the store would not take yet."""

    attempt: int
    granted: Granted
    asked: datetime
    """When the system was asked: from then on its tokens are held to live."""


class Access:
    """`await access()` is a good access token; `await access(refused)` another one, when that was answered with 401."""

    def __init__(
        self,
        place: str,
        rules: Rules,
        rows: Rows,
        asks: Asks,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        unique: Callable[[], str],
    ) -> None:
        self.place, self.rules = place, rules
        self._rows, self._asks = rows, asks
        self._clock, self._sleep, self._unique = clock, sleep, unique
        self._kept: Kept | None = None
        self._unsaved: Unsaved | None = None
        self._one = asyncio.Lock()

    def __repr__(self) -> str:
        return f"Access({self.place!r})"

    async def __call__(self, refused: str = "") -> str:
        """Raises `Misconfigured` when a person must do something, `TryLater` when it takes too long now."""
        async with self._one:
            if not refused and self._kept and self._fresh(self._kept.known):
                return self._kept.pair.access
            return (await self._obtain(refused)).pair.access

    async def renew(self) -> bool:
        """Renew the consent if it is time to; whether it was. Raises what asking raises, and `Misconfigured` when it
        turns out to be dead.
        """
        async with self._one:
            kept = await self._settled()
            if not due(self.rules, kept.known if kept else None, self._clock()):
                return False
            before = kept.known.answered if kept else 0
            return (await self._obtain(eager=True)).known.answered > before

    async def known(self) -> Known | None:
        """What is known of it, without a token."""
        return await self._rows.peek(self.place)

    def _fresh(self, known: Known) -> bool:
        return known.good_until is not None and self._clock() < known.good_until - EARLY

    async def _obtain(self, refused: str = "", *, eager: bool = False) -> Kept:
        """The row, with a good token. The system is asked once at most: what it gives is what there is."""
        asked, end = False, self._clock() + timedelta(seconds=PATIENCE)
        while True:
            kept = await self._settled()
            is_refused = bool(refused) and kept is not None and kept.pair.access == refused
            now, known = self._clock(), kept.known if kept else None
            step = decide(self.rules, known, now, refused=is_refused, eager=eager and not asked)
            match step:
                case Use() if kept:
                    self._kept = kept
                    return kept
                case Why():
                    raise Misconfigured(sentence(self.place, step))
                case Wait(seconds):
                    if now + timedelta(seconds=seconds) > end:
                        raise TryLater(self._waiting(known, now), seconds)
                    await self._sleep(seconds)
                case Ask() if not asked:
                    asked = await _whole(self._attempt(kept))
                case _ if kept and kept.known.good_until and now < kept.known.good_until:
                    return kept
                case _:
                    raise TryLater(f"{self.place}: the tokens it gives end at once; it is asked again later")

    def _waiting(self, known: Known | None, now: datetime) -> str:
        if known and known.owner:
            return f"{self.place}: another worker is signing in"
        at = earliest(self.rules, known or Known(), now)
        return f"{self.place}: it may not be asked for a token before {at:%Y-%m-%d %H:%M:%S} UTC; ask it less often"

    async def _settled(self) -> Kept | None:
        """The row, after what this process could not save before is saved."""
        if self._unsaved:
            await self._save(self._unsaved)
        return await self._read()

    async def _read(self) -> Kept | None:
        return await self._rows.read(self.place, needed=self.rules.consents)

    async def _attempt(self, kept: Kept | None) -> bool:
        """Ask the system once; whether it was asked. Another worker who began first is left alone."""
        mine = begun(self.rules, kept.known if kept else None, self._unique(), self._clock())
        pair = kept.pair if kept else Pair()
        if not await self._took(mine, pair, kept.version if kept else ""):
            return False
        asked = self._clock()
        if mine.until is None or asked > mine.until - ROOM:
            await self._leave(mine)
            raise TryLater(f"{self.place}: this worker was stopped for too long", LEASE.total_seconds())
        try:
            answer = await self._asks(pair.refresh if self.rules.consents else "")
        except (TryLater, Misconfigured):
            await self._leave(mine)
            raise
        if isinstance(answer, Gone):
            await self._bury(pair.refresh, answer.code)
        else:
            self._unsaved = Unsaved(mine.attempt, answer, asked)
            await self._save(self._unsaved)
        return True

    async def _took(self, mine: Known, pair: Pair, version: str) -> bool:
        """Save that an attempt begins; whether it is ours."""
        try:
            await self._rows.write(self.place, mine, pair, version)
        except Conflict:
            return False
        except TryLater:
            there = await self._rows.peek(self.place)
            if there is None or there.owner != mine.owner:
                raise
        return True

    async def _save(self, unsaved: Unsaved) -> None:
        """Save an answer over whatever is older. Raises `TryLater` when the store takes nothing; it is kept here."""
        given, new = unsaved.granted.given, unsaved.granted.pair

        async def once(kept: Kept) -> None:
            known = answered(kept.known, unsaved.attempt, given, unsaved.asked)
            if known is not None:
                pair = Pair(new.access or kept.pair.access, new.refresh or kept.pair.refresh)
                await self._rows.write(self.place, known, pair, kept.version)

        await self._insisting(once)
        self._unsaved = None

    async def _bury(self, refresh: str, code: str) -> None:
        """Say that the refresh token is dead, unless another one has been saved meanwhile."""

        async def once(kept: Kept) -> None:
            if kept.pair.refresh == refresh:
                await self._rows.write(self.place, buried(kept.known, code), kept.pair, kept.version)

        await self._insisting(once)

    async def _leave(self, mine: Known) -> None:
        """Let the next one try; if that cannot be saved, the lease passes by itself."""

        async def once(kept: Kept) -> None:
            if kept.known.owner == mine.owner:
                await self._rows.write(self.place, let_go(kept.known), kept.pair, kept.version)

        try:
            await self._insisting(once, 1)
        except TryLater:
            return

    async def _insisting(self, once: Callable[[Kept], Awaitable[None]], saves: int = SAVES) -> None:
        """Read, change and save until it is saved; asked again, a change that was saved finds nothing left to do."""
        for turn in range(saves):
            try:
                if kept := await self._read():
                    await once(kept)
            except Conflict:
                continue
            except TryLater:
                if turn == saves - 1:
                    raise
                await self._sleep(2.0**turn)
            else:
                return
        raise TryLater(f"{self.place}: its row is changed all the time", 1.0)


async def _whole(work: Coroutine[Any, Any, bool]) -> bool:
    """Do `work` to its end even when whoever wants it is told to stop: an answer under way must not be lost."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=LEASE.total_seconds())
        if task.done() and not task.cancelled():
            task.exception()  # it has been looked at
        raise
