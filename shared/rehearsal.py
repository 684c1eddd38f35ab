"""A target that is asked everything and told nothing: actions change a copy that lives as long as the preview."""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace

from shared.connector import DirectoryPage, Target
from shared.errors import Reason, Refused
from shared.model import Account, Action, Entitlement, Verb
from shared.planning import same


class Rehearsal:
    """The target protocol over another target, without its writes."""

    def __init__(self, target: Target, unique: Collection[str] = ("userPrincipalName",)) -> None:
        """`unique` are the attributes that no two accounts may share, in any case, and that the target can look for."""
        self._target = target
        self._unique = unique
        self._changed: dict[str, Account | None] = {}
        self._bin: dict[str, Account] = {}
        self._new = 0

    async def find(self, attribute: str, value: str) -> list[Account]:
        live = [one for one in await self._target.find(attribute, value) if one.id not in self._changed]
        changed = [one for one in self._changed.values() if one is not None]
        return [*live, *(one for one in changed if value and self._equal(attribute, one, value))]

    async def read(self, account: str) -> Account | None:
        return self._changed[account] if account in self._changed else await self._target.read(account)

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
        self._changed[account] = _done(there, action)
        if action.verb is Verb.DELETE:
            self._bin[account] = there
        return account

    def _equal(self, attribute: str, account: Account, value: str) -> bool:
        there = account.attributes.get(attribute)
        return str(there or "").casefold() == value.casefold() if attribute in self._unique else same(there, value)

    async def _create(self, action: Action) -> str:
        for name in sorted(self._unique):
            value = action.attributes.get(name)
            if value and await self.find(name, str(value)):
                raise Refused(f"{name} is taken", Reason.TAKEN, name)
        self._new += 1
        created = Account(id=f"new-{self._new}", enabled=False, attributes=dict(action.attributes))
        self._changed[created.id] = created
        return created.id


def _done(there: Account, action: Action) -> Account | None:
    match action:
        case Action(verb=Verb.UPDATE):
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
