"""Whose account it is, said by a person: a wrong link is cut, and the right account is given to the right person.

What was believed before is remembered only as «not theirs», so that the next look does not believe it again.
"""

from shared import bearing, codec, layout
from shared.engine import identifiers
from shared.engine.claiming import claim
from shared.engine.ledger import note
from shared.engine.parts import NOBODY, Engine
from shared.engine.records import human_of
from shared.errors import Reason, Refused, TryLater
from shared.layout import Hop
from shared.model import Account, Link
from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Row


async def cut(engine: Engine, source: str, hr_id: str, target: str, by: str, because: str) -> str:
    """Say that somebody's account on `target` is not theirs; which account. It is left as it is, and is a stranger's.

    They are looked at again, and get another account when they should have one. Raises `Refused` when there is no
    account, and `TryLater` when somebody works on it.
    """
    person = await human_of(engine, source, hr_id)
    row, link = await _link(engine, person, target)
    account = link.account
    if row is None or not account:
        for earlier in sorted(link.apart):  # a cut that was stopped half-way is finished
            await let_go(engine, person, target, earlier, Link())
        raise Refused(f"{hr_id} has no account on {target}", Reason.ACCOUNT_GONE)
    await note(engine, person, target, "cut account", by=by, because=because, account=account)
    await _save(engine, person, target, row, Link(apart=link.apart | {account}))
    await let_go(engine, person, target, account, link)
    return account


async def join(engine: Engine, source: str, hr_id: str, target: str, account: str, by: str, because: str) -> None:
    """Say that `account` is somebody's, whatever it looks like; what they had before is not theirs any longer.

    Raises `Refused` for an account that does not exist, is protected, or is somebody else's.
    """
    person = await human_of(engine, source, hr_id)
    live = await engine.targets[target].read(account)
    if live is None:
        raise Refused(f"there is no account {account} on {target}", Reason.ACCOUNT_GONE)
    if live.protected or account in engine.policy.targets[target].protected:
        raise Refused(f"account {account} is protected: {live.protected or 'named in the policy'}", Reason.PROTECTED)
    row, link = await _link(engine, person, target)
    if link.account == account and not link.deleted:
        raise Refused(f"account {account} is theirs already", Reason.REFUSED)
    if not await claim(engine, target, account, person):
        raise Refused(f"account {account} is linked to somebody else; cut it there first", Reason.DISPUTED)
    await note(engine, person, target, "join account", by=by, because=because, account=account)
    given = Link(
        account=account,
        since=engine.clock(),
        enabled=live.enabled,
        identifiers=_names(engine, target, live),
        apart=(link.apart | {link.account}) - {account, ""},
    )
    await _save(engine, person, target, row, given)
    if link.account:
        await let_go(engine, person, target, link.account, link)
    for name, value in sorted(given.identifiers.items()):
        await identifiers.reserve(engine, target, person, account, {name: value}, ())


async def _link(engine: Engine, person: str, target: str) -> tuple[Row | None, Link]:
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.link(person, target))
    return row, codec.LINK.load(row.data) if row else Link()


async def _save(engine: Engine, person: str, target: str, row: Row | None, link: Link) -> None:
    """Save the link, stop whoever works on the old one, and have the person looked at and those who point to them."""
    key, home, data = layout.link(person, target), layout.bucket(person), codec.LINK.dump(link)
    cohort = f"by hand|{engine.clock().isoformat()}"
    changes: list[Change] = [
        Replace(key, data, row.version) if row else Insert(key, data),
        Put(layout.lease(person, target), NOBODY),
        engine.marked(Hop.PROVISION, person, cohort, target, attempts=0),
        engine.marked(Hop.DEPENDENTS, person, cohort),
    ]
    try:
        await engine.store.commit(layout.STATE, home, changes)
    except Conflict as conflict:
        raise TryLater("somebody is working on this account; ask again", 5) from conflict
    await engine.ring(Hop.PROVISION, [person], target)
    await engine.ring(Hop.DEPENDENTS, [person])


def _names(engine: Engine, target: str, live: Account) -> dict[str, str]:
    """The names the account bears among those that the policy issues."""
    rules = engine.policy.targets[target].attributes
    tried = [name for name, rule in rules.items() if rule.value.tried]
    return {name: str(live.attributes[name]) for name in tried if live.attributes.get(name)}


async def let_go(engine: Engine, person: str, target: str, account: str, link: Link) -> None:
    """The account and the names it bears are a stranger's from now on."""
    for name, value in bearing.remembered(engine.attributes[target], link).items():
        await identifiers.foreign(engine, target, person, name, value, account)
    drawer = layout.drawer(target, account)
    row = await engine.store.get(layout.ACCOUNTS, drawer, account)
    if row is not None and row.data.get("owner") == person:
        await engine.store.commit(layout.ACCOUNTS, drawer, [Delete(account)])
