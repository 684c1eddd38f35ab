"""Which companies are read: all that the login sees, or those that the settings name; pure.

A company that is named and not seen stops the reading: whoever works there would look as if they had left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.nmbrs.periods import Calendar
from connectors.nmbrs.reduce import SYSTEM, identity
from connectors.nmbrs.settings import Settings
from shared.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer of Nmbrs; a business environment has one, an accountant's many."""

    id: str
    number: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Debtor":
        """Raises `Misconfigured` for one without an id."""
        return cls(_id(row, "debtorId"), _plain(row.get("number")))

    @property
    def names(self) -> frozenset[str]:
        """What the settings may call it."""
        return frozenset({self.id, self.number}) - {""}


@dataclass(frozen=True, slots=True)
class Company:
    """A company of a debtor, with its calendar."""

    id: str
    number: str
    name: str | None
    debtor: Debtor
    calendar: Calendar = field(default_factory=Calendar)

    @classmethod
    def of(cls, row: Mapping[str, Any], debtor: Debtor) -> "Company":
        """Raises `Misconfigured` for one without an id."""
        name = row.get("name")
        called = name.strip() or None if isinstance(name, str) else None
        return cls(_id(row, "companyId"), _plain(row.get("number")), called, debtor)

    @property
    def names(self) -> frozenset[str]:
        """What the settings may call it; its number alone names nothing, for another debtor has the same."""
        return frozenset({self.id, *(f"{debtor}/{self.number}".lower() for debtor in self.debtor.names)})


def chosen_debtors(debtors: Iterable[Debtor], settings: Settings) -> list[Debtor]:
    """In order of id. Raises `Misconfigured` when one that is named is not seen, or none is."""
    seen = {debtor.id: debtor for debtor in debtors}.values()
    _require("debtor", settings.debtors, [debtor.names for debtor in seen])
    found = [debtor for debtor in seen if not settings.debtors or debtor.names & _folded(settings.debtors)]
    if not found:
        raise Misconfigured(f"{SYSTEM}: the login that consented sees no debtor; give it access in Nmbrs")
    return sorted(found, key=lambda debtor: debtor.id)


def chosen(companies: Iterable[Company], settings: Settings) -> list[Company]:
    """In order of id. Raises `Misconfigured` when one that is named is not seen, or none is left."""
    seen = {company.id: company for company in companies}.values()
    names = [company.names for company in seen]
    _require("company", settings.companies, names)
    _require("excluded company", settings.exclude, names)
    found = [
        company
        for company in seen
        if (not settings.companies or company.names & _folded(settings.companies))
        and not company.names & _folded(settings.exclude)
    ]
    if not found:
        raise Misconfigured(f"{SYSTEM}: there is no company to read; look at the settings and at what the login sees")
    return sorted(found, key=lambda company: company.id)


def _require(what: str, wanted: Sequence[str], names: Iterable[frozenset[str]]) -> None:
    missing = sorted(_folded(wanted) - frozenset[str]().union(*names))
    if missing:
        raise Misconfigured(
            f"{SYSTEM}: the {what} {missing[0]} of the settings is not seen by the login; correct the settings, or "
            "give the login access in Nmbrs"
        )


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in names)


def _plain(number: Any) -> str:
    return str(number).strip() if isinstance(number, str | int) else ""


def _id(row: Mapping[str, Any], key: str) -> str:
    found = identity(row.get(key))
    if not found:
        raise Misconfigured(f"{SYSTEM}: an answer has a record without {key}; its interface may have changed")
    return found
