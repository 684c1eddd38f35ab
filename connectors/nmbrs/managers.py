"""Who a manager is: Nmbrs' managers are no employees, so they are found by the work mail that both have. Pure.

Where nobody, or more than one, could be meant, nobody is named: a manager is never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.nmbrs.companies import Company
from connectors.nmbrs.reduce import identity
from shared.model import Value


@dataclass(frozen=True, slots=True)
class Known:
    """One employee record with a work mail."""

    hr_id: str
    employed: bool
    company: str
    debtor: str


@dataclass(slots=True)
class Mails:
    """The work mail of every employee that is read, of all companies."""

    _found: dict[str, list[Known]] = field(default_factory=dict, repr=False)

    def add(self, mail: Any, known: Known) -> None:
        if folded := _folded(mail):
            self._found.setdefault(folded, []).append(known)

    def holder(self, mail: Any, company: Company) -> str | None:
        """The one employee of that address; of several records those that count are the employed before the former,
        those of this company before others, and those of this debtor before others.
        """
        found = self._found.get(_folded(mail), [])
        narrowing = (
            [one for one in found if one.employed],
            [one for one in found if one.company == company.id],
            [one for one in found if one.debtor == company.debtor.id],
        )
        for some in narrowing:
            found = [one for one in found if one in some] or found
        return found[0].hr_id if len(found) == 1 else None


def heads(rows: list[Mapping[str, Any]], mails: Mails, company: Company) -> Mapping[str, Value]:
    """Department id → who heads it. Nobody, when Nmbrs names none; not there, when it is unclear who is meant."""
    found: dict[str, Value] = {}
    for row in rows:
        managers, department = row.get("managers"), identity(row.get("departmentId"))
        if not department or not isinstance(managers, list):
            continue
        who = {mails.holder(one.get("email") if isinstance(one, Mapping) else None, company) for one in managers}
        if not managers:
            found[department] = None
        elif len(who) == 1 and None not in who:
            found[department] = who.pop()
    return found


def _folded(mail: Any) -> str:
    return mail.strip().casefold() if isinstance(mail, str) else ""
