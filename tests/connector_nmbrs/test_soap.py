"""Nmbrs over SOAP v3: the same people as over REST but for their ids, and every fault one clear sentence."""

import traceback
from datetime import date
from typing import Any

import httpx
import pytest

from connectors.nmbrs import source
from connectors.nmbrs.envelope import Call, Caller, NotAccepted, fault, parsed, result
from local.nmbrs import Contract, Info, Schedule
from shared.errors import Misconfigured, Refused, TryLater
from shared.model import Person
from tests.connector_nmbrs.nmbrs_world import SOAP_TOKEN, SOAP_USER, World, job

BASE = "https://soap.example.test"


@pytest.fixture
def soap() -> World:
    return World(api="soap")


def operations(world: World) -> list[str]:
    return [request.headers["soapaction"].strip('"').rpartition("/")[2] for request in world.wire_end.heard]


def furnish(world: World) -> None:
    """Somebody of every kind and with everything that both APIs can tell."""
    boss = world.hire(mail="boss@contoso.example", first="Anne", full="Johanna Maria")
    who = world.hire(job(date(2021, 6, 7), end=date(2026, 6, 30)), mail="who@contoso.example", prefix="van den")
    who.info.append(
        Info(first="Given1", last="Married", partner="Vries", partner_prefix="de", usage=3, period=(2025, 7))
    )
    world.place(who, department="Support", function="Adviser", manager="boss@contoso.example")
    world.place(who, department="Sales", function="Lead", period=(2026, 4))
    for each in (boss, who):
        each.contracts.append(Contract(start=date(2020, 1, 1), hours=36.0, end=date(2027, 1, 31)))
        each.schedules.append(Schedule(start=date(2020, 1, 1), percentage=90.0))
    world.hire(type="external", gender=None)
    world.hire(job(date(2018, 1, 1), end=date(2024, 12, 31)), type="formerPayroll")
    world.hire(type="applicant")


ONLY_REST = {"employeeId", "departmentId", "functionId", "manager"}


async def test_both_apis_give_the_same_people_but_for_ids(world: World, soap: World) -> None:
    for each in (world, soap):
        furnish(each)
    asked: dict[str, Any] = {"fields": {"born": "birthDate", "phone": "businessPhone"}}
    old = {one.fields["surname"]: one for one in await soap.read(**asked) if isinstance(one, Person)}
    new = {one.fields["surname"]: one for one in await world.read(**asked) if isinstance(one, Person)}
    assert set(old) == set(new)
    assert len(old) == 4
    for name, one in old.items():
        other = new[name]
        assert {k: v for k, v in one.fields.items() if k not in ONLY_REST} == {
            k: v for k, v in other.fields.items() if k not in ONLY_REST
        }
        assert [(each.start, each.end) for each in one.contracts] == [
            (each.start, each.end) for each in other.contracts
        ]
        for mine, theirs in zip(one.contracts, other.contracts, strict=True):
            assert {k: v for k, v in mine.fields.items() if k not in ONLY_REST} == {
                k: v for k, v in theirs.fields.items() if k not in ONLY_REST
            }


async def test_ids_are_numbers_as_text_and_managers_point_to_them(soap: World) -> None:
    furnish(soap)
    found = {one.fields["surname"]: one for one in await soap.read() if isinstance(one, Person)}
    boss = next(one for one in soap.company.employees.values() if one.info[0].first == "Anne")
    assert found["Family0"].hr_id == str(boss.number)
    assert {one.fields["manager"] for one in found["Married"].contracts} == {str(boss.number)}
    assert found["Family2"].contracts[0].fields["manager"] is None
    assert "manager" not in found["Family3"].contracts[0].fields, "nobody asked for that of somebody who left"


async def test_a_company_comes_whole_and_managers_one_by_one(soap: World) -> None:
    soap.crowd(30)
    assert len(await soap.read()) == 30
    assert len(soap.wire_end.heard) == 15 + 30
    assert operations(soap).count("Manager_GetCurrent") == 30
    soap.wire_end.heard.clear()
    await soap.read(managers=False)
    assert len(soap.wire_end.heard) == 15


async def test_two_companies_are_asked_twice_who_works_there(soap: World) -> None:
    soap.crowd(1)
    soap.crowd(1, soap.second_company())
    assert len(await soap.read(managers=False)) == 2
    assert len(soap.wire_end.heard) == 3 + 2 * (12 + 6)


async def test_applicants_and_unwanted_externals_are_not_asked_for(soap: World) -> None:
    furnish(soap)
    assert len(await soap.read(externals=False)) == 3
    assert operations(soap).count("List_GetByCompany") == 3


async def test_no_operation_that_shows_the_number_of_the_state_is_called(soap: World) -> None:
    furnish(soap)
    await soap.read()
    assert "PersonalInfo_GetAll_AllEmployeesByCompany" not in operations(soap)


async def test_newer_names_of_items_are_read_alike(soap: World) -> None:
    furnish(soap)
    first = await soap.read()
    soap.faults.global_contracts = True
    assert await soap.read() == first


async def test_a_type_of_employee_nobody_knows_is_asked_about(soap: World) -> None:
    soap.hire()
    soap.faults.type_names = ("Applicant", "Verloond")
    with pytest.raises(Misconfigured, match="there is a type of employee 2 of an unknown name; say in employee_types"):
        await soap.read()
    assert len(await soap.read(employee_types={"2": "payroll"})) == 1


async def test_a_reading_may_be_previewed_for_nothing_is_written(soap: World) -> None:
    furnish(soap)
    assert len(await soap.read(writes_allowed=False)) == 4
    assert soap.meter.writes == 0


async def test_what_the_template_hides_is_absent_and_what_nobody_can_do_without_is_misconfigured(soap: World) -> None:
    soap.hire(mail="a@contoso.example")
    soap.nmbrs.hidden = {"EmailWork", "Prefix"}
    assert not {"email", "prefix"} & (await soap.one()).fields.keys()
    soap.nmbrs.hidden = {"EndDate"}
    with pytest.raises(Misconfigured, match="is not shown endDate of anybody in company 1"):
        await soap.read()
    soap.nmbrs.hidden = {"LastName"}
    with pytest.raises(Misconfigured, match="is not shown lastName of anybody"):
        await soap.read()


async def test_a_token_that_was_changed_in_the_vault_is_read_anew_once(soap: World) -> None:
    soap.hire()
    soap.soap_token = "an-old-one"

    def forget(name: str) -> None:
        soap.soap_token = SOAP_TOKEN

    async with soap.outside(soap.settings()) as outside:
        object.__setattr__(outside, "forget", forget)
        found = [one async for one in source(soap.settings(), outside).fetch()]
    assert len([one for one in found if isinstance(one, Person)]) == 1


async def test_another_token_that_is_not_accepted_either_is_tried_once(soap: World) -> None:
    soap.soap_token = "an-old-one"

    def forget(name: str) -> None:
        soap.soap_token = "wrong-as-well"

    async with soap.outside(soap.settings()) as outside:
        object.__setattr__(outside, "forget", forget)
        with pytest.raises(Misconfigured, match="the API user is not accepted; check secret:nmbrs-user"):
            _ = [one async for one in source(soap.settings(), outside).fetch()]
    assert len(soap.wire_end.heard) == 2


async def test_a_blocked_address_is_misconfigured(soap: World) -> None:
    soap.faults.blocked = True
    with pytest.raises(Misconfigured, match="answered 403; check soap_base in the settings, and ask Nmbrs whether"):
        await soap.read()


async def test_a_company_without_payroll_counts_in_months(soap: World) -> None:
    soap.company.period = None
    soap.place(soap.hire(), department="Support", period=(2026, 6))
    assert len((await soap.one()).contracts) == 1


async def test_names_that_the_template_hides_are_absent(soap: World) -> None:
    soap.hire()
    soap.nmbrs.hidden = {"FirstName", "Nickname", "Naamstelling", "StartYear"}
    assert not {"givenName", "nickName", "nameUsage"} & (await soap.one()).fields.keys()


async def test_a_token_that_is_not_accepted_is_misconfigured_and_named(soap: World) -> None:
    soap.soap_token = "wrong"
    with pytest.raises(Misconfigured, match="the API user is not accepted; check secret:nmbrs-user and secret:nmbrs-t"):
        await soap.read()
    assert soap.forgotten == ["secret:nmbrs-user", "secret:nmbrs-token"]
    assert len(soap.wire_end.heard) == 1


async def test_a_domain_of_another_environment_is_misconfigured(soap: World) -> None:
    with pytest.raises(
        Misconfigured, match="fault 2043: the domain in the settings is not that of the API user's environment"
    ):
        await soap.read(domain="fabrikam")


async def test_a_company_that_may_not_be_seen_stops_everything(soap: World) -> None:
    soap.hire()
    soap.nmbrs.barred.add(soap.company.id)
    with pytest.raises(Misconfigured, match="fault 2004: the API user does not see this company"):
        await soap.read()


async def test_an_environment_without_a_subscription_is_misconfigured(soap: World) -> None:
    soap.faults.disabled = True
    with pytest.raises(Misconfigured, match="fault 1004: the environment has no valid subscription"):
        await soap.read()


async def test_a_manager_of_somebody_who_left_meanwhile_is_absent(soap: World) -> None:
    furnish(soap)
    other = next(one for one in soap.company.employees.values() if one.type == "external")
    gone = False

    def leaves(path: str, number: int) -> None:
        nonlocal gone
        if not gone and "Manager_GetCurrent" in operations(soap):
            gone = True
            del soap.company.employees[other.id]

    soap.faults.between = leaves
    found = {one.hr_id: one for one in await soap.read()}[str(other.number)]
    assert isinstance(found, Person)
    assert "manager" not in found.contracts[0].fields


async def test_faults_that_end_are_lived_through(soap: World) -> None:
    soap.hire()
    soap.faults.failing, soap.faults.bad_gateway = 2, 1
    assert len(await soap.read()) == 1


async def test_failures_without_end_are_for_later(soap: World) -> None:
    soap.faults.bad_gateway = 99
    with pytest.raises(TryLater, match="answered 502"):
        await soap.read()


async def test_a_web_page_is_no_soap(soap: World) -> None:
    soap.faults.web_page = True
    with pytest.raises(Misconfigured, match="List_GetAll answered with something that is no SOAP; check soap_base"):
        await soap.read()


async def test_a_lost_answer_is_asked_for_again(soap: World) -> None:
    soap.hire()
    soap.wire_end.cut, soap.wire_end.cuts = httpx.ReadError("gone"), 2
    assert len(await soap.read()) == 1


@pytest.mark.parametrize("fault_at", ["token", "domain", "page", "barred"])
async def test_no_error_shows_a_secret_or_a_name(fault_at: str, soap: World) -> None:
    furnish(soap)
    settings: dict[str, Any] = {}
    if fault_at == "token":
        soap.soap_token = "wrong-s3cret"
    elif fault_at == "domain":
        settings["domain"] = "fabrikam"
    elif fault_at == "page":
        soap.faults.web_page = True
    else:
        soap.nmbrs.barred.add(soap.company.id)
    with pytest.raises((TryLater, Misconfigured)) as raised:
        await soap.read(**settings)
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert not [value for value in (SOAP_TOKEN, SOAP_USER, "wrong-s3cret", "Anne", "boss@") if value in told]


async def test_constructing_does_no_io_and_shows_nothing(soap: World) -> None:
    async with soap.outside(soap.settings()) as outside:
        reader = source(soap.settings(), outside)
        told = repr(reader) + repr(vars(vars(reader)["_api"]))
    assert soap.wire_end.heard == []
    assert SOAP_TOKEN not in told + repr(Caller(SOAP_USER, SOAP_TOKEN, "contoso"))


class TestTheSimulatorIsStrict:
    """Verified: what T4E and SDKs made from the WSDL send and were answered."""

    CALL = Call("EmployeeService", "List_GetByCompany", {"CompanyId": 1, "EmployeeType": 2})
    WHO = Caller(SOAP_USER, SOAP_TOKEN, "contoso")

    async def send(self, world: World, call: Call, body: bytes | None = None, **headers: str) -> httpx.Response:
        sent = {"content-type": "text/xml; charset=utf-8", "SOAPAction": call.action, **headers}
        async with httpx.AsyncClient(transport=world.wire_end, base_url=BASE) as http:
            return await http.post(call.path, content=body or call.envelope(self.WHO), headers=sent)

    async def test_without_an_action_an_envelope_of_1_1_is_refused(self, soap: World) -> None:
        answer = await self.send(soap, self.CALL, SOAPAction="")
        assert answer.status_code == 500
        assert "without a valid action parameter" in answer.text
        assert isinstance(fault("Nmbrs", parsed("Nmbrs", answer.content)), Misconfigured)

    async def test_an_envelope_of_1_2_needs_none_and_is_answered_as_1_2(self, soap: World) -> None:
        company = soap.company.soap_id
        call = Call("EmployeeService", "List_GetByCompany", {"CompanyId": company, "EmployeeType": 2})
        body = call.envelope(self.WHO).replace(
            b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"
        )
        answer = await self.send(soap, call, body, SOAPAction="")
        assert answer.status_code == 200
        assert result("Nmbrs", call, parsed("Nmbrs", answer.content)) is not None
        refused = await self.send(soap, call, body.replace(b"<Domain>contoso", b"<Domain>fabrikam"), SOAPAction="")
        assert "Reason" in refused.text
        assert isinstance(fault("Nmbrs", parsed("Nmbrs", refused.content)), Misconfigured)

    async def test_a_parameter_in_another_case_is_company_0(self, soap: World) -> None:
        company = soap.company.soap_id
        for name, status in (("CompanyId", 200), ("CompanyID", 500), ("companyid", 500)):
            call = Call("EmployeeService", "List_GetByCompany", {name: company, "EmployeeType": 2})
            assert (await self.send(soap, call)).status_code == status
        whole = Call("EmployeeService", "Employment_GetAll_AllEmployeesByCompany", {"CompanyId": company})
        assert " 2004: " in (await self.send(soap, whole)).text

    async def test_the_header_stands_in_the_namespace_of_the_service(self, soap: World) -> None:
        body = self.CALL.envelope(self.WHO).replace(
            b'AuthHeaderWithDomain xmlns="https://api.nmbrs.nl/soap/v3/EmployeeService"',
            b'AuthHeaderWithDomain xmlns="https://api.nmbrs.nl/soap/v3/DebtorService"',
        )
        answer = await self.send(soap, self.CALL, body)
        assert " 1001: " in answer.text
        assert isinstance(fault("Nmbrs", parsed("Nmbrs", answer.content)), NotAccepted)

    async def test_a_document_that_asks_for_entities_is_refused(self, soap: World) -> None:
        body = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
        assert (await self.send(soap, self.CALL, body)).status_code == 500


class TestAnswers:
    CALL = Call("EmployeeService", "List_GetByCompany", {})

    @pytest.mark.parametrize(
        "body",
        [
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
            b"<!DOCTYPE html><html></html>",
            b"<html><body>Sign in",
            b"Service is being upgraded",
            b"",
        ],
    )
    def test_what_is_no_soap_or_does_more_than_a_document_may_is_misconfigured(self, body: bytes) -> None:
        with pytest.raises(Misconfigured, match="something that is no SOAP"):
            parsed("Nmbrs: X", body)

    def test_half_a_document_is_for_later(self) -> None:
        with pytest.raises(TryLater, match="cut off or broken"):
            parsed("Nmbrs: X", b'<?xml version="1.0"?><soap:Envelope xmlns:soap="urn:a"><soap:Body>')

    def test_an_answer_to_another_question_is_misconfigured(self) -> None:
        document = parsed("Nmbrs: X", b"<Envelope><Body><OtherResponse/></Body></Envelope>")
        with pytest.raises(Misconfigured, match="answered without a List_GetByCompanyResponse"):
            result("Nmbrs: X", self.CALL, document)

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("x ---> 1001: no", NotAccepted),
            ("x ---> 1006: no", NotAccepted),
            ("x ---> Invalid combination email/password", NotAccepted),
            ("x ---> 1002: no", Misconfigured),
            ("x ---> 2003: no", Refused),
            ("x ---> 2004: no", Misconfigured),
            ("x ---> 2011: no", Misconfigured),
            ("x ---> 9999: no", TryLater),
            ("x ---> 7777: no", TryLater),
            ("deadlock", TryLater),
        ],
    )
    def test_a_fault_is_named_by_what_to_do_next_and_never_quoted(self, text: str, kind: type) -> None:
        body = f"<Envelope><Body><Fault><faultstring>Jan {text}</faultstring></Fault></Body></Envelope>"
        found = fault("Nmbrs: X", parsed("Nmbrs: X", body.encode()))
        assert isinstance(found, kind)
        assert "Jan" not in str(found)

    def test_values_are_escaped_in_an_envelope(self) -> None:
        body = self.CALL.envelope(Caller("a<b", 'c&"d"', "e")).decode()
        assert "a&lt;b" in body
        assert 'c&amp;"d"' in body
