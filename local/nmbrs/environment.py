"""The simulated environment's memory: debtors, companies, managers, and employees with the history of everything.

A business environment has one debtor, an accountant's many. An employee belongs to one company; a human who works for
two companies is two employees. Managers are no employees.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from local.authorization import NMBRS, Authority, Registered

SCOPES = frozenset(
    {
        *("company.info.read", "employee.info.read", "employee.employment.read", "employee.orgstructure.read"),
        *("employee.payment.read", "employee.leave.read", "debtor.info.read", "user.info.read", "offline_access"),
    }
)
"""What the registered app may ask for; `.read` is the smaller of each pair."""

Period = tuple[int, int]
"""Year and number."""


@dataclass(kw_only=True)
class Info:
    """Personal information from one period on."""

    first: str | None = "Given"
    full: str | None = None
    initials: str | None = None
    prefix: str | None = None
    last: str = "Family"
    type: str = "payroll"
    number: int = 1
    mail: str | None = None
    gender: str | None = "female"
    """None is written as «unspecified»."""
    birth: date | None = date(1990, 5, 4)
    partner: str | None = None
    partner_prefix: str | None = None
    usage: int = 1
    period: Period | None = (2020, 1)
    made: str = "2020-01-01T10:00:00"


@dataclass(kw_only=True)
class Employment:
    start: date | None
    end: date | None = None
    reason: str | None = None
    id: str = ""
    changed: str = "2020-01-01T10:00:00"


@dataclass(kw_only=True)
class Contract:
    start: date
    end: date | None = None
    hours: float | None = 40.0
    made: str = "2020-01-01T10:00:00"


@dataclass(kw_only=True)
class Schedule:
    start: date
    percentage: float = 100.0
    hours: float | None = 40.0
    """None leaves hoursPerWeek out, as the official example does."""
    days: tuple[float, ...] = (8, 8, 8, 8, 8, 0, 0)
    made: str = "2020-01-01T10:00:00"


@dataclass(kw_only=True)
class Placed:
    """A department, function or manager from one period on."""

    id: str
    period: Period | None = (2020, 1)
    made: str = "2020-01-01T10:00:00"


@dataclass(kw_only=True)
class Cost:
    code: str
    name: str
    percentage: float = 100.0
    default: bool = True
    period: Period = (2020, 1)


@dataclass(kw_only=True)
class Leave:
    start: date
    end: date | None = None
    code: str = "1"
    name: str = "Zwangerschaps- en bevallingsverlof"


@dataclass(kw_only=True)
class Extra:
    name: str
    value: str | None
    type: str = "text"
    start: date | None = None


@dataclass(kw_only=True)
class Employee:
    id: str
    number: int
    """Its id in SOAP: another one than in REST."""
    info: list[Info]
    employments: list[Employment]
    contracts: list[Contract] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)
    departments: list[Placed] = field(default_factory=list)
    functions: list[Placed] = field(default_factory=list)
    managers: list[Placed] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    leaves: list[Leave] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    made: str = "2020-01-01T10:00:00"

    @property
    def type(self) -> str:
        return self.info[-1].type


@dataclass(kw_only=True)
class Unit:
    """A department or function of a debtor."""

    id: str
    code: int
    name: str
    managers: list[str] = field(default_factory=list)
    """Of a department: who heads it."""


@dataclass(kw_only=True)
class Manager:
    id: str
    number: int
    first: str
    last: str
    mail: str | None


@dataclass(kw_only=True)
class Company:
    id: str
    number: int
    name: str
    employees: dict[str, Employee] = field(default_factory=dict)
    kind: str = "month"
    period: Period | None = (2026, 3)
    """The period its payroll is at; None for a company without payroll."""
    soap_id: int = 0


@dataclass(kw_only=True)
class Debtor:
    id: str
    number: int
    name: str
    companies: dict[str, Company] = field(default_factory=dict)
    departments: dict[str, Unit] = field(default_factory=dict)
    functions: dict[str, Unit] = field(default_factory=dict)
    managers: dict[str, Manager] = field(default_factory=dict)
    soap_id: int = 0


class Environment:
    """Everything Nmbrs knows of one environment, and what one login of it may see."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.debtors: dict[str, Debtor] = {}
        self.authority = Authority(clock, NMBRS)
        self.keys: dict[str, str] = {}
        """Subscription key → client."""
        self.unseen: set[str] = set()
        """Ids of debtors and companies that the login is not shown at all."""
        self.barred: set[str] = set()
        """Ids of companies that are listed, and of which nothing more may be read."""
        self.hidden: set[str] = set()
        """Keys that the login's user template leaves out of every answer."""
        self.api_users: dict[tuple[str, str], str] = {}
        """SOAP: user name and token → domain."""
        self._count = 0

    def register(self, client_id: str, secret: str, key: str, redirect: str) -> Registered:
        """An app with its subscription key."""
        self.keys[key] = client_id
        return self.authority.register(
            Registered(id=client_id, secret=secret, redirects=frozenset({redirect}), scopes=SCOPES)
        )

    def debtor(self, name: str = "Contoso") -> Debtor:
        made = Debtor(id=self._id(1), number=len(self.debtors) + 1, name=name, soap_id=self._count)
        self.debtors[made.id] = made
        return made

    def company(self, debtor: Debtor, name: str = "Contoso B.V.", **known: object) -> Company:
        made = Company(id=self._id(2), number=len(debtor.companies) + 1, name=name, soap_id=self._count)
        for key, value in known.items():
            setattr(made, key, value)
        debtor.companies[made.id] = made
        return made

    def department(self, debtor: Debtor, name: str) -> Unit:
        return self._unit(debtor.departments, name, 3)

    def function(self, debtor: Debtor, name: str) -> Unit:
        return self._unit(debtor.functions, name, 4)

    def manager(self, debtor: Debtor, mail: str | None, first: str = "Ann", last: str = "Boss") -> Manager:
        made = Manager(id=self._id(5), number=len(debtor.managers) + 1, first=first, last=last, mail=mail)
        debtor.managers[made.id] = made
        return made

    def hire(self, company: Company, info: list[Info], employments: list[Employment]) -> Employee:
        made = Employee(id=self._id(6), number=self._count, info=info, employments=employments)
        for one in employments:
            one.id = one.id or self._id(7)
        company.employees[made.id] = made
        return made

    def seen(self) -> list[Debtor]:
        return [debtor for debtor in self.debtors.values() if debtor.id not in self.unseen]

    def companies_of(self, debtor: Debtor) -> list[Company]:
        return [company for company in debtor.companies.values() if company.id not in self.unseen]

    def company_with(self, id: str) -> tuple[Debtor, Company] | None:
        """A company that may be read, and its debtor."""
        for debtor in self.seen():
            for company in self.companies_of(debtor):
                if company.id == id.lower() and id not in self.barred:
                    return debtor, company
        return None

    def _unit(self, units: dict[str, Unit], name: str, kind: int) -> Unit:
        for unit in units.values():
            if unit.name == name:
                return unit
        made = Unit(id=self._id(kind), code=len(units) + 1, name=name)
        units[made.id] = made
        return made

    def _id(self, kind: int) -> str:
        """An UUID that is not in the order of its making."""
        self._count += 1
        return str(UUID(int=(self._count * 0x9E3779B97F4A7C15 % 2**64) << 64 | 0x40008000 << 32 | kind << 24))
