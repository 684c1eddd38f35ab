"""Personio on its simulator, over v1 and v2."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import httpx

from connectors.personio import Settings
from local.personio import Company, Credential, Custom, Employment, Faults, personio_app
from shared.tokens.kept import Rows
from tests.conformance.adapter import Fault, Time

FORMS = ("v1", "v2")
CLIENT, SECRET = "papi-client-0001", "s3cret-never-shown"
NUMBER = "999911120"
NO_ADDRESSES = "nothing is known of credentials that are good from some addresses only"
NO_TOTAL = "v2 tells no total, so nobody can see who is left out; the limits on leavers hold them"


class Personio:
    credential = None

    def __init__(self, api: str, time: Time) -> None:
        self.api, self.page = api, 100 if api == "v1" else 50
        self.cannot: Mapping[Fault, str] = {Fault.BLOCKED_ADDRESS: NO_ADDRESSES}
        if api == "v2":
            self.cannot = {**self.cannot, Fault.CUT_SHORT: NO_TOTAL}
        self.company, self.faults, self.entered = Company(time.clock), Faults(), SECRET
        self.allowed = self.company.allow(Credential(client_id=CLIENT, client_secret=SECRET))
        self.transport = httpx.ASGITransport(personio_app(self.company, self.faults))

    def settings(self) -> Settings:
        known = {"api": self.api, "client_id": "secret:personio-id", "client_secret": "secret:personio-secret"}
        return Settings.model_validate({**known, "fields": {"shoeSize": "dynamic_1", "locker": "dynamic_2"}})

    async def secret(self, name: str) -> str:
        return {"secret:personio-id": CLIENT, "secret:personio-secret": self.entered}[name]

    async def consent(self, rows: Rows, place: str) -> None:
        """The app signs in by itself."""

    def hire(self, count: int, *, first: bool = False) -> None:
        here = dict(self.company.employees)
        begin = (min(here) - count if first else max(here) + 1) if here else 1_000_001
        boss = min(here, default=None)
        if first:
            self.company.employees.clear()
        for number in range(begin, begin + count):
            sizes = Custom(label="Shoe size", value="42")
            custom = {"dynamic_1": sizes, "dynamic_2": Custom(label="BSN", value=NUMBER)}
            job = Employment(start=date(2020, 1, 1), supervisor=boss)
            mail = f"mail{number}@private.test"
            self.company.hire(number, f"Given{number}", f"Family{number}", job, email=mail, custom=custom)
        if first:
            self.company.employees |= here

    def remove(self, hr_id: str) -> None:
        del self.company.employees[int(hr_id)]

    def change(self, hr_id: str) -> None:
        self.company.change(int(hr_id), last_name=f"Changed{hr_id}")

    def spoil(self, hr_id: str) -> None:
        self.company.employees[int(hr_id)].employments[-1].start = None

    def ids(self) -> Sequence[str]:
        return [str(number) for number in self.company.employees]

    def private(self) -> Sequence[str]:
        everyone = self.company.employees.values()
        values = [value for one in everyone for value in (one.first_name, one.last_name, one.email) if value]
        return [CLIENT, SECRET, *self.company.tokens, *values]

    def forbidden(self) -> Sequence[str]:
        return [NUMBER]

    def switch(self, fault: Fault) -> None:
        match fault:
            case Fault.TOKENS_END:
                self.company.end_tokens()
            case Fault.WRONG_CREDENTIAL:
                self.entered = "n0t-the-secret"
            case Fault.MISSING_SCOPE:
                self.allowed.scopes = frozenset({"absences:read"})
            case Fault.FILTERED:
                self.allowed.attributes = frozenset()
            case Fault.CUT_SHORT:
                self.faults.lists_only = len(self.company.employees) // 2
            case Fault.BLOCKED_ADDRESS:
                raise AssertionError(NO_ADDRESSES)


@asynccontextmanager
async def opened(form: str, time: Time, folder: Path) -> AsyncIterator[Personio]:
    yield Personio(form, time)
