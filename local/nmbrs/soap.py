"""SOAP v3 of the simulated Nmbrs: three services, both versions of SOAP, strict about header, action and parameters."""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from starlette.requests import Request
from starlette.responses import Response

from local.nmbrs import records
from local.nmbrs.environment import Company, Debtor, Employee, Environment
from local.nmbrs.faults import Faults

SPACE = "https://api.nmbrs.nl/soap/v3"
V11, V12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
TYPES = ("Applicant", "Payroll", "Former payroll", "External", "Former external", "New hire", "Rejected applicant")
"""Descriptions in the order of their numbers from 1 on; only that 2 is the payroll was ever published."""
SAID = {
    "1001": "Not authenticated",
    "1002": "Not authorized",
    "1004": "No subscription",
    "2003": "Unauthorized employee",
    "2004": "Unauthorized company",
    "2009": "Unauthorized debtor",
    "2043": "Domain not found",
    "9999": "Unknown error",
}


class Fault(Exception):
    """The call is answered with this code."""


class Soap:
    def __init__(self, environment: Environment, faults: Faults) -> None:
        self._environment, self._faults = environment, faults
        self.calls: list[str] = []
        """The operations that were asked for."""

    async def answer(self, request: Request) -> Response:
        """`POST /soap/v3/{service}.asmx`."""
        service = request.path_params["service"]
        try:
            envelope = fromstring(await request.body(), forbid_dtd=True)
        except (ParseError, DefusedXmlException):
            return _failed(V11, "Client", "Server did not recognize the request.")
        space = envelope.tag.partition("}")[0].removeprefix("{")
        if space not in {V11, V12}:
            return _failed(V11, "VersionMismatch", "Possible SOAP version mismatch.")
        header, body = envelope.find(f"{{{space}}}Header"), envelope.find(f"{{{space}}}Body")
        action = request.headers.get("soapaction", "").strip('"')
        if space == V11 and not action:
            text = "Unable to handle request without a valid action parameter. Please supply a valid soap action."
            return _failed(space, "Client", text)
        asked = next(iter(body), None) if body is not None else None
        operation = asked.tag.rpartition("}")[2] if asked is not None else ""
        known = self._operations().get((service, operation))
        if asked is None or known is None or (space == V11 and action != f"{SPACE}/{service}/{operation}"):
            return _failed(space, "Client", f"Server did not recognize the value of HTTP Header SOAPAction: {action}.")
        self.calls.append(operation)
        parameters = {one.tag: (one.text or "").strip() for one in asked}
        try:
            self._allow(header, service)
            found = known({_local(tag, service): text for tag, text in parameters.items()})
        except Fault as fault:
            code = str(fault)
            return _failed(space, "Server", f"Server was unable to process request. ---> {code}: {SAID[code]}")
        return _document(space, f'<{operation}Response xmlns="{SPACE}/{service}">{found}</{operation}Response>')

    def _operations(self) -> Mapping[tuple[str, str], Callable[[Mapping[str, str]], str]]:
        found: dict[tuple[str, str], Callable[[Mapping[str, str]], str]] = {
            ("DebtorService", "List_GetAll"): self._debtors,
            ("CompanyService", "List_GetByDebtor"): self._companies,
            ("CompanyService", "Company_GetCurrentPeriod"): self._period,
            ("EmployeeService", "EmployeeType_GetList"): self._types,
            ("EmployeeService", "List_GetByCompany"): self._employees,
            ("EmployeeService", "Manager_GetCurrent"): self._manager,
        }
        for operation, (item, inside, row, write) in self._lists().items():
            found["EmployeeService", operation] = self._whole(operation, item, inside, row, write)
        return found

    def _lists(self) -> Mapping[str, tuple[str, str, str, Callable[[Debtor, Employee], Iterable[records.Fields]]]]:
        contracts = "EmployeeContractItemGlobal" if self._faults.global_contracts else "EmployeeContractItem"
        return {
            "PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompany": (
                *("PersonalInfoItem", "EmployeePersonalInfos", "PersonalInfo_V2"),
                lambda debtor, who: map(records.info, who.info),
            ),
            "Employment_GetAll_AllEmployeesByCompany": (
                *("EmployeeEmploymentItem", "EmployeeEmployments", "Employment"),
                lambda debtor, who: map(records.employment, who.employments),
            ),
            "Contract_GetAll_AllEmployeesByCompany": (
                *(contracts, "EmployeeContracts", "EmployeeContract"),
                lambda debtor, who: [*map(records.contract, who.contracts), *map(records.contract, who.contracts[:1])],
            ),
            "Schedule_GetAll_AllEmployeesByCompany": (
                *("EmployeeScheduleItem", "EmployeeSchedules", "Schedule_V2"),
                lambda debtor, who: map(records.schedule, who.schedules),
            ),
            "Department_GetAll_AllEmployeesByCompany": (
                *("EmployeeDepartmentItem", "EmployeeDepartments", "Department_V2"),
                lambda debtor, who: [
                    (*records.unit(debtor.departments[one.id]), *records.since(one)) for one in who.departments
                ],
            ),
            "Function_GetAll_AllEmployeesByCompany_V2": (
                *("EmployeeFunctionItem_V2", "EmployeeFunctions", "EmployeeFunction"),
                lambda debtor, who: [
                    (("RecordId", 1), ("Function", records.unit(debtor.functions[one.id])), *records.since(one))
                    for one in who.functions
                ],
            ),
        }

    def _allow(self, header: Any, service: str) -> None:
        """Raises `Fault` unless the header holds its three fields, in the namespace of the service."""
        space = f"{{{SPACE}/{service}}}"
        who = header.find(f"{space}AuthHeaderWithDomain") if header is not None else None
        names = ("Username", "Token", "Domain")
        user, token, domain = [who.findtext(f"{space}{name}") or "" if who is not None else "" for name in names]
        known = self._environment.api_users.get((user, token))
        if known is None:
            raise Fault("1001")
        if domain != known:
            raise Fault("2043")
        if self._faults.disabled:
            raise Fault("1004")
        if self._faults.failing:
            self._faults.failing -= 1
            raise Fault("9999")

    def _debtors(self, asked: Mapping[str, str]) -> str:
        rows = [(("Id", one.soap_id), ("Number", one.number), ("Name", one.name)) for one in self._environment.seen()]
        return records.result("List_GetAll", [records.record("Debtor", row) for row in rows])

    def _companies(self, asked: Mapping[str, str]) -> str:
        for debtor in self._environment.seen():
            if str(debtor.soap_id) == asked.get("DebtorId"):
                rows = [
                    (("ID", one.soap_id), ("Number", one.number), ("Name", one.name), ("LoonaangifteTijdvak", "Month"))
                    for one in self._environment.companies_of(debtor)
                ]
                return records.result("List_GetByDebtor", [records.record("Company", row) for row in rows])
        raise Fault("2009")

    def _period(self, asked: Mapping[str, str]) -> str:
        _, company = self._company(asked, "CompanyId")
        if company.period is None:
            return ""
        kind = {"month": "M", "4-weeks": "W4", "1-week": "W1"}[company.kind]
        year, number = company.period
        return f"<Company_GetCurrentPeriodResult>{year}-{number:02}-{kind}</Company_GetCurrentPeriodResult>"

    def _types(self, asked: Mapping[str, str]) -> str:
        described = self._faults.type_names or TYPES
        rows = [(("Id", number), ("Description", text)) for number, text in enumerate(described, 1)]
        return records.result("EmployeeType_GetList", [records.record("EmployeeType", row) for row in rows])

    def _employees(self, asked: Mapping[str, str]) -> str:
        _, company = self._company(asked, "CompanyId")
        number = int(asked.get("EmployeeType") or 0)
        wanted = TYPES[number - 1].replace(" ", "").lower() if 1 <= number <= len(TYPES) else ""
        rows = [
            (("Id", who.number), ("Number", who.info[-1].number), ("DisplayName", who.info[-1].last))
            for who in company.employees.values()
            if who.type.lower() == wanted
        ]
        return records.result("List_GetByCompany", [records.record("Employee", row) for row in rows])

    def _manager(self, asked: Mapping[str, str]) -> str:
        for debtor in self._environment.seen():
            for company in self._environment.companies_of(debtor):
                for who in company.employees.values():
                    if str(who.number) == asked.get("EmployeeId"):
                        return self._manager_of(debtor, who)
        raise Fault("2003")

    def _manager_of(self, debtor: Debtor, who: Employee) -> str:
        if not who.managers:
            return f'<Manager_GetCurrentResult xmlns:xsi="{records.XSI}" xsi:nil="true" />'
        one = debtor.managers[who.managers[-1].id]
        row = (("Number", one.number), ("FirstName", one.first), ("Name", one.last), ("Email", one.mail))
        return records.record("Manager_GetCurrentResult", row)

    def _whole(
        self,
        operation: str,
        item: str,
        inside: str,
        row: str,
        write: Callable[[Debtor, Employee], Iterable[records.Fields]],
    ) -> Callable[[Mapping[str, str]], str]:
        def answered(asked: Mapping[str, str]) -> str:
            debtor, company = self._company(asked, "CompanyID")
            hidden = self._environment.hidden
            found = []
            for who in company.employees.values():
                rows = [
                    records.record(row, [(key, value) for key, value in one if key not in hidden])
                    for one in write(debtor, who)
                ]
                if rows:
                    found.append(
                        f"<{item}><EmployeeId>{who.number}</EmployeeId><{inside}>{''.join(rows[::-1])}</{inside}></{item}>"
                    )
            return records.result(operation, found)

        return answered

    def _company(self, asked: Mapping[str, str], name: str) -> tuple[Debtor, Company]:
        """The company a parameter names; one that is spelled in another case is not read, and is company 0."""
        for debtor in self._environment.seen():
            for company in self._environment.companies_of(debtor):
                if str(company.soap_id) == asked.get(name) and company.id not in self._environment.barred:
                    return debtor, company
        raise Fault("2004")


def _local(tag: str, service: str) -> str:
    """The name of a parameter; one in another namespace is none."""
    return tag.removeprefix(f"{{{SPACE}/{service}}}")


def _document(space: str, inside: str, status: int = 200) -> Response:
    text = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<soap:Envelope xmlns:soap="{space}"><soap:Body>{inside}</soap:Body></soap:Envelope>'
    )
    return Response(text, status, media_type="application/soap+xml" if space == V12 else "text/xml")


def _failed(space: str, who: str, text: str) -> Response:
    """HTTP 500, in the words of the version that was asked with."""
    said = escape(text, quote=False)
    if space == V12:
        code = f"<soap:Code><soap:Value>soap:{'Receiver' if who == 'Server' else 'Sender'}</soap:Value></soap:Code>"
        inside = f"{code}<soap:Reason><soap:Text>{said}</soap:Text></soap:Reason>"
    else:
        inside = f"<faultcode>soap:{who}</faultcode><faultstring>{said}</faultstring><detail />"
    return _document(space, f"<soap:Fault>{inside}</soap:Fault>", 500)
