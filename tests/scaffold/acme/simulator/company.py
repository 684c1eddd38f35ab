"""The simulated company's memory: employees, the credential and what it may read, the tokens given out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

LIFETIME = timedelta(hours=1)


@dataclass(kw_only=True)
class Employee:
    id: str
    first_name: str
    last_name: str
    email: str | None = None
    start: date | None = None
    end: date | None = None
    department: str | None = "Sales"
    title: str | None = "Adviser"
    manager: str | None = None
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Faults:
    """What can go wrong, each a switch that may be turned while it runs."""

    lists_only: int | None = None
    """The list ends after so many employees, though it goes on telling the total of all."""
    withheld: frozenset[str] = frozenset()
    """Attributes that are left out of every record, without a word."""


@dataclass
class Company:
    """`clock` (UTC, aware) decides when tokens end."""

    clock: Callable[[], datetime]
    client_id: str = "client"
    client_secret: str = field(default="secret", repr=False)
    scopes: frozenset[str] = frozenset({"employees.read"})
    employees: dict[str, Employee] = field(default_factory=dict)
    tokens: dict[str, datetime] = field(default_factory=dict, repr=False)

    def hire(self, one: Employee) -> Employee:
        self.employees[one.id] = one
        return one

    def sign_in(self, client_id: str, client_secret: str) -> str | None:
        """A new token, or None when the credential is not right."""
        if (client_id, client_secret) != (self.client_id, self.client_secret):
            return None
        token = f"acme-{len(self.tokens):032x}"
        self.tokens[token] = self.clock() + LIFETIME
        return token

    def accepts(self, token: str) -> bool:
        return token in self.tokens and self.clock() < self.tokens[token]

    def end_tokens(self) -> None:
        self.tokens = dict.fromkeys(self.tokens, self.clock())
