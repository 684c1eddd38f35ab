"""Where a reading of Nmbrs can be taken up, as text and back: ids of a company and an employee, nothing else."""

import json
from dataclasses import dataclass
from typing import Any

from connectors.nmbrs.reduce import SYSTEM
from shared.errors import Anew


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The company that is being given, in order of id, and the last of its employees who was; "" for all of them."""

    company: str = ""
    hr_id: str = ""

    @classmethod
    def at(cls, cursor: str) -> "Place":
        """Raises `Anew` for one that this version does not know."""
        match _parts(cursor):
            case [str(company), str(hr_id)]:
                return cls(company, hr_id)
        raise Anew(f"{SYSTEM}: the place to go on from was written by another version; it is read from the beginning")

    @property
    def cursor(self) -> str:
        return json.dumps([self.company, self.hr_id])

    def is_past(self, company: str) -> bool:
        """Whether a company was given whole."""
        return company < self.company or (company == self.company and not self.hr_id)


def _parts(cursor: str) -> Any:
    try:
        return json.loads(cursor)
    except ValueError:
        return None
