"""Exchange Online as a target: mailboxes appear by themselves, a leaver's is shared, and who may use which."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from connectors.exchange import lists, permissions
from connectors.exchange.cmdlets import Cmdlets, Row
from connectors.exchange.lists import Lists
from connectors.exchange.mailboxes import Mailboxes
from connectors.exchange.mailboxes import account as as_account
from connectors.exchange.permissions import Permissions
from connectors.exchange.settings import Settings
from shared.connector import NONE, DirectoryPage, Outside
from shared.errors import Misconfigured
from shared.model import Account, Action, Entitlement, Verb


class Exchange:
    """One organisation. Constructing does no I/O. Errors are those of `shared.connector.Target`, for each method."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        """Raises `Misconfigured` when there is no Microsoft sign-in."""
        cmdlets = Cmdlets(settings, outside)
        self._mailboxes = Mailboxes(cmdlets, hide=settings.hide_leavers)
        self._lists = Lists(cmdlets)
        self._permissions = Permissions(
            cmdlets, outside.clock, personal=settings.personal_mailboxes, automapping=settings.automapping
        )

    async def find(self, attribute: str, value: str) -> list[Account]:
        """See `connectors.exchange.mailboxes.Mailboxes.find`; `read` knows the rest of an account."""
        return [as_account(row) for row in await self._mailboxes.find(attribute, value)]

    async def read(self, account: str, among: frozenset[Entitlement] = NONE) -> Account | None:
        """The mailbox, with those of `among` that its owner has; None while there is none.

        One request, one for all lists together, and one or two for each permission.
        """
        row = await self._mailboxes.read(account)
        return replace(as_account(row), entitlements=await self._held(row, among)) if row else None

    async def _held(self, mailbox: Row, among: frozenset[Entitlement]) -> frozenset[Entitlement]:
        names = frozenset(one.name for one in among if one.kind == lists.KIND)
        found = {Entitlement(lists.KIND, name) for name in await self._lists.among(mailbox, names)}
        for one in sorted(among):
            if one.kind in permissions.KINDS and await self._permissions.has(mailbox, one.kind, one.name):
                found.add(one)
        return frozenset(found)

    async def apply(self, account: str, action: Action) -> str:
        """Do one action and return the account's id."""
        match action:
            case Action(verb=Verb.CORRELATE):
                pass
            case Action(verb=Verb.UPDATE):
                await self._mailboxes.update(account, action.attributes)
            case Action(verb=Verb.DISABLE):
                await self._mailboxes.convert(account, shared=True)
            case Action(verb=Verb.ENABLE):
                await self._mailboxes.convert(account, shared=False)
            case Action(verb=Verb.GRANT, entitlement=Entitlement(lists.KIND, name)):
                await self._lists.grant(account, name)
            case Action(verb=Verb.REVOKE, entitlement=Entitlement(lists.KIND, name)):
                await self._lists.revoke(account, name)
            case Action(verb=Verb.GRANT, entitlement=Entitlement(kind, name)) if kind in permissions.KINDS:
                await self._permissions.grant(account, kind, name)
            case Action(verb=Verb.REVOKE, entitlement=Entitlement(kind, name)) if kind in permissions.KINDS:
                await self._permissions.revoke(account, kind, name)
            case _:
                raise Misconfigured(f"Exchange cannot {action.verb} this: a mailbox comes and goes with its owner")
        return account

    async def stock(self) -> Mapping[Entitlement, int]:
        """Nothing here runs out."""
        return {}

    async def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        """Exchange tells no changes: what others did is seen when an account is looked at."""
        yield DirectoryPage(token=token or "none")

    async def deleted(self) -> AsyncIterator[Account]:
        """None: a mailbox is restored with its owner, and its addresses are the owner's."""
        nobody: tuple[Account, ...] = ()
        for account in nobody:
            yield account
