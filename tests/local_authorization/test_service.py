"""The simulated authorization server is as strict as a vendor's: whoever gets it wrong is refused in the same words."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from local.authorization import EXACT, NMBRS, STRICT, Authority, Faults, Manners, Registered, authorization_app

REDIRECT = "http://127.0.0.1:5000/back"
VERIFIER, CHALLENGE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
ME = {"client_id": "me", "client_secret": "s3cret"}
ASKED = {
    "response_type": "code",
    "client_id": "me",
    "redirect_uri": REDIRECT,
    "scope": "people.read offline_access",
    "state": "the state",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@dataclass
class Client:
    """Somebody who talks to the server, rightly unless a test says otherwise."""

    http: httpx.AsyncClient
    authority: Authority
    faults: Faults
    now: list[datetime] = field(default_factory=lambda: [datetime(2026, 3, 2, 8, 0, tzinfo=UTC)])

    async def consent(self, answer: str = "yes", **asked: str) -> dict[str, str]:
        sent = {name: value for name, value in {**ASKED, **asked}.items() if value}
        back = await self.http.post("/authorize", params=sent, data={"answer": answer})
        assert back.status_code == 303, back.text
        return dict(parse_qsl(urlsplit(back.headers["location"]).query))

    async def token(self, **form: str) -> httpx.Response:
        return await self.http.post("/token", data={**ME, **form})

    async def exchange(self, code: str, **form: str) -> httpx.Response:
        known = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        return await self.token(**{**known, **form})

    async def refresh(self, token: str) -> httpx.Response:
        return await self.token(grant_type="refresh_token", refresh_token=token)

    async def tokens(self) -> dict[str, Any]:
        answer = await self.exchange((await self.consent())["code"])
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def people(self, access: str) -> int:
        return (await self.http.get("/people", headers={"Authorization": f"Bearer {access}"})).status_code

    def later(self, **much: float) -> None:
        self.now[0] += timedelta(**much)


async def client_of(manners: Manners) -> AsyncIterator[Client]:
    now = [datetime(2026, 3, 2, 8, 0, tzinfo=UTC)]
    authority, faults = Authority(lambda: now[0], manners), Faults()
    redirects = frozenset({"http://127.0.0.1/back", "https://me.example.test/back"})
    authority.register(Registered(id="me", secret="s3cret", redirects=redirects))
    transport = httpx.ASGITransport(authorization_app(authority, faults))
    async with httpx.AsyncClient(transport=transport, base_url="https://vendor.example.test") as http:
        yield Client(http, authority, faults, now)


@pytest.fixture
async def strict() -> AsyncIterator[Client]:
    async for one in client_of(STRICT):
        yield one


@pytest.fixture
async def exact() -> AsyncIterator[Client]:
    async for one in client_of(EXACT):
        yield one


async def test_a_code_becomes_tokens_that_open_the_resource(strict: Client) -> None:
    back = await strict.consent()
    assert back["state"] == "the state"
    answer = await strict.exchange(back["code"])
    tokens = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == (
        "Bearer",
        3600,
        "people.read offline_access",
    )
    assert await strict.people(tokens["access_token"]) == 200
    strict.later(hours=1)
    assert await strict.people(tokens["access_token"]) == 401


@pytest.mark.parametrize("redirect", ["https://evil.example.test/", "http://127.0.0.1:5000/other", "http://localhost/"])
async def test_an_answer_is_sent_nowhere_but_to_a_registered_redirect(redirect: str, strict: Client) -> None:
    page = await strict.http.get("/authorize", params={**ASKED, "redirect_uri": redirect})
    assert page.status_code == 400
    assert "location" not in page.headers


async def test_a_client_nobody_knows_is_told_so_on_a_page(strict: Client) -> None:
    page = await strict.http.get("/authorize", params={**ASKED, "client_id": "<b>"})
    assert (page.status_code, "<b>" in page.text) == (400, False)


async def test_a_person_may_say_no(strict: Client) -> None:
    assert (await strict.consent("no"))["error"] == "access_denied"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "pay.read"}, "invalid_scope"),
    ],
)
async def test_what_is_asked_wrongly_comes_back_as_an_error(asked: dict[str, str], error: str, strict: Client) -> None:
    assert (await strict.consent(**asked))["error"] == error


@pytest.mark.parametrize(
    "form",
    [{"code_verifier": "w" * 43}, {"code_verifier": "short"}, {"redirect_uri": "http://127.0.0.1:5001/back"}],
)
async def test_a_code_is_good_for_whoever_asked_only_and_a_try_uses_it_up(form: dict[str, str], strict: Client) -> None:
    code = (await strict.consent())["code"]
    for answer in (await strict.exchange(code, **form), await strict.exchange(code)):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_code_that_comes_twice_takes_back_what_it_gave(strict: Client) -> None:
    code = (await strict.consent())["code"]
    access = (await strict.exchange(code)).json()["access_token"]
    assert (await strict.exchange(code)).json()["error"] == "invalid_grant"
    assert await strict.people(access) == 401


async def test_a_code_lives_for_minutes(strict: Client) -> None:
    code = (await strict.consent())["code"]
    strict.later(minutes=5)
    assert (await strict.exchange(code)).json()["error"] == "invalid_grant"


async def test_a_refresh_token_that_comes_twice_takes_everything_back(strict: Client) -> None:
    first = await strict.tokens()
    second = (await strict.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (await strict.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await strict.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"
    assert await strict.people(second["access_token"]) == 401


async def test_a_refresh_token_dies_when_nobody_uses_it(strict: Client) -> None:
    tokens = await strict.tokens()
    strict.later(days=30)
    assert (await strict.refresh(tokens["refresh_token"])).status_code == 400


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "you"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 400, "unauthorized_client"),
        ({"grant_type": "password"}, 400, "unauthorized_client"),
    ],
)
async def test_a_client_is_known_by_its_secret_and_its_grants(
    form: dict[str, str], status: int, error: str, strict: Client
) -> None:
    answer = await strict.token(**{"grant_type": "refresh_token", "refresh_token": "x", **form})
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_the_token_endpoint_takes_a_form_in_which_nothing_comes_twice(strict: Client) -> None:
    assert (await strict.http.post("/token", json=ME)).status_code == 400
    twice = "grant_type=refresh_token&refresh_token=a&refresh_token=b&client_id=me&client_secret=s3cret"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert (await strict.http.post("/token", content=twice, headers=kind)).json()["error"] == "invalid_request"


async def test_exact_is_asked_no_sooner_than_after_570_seconds_and_says_seconds_as_text(exact: Client) -> None:
    code = (await exact.consent(redirect_uri="https://me.example.test/back"))["code"]
    tokens = (await exact.exchange(code, redirect_uri="https://me.example.test/back")).json()
    assert tokens["expires_in"] == "600"
    exact.later(seconds=569)
    early = await exact.refresh(tokens["refresh_token"])
    assert (early.status_code, early.json()["error"]) == (400, "access_denied")
    assert early.headers["reason"] == "TooEarlyToRefreshTokens"
    exact.later(seconds=1)
    assert (await exact.refresh(tokens["refresh_token"])).status_code == 200
    exact.later(seconds=570)
    old = await exact.refresh(tokens["refresh_token"])
    assert (old.status_code, old.json()["error_description"]) == (401, "Old refresh token used.")


async def test_exact_sends_nobody_back_over_http(exact: Client) -> None:
    assert (await exact.http.get("/authorize", params=ASKED)).status_code == 400


async def test_nmbrs_gives_a_refresh_token_for_offline_access_only() -> None:
    async for nmbrs in client_of(NMBRS):
        code = (await nmbrs.consent(scope="people.read"))["code"]
        assert "refresh_token" not in (await nmbrs.exchange(code)).json()


async def test_faults_are_off_until_they_are_switched_on_and_end_by_themselves(strict: Client) -> None:
    tokens = await strict.tokens()
    strict.faults.busy, strict.faults.retry_after = 1, "7"
    busy = await strict.refresh(tokens["refresh_token"])
    assert (busy.status_code, busy.headers["retry-after"]) == (429, "7")
    strict.faults.busy_but_given = 1
    given = await strict.refresh(tokens["refresh_token"])
    assert given.status_code == 429
    assert (await strict.refresh(given.json()["refresh_token"])).status_code == 200


def test_nothing_that_is_given_is_shown() -> None:
    shown = repr(Registered(id="me", secret="canary"))
    assert "canary" not in shown
