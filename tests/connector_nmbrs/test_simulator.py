"""The simulated Nmbrs answers as the vendor's OpenAPI says, and refuses as it does.

The vendor's «Nmbrs Public REST API» is looked for beside the project, or where the environment variable NMBRS_OPENAPI
says; the package nmbrs-rest-api of PyPI holds it (`nmbrs_rest/_spec/nmbrs-openapi.yaml`).
"""

import os
import re
from collections.abc import AsyncIterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
from ruamel.yaml import YAML, SafeConstructor

from connectors.nmbrs.signin import sign_in
from local.nmbrs import Contract, Cost, Extra, Leave, Placed, Schedule
from tests.connector_nmbrs.nmbrs_world import BASE, CLIENT, KEY, SECRET, World, job

SPECS = Path(__file__).resolve().parents[2] / ".." / "shared" / "specs" / "nmbrs"
SPEC = Path(os.environ.get("NMBRS_OPENAPI") or SPECS / "nmbrs-openapi.yaml")
LISTS = (
    *("", "/personalinfo", "/employments", "/contracts", "/schedules", "/departments", "/functions", "/managers"),
    *("/costcenters", "/parentalleave", "/extraFields"),
)


class AsWritten(SafeConstructor):
    """Keeps dates as the text they are on the wire."""


AsWritten.add_constructor("tag:yaml.org,2002:timestamp", AsWritten.construct_yaml_str)


@cache
def document() -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = AsWritten
    return yaml.load(SPEC.read_text(encoding="utf-8"))


def validator(path: str, status: int) -> OAS30Validator:
    """For the answers of `GET path`."""
    if not SPEC.is_file():
        pytest.skip("the vendor's OpenAPI is not beside this project")
    answer = document()["paths"][path]["get"]["responses"][str(status)]
    if "$ref" in answer:
        answer = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema = answer["content"]["application/json"]["schema"]
    registry = Registry().with_resource("urn:nmbrs", Resource.from_contents(document(), DRAFT4))
    return OAS30Validator(rooted(schema), registry=registry, format_checker=oas30_format_checker)


def rooted(schema: Any) -> Any:
    """The schema with its references into the document."""
    if isinstance(schema, dict):
        return {key: f"urn:nmbrs{value}" if key == "$ref" else rooted(value) for key, value in schema.items()}
    return [rooted(one) for one in schema] if isinstance(schema, list) else schema


@pytest.fixture
async def headers(world: World) -> dict[str, str]:
    """A token for everything that may be asked for."""
    oauth = sign_in(world.settings(department_managers=True, cost_centers=True, leave=["1"]))
    assert oauth is not None
    async with world.outside(world.settings(department_managers=True, cost_centers=True, leave=["1"])) as outside:
        access = await outside.token("")
    world.wire_end.heard.clear()
    return {"Authorization": f"Bearer {access}", "X-Subscription-Key": KEY}


@pytest.fixture
async def http(world: World, headers: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=world.wire_end, base_url=BASE, headers=headers) as client:
        yield client


@pytest.fixture
def full(world: World) -> World:
    """Somebody with everything, and somebody with nothing."""
    who = world.hire(
        job(date(2021, 6, 7), end=date(2026, 6, 30), reason="Ontslag"), mail="a@contoso.example", partner="Vries"
    )
    world.place(who, department="Sales", function="Adviser", manager="boss@contoso.example")
    unit = world.nmbrs.department(world.debtor, "Sales")
    unit.managers.append(world.nmbrs.manager(world.debtor, "boss@contoso.example").id)
    who.contracts += [
        Contract(start=date(2021, 6, 7)),
        Contract(start=date(2025, 1, 1), end=date(2026, 6, 30), hours=None),
    ]
    who.schedules += [Schedule(start=date(2021, 6, 7)), Schedule(start=date(2025, 1, 1), hours=None)]
    who.departments.append(Placed(id=unit.id, period=None))
    who.costs.append(Cost(code="K1", name="Sales"))
    who.leaves.append(Leave(start=date(2026, 4, 1)))
    who.extras.append(Extra(name="Badge", value="7", start=date(2026, 1, 1)))
    world.hire(job(), type="external", gender=None, birth=None)
    return world


class TestAnswersFollowTheVendorsOpenApi:
    @pytest.mark.parametrize("path", LISTS)
    async def test_lists_of_a_company(self, path: str, full: World, http: httpx.AsyncClient) -> None:
        answer = await http.get(f"/api/companies/{full.company.id}/employees{path}")
        assert answer.json()["data"]
        validator(f"/api/companies/{{companyId}}/employees{path}", 200).validate(answer.json())

    async def test_debtors_companies_periods_and_departments(self, full: World, http: httpx.AsyncClient) -> None:
        debtor, company = full.debtor.id, full.company.id
        for path, template in (
            ("/api/debtors", "/api/debtors"),
            ("/api/companies", "/api/companies"),
            (f"/api/debtors/{debtor}/companies", "/api/debtors/{debtorId}/companies"),
            (f"/api/debtors/{debtor}/departments", "/api/debtors/{debtorId}/departments"),
            (f"/api/companies/{company}/period", "/api/companies/{companyId}/period"),
        ):
            answer = await http.get(path)
            assert len(answer.json()["data"]) == 1
            validator(template, 200).validate(answer.json())

    async def test_refusals(self, full: World, http: httpx.AsyncClient) -> None:
        company = full.company.id
        asked = [
            (400, f"/api/companies/{company}/employees?pageSize=101"),
            (403, f"/api/companies/{full.debtor.id}/employees"),
        ]
        for status, path in asked:
            answer = await http.get(path)
            assert answer.status_code == status
            validator("/api/companies/{companyId}/employees", status).validate(answer.json())
        full.faults.throttled = 1
        validator("/api/companies", 429).validate((await http.get("/api/companies")).json())
        full.faults.failing = 1
        validator("/api/companies", 500).validate((await http.get("/api/companies")).json())


class TestSigningIn:
    async def test_the_subscription_key_is_looked_at_before_anything(self, http: httpx.AsyncClient) -> None:
        for key, why in ((None, "missing subscription key"), ("wrong", "invalid subscription key")):
            headers = {"X-Subscription-Key": key} if key else {}
            async with httpx.AsyncClient(transport=http._transport, base_url=BASE) as client:
                answer = await client.get("/api/debtors", headers=headers)
            assert answer.status_code == 401
            assert why in answer.json()["message"]

    @pytest.mark.parametrize(("sent", "code"), [("", 40101), ("Bearer ", 40101), ("Bearer nobodys", 40102)])
    async def test_a_missing_or_wrong_token(self, sent: str, code: int, http: httpx.AsyncClient) -> None:
        answer = await http.get("/api/debtors", headers={"Authorization": sent})
        assert (answer.status_code, answer.json()["code"]) == (401, code)

    async def test_a_token_that_ended(self, world: World, http: httpx.AsyncClient) -> None:
        world.nmbrs.authority.end_accesses()
        assert (await http.get("/api/debtors")).json()["code"] == 40102

    async def test_scopes_are_those_of_the_vendor_though_their_names_mislead(
        self, full: World, http: httpx.AsyncClient
    ) -> None:
        """`GET /api/debtors` needs company.info, an employee's departments employee.info."""
        for family, _ in full.nmbrs.authority.accesses.values():
            family.scopes = ("debtor.info.read", "employee.orgstructure.read")
        assert (await http.get("/api/debtors")).status_code == 403
        employees = f"/api/companies/{full.company.id}/employees"
        assert (await http.get(f"{employees}/departments")).status_code == 403
        assert (await http.get(f"/api/debtors/{full.debtor.id}/departments")).status_code == 200

    async def test_a_write_scope_opens_what_its_read_opens(self, full: World, http: httpx.AsyncClient) -> None:
        for family, _ in full.nmbrs.authority.accesses.values():
            family.scopes = ("company.info",)
        assert (await http.get("/api/debtors")).status_code == 200

    @pytest.mark.parametrize("secret", [SECRET, quote_plus(SECRET)])
    async def test_a_secret_that_is_not_percent_encoded_is_another_one(self, secret: str, world: World) -> None:
        """And client credentials are not for this API."""
        form = {"grant_type": "client_credentials"}
        async with httpx.AsyncClient(transport=world.wire_end) as client:
            answer = await client.post("https://x.test/connect/token", data=form, auth=(CLIENT, secret))
        assert answer.status_code == 400
        assert answer.json()["error"] == ("invalid_client" if secret == SECRET else "unauthorized_client")


class TestPaging:
    async def test_twenty_to_a_page_when_nothing_is_said(self, world: World, http: httpx.AsyncClient) -> None:
        world.crowd(21)
        answer = (await http.get(f"/api/companies/{world.company.id}/employees")).json()
        assert len(answer["data"]) == 20
        told = answer["pagination"]
        assert (told["totalPages"], told["totalRecords"], told["pageSize"]) == (2, 21, 20)
        assert re.fullmatch(r"https://api\.nmbrsapp\.com/api/companies/.+/employees\?.*pageNumber=2", told["nextPage"])

    @pytest.mark.parametrize("query", ["pageSize=101", "pageSize=0", "pageSize=x", "pageNumber=0", "pageNumber=-1"])
    async def test_a_page_that_cannot_be_is_refused_and_named(self, query: str, http: httpx.AsyncClient) -> None:
        answer = await http.get(f"/api/debtors?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, 40033)
        assert answer.json()["invalid-params"][0]["name"] == query.partition("=")[0]

    async def test_a_page_behind_the_last_is_empty(self, http: httpx.AsyncClient) -> None:
        answer = await http.get("/api/debtors?pageNumber=9")
        assert (answer.status_code, answer.json()["data"]) == (200, [])


class TestPeculiarities:
    async def test_companies_of_several_debtors_are_not_listed_at_once(
        self, world: World, http: httpx.AsyncClient
    ) -> None:
        world.nmbrs.debtor("Fabrikam")
        answer = await http.get("/api/companies")
        assert (answer.status_code, answer.json()["code"]) == (403, 40306)

    async def test_an_unknown_employee_is_an_empty_list_and_an_unknown_company_is_refused(
        self, full: World, http: httpx.AsyncClient
    ) -> None:
        path = f"/api/companies/{full.company.id}/employees?employeeId={full.debtor.id}"
        assert (await http.get(path)).json()["data"] == []
        answer = await http.get(f"/api/companies/{full.debtor.id}/employees")
        assert (answer.status_code, answer.json()["code"]) == (403, 40303)

    async def test_types_are_filtered_and_an_unknown_one_is_refused(self, full: World, http: httpx.AsyncClient) -> None:
        path = f"/api/companies/{full.company.id}/employees?employeeType="
        assert len((await http.get(f"{path}external,applicant")).json()["data"]) == 1
        assert (await http.get(f"{path}boss")).json()["invalid-params"][0]["name"] == "employeeType"

    async def test_histories_hold_the_newest_first_and_nobody_without_any(
        self, full: World, http: httpx.AsyncClient
    ) -> None:
        (row,) = (await http.get(f"/api/companies/{full.company.id}/employees/contracts")).json()["data"]
        assert [one["startDate"][:10] for one in row["contracts"]] == ["2025-01-01", "2021-06-07"]

    async def test_what_the_template_hides_is_left_out(self, full: World, http: httpx.AsyncClient) -> None:
        full.nmbrs.hidden = {"businessEmail"}
        rows = (await http.get(f"/api/companies/{full.company.id}/employees/personalinfo")).json()["data"]
        assert not [one for row in rows for one in row["info"] if "businessEmail" in one["contactInfo"]]

    async def test_more_than_it_lets_through_is_throttled(self, world: World, http: httpx.AsyncClient) -> None:
        statuses = [(await http.get("/api/debtors")).status_code for _ in range(40)]
        assert 429 in statuses
        await world.time.sleep(10)
        assert (await http.get("/api/debtors")).status_code == 200
