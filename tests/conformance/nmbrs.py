"""Nmbrs on its simulator, over REST and over SOAP v3."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx

from connectors.nmbrs import Settings
from connectors.nmbrs.signin import sign_in
from local.nmbrs import (
    Company,
    Contract,
    Employee,
    Employment,
    Environment,
    Extra,
    Faults,
    Info,
    Placed,
    Schedule,
    nmbrs_app,
)
from shared.oauth.consent import Question
from shared.oauth.forms import by_code, said
from shared.tokens.deciding import connected
from shared.tokens.kept import Rows
from tests.conformance.adapter import Fault, Time

FORMS = ("rest", "soap")
CLIENT, SECRET, KEY, USER, TOKEN = (
    "joinly",
    "s3cret*never$shown",
    "key-never-shown",
    "api@contoso.test",
    "t0ken-never-shown",
)
REDIRECT = "http://127.0.0.1:8917/"
PASSPORT, NUMBER = "NX1R2K9B4", "999911120"
KNOWN = {
    "rest": {"client_id": "secret:id", "client_secret": "secret:secret", "subscription_key": "secret:key"},
    "soap": {"api": "soap", "user": "secret:user", "token": "secret:token", "domain": "contoso"},
}
ONE_DOCUMENT = "SOAP gives a company in one document, and nothing tells how many people are in it"
LARGEST = 1_000
"""Employees of one company, more than all but a few have; others work for another company of the same debtor."""
FIXED = "SOAP's token is changed by people only and does not end"


class Nmbrs:
    credential = None

    def __init__(self, api: str, time: Time) -> None:
        self.api, self.page, self.time = api, 100 if api == "rest" else 0, time
        self.cannot: Mapping[Fault, str] = {}
        if api == "soap":
            self.cannot = {Fault.TOKENS_END: FIXED, Fault.CUT_SHORT: ONE_DOCUMENT}
        self.nmbrs, self.faults, self.entered = (
            Environment(time.clock),
            Faults(),
            {"secret:key": KEY, "secret:token": TOKEN},
        )
        self.nmbrs.register(CLIENT, SECRET, KEY, REDIRECT)
        self.nmbrs.api_users[USER, TOKEN] = "contoso"
        self.debtor = self.nmbrs.debtor()
        self.company = self.nmbrs.company(self.debtor)
        self.company.period = (2026, 3)
        self.sales = self.nmbrs.department(self.debtor, "Sales").id
        self.adviser = self.nmbrs.function(self.debtor, "Adviser").id
        self.boss = self.nmbrs.manager(self.debtor, "").id
        self.transport = httpx.ASGITransport(nmbrs_app(self.nmbrs, self.faults))

    def settings(self) -> Settings:
        more = {"fields": {"shoeSize": "extra:Shoe size"}} if self.api == "rest" else {}
        return Settings.model_validate({**KNOWN[self.api], **more})

    async def secret(self, name: str) -> str:
        return {"secret:id": CLIENT, "secret:secret": SECRET, "secret:user": USER, **self.entered}[name]

    async def consent(self, rows: Rows, place: str) -> None:
        oauth = sign_in(self.settings())
        if oauth is None:
            return
        question = Question(oauth, CLIENT, REDIRECT, state="s" * 32, verifier="v" * 64)
        code = self.nmbrs.authority.consent(dict(parse_qsl(urlsplit(question.address).query)))["code"]
        answer = self.nmbrs.authority.token(by_code(code, REDIRECT, question.verifier), (CLIENT, SECRET))
        told = said(oauth, json.dumps(dict(answer.body)).encode())
        await rows.put(place, connected(None, told.given, self.time.clock()), told.pair)

    def hire(self, count: int, *, first: bool = False) -> None:
        here = dict(self.company.employees)
        if first:
            self.company.employees.clear()
        for number in range(count):
            mail = f"mail{len(here) + number}@private.test"
            first, last, made = f"Given{len(here) + number}", f"Family{len(here) + number}", self._now()
            info = Info(first=first, last=last, mail=mail, made=made)
            who = self.nmbrs.hire(self._roomy(), [info], [Employment(start=date(2020, 1, 1), changed=made)])
            who.departments.append(Placed(id=self.sales))
            who.functions.append(Placed(id=self.adviser))
            who.contracts.append(Contract(start=date(2020, 1, 1)))
            who.schedules.append(Schedule(start=date(2020, 1, 1)))
            who.extras += [Extra(name="Shoe size", value="42"), Extra(name="BSN", value=NUMBER)]
            if here:
                self.debtor.managers[self.boss].mail = next(iter(here.values())).info[0].mail
            who.managers.append(Placed(id=self.boss))
        if first:
            self.company.employees |= here

    def _now(self) -> str:
        return f"{self.time.clock():%Y-%m-%dT%H:%M:%S}"

    def _roomy(self) -> Company:
        """The company for whoever is hired next."""
        *_, last = self.debtor.companies.values()
        if len(last.employees) < LARGEST:
            return last
        return self.nmbrs.company(self.debtor, period=self.company.period)

    def _everybody(self) -> Mapping[str, Employee]:
        return {key: one for company in self.debtor.companies.values() for key, one in company.employees.items()}

    def remove(self, hr_id: str) -> None:
        for company in self.debtor.companies.values():
            company.employees = {key: one for key, one in company.employees.items() if self._id(key, one) != hr_id}

    def change(self, hr_id: str) -> None:
        """A new row of the same period, as Nmbrs keeps them."""
        for key, one in self._everybody().items():
            if self._id(key, one) == hr_id:
                one.info.append(replace(one.info[-1], last=f"Changed{hr_id}", made=self._now()))

    def spoil(self, hr_id: str) -> None:
        for key, one in self._everybody().items():
            if self._id(key, one) == hr_id:
                one.employments[-1].start = None

    def ids(self) -> Sequence[str]:
        return [self._id(*both) for both in self._everybody().items()]

    def _id(self, key: str, one: Employee) -> str:
        return key if self.api == "rest" else str(one.number)

    def private(self) -> Sequence[str]:
        infos = [info for one in self._everybody().values() for info in one.info]
        values = [value for info in infos for value in (info.first, info.last, info.mail) if value]
        authority = self.nmbrs.authority
        return [SECRET, KEY, USER, TOKEN, *authority.accesses, *authority.refreshes, *values]

    def forbidden(self) -> Sequence[str]:
        return [NUMBER, PASSPORT]

    def switch(self, fault: Fault) -> None:
        match fault:
            case Fault.TOKENS_END:
                self.nmbrs.authority.end_accesses()
            case Fault.WRONG_CREDENTIAL:
                self.entered = dict.fromkeys(self.entered, "n0t-the-one")
            case Fault.MISSING_SCOPE:
                if self.api == "soap":
                    self.nmbrs.barred.add(self.company.id)
                for family, _ in self.nmbrs.authority.accesses.values():
                    family.scopes = ("company.info.read",)
            case Fault.BLOCKED_ADDRESS:
                self.faults.blocked = True
            case Fault.FILTERED:
                self.nmbrs.hidden = {"lastName", "LastName"}
            case Fault.CUT_SHORT:
                self.faults.cut_short = "/employees"


@asynccontextmanager
async def opened(form: str, time: Time, folder: Path) -> AsyncIterator[Nmbrs]:
    yield Nmbrs(form, time)
