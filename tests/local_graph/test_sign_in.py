"""Signing in: the token endpoint, and what a call without a good token gets."""

from datetime import timedelta

import httpx
import pytest

from tests.local_graph.graph_client import APP, World, error

FORM = {
    "grant_type": "client_credentials",
    "client_id": APP,
    "client_secret": "app-secret",
    "scope": "https://graph.microsoft.com/.default",
}


async def token(world: World, tenant: str = "", **changed: str) -> httpx.Response:
    url = f"https://login.microsoftonline.com/{tenant or world.tenant.id}/oauth2/v2.0/token"
    return await world.http.post(url, data={**FORM, **changed})


@pytest.mark.parametrize("tenant", ["", "contoso.nl", "CONTOSO.onmicrosoft.com"])
async def test_a_token_lets_its_application_in_until_it_expires(world: World, tenant: str) -> None:
    answer = await token(world, tenant)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3599)
    world.http.headers["authorization"] = f"Bearer {body['access_token']}"
    assert (await world.get("/users")).status_code == 200
    world.clock.now += timedelta(seconds=3599)
    assert error(await world.get("/users")) == (
        401,
        "InvalidAuthenticationToken",
        "Lifetime validation failed, the token is expired.",
    )


async def test_a_wrong_secret_is_refused_and_not_repeated(world: World) -> None:
    answer = await token(world, client_secret="guess-work")
    body = answer.json()
    assert answer.status_code == 401
    assert body["error"] == "invalid_client"
    assert body["error_codes"] == [7000215]
    assert body["error_description"].startswith("AADSTS7000215: Invalid client secret provided.")
    assert f"for a secret added to app '{APP}'" in body["error_description"]
    assert "guess-work" not in answer.text


@pytest.mark.parametrize(
    ("changed", "error", "number"),
    [
        ({"client_id": "nobody"}, "unauthorized_client", 700016),
        ({"grant_type": "password"}, "unsupported_grant_type", 70003),
        ({"scope": "User.Read"}, "invalid_scope", 1002012),
    ],
)
async def test_another_mistake_has_its_own_number(
    world: World, changed: dict[str, str], error: str, number: int
) -> None:
    answer = await token(world, **changed)
    assert (answer.status_code, answer.json()["error"], answer.json()["error_codes"]) == (400, error, [number])


async def test_an_unknown_tenant_is_refused(world: World) -> None:
    assert (await token(world, "fabrikam.nl")).json()["error_codes"] == [90002]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer abc", "Bearer sim.abc.def", "sim"])
async def test_without_a_good_token_every_call_is_a_401(broken: World, header: str) -> None:
    broken.http.headers["authorization"] = header
    for answer in (await broken.get("/users"), await broken.post("/$batch", {"requests": []}), await broken.get("/x")):
        assert error(answer)[:2] == (401, "InvalidAuthenticationToken")


async def test_a_token_of_an_application_that_is_gone_is_a_401(world: World) -> None:
    del world.tenant.apps[APP]
    assert error(await world.get("/users"))[0] == 401


async def test_a_forged_token_is_a_401(broken: World) -> None:
    good = broken.http.headers["authorization"]
    broken.http.headers["authorization"] = good[:-1] + ("0" if good[-1] != "0" else "1")
    assert error(await broken.get("/users"))[0] == 401


async def test_no_secret_shows_in_what_a_tenant_says_of_itself(world: World) -> None:
    assert "app-secret" not in repr(world.tenant.apps)
    assert "app-secret" not in repr(vars(world.tenant))
