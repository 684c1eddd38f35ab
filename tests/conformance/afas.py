"""AFAS Profit on its simulator: the connectors of Tools4ever, employments or positions, and those of Profit itself."""

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import httpx

from connectors.afas import Settings
from local.afas import Employment, Environment, Faults, Position, Token, Unit, afas_app
from local.afas.environment import AUDIT
from local.afas.gets import kept
from local.afas.tables import TABLES
from shared.tokens.kept import Rows
from tests.conformance.adapter import Fault, Time

FORMS = ("t4e", "positions", "profit")
DATA, OTHER = "949C1A9CD9AE4797950D94F55A7A4D05", "0" * 32
NUMBER = "999911120"
MANY = 2_000
ONLY_PEOPLE_CHANGE_IT = "a token of Profit lasts until somebody takes it away, and then nothing renews it"
ONE_LIST = "employees and employments are one list without a total; only at_least and the limits on leavers hold them"
CANNOT = {Fault.TOKENS_END: ONLY_PEOPLE_CHANGE_IT}


class Afas:
    credential = None
    page = 50

    def __init__(self, form: str, time: Time) -> None:
        self.time, self.form, self.standard = time, form, "profit" if form == "profit" else "t4e"
        self.cannot: Mapping[Fault, str] = {**CANNOT, Fault.CUT_SHORT: ONE_LIST} if form == "profit" else CANNOT
        self.environment, self.faults = Environment(), Faults()
        self.environment.audited = True
        self.environment.renamed = {"Profit_Employees": {"BSN": "Nummer"}}
        self.environment.units = [Unit(id="D100", name="Engineering")]
        self.token = self.environment.allow(Token(data=DATA))
        self.entered = self.token.text
        self.transport = httpx.ASGITransport(afas_app(self.environment, self.faults))

    def settings(self) -> Settings:
        """With small pages, so that the kit turns several; where many people are counted, as a customer has them."""
        take = {} if len(self.environment.employees) >= 1_000 else {"take": self.page}
        known = {"base": "https://12345.rest.afas.example.test", "token": "secret:afas-token", **take}
        contracts = "positions" if self.form == "positions" else "employments"
        dated = {"changed": AUDIT}
        people = {**dated, **({"fields": {"locker": "Nummer"}} if self.standard == "profit" else {})}
        work = {} if self.standard == "profit" else {"employments": dated, "positions": dated}
        shape = {"standard": self.standard, "contracts": contracts, "people": people, **work}
        return Settings.model_validate({**known, **shape})

    async def secret(self, name: str) -> str:
        return {"secret:afas-token": self.entered}[name]

    async def consent(self, rows: Rows, place: str) -> None:
        """A token is made in Profit, and nobody signs in."""

    def hire(self, count: int, *, first: bool = False) -> None:
        """So many as are hired for a measurement only are the last: their rows are made once."""
        self.environment.still = count >= MANY
        known = sorted(self.environment.employees)
        begin = 10_000_000 if first else 50_000_000 + len(known)
        boss = known[0] if known else None
        if boss and not first:
            self.environment.units[0].manager = boss
        for number in range(begin, begin + count):
            start = date(2020, 1, 1)
            job = Employment(start=start, manager=boss, positions=[Position(start=start, manager=boss)])
            self.environment.hire(
                f"{number:09}",
                job,
                person_id=f"2{number}",
                first_name=f"Given{number}",
                birth_name=f"Family{number}",
                email=f"mail{number}@private.test",
                bsn=NUMBER,
            )
            for own in (f"{number:09}", job.id, job.positions[0].id):
                self.environment.touch(own, self.time.clock())
        for view in self.settings().views if self.environment.still else ():
            order = ",".join(dict.fromkeys((view.key, *view.order)))
            kept(self.environment, TABLES[view.connector].with_names(self._names(view.connector)), order)

    def _names(self, connector: str) -> Mapping[str, str]:
        return self.environment.renamed.get(connector, {})

    def remove(self, hr_id: str) -> None:
        del self.environment.employees[hr_id]

    def change(self, hr_id: str) -> None:
        self.environment.employees[hr_id].birth_name = f"Changed{hr_id}"
        self.environment.touch(hr_id, self.time.clock())

    def spoil(self, hr_id: str) -> None:
        self.environment.employees[hr_id].employments[-1].end = date(2019, 1, 1)

    def ids(self) -> Sequence[str]:
        return sorted(self.environment.employees)

    def private(self) -> Sequence[str]:
        everyone = self.environment.employees.values()
        values = [value for one in everyone for value in (one.first_name, one.birth_name, one.email) if value]
        return [DATA, base64.b64encode(self.token.text.encode()).decode(), *values]

    def forbidden(self) -> Sequence[str]:
        return [NUMBER]

    def switch(self, fault: Fault) -> None:
        match fault:
            case Fault.WRONG_CREDENTIAL:
                self.entered = Token(data=OTHER).text
            case Fault.MISSING_SCOPE:
                self.token.connectors = frozenset()
            case Fault.BLOCKED_ADDRESS:
                self.faults.ip_restricted = True
            case Fault.FILTERED:
                key = {"Profit_Employees": {"EmployeeId": "Nr"}, "T4E_HelloID_Users_v2": {"Medewerker": "Nr"}}
                self.environment.renamed = key
            case Fault.CUT_SHORT:
                self.token.hidden = frozenset(self.ids()[len(self.ids()) // 2 :])
                self.token.hidden_in = frozenset({"T4E_HelloID_Users_v2"})
            case Fault.TOKENS_END:
                raise AssertionError(ONLY_PEOPLE_CHANGE_IT)


@asynccontextmanager
async def opened(form: str, time: Time, folder: Path) -> AsyncIterator[Afas]:
    yield Afas(form, time)
