"""The simulated customer's memory: the rows of each list as Youforce would show them, and when each last changed."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from local.authorization import VISMA, Authority, Registered

RETENTION = timedelta(days=90)
ENDINGS = ("validUntil", "dischargeDate", "endDate")
SLICED = ("employees", "employments", "organizationUnits", "jobProfiles", "companies", "costCenter", "classification")
"""Lists whose records have time slices in Business."""
NO_END = "9999-12-31"
SCOPES = frozenset(
    {
        *("Youforce-IAM:Get_Basic", "Youforce-IAM:Update_Identity", "Youforce-IAM:Write_Basic"),
        "Youforce-Extensions:Get_Basic",
    }
)
PRIVATE = "Youforce-IAM:GetPrivateContactDetails"


@dataclass(kw_only=True)
class Record:
    """One row, and when it last changed: lists are in that order."""

    row: dict[str, Any] = field(repr=False)
    changed: datetime


def bookmark(record: Record) -> str:
    """When a row changed, from when on it is valid, and its id; lists are in this order."""
    row = record.row
    names = ("personCode", "employmentCode", "bo4FieldCode", "costCenterCode", "organizationUnit", "startDate")
    own = row.get("id") or ".".join(str(row.get(name, "")) for name in names)
    return f"{record.changed:%Y%m%dT%H%M%S%f}Z-{row.get('validFrom', '')}-{own}"


@dataclass(kw_only=True)
class User:
    """Somebody's account in the portal. `identity` is the name for single sign-on."""

    id: str
    identity: str = field(default="", repr=False)
    writes: int = 0


@dataclass(kw_only=True)
class Mutation:
    """Contact details that are stored and not processed yet."""

    person: str
    body: dict[str, str] = field(repr=False)
    due: datetime


class Company:
    """Everything one customer's HR core knows. `clock` (UTC, aware) decides what is valid, tokens and limits."""

    def __init__(self, clock: Callable[[], datetime], system: str = "beaufort", tenant: str = "") -> None:
        self.clock, self.system = clock, system
        self.tenant = tenant or ("1122334" if system == "business" else "0d9f5e62-0000-4000-8000-796f7566aaaa")
        self.authority = Authority(clock, VISMA)
        self.lists: dict[str, list[Record]] = {}
        self.users: dict[str, User] = {}
        self.mutations: list[Mutation] = []
        self.processing = timedelta(hours=1)
        """How long a mutation takes on its way into HR core."""
        self._order: dict[str, list[str]] = {}
        """The bookmarks of each list, once it is in order."""

    def allow(self, client: str, secret: str, scopes: frozenset[str] = SCOPES) -> Registered:
        """An application that the customer has accepted."""
        tenants = frozenset({self.tenant}) if self.system == "beaufort" else None
        grants = frozenset({"client_credentials"})
        given = Registered(id=client, secret=secret, grants=grants, scopes=scopes, tenants=tenants)
        return self.authority.register(given)

    def put(self, name: str, /, **row: Any) -> dict[str, Any]:
        """Add a row to a list, changed now; the row itself may be changed by whoever has it."""
        if self.system == "business" and name in SLICED:
            row = {"validFrom": "2000-01-01", "validUntil": NO_END, **row}
        row = {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
        self.lists.setdefault(name, []).append(Record(row=row, changed=self.clock()))
        self._order.pop(name, None)
        return row

    def touch(self, name: str, row: dict[str, Any]) -> None:
        """The row has changed just now, so it is listed last."""
        for record in self.lists[name]:
            if record.row is row:
                record.changed = self.clock()
        self._order.pop(name, None)

    def drop(self, name: str, **matching: Any) -> None:
        """Rows with these values are gone."""
        kept = [one for one in self.lists.get(name, ()) if any(one.row.get(k) != v for k, v in matching.items())]
        self.lists[name] = kept
        self._order.pop(name, None)

    def shown(self, name: str, after: str = "") -> Iterator[Record]:
        """The rows of a list that are still kept, behind a bookmark, in the order in which they changed."""
        self.process()
        records = self.lists.get(name, [])
        if name not in self._order:
            records.sort(key=bookmark)
            self._order[name] = [bookmark(record) for record in records]
        start = bisect_right(self._order[name], after) if after else 0
        return (records[number] for number in range(start, len(records)) if self._kept(records[number]))

    def slices_today(self, name: str, own: str) -> Iterator[dict[str, Any]]:
        """What a question by id shows: only what is valid today, and nobody who is still to come."""
        today = self.clock().date().isoformat()
        for record in self.shown(name):
            row = record.row
            mine = str(row.get("id")) == own or (name == "persons" and str(row.get("personCode")) == own)
            if mine and row.get("validFrom", "") <= today <= row.get("validUntil", NO_END) and self._has_come(row):
                yield row

    def process(self) -> None:
        """Mutations whose time has come are in HR core."""
        now = self.clock()
        for one in [one for one in self.mutations if one.due <= now]:
            self.mutations.remove(one)
            for record in self.lists.get("persons", ()):
                if str(record.row.get("personCode")) == one.person:
                    _write(record.row, one.body)
                    record.changed = now
                    self._order.pop("persons", None)

    def _kept(self, record: Record) -> bool:
        """Rows of what ended more than 90 days ago vanish; a change made afterwards keeps them 90 days more."""
        oldest = (self.clock() - RETENTION).date()
        ends = [str(record.row[name])[:10] for name in ENDINGS if record.row.get(name)]
        return record.changed.date() >= oldest or all(date.fromisoformat(one) >= oldest for one in ends)

    def _has_come(self, row: dict[str, Any]) -> bool:
        today = self.clock().date().isoformat()
        code = row.get("personCode")
        mine = [one.row for one in self.lists.get("employments", ()) if one.row.get("personCode") == code]
        return not mine or any(str(one.get("hireDate")) <= today for one in mine)


def _write(row: dict[str, Any], body: dict[str, str]) -> None:
    """Put contact details where the list of persons shows them."""
    for key, listed, name in (("emailAddress", "emailAddresses", "address"), ("phoneNumber", "phoneNumbers", "number")):
        if key in body:
            others = [one for one in row.get(listed) or [] if one.get("type") != "Business"]
            row[listed] = [*others, *([{"type": "Business", name: body[key]}] if body[key] else [])]
