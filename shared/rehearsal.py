"""A target that is asked everything and told nothing: actions change a copy that lives as long as the preview."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from shared.attributes import Attribute, Unique, sharing
from shared.connector import NONE, DirectoryPage, Target
from shared.errors import Reason, Refused
from shared.model import Account, Action, Entitlement, Verb
from shared.planning import same


class Rehearsal:
    """The target protocol over another target, without its writes."""

    def __init__(self, target: Target, kinds: Mapping[str, Attribute]) -> None:
        self._target = target
        self._kinds = kinds
        self._changed: dict[str, Account | None] = {}
        self._asked: dict[str, frozenset[Entitlement]] = {}
        """What it was asked of each account that was not changed yet."""
        self._bin: dict[str, Account] = {}
        self._given: Counter[Entitlement] = Counter()
        self._new = 0

    async def find(self, attribute: str, value: str) -> list[Account]:
        live = [one for one in await self._target.find(attribute, value) if one.id not in self._changed]
        changed = [one for one in self._changed.values() if one is not None]
        return [*live, *(one for one in changed if value and self._equal(attribute, one, value))]

    async def read(self, account: str, among: frozenset[Entitlement] = NONE) -> Account | None:
        if account in self._changed:
            return self._changed[account]
        self._asked[account] = self._asked.get(account, NONE) | among
        return await self._target.read(account, self._asked[account])

    async def stock(self) -> Mapping[Entitlement, int]:
        """The target's own, less what was given here and more what was taken away."""
        return {one: free - self._given[one] for one, free in (await self._target.stock()).items()}

    async def deleted(self) -> AsyncIterator[Account]:
        async for account in self._target.deleted():
            yield account

    async def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        async for page in self._target.changes(token):
            yield page

    async def apply(self, account: str, action: Action) -> str:
        """What the target would do, as far as can be known: names that are taken are found by asking."""
        if action.verb is Verb.CREATE:
            return await self._create(action)
        there = await self.read(account)
        if there is None:
            if action.verb in (Verb.DELETE, Verb.DISABLE, Verb.REVOKE):
                return account
            if action.verb is not Verb.RESTORE:
                raise Refused(f"account {account} is gone", Reason.ACCOUNT_GONE)
            there = self._bin.get(account, Account(id=account, enabled=False))
        if action.verb is Verb.RENAME:
            await self._is_free(action, account)
        self._changed[account] = done = _done(there, action)
        after = done.entitlements if done else frozenset[Entitlement]()
        self._given.update(after - there.entitlements)
        self._given.subtract(there.entitlements - after)
        if action.verb is Verb.DELETE:
            self._bin[account] = there
        return account

    def _equal(self, attribute: str, account: Account, value: str) -> bool:
        there = account.attributes.get(attribute)
        if not self._is_unique(attribute):
            return same(there, value)
        held = there if isinstance(there, tuple) else (there,)
        return value.casefold() in {str(one or "").casefold() for one in held}

    def _is_unique(self, attribute: str) -> bool:
        return attribute in self._kinds and self._kinds[attribute].unique in (Unique.ACCOUNTS, Unique.ADDRESSES)

    async def _is_free(self, action: Action, account: str) -> None:
        """Raises `Refused` when somebody else holds a name that the action gives to `account`."""
        asked: set[tuple[str, str]] = set()
        for name, value in sorted(action.attributes.items()):
            for other in sharing(self._kinds, name) if value and self._is_unique(name) else ():
                wanted = other, str(value).casefold()
                if wanted not in asked and any(one.id != account for one in await self.find(other, str(value))):
                    raise Refused(f"{name} is taken", Reason.TAKEN, name)
                asked.add(wanted)

    async def _create(self, action: Action) -> str:
        await self._is_free(action, "")
        self._new += 1
        created = Account(id=f"new-{self._new}", enabled=False, attributes=dict(action.attributes))
        self._changed[created.id] = created
        return created.id


def _done(there: Account, action: Action) -> Account | None:
    match action:
        case Action(verb=Verb.UPDATE | Verb.RENAME):
            return replace(there, attributes={**there.attributes, **action.attributes})
        case Action(verb=Verb.ENABLE | Verb.DISABLE as verb):
            return replace(there, enabled=verb is Verb.ENABLE)
        case Action(verb=Verb.GRANT, entitlement=Entitlement() as one):
            return replace(there, entitlements=there.entitlements | {one})
        case Action(verb=Verb.REVOKE, entitlement=Entitlement() as one):
            return replace(there, entitlements=there.entitlements - {one})
        case Action(verb=Verb.DELETE):
            return None
    return there
