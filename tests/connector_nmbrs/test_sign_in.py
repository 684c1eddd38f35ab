"""Consent, tokens and the subscription key: what is asked for, what happens when it ends, and what a refusal says."""

import base64
from datetime import timedelta

import httpx
import pytest

from connectors.nmbrs.signin import sign_in
from shared.errors import Misconfigured
from tests.connector_nmbrs.nmbrs_world import BASE, IDENTITY, KEY, REDIRECT, SECRET, World


def test_the_least_scopes_are_asked_for_and_offline_access() -> None:
    oauth = sign_in(World().settings())
    assert oauth is not None
    assert oauth.scopes == ("company.info.read", "employee.info.read", "employee.employment.read", "offline_access")
    assert (oauth.redirect, oauth.client, oauth.rules.unused) == (REDIRECT, "basic", timedelta(days=30))


def test_what_the_settings_add_is_asked_for_beside_them() -> None:
    oauth = sign_in(World().settings(department_managers=True, cost_centers=True, leave=["1"]))
    assert oauth is not None
    assert oauth.scopes[3:6] == ("employee.orgstructure.read", "employee.payment.read", "employee.leave.read")


async def test_every_request_carries_the_token_and_the_key_and_nothing_goes_elsewhere(world: World) -> None:
    world.crowd(1)
    await world.read()
    for request in world.wire_end.heard:
        host = f"{request.url.scheme}://{request.url.host}"
        if host == IDENTITY:
            assert request.url.path == "/connect/token"
            assert "x-subscription-key" not in request.headers
        else:
            assert host == BASE
            assert request.headers["x-subscription-key"] == KEY
            assert request.headers["authorization"].startswith("Bearer ")
        assert not [value for value in (KEY, SECRET) if value in str(request.url)]


async def test_the_client_s_secret_is_percent_encoded_before_base64(world: World) -> None:
    """Nmbrs' secrets hold `*` and `$`; sent as they are, they are refused (invalid_client)."""
    world.crowd(1)
    assert len(await world.read()) == 1
    (exchange,) = [request for request in world.wire_end.heard if request.url.path == "/connect/token"]
    sent = base64.b64decode(exchange.headers["authorization"].removeprefix("Basic ")).decode()
    assert sent == "joinly-client:s3cret%2A%2Bnever%24%2541shown"


async def test_a_token_that_ends_in_mid_read_is_renewed_with_a_refresh_token_that_is_used_once(world: World) -> None:
    world.crowd(120)
    world.faults.ends_tokens_after = 6
    assert len(await world.read()) == 120
    assert world.nmbrs.authority.sign_ins == 2
    assert world.nmbrs.authority.reused == 0


async def test_hours_later_the_token_is_renewed_before_it_is_used(world: World) -> None:
    world.crowd(1)
    await world.read()
    await world.time.sleep(7_200)
    await world.read()
    assert world.nmbrs.authority.sign_ins == 2
    assert world.nmbrs.authority.reused == 0
    assert not [answer for answer in world.wire_end.statuses if answer == 401]


async def test_runs_within_the_hour_share_a_token(world: World) -> None:
    world.crowd(1)
    for _ in range(3):
        await world.read()
    assert world.nmbrs.authority.sign_ins == 1


async def test_lists_that_meet_the_end_of_the_token_together_renew_it_once(world: World) -> None:
    world.crowd(350)
    world.faults.ends_tokens_after = 12
    assert len(await world.read()) == 350
    assert world.nmbrs.authority.sign_ins == 2


async def test_a_consent_that_was_revoked_says_connect_again(world: World) -> None:
    world.crowd(1)
    await world.read()
    world.nmbrs.authority.revoke(world.app.id)
    with pytest.raises(Misconfigured, match="joinly connect"):
        await world.read()


async def test_a_refresh_token_that_nobody_used_for_a_month_says_connect_again(world: World) -> None:
    await world.read()
    await world.time.sleep(31 * 86_400)
    with pytest.raises(Misconfigured, match="joinly connect"):
        await world.read()


async def test_a_wrong_subscription_key_is_misconfigured_and_named(world: World) -> None:
    world.key = "another-key"
    with pytest.raises(Misconfigured, match=r"401: the sign-in is not accepted.*; check .*secret:nmbrs-key") as raised:
        await world.read()
    assert "another-key" not in str(raised.value)


async def test_a_wrong_client_secret_is_misconfigured_and_named(world: World) -> None:
    await world.read()
    await world.time.sleep(7_200)
    world.secret = "another-secret"
    with pytest.raises(Misconfigured, match=r"invalid_client.*check secret:nmbrs-id and secret:nmbrs-secret"):
        await world.read()


@pytest.mark.parametrize("scope", ["company.info.read", "employee.info.read", "employee.employment.read"])
async def test_a_scope_that_whoever_consented_left_out_is_one_clear_sentence(scope: str, world: World) -> None:
    world.crowd(1)
    world.app.unticked = frozenset({scope})
    with pytest.raises(Misconfigured, match=rf"answered 403 \(40301\): the consent does not .*joinly connect.*{scope}"):
        await world.read()


@pytest.mark.parametrize(
    ("settings", "scope"),
    [
        ({"department_managers": True}, "employee.orgstructure.read"),
        ({"cost_centers": True}, "employee.payment.read"),
        ({"leave": ["1"]}, "employee.leave.read"),
    ],
)
async def test_a_setting_that_was_added_after_the_consent_asks_for_another(
    settings: dict[str, object], scope: str, world: World
) -> None:
    world.crowd(1)
    await world.read()
    with pytest.raises(Misconfigured, match=rf"consent again with `joinly connect` to .*{scope}"):
        await world.read(**settings)
    world.consented = False
    assert len(await world.read(**settings)) == 1


async def test_a_lost_answer_of_the_sign_in_is_tried_again(world: World) -> None:
    world.crowd(1)
    await world.read()
    await world.time.sleep(7_200)
    world.wire_end.cut, world.wire_end.cuts = httpx.ReadError("gone"), 1
    assert len(await world.read()) == 1
    assert world.nmbrs.authority.sign_ins == 2
