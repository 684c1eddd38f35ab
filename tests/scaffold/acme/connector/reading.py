"""Everybody whom Acme knows: one list of employees by position, believed only when it is as long as it says."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from shared.answers import rows
from shared.connector import Outside, Reached
from shared.errors import Misconfigured
from shared.flow import Bucket
from shared.model import Person, Rejected
from shared.paging import by_offset
from shared.rest import Manners, Rest
from shared.signing import Bearer
from tests.scaffold.acme.connector.reduce import person
from tests.scaffold.acme.connector.settings import Settings

SYSTEM = "Acme"
LIMIT = 100
"""Employees to a page, at most. Source: name the page of the vendor's manual here."""

REQUIRED = frozenset({"firstName", "lastName", "startDate", "endDate"})
"""Without these nobody can be named, or no leaver would ever be seen."""


class Employees:
    """Reads `GET /api/employees`: 1,000 people cost 10 requests. Paced at 5 a second."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._fields = settings.fields
        self._rest = Rest(
            SYSTEM,
            settings.base,
            outside.http,
            clock=outside.clock,
            sleep=outside.sleep,
            sign=Bearer(outside.token),
            manners=Manners(wait=5.0),
            pace=Bucket(every=0.2, burst=10, clock=outside.clock, sleep=outside.sleep),
        )

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        """Everyone, once, in one go: the list gives no place from which it could be taken up.

        Raises `Misconfigured` when the credential withholds a required attribute from every record.
        """
        path, met, seen = "/api/employees", set[str](), set[str]()
        async for page in by_offset(self._rest, path, employees, limit=LIMIT, total=total, route=path):
            for row in employees(page):
                seen |= row.keys()
                one = person(row, self._fields)
                if not one.hr_id or one.hr_id not in met:
                    yield one
                met.add(one.hr_id)
        missing = sorted(REQUIRED - seen)
        if met and missing:
            raise Misconfigured(
                f"{SYSTEM}: the credential does not share {', '.join(missing)}; allow it to read them in Acme"
            )


def employees(page: Any) -> list[Mapping[str, Any]]:
    return rows(SYSTEM, page, "items")


def total(page: Any) -> int | None:
    told = page.get("total")
    return told if isinstance(told, int) else None
