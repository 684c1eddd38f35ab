"""Visma.net HRM on its simulator: five people to a file, so that a handful of them makes several; a crowd is in one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from connectors.visma import Settings
from local.visma import Company, Faults, visma_app
from local.visma.company import SCOPES
from shared.tokens.kept import Rows
from tests.conformance.adapter import Fault, Time

FORMS = ("",)
CLIENT, SECRET = "isv_joinly", "s3cret-never-shown"
TENANT = "af1140c1-52e0-46c7-b684-df894d4b8a5a"
NUMBER, PAY = "999911120", "19.83-an-hour"
CROWD = 1_000


class Visma:
    page, credential = 5, None
    cannot: Mapping[Fault, str] = {}

    def __init__(self, time: Time) -> None:
        self.company, self.faults, self.entered = (
            Company(time.clock, TENANT, "https://files.example.test"),
            Faults(),
            SECRET,
        )
        self.company.more["employees"].append("bsn")
        self.allowed = self.company.accept(CLIENT, SECRET)
        self.transport = httpx.ASGITransport(visma_app(self.company, self.faults))

    def settings(self) -> Settings:
        known = {"client_id": "secret:visma-id", "client_secret": "secret:visma-secret", "tenant_id": TENANT}
        hosts = {"base": "https://api.visma.example.test", "connect": "https://connect.visma.example.test"}
        return Settings.model_validate({**known, **hosts, "lookups": ["manager"], "only_used_columns": False})

    async def secret(self, name: str) -> str:
        return {"secret:visma-id": CLIENT, "secret:visma-secret": self.entered}[name]

    async def consent(self, rows: Rows, place: str) -> None:
        """The app signs in by itself."""

    def hire(self, count: int, *, first: bool = False) -> None:
        self.company.rows_per_file = self.page if count < CROWD else 100_000
        here = [int(hr_id) for hr_id in self.ids()]
        begin = (min(here) - count if first else max(here) + 1) if here else 1_000_001
        boss = f"u-{min(here)}" if here else ""
        before = {path: list(rows) for path, rows in self.company.rows.items()}
        if first:
            for rows in self.company.rows.values():
                rows.clear()
        for number in range(begin, begin + count):
            self._hire(str(number), boss)
        if first:
            for path, rows in before.items():
                self.company.rows[path].extend(rows)

    def _hire(self, number: str, boss: str) -> None:
        name = {"firstname": f"Given{number}", "birthname": f"Family{number}", "nameusage": "Eigen"}
        mail = f"mail{number}@private.test"
        self.company.add("employees", employeeid=number, businessemailaddress=mail, bsn=NUMBER, **name)
        self.company.add("users", userid=f"u-{number}", employeeid=number)
        days = {"contractid": "1", "subcontractid": "1", "startdate": "2020-01-01"}
        self.company.add("contracts", employeeid=number, manageruserid=boss, salaryhour=PAY, **days)

    def remove(self, hr_id: str) -> None:
        for path in ("employees", "contracts", "users"):
            rows = self.company.rows[path]
            rows[:] = [row for row in rows if row["employeeid"] != hr_id]

    def change(self, hr_id: str) -> None:
        for row in self.company.rows["employees"]:
            if row["employeeid"] == hr_id:
                row["birthname"] = f"Changed{hr_id}"

    def spoil(self, hr_id: str) -> None:
        for row in self.company.rows["contracts"]:
            if row["employeeid"] == hr_id:
                row["startdate"] = ""

    def ids(self) -> Sequence[str]:
        return [row["employeeid"] for row in self.company.rows["employees"]]

    def private(self) -> Sequence[str]:
        names = ("firstname", "birthname", "businessemailaddress")
        values = [row[name] for row in self.company.rows["employees"] for name in names]
        return [CLIENT, SECRET, *self.company.authority.accesses, *values]

    def forbidden(self) -> Sequence[str]:
        return [NUMBER, PAY]

    def switch(self, fault: Fault) -> None:
        match fault:
            case Fault.TOKENS_END:
                self.company.authority.end_accesses()
            case Fault.WRONG_CREDENTIAL:
                self.entered = "n0t-the-secret"
            case Fault.MISSING_SCOPE:
                self.allowed.granted = {TENANT: SCOPES - {"hrmanalytics:nlhrm:exportemployees"}}
            case Fault.BLOCKED_ADDRESS:
                self.faults.blocked = True
            case Fault.FILTERED:
                self.faults.looks, self.company.lacks = 0, frozenset({"birthname"})
            case Fault.CUT_SHORT:
                self.faults.hides_length = True
                self.faults.spoils = lambda path, file: _cut(file) if path == "employees" else file


def _cut(file: bytes) -> bytes:
    """The header and the first row."""
    return b"".join(file.splitlines(True)[:2])


@asynccontextmanager
async def opened(form: str, time: Time, folder: Path) -> AsyncIterator[Visma]:
    yield Visma(time)
