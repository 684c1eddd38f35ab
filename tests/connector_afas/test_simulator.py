"""The simulated Profit is as strict as the vendor: sign-in, metainfo, filters, order, places, errors, updates."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
import uvicorn

from local.afas import Environment, Position, Token, Unit, User, afas_app, populate
from local.people import staff
from shared.wire import Meter, open_http
from tests.connector_afas.afas_world import BASE, DATA, World, job, people, source

ROOT = "/ProfitRestServices"
EMPLOYEES = f"{ROOT}/connectors/Profit_Employees"
JOBS = f"{ROOT}/connectors/T4E_HelloID_Employments_v2"
USER = f"{ROOT}/connectors/KnUser"


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    for number, name in enumerate(("Dekker", "bakker", "Aalbers", "Cox"), 1):
        world.hire(f"{number:03}", job(date(2020, 1, number)), birth_name=name, prefix="de" if number == 2 else None)
    coded = base64.b64encode(world.token.text.encode()).decode()
    headers = {"authorization": f"AfasToken {coded}", "accept-language": "en-us"}
    async with httpx.AsyncClient(transport=world.wire_end, base_url=BASE, headers=headers) as client:
        yield client


async def ids(http: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await http.get(EMPLOYEES, params={"orderbyfieldids": "EmployeeId", **query})
    assert answer.status_code == 200, answer.text
    return [row["EmployeeId"] for row in answer.json()["rows"]]


class TestSignIn:
    @pytest.mark.parametrize("given", ["", "Bearer x", "AfasToken x", "AfasToken PHRva2VuPg=="])
    async def test_an_unknown_token_is_an_empty_401(self, given: str, http: httpx.AsyncClient) -> None:
        answer = await http.get(f"{ROOT}/metainfo", headers={"authorization": given})
        assert (answer.status_code, answer.content) == (401, b"")

    async def test_a_token_as_it_was_issued_is_500(self, http: httpx.AsyncClient) -> None:
        plain = {"authorization": f"AfasToken {Token(data=DATA).text}"}
        assert (await http.get(f"{ROOT}/metainfo", headers=plain)).status_code == 500

    async def test_the_path_is_understood_in_any_case(self, http: httpx.AsyncClient) -> None:
        assert (await http.get("/profitrestservices/profitversion")).json() == {"version": "7.7.10"}

    async def test_an_address_that_is_not_admitted_is_403(self, world: World, http: httpx.AsyncClient) -> None:
        world.faults.ip_restricted = True
        assert (await http.get(f"{ROOT}/metainfo")).status_code == 403


class TestMetainfo:
    async def test_it_lists_what_the_app_connector_offers(self, world: World, http: httpx.AsyncClient) -> None:
        world.token.connectors = frozenset({"Profit_Employees", "KnUser"})
        answer = (await http.get(f"{ROOT}/metainfo")).json()
        assert [one["id"] for one in answer["getConnectors"]] == ["Profit_Employees"]
        assert [one["id"] for one in answer["updateConnectors"]] == ["KnUser"]
        assert answer["info"]["tokenExpiry"] == "0"

    async def test_a_connector_has_its_fields(self, http: httpx.AsyncClient) -> None:
        answer = (await http.get(f"{ROOT}/metainfo/get/Profit_Employees")).json()
        fields = {one["id"]: one for one in answer["fields"]}
        assert answer["name"] == "Profit_Employees"
        assert (fields["EmploymentStart"]["dataType"], fields["FTE"]["dataType"]) == ("date", "decimal")
        assert fields["BSN"]["label"] == "Burgerservicenummer (BSN)"

    @pytest.mark.parametrize("path", ["/metainfo/get/Nobody", "/connectors/Nobody"])
    async def test_one_that_is_not_offered_is_500(self, path: str, http: httpx.AsyncClient) -> None:
        answer = await http.get(ROOT + path)
        assert answer.status_code == 500
        assert answer.json()["externalMessage"].startswith("GetConnector not supported for this app")

    async def test_a_customer_may_call_a_field_otherwise(self, world: World, http: httpx.AsyncClient) -> None:
        world.environment.renamed = {"Profit_Employees": {"BSN": "Nummer"}}
        answer = (await http.get(EMPLOYEES, params={"orderbyfieldids": "Nummer", "take": "1"})).json()
        assert "Nummer" in answer["rows"][0]
        assert "BSN" not in answer["rows"][0]


class TestRows:
    async def test_skip_and_take_are_repeated_and_nothing_tells_how_many_there_are(
        self, http: httpx.AsyncClient
    ) -> None:
        answer = await http.get(EMPLOYEES, params={"skip": "1", "take": "2", "orderbyfieldids": "EmployeeId"})
        assert answer.json().keys() == {"skip", "take", "rows"}
        assert (answer.json()["skip"], answer.json()["take"], len(answer.json()["rows"])) == (1, 2, 2)

    async def test_a_hundred_come_when_nothing_is_said_and_all_with_minus_one(
        self, world: World, http: httpx.AsyncClient
    ) -> None:
        for number in range(10, 160):
            world.hire(f"{number:03}")
        assert len((await http.get(EMPLOYEES)).json()["rows"]) == 100
        assert len(await ids(http, skip="-1", take="-1")) == 154

    @pytest.mark.parametrize(("skip", "take"), [("2", "-1"), ("-1", "5"), ("x", "5")])
    async def test_another_place_is_500(self, skip: str, take: str, http: httpx.AsyncClient) -> None:
        answer = await http.get(EMPLOYEES, params={"skip": skip, "take": take})
        assert (answer.status_code, answer.json()["errorNumber"]) == (500, -2147180999)
        assert answer.json()["externalMessage"] == "An unexpected error has occurred."

    async def test_without_an_order_there_is_none(self, world: World, http: httpx.AsyncClient) -> None:
        for number in range(10, 60):
            world.hire(f"{number:03}")
        seen = {tuple(row["EmployeeId"] for row in (await http.get(EMPLOYEES)).json()["rows"]) for _ in range(3)}
        assert len(seen) == 3

    async def test_an_order_is_by_text_whatever_its_case_and_may_be_turned_round(self, http: httpx.AsyncClient) -> None:
        assert await ids(http, orderbyfieldids="BirthName") == ["003", "002", "004", "001"]
        assert await ids(http, orderbyfieldids="-BirthName") == ["001", "004", "002", "003"]
        assert await ids(http, orderbyfieldids="PrefixBirthName,-EmployeeId") == ["004", "003", "001", "002"]

    @pytest.mark.parametrize(
        "query",
        [
            {"orderbyfieldids": "Nothing"},
            {"filterfieldids": "Nothing", "filtervalues": "1", "operatortypes": "1"},
        ],
    )
    async def test_a_field_that_is_not_there_is_500(self, query: dict[str, str], http: httpx.AsyncClient) -> None:
        answer = await http.get(EMPLOYEES, params=query)
        assert answer.json()["externalMessage"] == "Connector field 'Nothing' not found"

    async def test_a_message_is_in_the_language_that_is_asked_for(self, http: httpx.AsyncClient) -> None:
        answer = await http.get(EMPLOYEES, params={"orderbyfieldids": "Nothing"}, headers={"accept-language": "nl-nl"})
        assert answer.json()["externalMessage"] == "Connectorveld 'Nothing' niet gevonden"

    async def test_a_query_string_has_a_longest(self, http: httpx.AsyncClient) -> None:
        assert (await http.get(EMPLOYEES, params={"x": "y" * 2046})).status_code == 200
        assert (await http.get(EMPLOYEES, params={"x": "y" * 2047})).status_code == 404

    async def test_a_blocked_connector_is_500(self, world: World, http: httpx.AsyncClient) -> None:
        world.environment.blocked.add("Profit_Employees")
        assert (await http.get(EMPLOYEES)).json()["externalMessage"] == "This GetConnector (definition) is blocked"

    async def test_a_user_sees_whom_it_may_and_is_told_nothing(self, world: World, http: httpx.AsyncClient) -> None:
        world.token.hidden = frozenset({"002"})
        assert await ids(http) == ["001", "003", "004"]
        world.token.hidden_in = frozenset({"T4E_HelloID_Users_v2"})
        assert len(await ids(http)) == 4

    async def test_dates_end_in_z_and_nothing_is_null(self, http: httpx.AsyncClient) -> None:
        (row,) = (await http.get(EMPLOYEES, params={"take": "1", "orderbyfieldids": "EmployeeId"})).json()["rows"]
        assert (row["EmploymentStart"], row["EmploymentEnd"]) == ("2020-01-01T00:00:00Z", None)

    async def test_decimals_may_lack_their_zero(self, world: World, http: httpx.AsyncClient) -> None:
        world.faults.raw_decimals = True
        world.hire("005", job(date(2020, 1, 1), fte=-0.5), birth_name="0.5")
        text = (await http.get(EMPLOYEES, params={"skip": "4", "orderbyfieldids": "EmployeeId"})).text
        assert '"FTE": -.5,' in text
        assert '"BirthName": "0.5"' in text


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("1", "BAKKER", ["002"]),
        ("2", "cox", ["001", "004"]),
        ("3", "cox", ["002", "003", "004"]),
        ("4", "cox", ["001"]),
        ("5", "cox", ["002", "003"]),
        ("6", "kk", ["001", "002"]),
        ("7", "cox", ["001", "002", "003"]),
        ("10", "b", ["002"]),
        ("11", "kk", ["003", "004"]),
        ("12", "b", ["001", "003", "004"]),
        ("13", "er", ["001", "002"]),
        ("14", "er", ["003", "004"]),
        ("15", "bak", ["002"]),
    ],
)
async def test_operators(operator: str, value: str, found: list[str], http: httpx.AsyncClient) -> None:
    query = {"filterfieldids": "BirthName", "filtervalues": value, "operatortypes": operator}
    assert await ids(http, **query) == found


@pytest.mark.parametrize(("operator", "found"), [("8", ["001", "003", "004"]), ("9", ["002"])])
@pytest.mark.parametrize("value", ["[is leeg]", '""'])
async def test_empty_and_not_empty(operator: str, found: list[str], value: str, http: httpx.AsyncClient) -> None:
    query = {"filterfieldids": "PrefixBirthName", "filtervalues": value, "operatortypes": operator}
    assert await ids(http, **query) == found


@pytest.mark.parametrize(
    ("fields", "values", "operators", "found"),
    [
        ("EmployeeId,EmployeeId", "001,004", "4,5", ["002", "003"]),
        ("EmployeeId;EmployeeId", "001;004", "1;1", ["001", "004"]),
        ("EmployeeId,BirthName;EmployeeId", "001,x;004", "1,6;1", ["004"]),
        ("EmploymentStart", "2020-01-03T00:00:00", "2", ["003", "004"]),
        ("FTE", "1", "1", ["001", "002", "003", "004"]),
    ],
)
async def test_a_comma_is_and_and_a_semicolon_is_or(
    fields: str, values: str, operators: str, found: list[str], http: httpx.AsyncClient
) -> None:
    assert await ids(http, filterfieldids=fields, filtervalues=values, operatortypes=operators) == found


@pytest.mark.parametrize(
    "query",
    [
        {"filterfieldids": "EmployeeId,FTE", "filtervalues": "1", "operatortypes": "1,1"},
        {"filterfieldids": "EmployeeId", "filtervalues": "1", "operatortypes": "16"},
        {"filterfieldids": "FTE", "filtervalues": "x", "operatortypes": "1"},
        {"filterjson": "{}"},
    ],
)
async def test_a_filter_that_is_none_is_500(query: dict[str, str], http: httpx.AsyncClient) -> None:
    assert (await http.get(EMPLOYEES, params=query)).status_code == 500


async def test_a_filter_as_json(http: httpx.AsyncClient) -> None:
    def one(field: str, operator: str, text: str) -> dict[str, str]:
        return {"@FieldId": field, "@OperatorType": operator, "#text": text}

    both = {"@FilterId": "1", "Field": [one("EmployeeId", "4", "001"), one("EmployeeId", "5", "003")]}
    other = {"@FilterId": "2", "Field": [one("EmployeeId", "1", "004")]}
    assert await ids(http, filterjson=json.dumps({"Filters": {"Filter": [both, other]}})) == ["002", "004"]


class TestUpdates:
    @pytest.fixture
    def users(self, world: World, http: httpx.AsyncClient) -> World:
        for number in ("001", "002"):
            world.environment.employees[number].users = [User(id=f"12345.{number}", upn=f"{number}@example.test")]
        return world

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"Nm": "x"}, "'MtCd' is mandatory."),
            ({"MtCd": "1"}, "'Nm' is mandatory."),
            ({"MtCd": "1", "Nm": "x", "Upn": "002@EXAMPLE.test"}, "'Upn' is already in use."),
            ({"MtCd": "4", "Nm": "x"}, "An unexpected error has occurred."),
        ],
    )
    async def test_a_user_that_cannot_be_changed_so(
        self, fields: dict[str, str], said: str, users: World, http: httpx.AsyncClient
    ) -> None:
        answer = await http.put(USER, json={"KnUser": {"Element": {"@UsId": "12345.001", "Fields": fields}}})
        assert (answer.status_code, answer.json()["externalMessage"]) == (500, said)

    async def test_a_users_mutations(self, users: World, http: httpx.AsyncClient) -> None:
        (user,) = users.environment.employees["001"].users
        for code, blocked in (("2", True), ("6", False), (0, True), ("1", True)):
            element = {"@UsId": "12345.001", "Fields": {"MtCd": code, "Nm": "x"}}
            answer = await http.put(USER, json={"KnUser": {"Element": element}})
            assert (answer.status_code, answer.content, user.blocked) == (201, b"", blocked)

    async def test_only_what_is_named_changes(self, users: World, http: httpx.AsyncClient) -> None:
        employee = users.environment.employees["001"]
        fields = {"MatchPer": "0", "BcCo": employee.person_id, "TeNr": "030"}
        employee.email = "kept@example.test"
        answer = await http.put(f"{ROOT}/connectors/KnPerson", json={"KnPerson": {"Element": {"Fields": fields}}})
        assert answer.json() == {"results": {"KnPerson": {"BcCo": employee.person_id, "BcId": employee.person_id}}}
        assert (employee.email, employee.phone) == ("kept@example.test", "030")

    @pytest.mark.parametrize("objects", [list, lambda one: one[0]])
    async def test_a_person_within_an_employee(self, objects: Any, users: World, http: httpx.AsyncClient) -> None:
        inside = [{"KnPerson": {"Element": {"Fields": {"EmAd": "x@example.test"}}}}]
        body = {"AfasEmployee": {"Element": {"@EmId": "001", "Objects": objects(inside)}}}
        assert (await http.put(f"{ROOT}/connectors/KnEmployee", json=body)).status_code == 201
        assert users.environment.employees["001"].email == "x@example.test"

    @pytest.mark.parametrize(
        ("connector", "body"),
        [
            ("KnPerson", {"KnPerson": {"Element": {"Fields": {"MatchPer": "0", "BcCo": "9"}}}}),
            ("KnPerson", {"KnPerson": {"Element": {"Fields": {"BcCo": "1000000"}}}}),
            ("KnEmployee", {"AfasEmployee": {"Element": {"@EmId": "9", "Objects": []}}}),
            ("KnUser", {"KnUser": {"Element": {"@UsId": "9", "Fields": {"MtCd": "1", "Nm": "x"}}}}),
        ],
    )
    async def test_somebody_who_is_not_there_is_500(
        self, connector: str, body: Any, users: World, http: httpx.AsyncClient
    ) -> None:
        assert (await http.put(f"{ROOT}/connectors/{connector}", json=body)).status_code == 500

    @pytest.mark.parametrize("content", [b"{", b'{"KnUser": {"Fields": {}}}'])
    async def test_another_nesting_is_400(self, content: bytes, http: httpx.AsyncClient) -> None:
        answer = await http.put(USER, content=content)
        assert (answer.status_code, answer.json()) == (400, {"message": "Invalid json"})

    async def test_one_that_is_not_offered_is_401(self, world: World, http: httpx.AsyncClient) -> None:
        world.token.connectors = frozenset({"Profit_Employees"})
        assert (await http.put(USER, json={})).status_code == 401


async def test_every_oddity_is_among_the_people() -> None:
    environment = populate(Environment(), staff(300))
    ids = list(environment.employees)
    everyone = environment.employees.values()
    assert any(id.startswith("0000") for id in ids)
    assert any(id[0].isalpha() for id in ids)
    assert any(not one.users for one in everyone)
    assert any(job.positions for one in everyone for job in one.employments)
    assert any(unit.manager in environment.employees for unit in environment.units)
    assert len({one.person_id for one in everyone}) == 300


async def test_it_is_a_server_that_a_real_client_can_talk_to(world: World) -> None:
    world.crowd(3)
    world.environment.employees["000001"].employments[0].positions = [Position(start=date(2020, 1, 1))]
    world.environment.units.append(Unit(id="D200", name="Sales"))
    app = afas_app(world.environment)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
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


def test_a_token_does_not_show_itself() -> None:
    assert DATA not in repr(Token(data=DATA))
