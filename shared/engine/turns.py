"""Whose turn it is to read a source, and how far the poll is: one row, which every save of the poll replaces too.

So whoever lost the turn saves nothing more, and what is kept of an answer and where to go on always agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from shared import codec, layout
from shared.connector import Edition
from shared.engine.parts import NOBODY, Engine
from shared.errors import TryLater
from shared.store import Change, Conflict, Insert, Replace, Row

HELD = timedelta(minutes=2)
"""How long a turn lasts after its last sign of life."""

SIGN = timedelta(seconds=30)
"""How often there is one while nothing else is saved."""

SHORT = timedelta(minutes=8)
"""After this a turn ends where it can be taken up again: far less than a function may run."""

LONG = timedelta(minutes=20)
"""After this it ends in any case, because the process may soon be ended (host.json, `functionTimeout`)."""

OLD = timedelta(hours=6)
"""A poll that began longer ago is not gone on with: its beginning may be true no longer."""


class GlancedAt(TryLater):
    """Somebody else's turn is between two polls: it is soon over, and then a poll may begin."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Poll:
    """How far one poll of a source is.

    So many `pieces` of the answer are kept, up to `cursor`; "" says that the source cannot be taken up there. `whole`
    says that they are all of it, `believed` is its digest once it is believed, `nameless` that some record in it has
    no id, and `saved` the bucket whose people were saved last. `edition` says which delivery it is, where there are
    several. `litter` says that pieces of an earlier poll, which was given up, are still to be removed. `caught` counts
    what was taken out of it, by fact and kind. `done` is the policy under which all of it was believed and saved.
    """

    number: int
    turn: int = 1
    began: datetime
    cursor: str = ""
    pieces: int = 0
    whole: bool = False
    believed: str = ""
    nameless: bool = False
    saved: str = ""
    litter: bool = False
    edition: Edition | None = None
    caught: Mapping[str, int] = field(default_factory=dict)
    done: str = ""

    @property
    def name(self) -> str:
        """This turn of this poll, for the doorbell that asks for the next one."""
        return f"{self.number}.{self.turn}"

    @property
    def left(self) -> bool:
        """Whether it can be gone on with."""
        return self.whole or bool(self.cursor)


POLL = codec.Codec(Poll)


class Turn:
    """One worker's turn at one source; it ends after `most`, or when everything is done."""

    def __init__(self, engine: Engine, source: str, poll: Poll, most: timedelta | None) -> None:
        self.engine, self.source, self.poll = engine, source, poll
        self.moved = False
        """Whether it has brought the poll any further."""
        self._most, self._owner, self._version = most, engine.unique(), ""
        self._began = self._signed = engine.clock()

    @property
    def over(self) -> bool:
        """Whether what is left is for the next turn."""
        return self._most is not None and self.engine.clock() - self._began >= self._most

    @property
    def too_long(self) -> bool:
        return self._most is not None and self.engine.clock() - self._began >= LONG

    async def begin(self, version: str) -> None:
        """Raises `Conflict` when somebody else's turn began since the row was read as `version`, "" for no row."""
        self._version = version
        await self._commit((), self.poll, HELD)

    async def sign(self) -> None:
        """Show now and then that somebody is at work. Raises `Conflict` when the turn was lost."""
        if self.engine.clock() - self._signed >= SIGN:
            await self.save()

    async def save(self, changes: Sequence[Change] = (), **further: Any) -> Mapping[str, str]:
        """Save `changes`, and by them how much further the poll is; the new versions.

        Raises `Conflict`, also when the turn was lost.
        """
        versions = await self._commit(changes, replace(self.poll, **further), HELD)
        self.moved = self.moved or bool(further)
        return versions

    def is_of(self, edition: Edition) -> None:
        """To be saved with whatever is saved next."""
        self.poll = replace(self.poll, edition=edition)

    def believed(self, digest: str, nameless: bool) -> None:
        """To be saved with whatever is saved next."""
        self.poll = replace(self.poll, believed=digest, nameless=nameless)

    def done(self) -> None:
        """Everything that was read is saved, and nothing is kept any more."""
        under, poll = self.engine.policy_hash, self.poll
        self.poll = Poll(number=poll.number, turn=poll.turn, began=poll.began, done=under)

    def give_up(self) -> None:
        """Forget what was read so far; the next turn begins a new poll."""
        litter = self.poll.litter or self.poll.pieces > 0
        self.poll = Poll(number=self.poll.number, turn=self.poll.turn, began=self.poll.began, litter=litter)

    async def end(self) -> None:
        """Let the next one begin."""
        try:
            await self._commit((), self.poll, None)
        except Conflict:
            return  # somebody took over when it had run out; it is theirs now

    async def _commit(self, changes: Sequence[Change], poll: Poll, held: timedelta | None) -> Mapping[str, str]:
        """Without `held` it is nobody's turn afterwards, whatever a clock says that may be set back."""
        now = self.engine.clock()
        until = (now + held).isoformat() if held else NOBODY["until"]
        data = POLL.dump(poll, owner=self._owner, until=until)
        mine: Change = Replace(layout.LEASE, data, self._version) if self._version else Insert(layout.LEASE, data)
        versions = await self.engine.store.commit(layout.SOURCES, self.source, [*changes, mine])
        self._version, self._signed, self.poll = versions[layout.LEASE], now, poll
        return versions


async def is_last(engine: Engine, source: str, name: str) -> bool:
    """Whether no turn has begun since the one of that name."""
    row = await engine.store.get(layout.SOURCES, source, layout.LEASE)
    return row is not None and POLL.load(row.data).name == name


async def take(engine: Engine, source: str, most: timedelta | None = None) -> Turn:
    """Take the next turn, of the poll that is under way if it can be gone on with; without `most`, of a new poll.

    Raises `TryLater` when it is somebody else's turn.
    """
    row, last = await _free(engine, source)
    return await _begun(engine, source, row, _next(last, engine.clock(), most is not None), most)


async def take_between(engine: Engine, source: str) -> Turn | None:
    """Take a turn between two polls, which leaves both as they are; None unless the last one that began is done, and
    under this very policy: another one may read HR otherwise.

    Raises `TryLater` when it is somebody else's turn.
    """
    row, last = await _free(engine, source)
    if last is None or last.done != engine.policy_hash:
        return None
    return await _begun(engine, source, row, replace(last, turn=last.turn + 1), SHORT)


async def _free(engine: Engine, source: str) -> tuple[Row | None, Poll | None]:
    """The row and the poll in it, when it is nobody's turn; None when there never was one."""
    row, now = await engine.store.get(layout.SOURCES, source, layout.LEASE), engine.clock()
    if row is None:
        return None, None
    last, until = POLL.load(row.data), codec.moment(row.data["until"])
    if until > now:
        busy = GlancedAt if last.done else TryLater
        raise busy(f"source {source} is being read by somebody else", (until - now).total_seconds())
    return row, last


async def _begun(engine: Engine, source: str, row: Row | None, poll: Poll, most: timedelta | None) -> Turn:
    turn = Turn(engine, source, poll, most)
    try:
        await turn.begin(row.version if row else "")
    except Conflict as conflict:
        raise TryLater(f"source {source} is being read by somebody else", HELD.total_seconds()) from conflict
    return turn


def _next(last: Poll | None, now: datetime, goes_on: bool) -> Poll:
    if last is None:
        return Poll(number=1, began=now)
    if goes_on and last.left and now - last.began < OLD:
        return replace(last, turn=last.turn + 1)
    return Poll(number=last.number + 1, began=now, litter=last.litter or last.pieces > 0)
