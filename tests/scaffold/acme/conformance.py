"""Acme on its simulator."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import httpx

from shared.tokens.kept import Rows
from tests.conformance.adapter import Fault, Time
from tests.scaffold.acme.connector.settings import Settings
from tests.scaffold.acme.simulator import Company, Employee, Faults, acme_app

FORMS = ("",)
SECRET, NUMBER = "s3cret-never-shown", "999911120"
NO_ADDRESSES = "nothing is known of credentials that are good from some addresses only"


class Acme:
    page, credential = 100, None
    cannot: Mapping[Fault, str] = {Fault.BLOCKED_ADDRESS: NO_ADDRESSES}

    def __init__(self, time: Time) -> None:
        self.company, self.faults, self.entered = Company(time.clock, client_secret=SECRET), Faults(), SECRET
        self.transport = httpx.ASGITransport(acme_app(self.company, self.faults))

    def settings(self) -> Settings:
        known = {"client_id": "secret:acme-id", "client_secret": "secret:acme-secret"}
        return Settings.model_validate({**known, "fields": {"shoes": "shoeSize"}})

    async def secret(self, name: str) -> str:
        return {"secret:acme-id": self.company.client_id, "secret:acme-secret": self.entered}[name]

    async def consent(self, rows: Rows, place: str) -> None:
        """The app signs in by itself."""

    def hire(self, count: int, *, first: bool = False) -> None:
        here = self.ids()
        begin = (int(here[0]) - count if first else int(here[-1]) + 1) if here else 1_000_001
        for number in range(begin, begin + count):
            one = Employee(
                id=f"{number}",
                first_name=f"Given{number}",
                last_name=f"Family{number}",
                email=f"mail{number}@private.test",
                start=date(2020, 1, 1),
                manager=here[0] if here else None,
                extra={"shoeSize": "39", "bsn": NUMBER},
            )
            self.company.hire(one)

    def remove(self, hr_id: str) -> None:
        del self.company.employees[hr_id]

    def change(self, hr_id: str) -> None:
        self.company.employees[hr_id].last_name = f"Changed{hr_id}"

    def spoil(self, hr_id: str) -> None:
        self.company.employees[hr_id].start = None

    def ids(self) -> Sequence[str]:
        return sorted(self.company.employees)

    def private(self) -> Sequence[str]:
        everyone = self.company.employees.values()
        values = [value for one in everyone for value in (one.first_name, one.last_name, one.email) if value]
        return [SECRET, *self.company.tokens, *values]

    def forbidden(self) -> Sequence[str]:
        return [NUMBER]

    def switch(self, fault: Fault) -> None:
        match fault:
            case Fault.TOKENS_END:
                self.company.end_tokens()
            case Fault.WRONG_CREDENTIAL:
                self.entered = "n0t-the-secret"
            case Fault.MISSING_SCOPE:
                self.company.scopes = frozenset()
            case Fault.FILTERED:
                self.faults.withheld = frozenset({"startDate"})
            case Fault.CUT_SHORT:
                self.faults.lists_only = len(self.company.employees) // 2
            case Fault.BLOCKED_ADDRESS:
                raise AssertionError(NO_ADDRESSES)


@asynccontextmanager
async def opened(form: str, time: Time, folder: Path) -> AsyncIterator[Acme]:
    yield Acme(time)
