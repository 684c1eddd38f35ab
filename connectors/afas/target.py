"""Employees' own records in Profit as a target: the work mail of a person, login name and mail of a user, and no more.

Nothing is made, blocked or deleted: those are other mutations of the same UpdateConnectors, and none is ever sent.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from connectors._values import identity
from connectors.afas.listing import Row, by_key, of_one
from connectors.afas.profit import SYSTEM, Profit
from connectors.afas.settings import People, Settings
from shared.attributes import Attribute
from shared.connector import NONE, DirectoryPage, Outside
from shared.errors import Misconfigured, Reason, Refused
from shared.model import Account, Action, Entitlement, Value, Verb

MAIL = "email"
USER = {"userPrincipalName": "Upn", "userEmail": "EmAd"}
"""Our name → the field of KnUser."""

ATTRIBUTES = tuple(Attribute(name=name, longest=255) for name in (MAIL, *USER))
"""Lengths are those of AFAS' OpenAPI description."""

FEW = 100
"""Rows of one employee that are asked for: one for each user they have."""


def unwritten(settings: Settings) -> dict[str, str]:
    """What no field of the settings leads to: the mail address of an employee, or what their user is called."""
    people, users = settings.people.fields, settings.users.fields if settings.users else {}
    found = {} if {"personId", MAIL} <= people.keys() else {MAIL: "name personId and email under people.fields"}
    return found | {name: f"name {name} under users.fields" for name in USER if name not in users}


class Records:
    """An account is an employee, by number. Constructing does no I/O. Errors are those of `shared.connector.Target`."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings = settings
        self._profit = Profit(settings, outside)

    async def find(self, attribute: str, value: str) -> list[Account]:
        """An employee by number; by nothing else."""
        found = await self.read(value) if attribute == "employeeId" else None
        return [found] if found else []

    async def read(self, account: str, among: frozenset[Entitlement] = NONE) -> Account | None:
        """The employee as Profit shows them; one request, or two where users are rows of another GetConnector."""
        person, users = await self._rows(account)
        if person is None:
            return None
        found: dict[str, Value] = {"employeeId": account}
        found |= _said(person, [(MAIL, self._settings.people.fields.get(MAIL, ""))])
        if self._settings.users and len(users) == 1:
            found |= _said(users[0], self._settings.users.fields.items())
        return Account(id=account, enabled=True, attributes=found)

    async def apply(self, account: str, action: Action) -> str:
        """Write each attribute by itself, so that a refusal says which it is about; return the account's id."""
        match action.verb:
            case Verb.CORRELATE:
                return account
            case Verb.UPDATE:
                await self._update(account, action.attributes)
                return account
        raise Misconfigured(f"{SYSTEM}: records of HR are corrected only; {action.verb} is never done to them")

    async def _update(self, account: str, attributes: Mapping[str, Value]) -> None:
        person, users = await self._rows(account)
        if person is None:
            raise Refused(f"{SYSTEM}: employee {account} is not there any longer", Reason.ACCOUNT_GONE)
        for name, value in sorted(attributes.items()):
            if name == MAIL:
                await self._profit.put(*self._mail(account, person, value), MAIL)
            elif name in USER:
                await self._profit.put("KnUser", self._user(account, users, name, value), name)
            else:
                raise Refused(f"{SYSTEM}: {name} of an employee is not written", Reason.REFUSED, name)

    def _mail(self, account: str, person: Row, value: Value) -> tuple[str, Any]:
        """MatchPer 0 finds the person by number, and by nothing that somebody else may have too."""
        columns = self._settings.people.fields
        number = identity(person.get(columns.get("personId", "")))
        if not number or columns.get(MAIL) not in person:
            text = f"{SYSTEM}: employee {account} is shown without personId or email; name both under people.fields"
            raise Refused(text, Reason.MISSING_DATA, MAIL)
        fields = {"MatchPer": "0", "BcCo": number, "EmAd": value or ""}
        kept = {"KnPerson": {"Element": {"Fields": fields}}}
        if self._settings.mail_through == "KnPerson":
            return "KnPerson", kept
        return "KnEmployee", {"AfasEmployee": {"Element": {"@EmId": account, "Objects": [kept]}}}

    def _user(self, account: str, users: list[Row], name: str, value: Value) -> Any:
        """MtCd 1 changes what is named. `Nm`, the description, must be named and stays what it is."""
        layout = self._settings.users
        found = [row for row in users if layout and identity(row.get(layout.id))]
        column = next((theirs for ours, theirs in layout.fields.items() if ours == name), None) if layout else None
        if layout is None or column is None or not found:
            text = f"employee {account} has no user whose {name} could be written; make one in Profit"
            raise Refused(f"{SYSTEM}: {text}", Reason.MISSING_DATA, name)
        if len(found) > 1:
            text = f"employee {account} has several users; leave the others out of {layout.connector}"
            raise Refused(f"{SYSTEM}: {text}", Reason.DISPUTED, name)
        if not {layout.description, column} <= found[0].keys():
            text = f"{layout.connector} shows no {layout.description} or {column}; add them in Profit"
            raise Refused(f"{SYSTEM}: {text}", Reason.MISSING_DATA, name)
        number = identity(found[0][layout.id])
        called = str(found[0][layout.description] or number)
        fields = {"MtCd": "1", "Nm": called, USER[name]: value or ""}
        return {"KnUser": {"Element": {"@UsId": number, "Fields": fields}}}

    async def _rows(self, account: str) -> tuple[Row | None, list[Row]]:
        """The row of an employee, and one for each user they have."""
        layout, users = self._settings.people, self._settings.users
        wanted = {name: column for name, column in layout.fields.items() if name in ("personId", MAIL)}
        narrow = People(connector=layout.connector, key=layout.key, order=layout.order, fields=wanted)
        together = users is not None and users.connector == narrow.connector
        rows = await of_one(self._profit, narrow, account, FEW, users.columns if users and together else ())
        if users is None or not rows:
            return next(iter(rows), None), []
        found = rows if together else await of_one(self._profit, users, account, FEW)
        return rows[0], by_key(users, found).get(account, [])

    async def stock(self) -> Mapping[Entitlement, int]:
        """Nothing here runs out."""
        return {}

    async def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        """None: every poll of the source reads these records."""
        yield DirectoryPage(token=token or "none")

    async def deleted(self) -> AsyncIterator[Account]:
        """None: HR's records are not restored by us."""
        nobody: tuple[Account, ...] = ()
        for account in nobody:
            yield account


def _said(row: Row, fields: Iterable[tuple[str, str]]) -> dict[str, Value]:
    """What a row shows, by our names; what it does not show is absent."""
    shown = {ours: row[column] for ours, column in fields if column in row}
    return {ours: value.strip() or None if isinstance(value, str) else None for ours, value in shown.items()}
