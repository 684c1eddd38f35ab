"""The organisation itself: the mailboxes that follow from the tenant's licences, and what was done to them since.

A licence makes a mailbox some time later, and without one a person's mailbox is gone; a shared one needs none. What
belongs to a user who was deleted comes back with the user.
"""

from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.exchange.faults import Faults
from local.graph import Tenant, seats
from local.graph.directory import Entry
from local.graph.moments import parsed

PERSONAL, SHARED = "UserMailbox", "SharedMailbox"
PRESET = {"Regular": PERSONAL, "Shared": SHARED, "Room": "RoomMailbox", "Equipment": "EquipmentMailbox"}
"""What `Set-Mailbox -Type` makes of a mailbox."""
UNIT = "OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM"


@dataclass(slots=True)
class Mailbox:
    """One mailbox. `owner` is the id of its user in Entra; the lists hold ids of users too."""

    owner: str
    guid: str
    kind: str = PERSONAL
    hidden: bool = False
    synced: bool = False
    custom: dict[str, str] = field(default_factory=dict)
    full_access: list[str] = field(default_factory=list)
    send_as: list[str] = field(default_factory=list)
    on_behalf: list[str] = field(default_factory=list)


@dataclass(slots=True)
class List:
    """One distribution list or, if `security`, mail-enabled security group."""

    id: str
    guid: str
    name: str
    address: str
    security: bool = False
    synced: bool = False
    members: list[str] = field(default_factory=list)


class Organisation:
    """Exchange Online of one tenant, with memory; it is kept where the tenant keeps its own. Not thread-safe."""

    def __init__(self, tenant: Tenant, faults: Faults | None = None) -> None:
        self.tenant = tenant
        self.faults = faults if faults is not None else Faults()
        self._journal = tenant.journal
        self.mailboxes: dict[str, Mailbox] = {id: Mailbox(**row) for id, row in self._journal.rows("mailbox")}
        """Every mailbox there ever was, by its owner; `live` says which are there."""
        self.lists: dict[str, List] = {guid: List(**row) for guid, row in self._journal.rows("list")}
        self._before: dict[str, tuple[datetime, Mailbox]] = {}
        self.log: list[tuple[str, int]] = []
        """(command, status) of every request."""
        self.writes = 0

    # seeding

    def add_shared(self, address: str, name: str = "", *, kind: str = SHARED) -> str:
        """A shared mailbox (or a room), with the user that Entra has for it; its owner's id."""
        user = self.tenant.add_user(userPrincipalName=address, displayName=name or address, accountEnabled=False)
        self.keep(Mailbox(owner=user, guid=self.tenant.new_id(), kind=kind))
        return user

    def add_list(self, address: str, name: str = "", *, security: bool = False, synced: bool = False) -> str:
        one = List(self.tenant.new_id(), self.tenant.new_id(), name or address, address, security, synced)
        self.keep_list(one)
        return one.guid

    def change(self, owner: str, **changes: Any) -> None:
        """As an administrator would change a mailbox by hand."""
        mailbox = self.mailboxes[owner]
        for name, value in changes.items():
            setattr(mailbox, name, value)
        self.keep(mailbox)

    # looking

    def live(self) -> dict[str, Mailbox]:
        """The mailboxes that are there now, by owner; those that are due are made first."""
        self._appear()
        return {id: one for id, one in self.mailboxes.items() if self._is_there(one)}

    def shown(self) -> dict[str, Mailbox]:
        """The same as a reader sees them, which may be as they were."""
        return {id: self._as_it_was(one) for id, one in self.live().items()}

    def mailbox(self, address: str) -> Mailbox | None:
        """The live mailbox of whoever has this logon name."""
        return next((one for id, one in self.live().items() if self.user(id)["userPrincipalName"] == address), None)

    def user(self, id: str) -> dict[str, Any]:
        return self.tenant.directory.entries[id].properties

    def name(self, id: str) -> str:
        """What Exchange calls a recipient; since 2023 the id of its owner."""
        return id

    def dn(self, id: str) -> str:
        return f"CN={self.name(id)},{UNIT}"

    # changing

    def keep(self, mailbox: Mailbox) -> None:
        self.mailboxes[mailbox.owner] = mailbox
        self._journal.put("mailbox", mailbox.owner, asdict(mailbox))
        self.tenant.commit()

    def keep_list(self, one: List) -> None:
        self.lists[one.guid] = one
        self._journal.put("list", one.guid, asdict(one))
        self.tenant.commit()

    def about_to_change(self, mailbox: Mailbox) -> None:
        """Remember how it was, for readers who are behind."""
        if self.faults.lag:
            until = self.tenant.clock() + timedelta(seconds=self.faults.lag)
            self._before[mailbox.owner] = until, deepcopy(mailbox)

    def _as_it_was(self, mailbox: Mailbox) -> Mailbox:
        until, before = self._before.get(mailbox.owner, (None, mailbox))
        return before if until is not None and self.tenant.clock() < until else mailbox

    def _appear(self) -> None:
        self.tenant.directory.empty_bin()
        for id in list(self.tenant.directory.order["user"]):
            entry = self.tenant.directory.entries[id]
            if id not in self.mailboxes and entry.live and self._is_due(entry):
                self.keep(Mailbox(owner=id, guid=self.tenant.new_id(), synced=self._synced(entry)))

    def _is_due(self, entry: Entry) -> bool:
        """Whether a licence has been there for as long as a mailbox takes."""
        if not seats.mailbox(self.tenant, entry):
            return False
        states = entry.properties.get("licenseAssignmentStates") or ()
        given = [moment for state in states if (moment := parsed(state["lastUpdatedDateTime"])) is not None]
        return not given or self.tenant.clock() >= max(given) + self.faults.appears

    def _is_there(self, mailbox: Mailbox) -> bool:
        entry = self.tenant.directory.entries.get(mailbox.owner)
        if entry is None or not entry.live:
            return False
        return mailbox.kind != PERSONAL or self._is_due(entry)

    @staticmethod
    def _synced(entry: Entry) -> bool:
        return entry.properties.get("onPremisesSyncEnabled") is True
