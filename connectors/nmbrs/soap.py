"""Nmbrs over SOAP v3, which it retires on 2027-03-01: a company comes whole, but each manager is a call of its own."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx

from connectors.nmbrs.companies import Company, Debtor, chosen, chosen_debtors
from connectors.nmbrs.envelope import (
    Call,
    Caller,
    Element,
    NotAccepted,
    child,
    children,
    fault,
    named,
    parsed,
    result,
    values,
)
from connectors.nmbrs.periods import Calendar
from connectors.nmbrs.reduce import SYSTEM, identity
from connectors.nmbrs.rows import APPLICANTS, EMPLOYED, EMPLOYEES, EXTERNAL, FORMER, Kept, Listing
from connectors.nmbrs.settings import Settings
from connectors.nmbrs.soap_rows import READS, Row, company_period, manager
from shared.answers import BUSY
from shared.connector import Outside
from shared.errors import Misconfigured, Refused, TryLater
from shared.flow import Bucket
from shared.rest import Manners, Rest

RETIRES = "2027-03-01"
SERVICES = frozenset(f"/{name}Service.asmx" for name in ("Debtor", "Company", "Employee"))
"""Everything is a POST in SOAP; this connector calls nothing that writes."""


class SoapApi:
    """Lists of Nmbrs. Constructing does no I/O.

    Cost: 2 calls and 1 for each debtor; for each company 12, and 6 of them twice where there are several; and 1 for
    each person who works there, for their manager.
    """

    width = 1
    """One call after the other: it is fair, and only their order tells the calls of a recording apart."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings, self._secret, self._forget = settings, outside.secret, outside.forget
        self._types: dict[str, str] = {}
        self._types_of: dict[str, dict[str, str]] = {}
        """Company → type of each employee, as the list of employees said."""
        self._rest = Rest(
            SYSTEM,
            settings.soap_base,
            outside.http,
            clock=outside.clock,
            sleep=outside.sleep,
            manners=Manners(wait=15.0, pause=2.0),
            pace=Bucket(every=1 / settings.calls_per_second, burst=5, clock=outside.clock, sleep=outside.sleep),
            judge_first=_judge,
        )

    async def companies(self) -> list[Company]:
        """The chosen companies with their calendars, debtor by debtor."""
        debtors = [Debtor.of(_id(row, "debtorId")) for row in await self._records("DebtorService", "List_GetAll", {})]
        found: list[Company] = []
        for debtor in chosen_debtors(debtors, self._settings):
            rows = await self._records("CompanyService", "List_GetByDebtor", {"DebtorId": debtor.id})
            found += [Company.of(_id(row, "companyId"), debtor) for row in rows]
        return [replace(one, calendar=await self._calendar(one)) for one in chosen(found, self._settings)]

    async def listing(self, company: Company, listing: Listing) -> Kept:
        """One list of a company, whole."""
        if listing is EMPLOYEES:
            rows = await self._employees(company)
        elif listing.path == "managers":
            rows = await self._managers(company)
        else:
            operation, inside, read = READS[listing.path]
            rows = [
                {"employeeId": found.get("EmployeeId"), listing.key: [read(values(one)) for one in history]}
                for found, history in await self._histories(operation, inside, company)
            ]
        return Kept().keep(listing, rows, self._settings)

    async def departments(self, debtor: Debtor) -> list[Mapping[str, Any]]:
        """None: SOAP does not say who heads a department, and the settings cannot ask for it."""
        return []

    async def _calendar(self, company: Company) -> Calendar:
        found = await self._ask(Call("CompanyService", "Company_GetCurrentPeriod", {"CompanyId": company.id}))
        return Calendar.of(company_period(None if found is None else found.text))

    async def _employees(self, company: Company) -> list[Mapping[str, Any]]:
        """Everybody by type; which number a type has is asked once."""
        self._types = self._types or await self._read_types()
        rows: list[Mapping[str, Any]] = []
        for number, word in self._types.items():
            if word in EMPLOYED | FORMER and (self._settings.externals or word not in EXTERNAL):
                asked = {"CompanyId": company.id, "EmployeeType": number}
                for one in await self._records("EmployeeService", "List_GetByCompany", asked):
                    basic = {"employeeNumber": one.get("Number"), "employeeType": word}
                    rows.append({"employeeId": one.get("Id"), "employeeBasicInfo": basic})
        types = {identity(row["employeeId"]): row["employeeBasicInfo"]["employeeType"] for row in rows}
        self._types_of[company.id] = types
        return rows

    async def _read_types(self) -> dict[str, str]:
        """Number → word of REST. Raises `Misconfigured` for one that nobody knows, for it might be people who work."""
        found = {}
        for one in await self._records("EmployeeService", "EmployeeType_GetList", {}):
            number, said = identity(one.get("Id")), str(one.get("Description") or "")
            word = self._settings.employee_types.get(number) or re.sub(r"[^a-z]", "", said.lower())
            if word.lower() not in EMPLOYED | FORMER | APPLICANTS:
                raise Misconfigured(
                    f"{SYSTEM}: there is a type of employee {number} of an unknown name; say in employee_types of the "
                    "settings what it is"
                )
            found[number] = word.lower()
        return found

    async def _managers(self, company: Company) -> list[Mapping[str, Any]]:
        """The present manager of each who works there; of others nothing is said, and nobody is not «nothing»."""
        types = self._types_of.get(company.id, {})
        working = sorted(hr_id for hr_id, word in types.items() if word in EMPLOYED)
        found = {hr_id: await self._manager(hr_id) for hr_id in working}
        if not any(found.values()):
            return []
        unknown: dict[str, Any] = {hr_id: None for hr_id in types if hr_id not in found}
        return [{"employeeId": hr_id, "managers": said} for hr_id, said in {**found, **unknown}.items()]

    async def _manager(self, hr_id: str) -> list[Mapping[str, Any]] | None:
        """None when it may not be known."""
        try:
            found = await self._ask(Call("EmployeeService", "Manager_GetCurrent", {"EmployeeId": hr_id}))
        except Refused:
            return None
        said = {} if found is None else values(found)
        return [manager(said)] if any(said.values()) else []

    async def _histories(self, operation: str, inside: str, company: Company) -> list[tuple[Row, list[Element]]]:
        """The items of a company-wide list, whatever they are called, each with the rows of its history."""
        found = await self._ask(Call("EmployeeService", operation, {"CompanyID": company.id}))
        return [(values(item), list(children(child(item, inside)))) for item in children(found)]

    async def _records(self, service: str, operation: str, parameters: Mapping[str, str | int]) -> list[Row]:
        return [values(one) for one in children(await self._ask(Call(service, operation, parameters)))]

    async def _ask(self, call: Call) -> Element | None:
        """Raises `Misconfigured` when user, token or domain are not accepted, nor those that are read anew."""
        caller = await self._caller()
        try:
            response = await self._send(call, caller)
        except NotAccepted:
            for name in self._secrets:
                self._forget(name)
            changed = await self._caller()
            if changed == caller:
                raise self._refused(call) from None
            try:
                response = await self._send(call, changed)
            except NotAccepted:
                raise self._refused(call) from None
        return result(named(call), call, parsed(named(call), response.content))

    async def _send(self, call: Call, caller: Caller) -> httpx.Response:
        headers = {"content-type": "text/xml; charset=utf-8", "SOAPAction": call.action}
        return await self._rest.send(
            "POST", call.path, content=call.envelope(caller), headers=headers, reading=True, route=call.path
        )

    async def _caller(self) -> Caller:
        user, token = [(await self._secret(name)).strip() for name in self._secrets]
        return Caller(user, token, self._settings.domain or "")

    @property
    def _secrets(self) -> Sequence[str]:
        return self._settings.secrets[:2]

    def _refused(self, call: Call) -> Misconfigured:
        return Misconfigured(
            f"{named(call)}: the API user is not accepted; check {' and '.join(self._secrets)} and the domain"
        )


def _judge(response: httpx.Response) -> None:
    """A fault comes with status 500, and may come with 200; a gateway that refuses says so by its status alone."""
    what, status = f"{SYSTEM}: {response.request.url.path}", response.status_code
    found = None
    if b"Fault" in response.content:
        with suppress(TryLater, Misconfigured):
            found = fault(what, parsed(what, response.content))
    if found is not None:
        raise found
    if status not in BUSY and 400 <= status < 500:
        raise Misconfigured(
            f"{what} answered {status}; check soap_base in the settings, and ask Nmbrs whether this address may come in"
        )


def _id(row: Row, name: str) -> dict[str, Any]:
    """A record of SOAP with what identifies it under REST's name; one service calls it `Id`, the other `ID`."""
    return {name: row.get("Id") or row.get("ID"), "number": row.get("Number"), "name": row.get("Name")}
