"""The simulated Youforce is as strict as the vendor: limits, sign-in, pages, by id, and what is written back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from local import people
from local.hr import youforce
from local.youforce import SCOPES, Company, Faults, Limits, settle, youforce_app
from local.youforce.company import PRIVATE
from shared.model import Person, Rejected
from tests.connector_youforce.youforce_world import BASE, CLIENT, SECRET, World


@asynccontextmanager
async def calling(world: World, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is signed in."""
    async with httpx.AsyncClient(transport=world.wire_end, base_url=BASE) as http:
        business = world.system == "business"
        path = "/authentication/token" if business else "/connect/token"
        form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
        form |= {} if business else {"tenant_id": world.company.tenant}
        token = (await http.post(path, data=form)).json()["access_token"]
        known = {"X-Client-Id": CLIENT, "X-Raet-Tenant-Id": world.company.tenant} if business else {}
        http.headers.update({"Authorization": f"Bearer {token}", **known, **headers})
        yield http


async def get(http: httpx.AsyncClient, world: World, path: str, **params: str) -> httpx.Response:
    world.time.now += timedelta(seconds=0.6)
    return await http.get(path, params=params or None)


async def test_a_second_call_within_six_tenths_of_a_second_is_refused(world: World) -> None:
    async with calling(world) as http:
        answers = [await http.get("/iam/v1.0/employments") for _ in range(2)]
        world.time.now += timedelta(seconds=0.6)
        answers.append(await http.get("/iam/v1.0/employments"))
    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert "Too Many Requests" in answers[1].text
    assert "retry-after" not in answers[1].headers


async def test_the_six_thousand_and_first_call_of_a_day_is_refused(beaufort: World) -> None:
    beaufort.limits.day.most = 3
    async with calling(beaufort) as http:
        answers = [await get(http, beaufort, "/iam/v1.0/jobProfiles") for _ in range(4)]
        beaufort.time.now += timedelta(days=1)
        answers.append(await get(http, beaufort, "/iam/v1.0/jobProfiles"))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 401], "the token has ended meanwhile"


async def test_a_fourth_call_at_once_is_refused() -> None:
    limits = Limits(World("beaufort").time.clock)
    limits.under_way = 3
    assert not limits.take()
    limits.under_way = 2
    assert limits.take()


async def test_the_four_hundred_and_first_sign_in_of_a_month_is_refused(beaufort: World) -> None:
    beaufort.limits.sign_ins.most = 1
    async with calling(beaufort) as http:
        form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
        assert (await http.post("/connect/token", data=form)).status_code == 429


@pytest.mark.parametrize("tenant", ["", "0d9f5e62-0000-4000-8000-000000000000"])
async def test_a_token_without_the_tenant_opens_nothing(tenant: str, beaufort: World) -> None:
    beaufort.registered.tenants = frozenset({beaufort.company.tenant, tenant})
    async with calling(beaufort) as http:
        form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
        given = await http.post("/connect/token", data=form | ({"tenant_id": tenant} if tenant else {}))
        http.headers["Authorization"] = f"Bearer {given.json()['access_token']}"
        assert (await get(http, beaufort, "/iam/v1.0/persons")).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"X-Client-Id": ""}, 400), ({"X-Raet-Tenant-Id": ""}, 400), ({"X-Raet-Tenant-Id": "1"}, 403)],
)
async def test_business_wants_the_client_and_the_tenant(headers: dict[str, str], status: int, business: World) -> None:
    async with calling(business, **headers) as http:
        assert (await get(http, business, "/iam/v1.0/employees")).status_code == status


@pytest.mark.parametrize("path", ["/iam/v1.0/nothing", "/iam/v1.0/persons/404", "/extensions/v1.0/iam/units"])
async def test_what_is_not_there_is_404(path: str, beaufort: World) -> None:
    async with calling(beaufort) as http:
        assert (await get(http, beaufort, path)).status_code == 404


async def test_at_most_500_rows_are_on_a_page_whatever_is_asked_for(world: World) -> None:
    world.crowd(501)
    async with calling(world) as http:
        for take in ("1000", "500", ""):
            page = (await get(http, world, "/iam/v1.0/employments", **({"take": take} if take else {}))).json()
            assert len(page["value"]) == 500
            assert page["nextLink"].startswith("https://iam-backend.raet.example/v1.0/iam/v1.0/employments?pageToken=")
        few = (await get(http, world, "/iam/v1.0/employments", take="2")).json()
        assert len(few["value"]) == 2


async def test_properties_without_a_value_are_left_out(beaufort: World) -> None:
    beaufort.person("1", lastNameAtBirthPrefix=None, deceased=False, partnerName="")
    async with calling(beaufort) as http:
        (row,) = (await get(http, beaufort, "/iam/v1.0/persons")).json()["value"]
    assert not {"lastNameAtBirthPrefix", "deceased", "partnerName"} & row.keys()


async def test_private_contact_details_need_a_scope_of_their_own(beaufort: World) -> None:
    mails = [{"type": "Private", "address": "a@private.test"}]
    beaufort.person("1", emailAddresses=mails)
    async with calling(beaufort) as http:
        assert "private" not in (await get(http, beaufort, "/iam/v1.0/persons")).text
    beaufort.registered.scopes = SCOPES | {PRIVATE}
    async with calling(beaufort) as http:
        assert "a@private.test" in (await get(http, beaufort, "/iam/v1.0/persons")).text


async def test_only_what_changed_between_two_moments_can_be_asked_for(world: World) -> None:
    world.crowd(2)
    world.time.now += timedelta(days=1)
    since = f"{world.time.now:%Y-%m-%dT%H:%M:%S.000Z}"
    world.time.now += timedelta(hours=1)
    world.company.touch("employments", world.company.lists["employments"][0].row)
    async with calling(world) as http:
        both = {"from": since, "to": "2026-12-31T00:00:00.000Z"}
        changed = (await get(http, world, "/iam/v1.0/employments", **both)).json()["value"]
        mine = (await get(http, world, "/iam/v1.0/employments", personCode="2")).json()["value"]
    assert [row["personCode"] for row in changed] == ["1"]
    assert [row["personCode"] for row in mine] == ["2"]


async def test_by_id_somebody_who_is_still_to_come_is_not_found(beaufort: World) -> None:
    beaufort.hire("1")
    beaufort.hire("2", hireDate="2026-05-01")
    async with calling(beaufort) as http:
        found = [(await get(http, beaufort, f"/iam/v1.0/persons/{code}")).status_code for code in ("1", "2")]
        listed = (await get(http, beaufort, "/iam/v1.0/persons")).json()["value"]
    assert found == [200, 404]
    assert len(listed) == 2


async def test_what_ended_ninety_days_ago_vanishes_unless_it_was_changed_since(world: World) -> None:
    row = world.hire("1", dischargeDate="2026-03-01")
    world.time.now += timedelta(days=92)
    async with calling(world) as http:
        assert (await get(http, world, "/iam/v1.0/employments")).json() == {"value": []}
        row["dischargeDate"] = "2026-02-28"
        world.company.touch("employments", row)
        assert len((await get(http, world, "/iam/v1.0/employments")).json()["value"]) == 1


async def test_an_identity_is_written_with_204_and_never_emptied(world: World) -> None:
    world.hire("1")
    async with calling(world) as http:
        world.time.now += timedelta(seconds=1)
        done = await http.patch("/iam/v1.0/users(employeeId=1)/identity", json={"id": "one@example.test"})
        world.time.now += timedelta(seconds=1)
        empty = await http.patch("/iam/v1.0/users(employeeId=1)/identity", json={"id": ""})
        world.time.now += timedelta(seconds=1)
        nobody = await http.patch("/iam/v1.0/users(employeeId=9)/identity", json={"id": "one@example.test"})
        user = (await get(http, world, "/iam/v1.0/users(employeeId=1)")).json()
    assert [done.status_code, empty.status_code, nobody.status_code] == [204, 400, 404]
    assert (done.content, user["identityId"]) == (b"", "one@example.test")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"emailAddress": "one@example.test"}, 200),
        ({"phoneNumber": "035-1234567"}, 200),
        ({"emailAddress": "no address"}, 400),
        ({"phoneNumber": "extension 7"}, 400),
        ({}, 400),
    ],
)
async def test_contact_details_are_looked_over_at_once(body: dict[str, Any], status: int, beaufort: World) -> None:
    beaufort.hire("1")
    async with calling(beaufort) as http:
        beaufort.time.now += timedelta(seconds=1)
        answer = await http.post("/iam/v1.0/ContactDetails/1", json=body)
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["contactDetails"] == {"personCode": "1", **body}


@pytest.mark.parametrize("system", ["beaufort", "business"])
async def test_a_whole_company_with_every_oddity_is_read_and_every_record_is_told(system: str) -> None:
    world = World(system)
    for name in list(world.company.lists):
        world.company.lists[name].clear()
    settle(world.company, people.rows())
    more = {"manager_role": "MGR", "fields": {"badge": "person.extensions.P01234"}} if system == "beaufort" else {}
    found = await world.read(**more)
    assert [one.hr_id for one in found if isinstance(one, Rejected)] == [""]
    everyone = [one for one in found if isinstance(one, Person)]
    numbers = {row.number for row in people.rows()}
    long_gone = {"000312", "000313"}
    assert {one.hr_id for one in everyone} <= numbers
    assert len(everyone) + len(long_gone) >= len(numbers) - 1
    today = world.time.now.date()
    managers = {each.fields["manager"] for one in everyone for each in one.contracts if each.covers(today)}
    assert {"000101", "000104"} <= managers
    assert "000322" not in managers, "an ended role"
    assert "999911120" not in str(everyone)
    assert {one.fields["nameUsage"] for one in everyone} >= {"B", "PB"}


async def test_the_application_can_be_served_and_read_by_several_at_once() -> None:
    world = World("beaufort")
    company = Company(world.time.clock)
    app = youforce_app(company, Faults(), Limits(world.time.clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as http:
        answers = await asyncio.gather(*(http.get("/iam/v1.0/persons") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [401, 429, 429]


@pytest.mark.parametrize("system", ["beaufort", "business"])
async def test_the_sandbox_serves_it_with_the_people_of_the_sample_export(system: str) -> None:
    world = World(system)
    async with youforce(world.time.clock, system) as where, httpx.AsyncClient(base_url=where["base"]) as http:
        form = {key: where[key] for key in ("client_id", "client_secret")} | {"grant_type": "client_credentials"}
        path = "/connect/token" if system == "beaufort" else "/authentication/token"
        given = await http.post(path, data=form | ({"tenant_id": where["tenant"]} if system == "beaufort" else {}))
        headers = {"Authorization": f"Bearer {given.json()['access_token']}"}
        headers |= {"X-Client-Id": where["client_id"], "X-Raet-Tenant-Id": where["tenant"]}
        found = await http.get(f"/iam/v1.0/{world.people}", headers=headers)
    assert len(found.json()["value"]) > 150
