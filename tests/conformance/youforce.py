"""Youforce on its simulator: HR Core Beaufort and HR Core Business."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from connectors.youforce import Settings
from local.youforce import Company, Faults, youforce_app
from shared.tokens.kept import Rows
from tests.conformance.adapter import Fault, Time

FORMS = ("beaufort", "business")
CLIENT, SECRET = "joinly-client-0001", "s3cret-never-shown"
NUMBER, FIRST = "999911120", 1_000_001
NO_SCOPES = "nothing is known of scopes at YouServe: an application may read the whole IAM API or none of it"
PAGE, MANY = 25, 500
"""Small pages, so that two and a half of them are few people; the vendor's own from so many people on."""


class Youforce:
    credential, page = None, PAGE

    def __init__(self, system: str, time: Time) -> None:
        self.system, self.company, self.entered = system, Company(time.clock, system), SECRET
        self.faults = Faults(most_rows=PAGE)
        self.cannot: Mapping[Fault, str] = {Fault.MISSING_SCOPE: NO_SCOPES} if system == "business" else {}
        self.allowed = self.company.allow(CLIENT, SECRET)
        self.transport = httpx.ASGITransport(youforce_app(self.company, self.faults))
        self.people = "persons" if system == "beaufort" else "employees"
        self.unit = self.company.put("organizationUnits", id="11", shortName="ICT", fullName="IT department")

    def settings(self) -> Settings:
        known: dict[str, Any] = {
            "system": self.system,
            "client_id": "secret:youforce-id",
            "client_secret": "secret:youforce-secret",
            "tenant": self.company.tenant,
            "base": "https://youforce.example.test",
            "connect": "https://youforce.example.test",
            "fields": {"badge": "person.extensions.P01234"},
        }
        role = {"manager_role": "MGR"} if self.system == "beaufort" else {}
        return Settings.model_validate({**known, **role})

    async def secret(self, name: str) -> str:
        return {"secret:youforce-id": CLIENT, "secret:youforce-secret": self.entered}[name]

    async def consent(self, rows: Rows, place: str) -> None:
        """The app signs in by itself."""

    def hire(self, count: int, *, first: bool = False) -> None:
        self.faults.most_rows = MANY if count >= MANY else self.faults.most_rows
        begin = FIRST + len(self.company.lists.get(self.people, ()))
        for number in range(begin, begin + count):
            self._hire(str(number))
        if begin == FIRST:
            self._appoint(str(begin))
        if first:
            self._put_first(count)

    def _hire(self, code: str) -> None:
        names = {"firstNames": f"Given{code}", "knownAs": f"Nick{code}", "lastNameAtBirth": f"Family{code}"}
        mail = [{"type": "Business", "address": f"mail{code}@private.test"}]
        own = {"extensions": [{"key": "P01234", "description": "BSN", "value": NUMBER}], "bsn": NUMBER}
        self.company.put(self.people, id=f"M{code}", personCode=code, **names, emailAddresses=mail, **own)
        job = {"employmentCode": "1", "hireDate": "2020-01-01", "organizationUnit": "11"}
        self.company.put("employments", id=f"E{code}", personCode=code, **job)

    def _appoint(self, code: str) -> None:
        """The first of all manages everybody; what they have as an own field is labelled as forbidden."""
        self.unit["manager"] = f"M{code}"
        role = {"shortName": "MGR", "organizationUnit": "11", "startDate": "2020-01-01"}
        self.company.put("roleAssignments", personCode=code, **role)
        label = {"bo4FieldCode": "P01234", "fieldNameAlias": "BSN"}
        self.company.put("personsExtensions", personCode=code, **label, value=NUMBER)

    def _put_first(self, count: int) -> None:
        """The last hired changed before all others."""
        for name in (self.people, "employments"):
            for record in self.company.lists[name][-count:]:
                record.changed -= timedelta(days=7)
            self.company.drop(name, personCode="nobody")

    def remove(self, hr_id: str) -> None:
        for name in (self.people, "employments"):
            self.company.drop(name, personCode=hr_id)

    def change(self, hr_id: str) -> None:
        for row in [record.row for record in self.company.lists[self.people] if record.row["personCode"] == hr_id]:
            row["lastNameAtBirth"] = f"Changed{hr_id}"
            self.company.touch(self.people, row)

    def spoil(self, hr_id: str) -> None:
        for record in self.company.lists["employments"]:
            if record.row["personCode"] == hr_id:
                record.row["hireDate"] = None

    def ids(self) -> Sequence[str]:
        return [record.row["personCode"] for record in self.company.shown(self.people)]

    def private(self) -> Sequence[str]:
        rows = [record.row for record in self.company.lists.get(self.people, ())]
        names = [row[key] for row in rows for key in ("firstNames", "knownAs", "lastNameAtBirth")]
        mails = [row["emailAddresses"][0]["address"] for row in rows]
        return [CLIENT, SECRET, *self.company.authority.accesses, *names, *mails]

    def forbidden(self) -> Sequence[str]:
        return [NUMBER]

    def switch(self, fault: Fault) -> None:
        match fault:
            case Fault.TOKENS_END:
                self.company.authority.end_accesses()
            case Fault.WRONG_CREDENTIAL:
                self.entered = "n0t-the-secret"
            case Fault.MISSING_SCOPE:
                self.allowed.scopes = frozenset({"youforce-fileapi:files:list"})
            case Fault.BLOCKED_ADDRESS:
                self.faults.blocked = True
            case Fault.FILTERED:
                self.faults.hides = frozenset({"hireDate"})
            case Fault.CUT_SHORT:
                self.faults.lists_only = len(self.company.lists[self.people]) // 2


@asynccontextmanager
async def opened(form: str, time: Time, folder: Path) -> AsyncIterator[Youforce]:
    yield Youforce(form, time)
