"""The simulated Visma is as strict as the real one is known to be, or supposed to be; its README says which."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from local.visma import Company, Faults, running, settle, visma_app
from local.visma.company import KINDS, SCOPES
from tests.connector_visma.visma_world import API, CLIENT, OTHER, SECRET, STORAGE, TENANT, Time

SCOPE = " ".join(sorted(SCOPES))


class Client:
    """Somebody who asks by hand."""

    def __init__(self) -> None:
        self.time, self.faults = Time(), Faults()
        self.company = Company(self.time.clock, TENANT, STORAGE)
        self.company.accept(CLIENT, SECRET, SCOPES, OTHER)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(visma_app(self.company, self.faults)), base_url=API)
        self.headers: dict[str, str] = {}

    async def sign_in(self, **form: str) -> httpx.Response:
        known = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET, "scope": SCOPE}
        answer = await self.http.post("/connect/token", data={**known, "tenant_id": TENANT, **form})
        if answer.is_success:
            self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return answer

    async def start(self, path: str = "employees", **params: str) -> httpx.Response:
        return await self.http.post(f"/v1/command/nl/hrm/{path}", params=params, headers=self.headers)

    async def look(self, job: str, path: str = "employees") -> httpx.Response:
        return await self.http.get(f"/v1/query/nl/hrm/{path}/{job}", headers=self.headers)

    async def export(self, path: str = "employees", **params: str) -> list[str]:
        """The addresses of the files."""
        job = (await self.start(path, **params)).json()["jobId"]
        while (answer := (await self.look(job, path)).json())["status"] == "InProgress":
            assert answer[KINDS[path].files] is None
        return list(answer[KINDS[path].files])

    async def rows(self, path: str = "employees", **params: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for address in await self.export(path, **params):
            file = (await self.http.get(address)).content
            found += csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline=""))
        return found


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    found = Client()
    await found.sign_in()
    yield found
    await found.http.aclose()


async def test_a_token_lives_an_hour_and_says_so(client: Client) -> None:
    answer = (await client.sign_in()).json()
    assert (answer["expires_in"], answer["token_type"], answer["scope"]) == (3600, "Bearer", SCOPE)
    await client.time.sleep(3599)
    assert (await client.start()).status_code == 200
    await client.time.sleep(1)
    assert (await client.start()).status_code == 401
    assert client.company.authority.sign_ins == 2


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"scope": "hrmanalytics:nlhrm:everything"}, "invalid_scope"),
        ({"tenant_id": "11111111-52e0-46c7-b684-df894d4b8a5a"}, "unauthorized_client"),
        ({"grant_type": "password"}, "unauthorized_client"),
    ],
)
async def test_whoever_may_not_sign_in_is_told_with_400(client: Client, form: dict[str, str], code: str) -> None:
    answer = await client.sign_in(**form)
    assert (answer.status_code, answer.json()["error"]) == (400, code)


@pytest.mark.parametrize("tenant", ["", OTHER])
async def test_a_token_of_no_tenant_or_of_another_opens_nothing(client: Client, tenant: str) -> None:
    assert (await client.sign_in(tenant_id=tenant)).status_code == 200
    assert (await client.start()).status_code == 401


@pytest.mark.parametrize("path", KINDS)
async def test_a_missing_scope_is_401(client: Client, path: str) -> None:
    assert (await client.start(path)).status_code == 200
    await client.sign_in(scope=" ".join(SCOPES - {KINDS[path].scope}))
    assert (await client.start(path)).status_code == 401


async def test_without_a_token_nothing_is_answered(client: Client) -> None:
    client.headers = {}
    assert (await client.start()).status_code == (await client.look("x")).status_code == 401


async def test_a_job_is_in_progress_first_and_then_has_files(client: Client) -> None:
    settle(client.company, 12)
    job = (await client.start()).json()["jobId"]
    assert (await client.look(job)).json() == {
        "changeTimestampBefore": None,
        "employeeFileUris": None,
        "status": "InProgress",
    }
    done = (await client.look(job)).json()
    assert done["status"] == "Completed"
    assert all(address.startswith(STORAGE) for address in done["employeeFileUris"])


async def test_a_job_belongs_to_its_export(client: Client) -> None:
    job = (await client.start()).json()["jobId"]
    assert (await client.look(job, "contracts")).status_code == 404
    assert (await client.look("other")).status_code == 404
    assert (await client.start("salaries")).status_code == 404


async def test_a_file_lies_behind_its_own_address_and_nothing_else(client: Client) -> None:
    settle(client.company, 12)
    (address,) = await client.export()
    assert (await client.http.get(address)).status_code == 200
    refused = await client.http.get(address, headers=client.headers)
    assert (refused.status_code, "InvalidAuthenticationInfo" in refused.text) == (400, True)
    assert (await client.http.get(address[:-1] + ("1" if address.endswith("0") else "0"))).status_code == 403
    assert (await client.http.get(address.partition("?")[0])).status_code == 403
    await client.time.sleep(3600)
    assert (await client.http.get(address)).status_code == 403


async def test_a_job_is_a_picture_of_the_moment_in_which_it_was_started(client: Client) -> None:
    settle(client.company, 12)
    job = (await client.start()).json()["jobId"]
    client.company.rows["employees"].clear()
    await client.look(job)
    (address,) = (await client.look(job)).json()["employeeFileUris"]
    assert len((await client.http.get(address)).content.splitlines()) > 12


async def test_columns_are_left_out_or_asked_for(client: Client) -> None:
    settle(client.company, 12)
    some = await client.rows(fields="!firstname,initials")
    assert {"firstname", "initials"}.isdisjoint(some[0])
    assert "birthname" in some[0]
    assert set((await client.rows(fields="employeeid,birthname"))[0]) == {"employeeid", "birthname"}
    assert (await client.start(fields="!unheardof")).status_code == 400


async def test_a_file_is_csv_with_whatever_a_cell_may_hold(client: Client) -> None:
    settle(client.company, 12)
    assert (await client.http.get((await client.export())[0])).content.startswith(b"\xef\xbb\xbf")
    found = await client.rows()
    assert found[0]["companyname"] == "Contoso B.V., Utrecht"
    assert '"' in found[0]["formattedname"]
    assert "\n" in found[0]["homestreet"]
    client.company.mark = False
    assert (await client.http.get((await client.export())[0])).content.startswith(b"salutationid,")


async def test_private_columns_are_empty_without_their_scope(client: Client) -> None:
    settle(client.company, 12)
    assert (await client.rows())[0]["homeemailaddress"]
    await client.sign_in(scope=" ".join(SCOPES - {"hrmanalytics:nlhrm:exportcontactinformation"}))
    assert not (await client.rows())[0]["homeemailaddress"]


async def test_an_export_of_nothing_has_no_files(client: Client) -> None:
    assert await client.export() == []


async def test_the_crowd_has_every_oddity(client: Client) -> None:
    settle(client.company, 10_000)
    client.company.rows_per_file = 4_000
    assert len(await client.export()) == 3
    people = await client.rows(fields="employeeid,initials,birthname,dateofbirth,placeofbirth,gender")
    births = [(one["initials"], one["birthname"], one["dateofbirth"], one["placeofbirth"]) for one in people]
    assert len(people) == 10_500
    assert len(set(births)) < len(births)
    assert len({one["employeeid"] for one in people}) == len(people)
    assert any(not one["employeeid"] for one in await client.rows("users"))
    again = Client()
    settle(again.company, 10_000)
    assert again.company.rows == client.company.rows


async def test_it_is_served_on_loopback_too() -> None:
    async with running(Time().clock, people=12) as access:
        client = Client()
        client.http = httpx.AsyncClient(base_url=access["base"])
        async with client.http:
            await client.sign_in(**{name: access[name] for name in ("client_id", "client_secret", "tenant_id")})
            (address,) = await client.export()
            assert not address.startswith(access["base"])
            assert len(await client.rows()) == 12
