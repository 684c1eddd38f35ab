"""The simulated Personio answers as the vendor's specifications and examples say, faults included."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from ruamel.yaml import YAML, SafeConstructor

from connectors.personio import source
from connectors.personio import v1 as api1
from connectors.personio import v2 as api2
from local.personio import Credential, personio_app
from shared.model import Person, Rejected
from shared.wire import Meter, open_http
from tests.connector_personio.personio_world import BASE, CLIENT, SECRET, World, custom, job, people

KEYS = {"client_id": CLIENT, "client_secret": SECRET}
FORM = {"grant_type": "client_credentials", **KEYS}


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=world.wire_end, base_url=BASE) as client:
        yield client


@pytest.fixture
def full(world: World) -> World:
    world.hire(1)
    extras = {
        "dynamic_1": custom("Colour", "Red", universal_id="color"),
        "dynamic_2": custom("Count", 5, type="integer"),
    }
    shares = (("Sales", 100.0),)
    leaving = {"termination_date": date(2026, 9, 30), "last_working_day": date(2026, 9, 11)}
    world.hire(2, job(supervisor=1, team="Blue", cost_centers=shares, **leaving), custom=extras, email="a@example.test")
    return world


async def token(http: httpx.AsyncClient, api: str) -> dict[str, str]:
    if api == "v1":
        answer = (await http.post("/v1/auth", json=KEYS)).json()["data"]["token"]
    else:
        answer = (await http.post("/v2/auth/token", data=FORM)).json()["access_token"]
    return {"Authorization": f"Bearer {answer}"}


class AsWritten(SafeConstructor):
    """Keeps dates as the text they are on the wire."""


AsWritten.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: str(node.value))


@cache
def loaded(file: Path) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = AsWritten
    return yaml.load(file.read_text())


def schema(specs: Path, file: str, name: str) -> OAS30Validator:
    document = loaded(specs / file)
    registry = Registry().with_resource("urn:spec", Resource.opaque(document))
    return OAS30Validator({"$ref": f"urn:spec#/components/schemas/{name}"}, registry=registry)


def shape(value: Any) -> Any:
    """Names and kinds of values, without the values; null fits everything, so it says nothing."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


class TestAgainstTheSpecifications:
    @pytest.mark.parametrize("world", ["v1"], indirect=True)
    async def test_v1_sign_in(self, world: World, http: httpx.AsyncClient, specs: Path) -> None:
        answer = (await http.post("/v1/auth", json=KEYS)).json()
        schema(specs, "personio-auth-api.yaml", "AuthenticationTokenResponse").validate(answer)

    @pytest.mark.parametrize("world", ["v1"], indirect=True)
    async def test_v1_employees(self, full: World, http: httpx.AsyncClient, specs: Path) -> None:
        """The schema knows no null and calls `data` both a list and an object, so parts of it are used."""
        answer = (await http.get("/v1/company/employees", headers=await token(http, "v1"))).json()
        employee = schema(specs, "personio-personnel-data-api-oa3.yaml", "Employee")
        for row in answer["data"]:
            assert row["type"] == "Employee"
            given = {key: one for key, one in row["attributes"].items() if one["value"] is not None}
            employee.validate(given)
        document = loaded(specs / "personio-personnel-data-api-oa3.yaml")
        official = document["paths"]["/company/employees"]["get"]["responses"]["200"]["content"]["application/json"]
        example = official["examples"]["response"]["value"]
        assert answer.keys() == example.keys()
        assert answer["metadata"].keys() == example["metadata"].keys()
        known = example["data"][0]["attributes"]
        for key, one in answer["data"][1]["attributes"].items():
            if not key.startswith("dynamic_"):
                assert {k: v for k, v in one.items() if k in {"type", "universal_id"}} == {
                    k: v for k, v in known[key].items() if k in {"type", "universal_id"}
                }, key
                if one["value"] is not None and known[key]["value"] is not None:
                    assert shape(one["value"]) == shape(known[key]["value"]), key

    @pytest.mark.parametrize("world", ["v1"], indirect=True)
    async def test_v1_errors(self, http: httpx.AsyncClient, specs: Path) -> None:
        validator = schema(specs, "personio-personnel-data-api-oa3.yaml", "ErrorResponse")
        signed = await token(http, "v1")
        for path in ("/v1/company/employees/99", "/v1/company/employees?limit=101"):
            answer = (await http.get(path, headers=signed)).json()
            validator.validate(answer)
            assert answer["success"] is False

    @pytest.mark.parametrize("world", ["v2"], indirect=True)
    async def test_v2_persons_and_employments(self, full: World, http: httpx.AsyncClient, specs: Path) -> None:
        examples = json.loads((specs / "v2_official_examples.json").read_text())
        signed = await token(http, "v2")
        persons = (await http.get("/v2/persons?limit=1", headers=signed)).json()
        assert persons.keys() == examples["GET /v2/persons (multi page)"].keys()
        assert shape(persons["_meta"]) == shape(examples["GET /v2/persons (multi page)"]["_meta"])
        person = (await http.get("/v2/persons/2", headers=signed)).json()
        example = examples["GET /v2/persons/{id}"]
        assert person.keys() == example.keys()
        for key in example.keys() - {"custom_attributes", "preferred_name"}:
            assert shape(person[key]) == shape(example[key]), key
        assert person["custom_attributes"][0].keys() - {"label"} == example["custom_attributes"][0].keys()
        (employment,) = (await http.get("/v2/persons/2/employments", headers=signed)).json()["_data"]
        official = examples["GET /v2/persons/{person_id}/employments/{id}"]
        assert employment.keys() == official.keys() - {"job", "sub_company"}
        assert employment["termination"].keys() == official["termination"].keys()
        for key in ("position", "supervisor", "office", "legal_entity", "org_units", "cost_centers", "person"):
            assert shape(employment[key]) == shape(official[key]), key
        assert employment["status"] in examples["enums"]["employment.status"]
        assert employment["type"] in examples["enums"]["employment.type"]

    @pytest.mark.parametrize("world", ["v2"], indirect=True)
    @pytest.mark.parametrize(
        ("path", "example"),
        [
            ("/v2/persons?status.like=A", "400 wrong filter operator"),
            ("/v2/persons?cursor=nonsense", "400 wrong filter value"),
            ("/v2/persons/99", "404"),
            ("/v2/org-units/1?type=team", "404"),
        ],
    )
    async def test_v2_errors(self, path: str, example: str, http: httpx.AsyncClient, specs: Path) -> None:
        expected = json.loads((specs / "v2_official_examples.json").read_text())[example]
        answer = await http.get(path, headers=await token(http, "v2"))
        assert str(answer.status_code) == example[:3] if example[0].isdigit() else True
        (error,) = answer.json()["errors"]
        assert {key: error[key] for key in ("title", "detail", "type")} == expected["errors"][0]
        schema(specs, "common-components-v2.json", "ErrorResponse").validate(answer.json())

    @pytest.mark.parametrize("world", ["v2"], indirect=True)
    @pytest.mark.parametrize(
        ("sent", "example"),
        [
            ({"json": FORM}, "content type"),
            ({"data": {**FORM, "client_secret": "wrong"}}, "bad secret"),
            ({"data": KEYS}, "missing"),
        ],
    )
    async def test_v2_sign_in_errors(self, sent: Any, example: str, http: httpx.AsyncClient, specs: Path) -> None:
        expected = json.loads((specs / "v2_official_examples.json").read_text())[f"POST /v2/auth/token 400 {example}"]
        answer = await http.post("/v2/auth/token", **sent)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        fixed = {"error", "error_description", "error_uri", "meta"} & expected.keys()
        assert {key: answer.json()[key] for key in fixed} == {key: expected[key] for key in fixed}

    def test_the_v1_example_is_read(self, specs: Path) -> None:
        document = loaded(specs / "personio-personnel-data-api-oa3.yaml")
        official = document["paths"]["/company/employees"]["get"]["responses"]["200"]["content"]["application/json"]
        for row in official["examples"]["response"]["value"]["data"]:
            found = api1.person(row, {"iban": "dynamic_21827", "jubilee": "dynamic_33400"})
            assert isinstance(found, Person)
            assert found.contracts[0].start == date(2014, 11, 9)
            assert found.contracts[0].fields["hours"] == 40.0
            assert "iban" not in found.fields
            if "dynamic_33400" in row["attributes"]:
                assert found.fields["jubilee"] == "2021-01-01"

    def test_the_v2_example_contradicts_itself_and_is_rejected(self, specs: Path) -> None:
        examples = json.loads((specs / "v2_official_examples.json").read_text())
        person = examples["GET /v2/persons/{id}"]
        employment = examples["GET /v2/persons/{person_id}/employments/{id}"]
        found = api2.person(person, [employment], {})
        assert isinstance(found, Rejected)
        assert "leaves before the first day" in found.because
        del employment["termination"]
        again = api2.person(person, [employment], {}, {"favourite": "dynamic_305", "money": "dynamic_306"})
        assert isinstance(again, Person)
        assert again.fields["favourite"] == "Red"
        assert "money" not in again.fields


@pytest.mark.parametrize("world", ["v1"], indirect=True)
class TestV1:
    async def test_sign_in_takes_json_a_form_or_a_query_and_the_token_is_stable(self, http: httpx.AsyncClient) -> None:
        answers = [
            await http.post("/v1/auth", json=KEYS),
            await http.post("/v1/auth", data=KEYS),
            await http.post("/v1/auth", params=KEYS),
        ]
        assert len({answer.json()["data"]["token"] for answer in answers}) == 1

    async def test_a_token_lives_a_day(self, world: World, http: httpx.AsyncClient) -> None:
        signed = await token(http, "v1")
        world.time.now += timedelta(hours=24)
        assert (await http.get("/v1/company/employees", headers=signed)).status_code == 401
        assert await token(http, "v1") != signed

    async def test_a_wrong_secret_or_a_body_of_another_shape_is_refused(self, http: httpx.AsyncClient) -> None:
        assert (await http.post("/v1/auth", json={**KEYS, "client_secret": "no"})).status_code == 403
        assert (await http.post("/v1/auth", json=[])).status_code == 403

    async def test_sixty_sign_ins_a_minute_and_then_a_minute_of_rest(
        self, world: World, http: httpx.AsyncClient
    ) -> None:
        statuses = [(await http.post("/v1/auth", json=KEYS)).status_code for _ in range(61)]
        assert statuses == [200] * 60 + [429]
        world.time.now += timedelta(seconds=59)
        assert (await http.post("/v1/auth", json=KEYS)).status_code == 429
        world.time.now += timedelta(seconds=1)
        assert (await http.post("/v1/auth", json=KEYS)).status_code == 200

    async def test_the_token_is_echoed_unless_it_is_not(self, world: World, http: httpx.AsyncClient) -> None:
        signed = await token(http, "v1")
        assert (await http.get("/v1/company/employees", headers=signed)).headers["x-from"] == "simulator"
        async with httpx.AsyncClient(transport=httpx.ASGITransport(personio_app(world.company)), base_url=BASE) as raw:
            echoed = await raw.get("/v1/company/employees", headers=signed)
        assert echoed.headers["authorization"] == signed["Authorization"]
        world.faults.no_echo = True
        world.crowd(1)
        assert len(await world.read()) == 1

    @pytest.mark.parametrize(("limit", "status"), [("1", 200), ("100", 200), ("101", 400), ("0", 400), ("x", 400)])
    async def test_a_page_has_at_most_a_hundred(self, limit: str, status: int, http: httpx.AsyncClient) -> None:
        signed = await token(http, "v1")
        answer = await http.get(f"/v1/company/employees?limit={limit}", headers=signed)
        assert answer.status_code == status
        assert (await http.get("/v1/company/employees?offset=x", headers=signed)).status_code == 400

    async def test_a_page_has_fifty_when_nobody_says(self, world: World, http: httpx.AsyncClient) -> None:
        world.crowd(60)
        answer = (await http.get("/v1/company/employees", headers=await token(http, "v1"))).json()
        assert (len(answer["data"]), answer["metadata"]["total_elements"]) == (50, 60)

    async def test_updated_since_ignores_the_page(self, world: World, http: httpx.AsyncClient) -> None:
        world.crowd(60)
        world.company.employees[1].updated_at -= timedelta(days=9)
        signed = await token(http, "v1")
        since = (world.time.now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
        query = {"updated_since": since, "limit": 5, "offset": 50, "email": "nobody@example.test"}
        assert len((await http.get("/v1/company/employees", params=query, headers=signed)).json()["data"]) == 59
        assert (await http.get("/v1/company/employees?updated_since=x", headers=signed)).status_code == 400

    async def test_filters_and_projection(self, full: World, http: httpx.AsyncClient) -> None:
        signed = await token(http, "v1")
        query = {"email": "a@example.test", "attributes[]": ["first_name", "email"]}
        (row,) = (await http.get("/v1/company/employees", params=query, headers=signed)).json()["data"]
        assert row["attributes"].keys() == {"id", "first_name", "email"}

    async def test_only_ticked_attributes_are_sent_and_listed(self, full: World, http: httpx.AsyncClient) -> None:
        full.credential.attributes = frozenset({"first_name", "dynamic_1"})
        signed = await token(http, "v1")
        row = (await http.get("/v1/company/employees/2", headers=signed)).json()["data"]
        assert row["attributes"].keys() == {"id", "first_name", "dynamic_1"}
        listed = (await http.get("/v1/company/employees/attributes", headers=signed)).json()["data"]
        assert {one["key"] for one in listed} == {"id", "first_name", "dynamic_1"}

    async def test_more_than_fifteen_at_once_are_throttled_without_retry_after(
        self, world: World, http: httpx.AsyncClient
    ) -> None:
        signed = await token(http, "v1")
        answers = [await http.get("/v1/company/employees", headers=signed) for _ in range(16)]
        assert [answer.status_code for answer in answers] == [200] * 15 + [429]
        assert "retry-after" not in answers[-1].headers
        world.time.now += timedelta(seconds=1)
        assert (await http.get("/v1/company/employees", headers=signed)).status_code == 200

    async def test_without_the_scope_nothing_is_shown(self, world: World, http: httpx.AsyncClient) -> None:
        world.credential.scopes = frozenset()
        signed = await token(http, "v1")
        for path in ("", "/1", "/attributes"):
            assert (await http.get(f"/v1/company/employees{path}", headers=signed)).status_code == 403


@pytest.mark.parametrize("world", ["v2"], indirect=True)
class TestV2:
    async def test_every_sign_in_gives_another_token(self, http: httpx.AsyncClient) -> None:
        answers = [(await http.post("/v2/auth/token", data=FORM)).json() for _ in range(2)]
        assert answers[0]["access_token"] != answers[1]["access_token"]
        assert all(answer["access_token"].startswith("papi-") for answer in answers)
        assert answers[0].keys() == {"access_token", "expires_in", "token_type", "scope"}

    async def test_another_grant_is_refused(self, http: httpx.AsyncClient) -> None:
        answer = await http.post("/v2/auth/token", data={**FORM, "grant_type": "password"})
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")

    async def test_sign_in_is_throttled(self, http: httpx.AsyncClient) -> None:
        statuses = [(await http.post("/v2/auth/token", data=FORM)).status_code for _ in range(151)]
        assert statuses == [200] * 150 + [429]

    async def test_a_token_ends_and_can_be_revoked(self, world: World, http: httpx.AsyncClient) -> None:
        signed = await token(http, "v2")
        await http.post("/v2/auth/revoke", data={"token": signed["Authorization"].removeprefix("Bearer ")})
        assert (await http.get("/v2/persons", headers=signed)).status_code == 401
        signed = await token(http, "v2")
        world.time.now += timedelta(hours=24)
        assert (await http.get("/v2/persons", headers=signed)).status_code == 401

    @pytest.mark.parametrize("limit", ["0", "51", "x"])
    async def test_a_page_has_one_to_fifty(self, limit: str, http: httpx.AsyncClient) -> None:
        answer = await http.get(f"/v2/persons?limit={limit}", headers=await token(http, "v2"))
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        assert answer.json()["errors"][0]["detail"] == "Provided value for limit is not valid"

    async def test_a_next_link_is_absolute_and_holds_the_cursor_only(
        self, world: World, http: httpx.AsyncClient
    ) -> None:
        world.crowd(11)
        signed = await token(http, "v2")
        first = (await http.get("/v2/persons", headers=signed)).json()
        link = httpx.URL(first["_meta"]["links"]["next"]["href"])
        assert (link.host, link.path, list(link.params)) == ("api.personio.de", "/v2/persons", ["cursor"])
        second = (await http.get("/v2/persons", params=link.params, headers=signed)).json()
        assert (len(first["_data"]), len(second["_data"])) == (10, 1)
        assert "next" not in second["_meta"]["links"]

    async def test_a_cursor_of_another_list_is_refused(self, world: World, http: httpx.AsyncClient) -> None:
        world.crowd(11)
        signed = await token(http, "v2")
        first = (await http.get("/v2/persons", headers=signed)).json()
        cursor = httpx.URL(first["_meta"]["links"]["next"]["href"]).params["cursor"]
        answer = await http.get("/v2/persons/1/employments", params={"cursor": cursor}, headers=signed)
        assert answer.status_code == 400

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("id=1,2", ["1", "2"]),
            ("email=a@example.test", ["2"]),
            ("first_name=Given1", ["1"]),
            ("status=INACTIVE", []),
            ("updated_at.gt=2026-03-01T00:00:00Z", ["1", "2"]),
            ("updated_at.lt=2026-03-01", []),
        ],
    )
    async def test_filters(self, query: str, ids: list[str], full: World, http: httpx.AsyncClient) -> None:
        answer = (await http.get(f"/v2/persons?{query}", headers=await token(http, "v2"))).json()
        assert [one["id"] for one in answer["_data"]] == ids

    async def test_a_moment_that_is_none_is_refused(self, full: World, http: httpx.AsyncClient) -> None:
        answer = await http.get("/v2/persons?updated_at.gt=yesterday", headers=await token(http, "v2"))
        assert answer.status_code == 400

    async def test_a_person_that_is_not_shared_has_only_an_id_and_employments(
        self, full: World, http: httpx.AsyncClient
    ) -> None:
        full.credential.attributes = frozenset()
        (person, _) = (await http.get("/v2/persons", headers=await token(http, "v2"))).json()["_data"]
        assert person.keys() == {"id", "employments", "_meta"}

    async def test_the_bucket_of_an_endpoint_runs_dry_without_retry_after(
        self, world: World, http: httpx.AsyncClient
    ) -> None:
        signed = await token(http, "v2")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(personio_app(world.company)), base_url=BASE) as raw:
            answers = [await raw.get("/v2/persons", headers=signed) for _ in range(101)]
            other = await raw.get("/v2/org-units/1?type=team", headers=signed)
        assert [answer.status_code for answer in answers] == [200] * 100 + [429]
        assert answers[0].headers["x-ratelimit-replenish-rate"] == "30"
        assert answers[0].headers["x-ratelimit-burst-capacity"] == "100"
        assert answers[0].headers["x-ratelimit-requested-tokens"] == "1"
        assert [answers[n].headers["x-ratelimit-remaining"] for n in (0, 99, 100)] == ["99", "0", "0"]
        assert "retry-after" not in answers[-1].headers
        assert other.status_code == 404

    async def test_a_missing_scope_is_a_403_or_a_401(self, world: World, http: httpx.AsyncClient) -> None:
        world.credential.scopes = frozenset()
        signed = await token(http, "v2")
        for path in ("persons", "persons/1", "persons/1/employments", "org-units/1?type=team", "workplaces"):
            assert (await http.get(f"/v2/{path}", headers=signed)).status_code == 403
        world.faults.unauthorized_for_scope = True
        assert (await http.get("/v2/persons", headers=signed)).status_code == 401

    async def test_units_have_names(self, full: World, http: httpx.AsyncClient) -> None:
        signed = await token(http, "v2")
        (job_of_two,) = (await http.get("/v2/persons/2/employments", headers=signed)).json()["_data"]
        for unit in job_of_two["org_units"]:
            answer = (await http.get(f"/v2/org-units/{unit['id']}?type={unit['type']}", headers=signed)).json()
            assert answer["name"] == {"team": "Blue", "department": "Engineering"}[unit["type"]]
        assert (await http.get("/v2/org-units/1?type=office", headers=signed)).status_code == 400
        assert (await http.get("/v2/persons/99/employments", headers=signed)).status_code == 404
        assert (await http.get("/v2/unheard-of", headers=signed)).status_code == 404

    async def test_statuses_follow_the_clock(self, world: World) -> None:
        world.hire(1, job(date(2026, 4, 1), termination_date=date(2026, 4, 30)))
        seen = []
        for day in (31, 1, 30, 1):
            world.time.now += timedelta(days=day)
            seen.append((await world.one()).contracts[0].fields["status"])
        assert seen == ["active", "active", "inactive", "inactive"]


async def test_it_is_a_server_that_a_real_client_can_talk_to(world: World) -> None:
    world.crowd(3)
    server = uvicorn.Server(uvicorn.Config(personio_app(world.company), port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with world.outside() as outside, open_http(Meter()) as real:
            object.__setattr__(outside, "http", real)
            reader = source(world.settings(base=f"http://127.0.0.1:{port}"), outside)
            assert len([one async for one in people(reader.fetch())]) == 3
    finally:
        server.should_exit = True
        await serving


def test_a_credential_does_not_show_its_secret() -> None:
    assert SECRET not in repr(Credential(client_id=CLIENT, client_secret=SECRET))
