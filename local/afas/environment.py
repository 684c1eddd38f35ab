"""The simulated environment's memory: employees with employments, positions and users, units, and app connectors."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AUDIT = "Gewijzigd_op"
"""The audit field, where the customer has added it to the GetConnectors."""


@dataclass(kw_only=True)
class Position:
    """One position within an employment (formatieverdeling)."""

    start: date
    end: date | None = None
    unit: str = "D100"
    function: str = "Engineer"
    percentage: float = 100.0
    manager: str | None = None
    id: str = ""


@dataclass(kw_only=True)
class Employment:
    """One employment and one function within it. Without `function_start` the function lasts as long as it does."""

    start: date
    end: date | None = None
    function_start: date | None = None
    function_end: date | None = None
    unit: str = "D100"
    function: str = "Engineer"
    employer: str = "Example B.V."
    cost_center: str = "1000"
    hours: float = 40.0
    fte: float = 1.0
    type: str = "Vast"
    manager: str | None = None
    positions: list[Position] = field(default_factory=list)
    id: str = ""
    number: int = 1


@dataclass(kw_only=True)
class User:
    """Who may sign in to Profit. `id` begins with the number of the environment."""

    id: str
    description: str = ""
    upn: str | None = None
    email: str | None = None
    blocked: bool = False


@dataclass(kw_only=True)
class Employee:
    id: str
    person_id: str
    initials: str | None = None
    first_name: str | None = None
    nick_name: str | None = None
    prefix: str | None = None
    birth_name: str | None = None
    partner_prefix: str | None = None
    partner_name: str | None = None
    name_use: str = "0"
    email: str | None = None
    phone: str | None = None
    bsn: str = "999990000"
    born: date = date(1980, 2, 29)
    deceased: date | None = None
    employments: list[Employment] = field(default_factory=list)
    users: list[User] = field(default_factory=list)


@dataclass(kw_only=True)
class Unit:
    """One unit of the organisation chart; `start` and `end` are when it exists so."""

    id: str
    name: str
    above: str | None = None
    manager: str | None = None
    start: date = date(2000, 1, 1)
    end: date | None = None


@dataclass(kw_only=True)
class Token:
    """An app connector's token. `connectors` is what it offers, None for everything; its user sees nobody `hidden`."""

    data: str = field(repr=False)
    connectors: frozenset[str] | None = None
    hidden: frozenset[str] = frozenset()
    hidden_in: frozenset[str] | None = None
    """The GetConnectors in which they are hidden; None for all."""

    @property
    def text(self) -> str:
        return f"<token><version>1</version><data>{self.data}</data></token>"

    def offers(self, connector: str) -> bool:
        return self.connectors is None or connector in self.connectors

    def sees(self, employee: str, connector: str) -> bool:
        return employee not in self.hidden or (self.hidden_in is not None and connector not in self.hidden_in)


class Environment:
    """Everything Profit knows in one environment. `number` is the customer's; `still` says that nothing is changed any
    more, so that rows are made once.
    """

    def __init__(self, number: str = "12345", *, still: bool = False) -> None:
        self.number = number
        self.still = still
        self.employees: dict[str, Employee] = {}
        self.units: list[Unit] = []
        self.tokens: dict[str, Token] = {}
        self.blocked: set[str] = set()
        """GetConnectors that AFAS or somebody else has blocked."""
        self.renamed: dict[str, dict[str, str]] = {}
        """GetConnector → its fields that this customer called otherwise; their labels stay."""
        self.audited = False
        """Whether the GetConnectors show when a row was changed."""
        self.changed: dict[str, str] = {}
        """Id of an employee, an employment or a position → when that itself was last changed, as Profit writes it."""
        self.kept: dict[tuple[str, str], Sequence[Mapping[str, Any]]] = {}
        """Rows by GetConnector and order, where they are made once."""
        self.writes: list[tuple[str, str]] = []
        """What was written: the UpdateConnector and the person's or user's id."""

    def hire(self, id: str, *jobs: Employment, **known: object) -> Employee:
        """Add an employee; employments without an id or a number get them."""
        person = str(known.pop("person_id", f"1{len(self.employees):06}"))
        for number, job in enumerate(jobs, 1):
            job.number = number
            job.id = job.id or f"{id}-{number}"
            for place, position in enumerate(job.positions, 1):
                position.id = position.id or f"{job.id}-P{place}"
        employee = Employee(id=id, person_id=person, employments=list(jobs), **known)  # type: ignore[arg-type]
        self.employees[id] = employee
        return employee

    def touch(self, own: str, at: datetime) -> None:
        """This employee, employment or position was changed just now, and nothing that is joined to it."""
        self.changed[own] = f"{at.astimezone(AMSTERDAM):%Y-%m-%dT%H:%M:%S}Z"

    def audit(self, own: str) -> Mapping[str, Any]:
        """The audit field of one row."""
        return {AUDIT: self.changed.get(own)} if self.audited else {}

    def allow(self, token: Token) -> Token:
        self.tokens[base64.b64encode(token.text.encode()).decode()] = token
        return token

    def user(self, id: str) -> User | None:
        return next((user for one in self.employees.values() for user in one.users if user.id == id), None)

    def person(self, person_id: str) -> Employee | None:
        return next((one for one in self.employees.values() if one.person_id == person_id), None)
