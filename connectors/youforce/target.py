"""Writing back: the sign-in name and the business contact details of people whom HR itself keeps; nothing else.

An account is a person's own record, and its id is their code. Attributes are called as the source's facts are, so that
a poll tells when HR shows something else; but for the identity, which no list shows, nor the portal, as Visma says.
"""

from collections.abc import AsyncIterator, Mapping

from connectors.youforce.gather import IAM
from connectors.youforce.reduce import SYSTEM, Row, of_type
from connectors.youforce.settings import Settings
from connectors.youforce.source import rest
from shared.attributes import Attribute
from shared.connector import NONE, DirectoryPage, Outside
from shared.errors import Misconfigured, Refused
from shared.model import Account, Action, Attributes, Entitlement, Value, Verb
from shared.rest import segment

KEY = "employeeId"
DETAILS: Mapping[str, tuple[str, str]] = {
    "email": ("emailAddress", "emailAddresses"),
    "phone": ("phoneNumber", "phoneNumbers"),
}
"""Our name → what it is called when it is written, and the list in which it is shown."""

USER, CONTACT = f"{IAM}/users(employeeId={{id}})", f"{IAM}/ContactDetails/{{id}}"

ATTRIBUTES = (
    Attribute(name=KEY, written=False),
    Attribute(name="identity", clearable=False),
    Attribute(name="email", clearable=False, longest_local=64),
    Attribute(name="phone", clearable=False),
)
"""None can be emptied: an empty identity is refused, and an empty address was never seen to arrive."""


class Records:
    """The people of one customer. Constructing does no I/O. Errors are those of `shared.connector.Target`."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._writes = settings.writes
        self._rest = rest(settings, outside)

    async def find(self, attribute: str, value: str) -> list[Account]:
        if attribute != KEY:
            raise Misconfigured(f"{SYSTEM}: people are found by {KEY} only; correlate by that")
        found = await self.read(value)
        return [found] if found else []

    async def read(self, account: str, among: frozenset[Entitlement] = NONE) -> Account | None:
        """What stands there of whatever `writes` names; None while not all of it can be written.

        Somebody is only there from their first day on, and a user of the portal is made by Youforce itself.
        """
        attributes: dict[str, Value] = {KEY: account}
        if "identity" in self._writes:
            user = await self._found(USER, account)
            if user is None:
                return None
            attributes["identity"] = user.get("identityId") or None
        if self._writes - {"identity"}:
            person = await self._found(f"{IAM}/persons/{{id}}", account)
            if person is None:
                return None
            shown = {ours: of_type(person.get(listed), "Business") for ours, (_, listed) in DETAILS.items()}
            attributes |= {ours: value for ours, value in shown.items() if ours in self._writes}
        return Account(id=account, enabled=True, attributes=attributes)

    async def apply(self, account: str, action: Action) -> str:
        """The identity at once; contact details are taken in and processed by HR Core later, so that for a while what
        is read is still what was there before.
        """
        match action:
            case Action(verb=Verb.CORRELATE):
                return account
            case Action(verb=Verb.UPDATE):
                await self._update(account, action.attributes)
                return account
        raise Misconfigured(f"{SYSTEM} cannot {action.verb} anybody: people come and go in HR")

    async def _update(self, account: str, attributes: Attributes) -> None:
        if left := sorted(set(attributes) - self._writes):
            raise Misconfigured(f"{SYSTEM}: {', '.join(left)} may not be written; name it in `writes`")
        if "identity" in attributes:
            await self._send("PATCH", f"{USER}/identity", account, {"id": attributes["identity"]})
        body = {theirs: attributes[ours] for ours, (theirs, _) in DETAILS.items() if ours in attributes}
        if body:
            await self._send("POST", CONTACT, account, body)

    async def _found(self, path: str, account: str) -> Row | None:
        found = await self._rest.find(path.replace("{id}", segment(account)), route=path)
        if found is None or isinstance(found, Mapping):
            return found
        raise Misconfigured(f"{SYSTEM}: an answer about one person is no record; its interface may have changed")

    async def _send(self, method: str, path: str, account: str, body: Row) -> None:
        try:
            await self._rest.send(method, path.replace("{id}", segment(account)), json=body, route=path)
        except Refused as refusal:
            names = " and ".join(sorted(body))
            raise Refused(f"{refusal}; Youforce did not take {names}: check its form, and the scopes") from None

    async def stock(self) -> Mapping[Entitlement, int]:
        """Nothing here runs out."""
        return {}

    async def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        """None are told: what others did is seen when somebody is looked at."""
        yield DirectoryPage(token=token or "none")

    async def deleted(self) -> AsyncIterator[Account]:
        """Nobody: HR alone removes people."""
        nobody: tuple[Account, ...] = ()
        for account in nobody:
            yield account
