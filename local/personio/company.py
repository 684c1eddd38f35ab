"""The simulated company's memory: employees, employments, units, API credentials and the tokens given out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

LIFETIME = timedelta(seconds=86_400)
V2_SCOPES = frozenset(
    f"personio:{name}:read" for name in ("persons", "org-units", "legal-entities", "cost-centers", "workplaces")
)


@dataclass(kw_only=True)
class Custom:
    """A customer's own attribute, `dynamic_<n>`: its label, type and value, and its universal id where it has one."""

    label: str
    value: Any
    type: str = "standard"
    universal_id: str | None = None


@dataclass(kw_only=True)
class Employment:
    """One employment. Without `status` it follows from the dates and the company's clock."""

    start: date | None
    end: date | None = None
    termination_date: date | None = None
    last_working_day: date | None = None
    contract_end: date | None = None
    status: str = ""
    type: str = "INTERNAL"
    title: str | None = "Engineer"
    supervisor: int | None = None
    department: str | None = "Engineering"
    team: str | None = None
    office: str | None = "Utrecht"
    legal_entity: str | None = "Example B.V."
    cost_centers: tuple[tuple[str, float], ...] = ()
    hours: float | None = 40
    full_time_hours: float | None = 40
    id: str = ""

    def status_on(self, today: date) -> str:
        last = min((day for day in (self.termination_date, self.end) if day), default=None)
        if self.status:
            return self.status
        if self.start and today < self.start:
            return "ONBOARDING"
        return "INACTIVE" if last and last < today else "ACTIVE"


@dataclass(kw_only=True)
class Employee:
    id: int
    first_name: str | None
    last_name: str | None
    employments: list[Employment]
    preferred_name: str | None = None
    email: str | None = None
    gender: str | None = "FEMALE"
    custom: dict[str, Custom] = field(default_factory=dict)
    created_at: datetime
    updated_at: datetime


@dataclass(kw_only=True)
class Credential:
    """An API credential. `attributes` are the keys ticked for it, None for all; an unticked one is not sent at all."""

    client_id: str
    client_secret: str = field(repr=False)
    scopes: frozenset[str] = V2_SCOPES | {"employees:read"}
    attributes: frozenset[str] | None = None


@dataclass(kw_only=True)
class Issued:
    credential: Credential
    api: str
    expires_at: datetime


class Company:
    """Everything Personio knows of one company. `clock` (UTC, aware) decides statuses, tokens and rate limits."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.employees: dict[int, Employee] = {}
        self.credentials: dict[str, Credential] = {}
        self.tokens: dict[str, Issued] = {}
        self.sign_ins = 0
        self._units: dict[tuple[str, str], str] = {}
        self._dissolved: set[tuple[str, str]] = set()

    def hire(self, id: int, first_name: str | None, last_name: str | None, *jobs: Employment, **known: Any) -> Employee:
        """Add an employee with employments in the order given, the newest last."""
        now = self.clock()
        for number, job in enumerate(jobs):
            job.id = job.id or f"{id:08x}-0000-4000-8000-{number:012x}"
        employee = Employee(
            id=id,
            first_name=first_name,
            last_name=last_name,
            employments=list(jobs),
            created_at=now,
            updated_at=now,
            **known,
        )
        self.employees[id] = employee
        return employee

    def change(self, id: int, **known: Any) -> None:
        """Something about the person themselves is otherwise from now on."""
        for name, value in known.items():
            setattr(self.employees[id], name, value)
        self.employees[id].updated_at = self.clock()

    def allow(self, credential: Credential) -> Credential:
        self.credentials[credential.client_id] = credential
        return credential

    def unit(self, kind: str, name: str) -> str:
        """The id of a department, team, office, employer or cost centre; made when it is first named."""
        return self._units.setdefault((kind, name), str(400 + len(self._units)))

    def unit_named(self, kind: str, id: str) -> str | None:
        held = {
            known: name for (of, name), known in self._units.items() if of == kind and (of, name) not in self._dissolved
        }
        return held.get(id)

    def dissolve(self, kind: str, name: str) -> None:
        """The unit is gone, though employments still point to it."""
        self._dissolved.add((kind, name))

    def units(self, kind: str) -> list[tuple[str, str]]:
        """Ids and names of one kind, the newest first."""
        return [
            (id, name) for (of, name), id in self._units.items() if of == kind and (of, name) not in self._dissolved
        ][::-1]

    def sign_in(self, client_id: object, client_secret: object, api: str) -> str | None:
        """A token, or None. v1 gives the same one until it ends, v2 a new one each time."""
        self.sign_ins += 1
        credential = self.credentials.get(client_id) if isinstance(client_id, str) else None
        if credential is None or credential.client_secret != client_secret:
            return None
        for token, issued in self.tokens.items():
            if api == "v1" and issued.api == api and issued.credential is credential and self._lives(issued):
                return token
        token = f"papi-{len(self.tokens):032x}"
        self.tokens[token] = Issued(credential=credential, api=api, expires_at=self.clock() + LIFETIME)
        return token

    def holder(self, token: str, api: str) -> Credential | None:
        """Whose token it is, or None when it is unknown, of the other API, revoked or at its end."""
        issued = self.tokens.get(token)
        return issued.credential if issued and issued.api == api and self._lives(issued) else None

    def end_tokens(self) -> None:
        """Every token ends now, as if its time were over."""
        for issued in self.tokens.values():
            issued.expires_at = self.clock()

    def _lives(self, issued: Issued) -> bool:
        return self.clock() < issued.expires_at
