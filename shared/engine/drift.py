"""What changed in a directory: a mirror kept by its delta, and a live look at accounts that are not as we left them.

The mirror decides nothing: it only says where to look. A change that equals what we wrote is our own echo.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from shared import codec, layout
from shared.connector import DirectoryPage
from shared.engine import identifiers
from shared.engine.owners import Known, look_up
from shared.engine.parts import Engine
from shared.errors import TryLater
from shared.flow import closing
from shared.layout import Hop
from shared.model import Account, Link, Stage
from shared.planning import same
from shared.store import Change, Conflict, Delete, Insert, Put, Replace
from shared.telemetry import catalogue, door

TOGETHER = 50

PLENTY = 10_000
"""Accounts that are looked at together, so that what is known of them is read partition by partition."""

SHORT = timedelta(minutes=8)
"""How long one call goes on where the round can be left; one app follows several targets in one invocation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """How far a directory has been followed: to `token`, and in the round that was left unfinished to `following`.

    `number` counts full rounds; whatever the mirror holds bears the number of the last one that met it.
    """

    token: str = ""
    following: str = ""
    number: int = 0
    full: bool = False

    def meets(self, page: DirectoryPage, fresh: bool) -> "Round":
        """The round that `page` belongs to: a new one with the first page that is fresh; the one before was or not."""
        return replace(self, number=self.number + 1, full=True) if page.fresh and not fresh else self


ROUND = codec.Codec(Round)


@door(catalogue.FOLLOW, catalogue.TARGET)
async def follow(engine: Engine, target: str) -> int:
    """Read what changed since the last time; how many linked accounts are not as we left them.

    A long round is left where it can be gone on with, and gone on with by the next call. Raises `TryLater` and
    `Misconfigured`; what is missing is looked at when the round is complete.
    """
    row = await engine.store.get(layout.SOURCES, f"directory|{target}", layout.TOKEN)
    place, version = ROUND.load(row.data) if row else Round(), row.version if row else ""
    began, count, fresh = engine.clock(), 0, False
    pages: list[DirectoryPage] = []
    async with closing(engine.targets[target].changes(place.following or place.token)) as changes:
        async for page in changes:
            place, fresh = place.meets(page, fresh), page.fresh
            pages.append(page)
            over = bool(page.following) and engine.clock() - began >= SHORT
            if not (page.token or over or sum(len(one.accounts) for one in pages) >= PLENTY):
                continue
            count += await _look(engine, target, _together(pages), place.number)
            pages = []
            if page.token and place.full:
                count += await _absent(engine, target, place.number)
                await _deleted(engine, target)
            if page.token:
                place = Round(token=page.token, number=place.number)
            elif page.following:
                place = replace(place, following=page.following)
            version = await _save(engine, target, place, version)
            if over:
                break
    return count


async def _save(engine: Engine, target: str, place: Round, version: str) -> str:
    data = ROUND.dump(place, at=engine.clock().isoformat())
    change: Change = Replace(layout.TOKEN, data, version) if version else Insert(layout.TOKEN, data)
    try:
        return (await engine.store.commit(layout.SOURCES, f"directory|{target}", [change]))[layout.TOKEN]
    except Conflict as conflict:
        raise TryLater(f"target {target} is being followed by somebody else") from conflict


def _together(pages: Sequence[DirectoryPage]) -> dict[str, Account | None]:
    """What became of each account, None when it is gone: what comes last counts."""
    found: dict[str, Account | None] = {}
    for page in pages:
        for id, account in (*((one.id, one) for one in page.accounts), *((id, None) for id in page.removed)):
            found.pop(id, None)
            found[id] = account
    return found


async def _look(engine: Engine, target: str, changed: Mapping[str, Account | None], number: int) -> int:
    """Look at what changed and keep it in the mirror; how many are not as we left them."""
    accounts, count = [one for one in changed.values() if one], 0
    known = await look_up(engine, target, changed)
    by_drawer: dict[str, list[Change]] = {}
    for account in accounts:
        data = codec.ACCOUNT.dump(account, round=number)
        by_drawer.setdefault(layout.drawer(target, account.id), []).append(Put(account.id, data))
        count += await _compare(known, account.id, account)
    owners = {account.id: await known.owner(account.id) for account in accounts}
    await identifiers.observe(engine, target, accounts, owners)
    for gone in (id for id, account in changed.items() if account is None):
        await _gone(engine, target, gone)
        by_drawer.setdefault(layout.drawer(target, gone), []).append(Delete(gone))
        count += await _compare(known, gone, None)
    for drawer, changes in by_drawer.items():
        for start in range(0, len(changes), TOGETHER):
            await engine.store.commit(layout.DIRECTORY, drawer, changes[start : start + TOGETHER])
    return count


async def _absent(engine: Engine, target: str, number: int) -> int:
    """After a full round: what the mirror holds and the directory does not. Nothing is inferred; they are looked at."""
    count = 0
    for bucket in layout.buckets():
        drawer = f"{target}|{bucket}"
        gone = [
            row.key
            async for row in engine.store.scan(layout.DIRECTORY, drawer)
            if codec.readable(row.data) and row.data.get("round") != number
        ]
        known = await look_up(engine, target, gone)
        for account in gone:
            await _gone(engine, target, account)
            count += await _compare(known, account, None)
            await engine.store.commit(layout.DIRECTORY, drawer, [Delete(account)])
    return count


async def _deleted(engine: Engine, target: str) -> None:
    """Who was deleted before we came still bears a name: they may be restored."""
    accounts = [account async for account in engine.targets[target].deleted()]
    known = await look_up(engine, target, [account.id for account in accounts])
    owners = {account.id: await known.owner(account.id) for account in accounts}
    await identifiers.observe(engine, target, accounts, owners)


async def _gone(engine: Engine, target: str, account: str) -> None:
    row = await engine.store.get(layout.DIRECTORY, layout.drawer(target, account), account)
    if row is not None and codec.readable(row.data):
        await identifiers.vanished(engine, target, codec.ACCOUNT.load(row.data))


async def _compare(known: Known, account: str, now: Account | None) -> int:
    """Mark the person whose account it is, when it is not as we left it; 1 or 0."""
    person = await known.owner(account)
    if not person:
        return 0
    engine, target = known.engine, known.target
    row = await known.row(person, layout.link(person, target))
    link = codec.LINK.load(row.data) if row and codec.readable(row.data) else Link()
    if link.account != account or (_as_left(link, now) and not await _open_in_vain(known, now, person)):
        return 0
    mark = engine.marked(Hop.PROVISION, person, engine.trickle("directory"), target, attempts=0)
    await engine.store.commit(layout.STATE, layout.bucket(person), [mark])
    await engine.ring(Hop.PROVISION, [person], target)
    return 1


async def _open_in_vain(known: Known, now: Account | None, person: str) -> bool:
    """Whether the account is open and should not be: somebody else may have closed it before we did, and opened it
    again since.
    """
    if now is None or not now.enabled:
        return False
    row = await known.row(person, layout.desired(person, known.target))
    return row is not None and codec.readable(row.data) and codec.DESIRED.load(row.data).stage < Stage.ACTIVE


def _as_left(link: Link, now: Account | None) -> bool:
    if now is None:
        return link.deleted
    written = all(same(now.attributes[name], value) for name, value in link.written.items() if name in now.attributes)
    return not link.deleted and now.enabled == link.enabled and written
