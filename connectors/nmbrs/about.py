"""What must be known beside an employee's own rows to make a Person of them: the company, the day, and who is who."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.nmbrs.companies import Company
from shared.model import Value
from shared.names import Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """Settings and surroundings of one employee."""

    company: Company
    today: date
    since: date = date.min
    """What changed before is not told apart."""
    manager: Callable[[Any], str | None]
    """The employee who has the work mail of a manager; None when nobody surely has."""
    department_managers: Mapping[str, Value] = field(default_factory=dict)
    """Department id → the HR id of the one who heads it, None for nobody; not there where nobody can say."""
    fields: Mapping[str, str] = field(default_factory=dict)
    name_usage: Mapping[str, Usage] = field(default_factory=dict)
    leave: tuple[str, ...] = ()
