"""What changed in a directory: a mirror kept by its delta, and a live look at accounts that are not as we left them.

The mirror decides nothing: it only says where to look. A change that equals what we wrote is our own echo.
"""

from shared import codec, layout
from shared.connector import DirectoryPage
from shared.engine import identifiers
from shared.engine.parts import Engine
from shared.layout import Hop
from shared.model import Account, Link, Stage
from shared.planning import same
from shared.store import Change, Delete, Put
from shared.telemetry import catalogue, door

TOGETHER = 50


@door(catalogue.FOLLOW, catalogue.TARGET)
async def follow(engine: Engine, target: str) -> int:
    """Read what changed since the last time; how many linked accounts are not as we left them.

    Raises `TryLater` and `Misconfigured`; the place reached is saved only when the round is complete.
    """
    row = await engine.store.get(layout.SOURCES, f"directory|{target}", layout.TOKEN)
    token, count = str(codec.known(row.data)[layout.TOKEN]) if row else "", 0
    present: set[str] = set()
    fresh = False
    async for page in engine.targets[target].changes(token):
        fresh = fresh or page.fresh
        present |= {account.id for account in page.accounts}
        count += await _page(engine, target, page)
        if page.token:
            if fresh:
                count += await _absent(engine, target, present)
                await _deleted(engine, target)
            saved = Put(layout.TOKEN, codec.plain(token=page.token, at=engine.clock().isoformat()))
            await engine.store.commit(layout.SOURCES, f"directory|{target}", [saved])
    return count


async def _page(engine: Engine, target: str, page: DirectoryPage) -> int:
    by_drawer: dict[str, list[Change]] = {}
    count = 0
    owners: dict[str, str] = {}
    for account in page.accounts:
        data = codec.ACCOUNT.dump(account)
        by_drawer.setdefault(layout.drawer(target, account.id), []).append(Put(account.id, data))
        owners[account.id] = await _owner(engine, target, account.id)
        count += await _compare(engine, target, account.id, account, owners[account.id])
    await identifiers.observe(engine, target, page.accounts, owners)
    for gone in page.removed:
        await _gone(engine, target, gone)
        by_drawer.setdefault(layout.drawer(target, gone), []).append(Delete(gone))
        count += await _compare(engine, target, gone, None, await _owner(engine, target, gone))
    for drawer, changes in by_drawer.items():
        latest = list({change.key: change for change in changes}.values())
        for start in range(0, len(latest), TOGETHER):
            await engine.store.commit(layout.DIRECTORY, drawer, latest[start : start + TOGETHER])
    return count


async def _absent(engine: Engine, target: str, present: set[str]) -> int:
    """After a full round: what the mirror holds and the directory does not. Nothing is inferred; they are looked at."""
    count = 0
    for bucket in layout.buckets():
        drawer = f"{target}|{bucket}"
        gone = [row.key async for row in engine.store.scan(layout.DIRECTORY, drawer) if row.key not in present]
        for account in gone:
            await _gone(engine, target, account)
            count += await _compare(engine, target, account, None, await _owner(engine, target, account))
            await engine.store.commit(layout.DIRECTORY, drawer, [Delete(account)])
    return count


async def _deleted(engine: Engine, target: str) -> None:
    """Who was deleted before we came still bears a name: they may be restored."""
    accounts = [account async for account in engine.targets[target].deleted()]
    owners = {account.id: await _owner(engine, target, account.id) for account in accounts}
    await identifiers.observe(engine, target, accounts, owners)


async def _owner(engine: Engine, target: str, account: str) -> str:
    """The person an account belongs to; "" for somebody we do not know."""
    claim = await engine.store.get(layout.ACCOUNTS, layout.drawer(target, account), account)
    return str(claim.data["owner"]) if claim is not None and codec.readable(claim.data) else ""


async def _gone(engine: Engine, target: str, account: str) -> None:
    row = await engine.store.get(layout.DIRECTORY, layout.drawer(target, account), account)
    if row is not None and codec.readable(row.data):
        await identifiers.vanished(engine, target, codec.ACCOUNT.load(row.data))


async def _compare(engine: Engine, target: str, account: str, now: Account | None, person: str) -> int:
    """Mark `person`, whose account it is, when it is not as we left it; 1 or 0."""
    if not person:
        return 0
    home = layout.bucket(person)
    row = await engine.store.get(layout.STATE, home, layout.link(person, target))
    link = codec.LINK.load(row.data) if row and codec.readable(row.data) else Link()
    if link.account != account or (_as_left(link, now) and not await _open_in_vain(engine, target, now, person)):
        return 0
    mark = engine.marked(Hop.PROVISION, person, engine.trickle("directory"), target, attempts=0)
    await engine.store.commit(layout.STATE, home, [mark])
    await engine.ring(Hop.PROVISION, [person], target)
    return 1


async def _open_in_vain(engine: Engine, target: str, now: Account | None, person: str) -> bool:
    """Whether the account is open and should not be: somebody else may have closed it before we did, and opened it
    again since.
    """
    if now is None or not now.enabled:
        return False
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.desired(person, target))
    return row is not None and codec.readable(row.data) and codec.DESIRED.load(row.data).stage < Stage.ACTIVE


def _as_left(link: Link, now: Account | None) -> bool:
    if now is None:
        return link.deleted
    written = all(same(now.attributes[name], value) for name, value in link.written.items() if name in now.attributes)
    return not link.deleted and now.enabled == link.enabled and written
