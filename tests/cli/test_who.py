"""Who runs the command: on a real tenant whoever is signed in to Entra, on a simulated one the user of the machine."""

import base64
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from cli_world import Place

from shared.approvals import identities
from shared.cli import signin
from shared.cli.local import open_local
from shared.cli.who import identity, who
from shared.errors import Misconfigured, TryLater

PERSON = {"upn": "els@contoso.nl", "oid": "6c1d", "appid": "04b0"}


def token(claims: Mapping[str, Any]) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims)]
    return ".".join([*parts, "signature"])


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        (PERSON, "entra:els@contoso.nl/6c1d"),
        ({"preferred_username": "els@contoso.nl", "oid": "6c1d"}, "entra:els@contoso.nl/6c1d"),
        ({"appid": "04b0", "oid": "77aa"}, "entra:04b0/77aa"),
        ({"oid": "77aa"}, "entra:77aa"),
    ],
)
def test_whoever_is_signed_in_is_named_by_their_sign_in_name_and_their_id(claims: dict[str, str], said: str) -> None:
    assert identity(token(claims)) == said
    assert set(claims.values()) - identities(said) <= {"04b0"}


@pytest.mark.parametrize("odd", ["", "a.b", "a.b.c", token({}), token({"upn": ""}), "a." + "e" * 4 + ".c"])
def test_a_sign_in_that_does_not_say_who_it_is_is_refused(odd: str) -> None:
    with pytest.raises(Misconfigured, match="does not say who it is; sign in as a person with `az login`"):
        identity(odd)


class SignedIn:
    """A credential that gives one token, or fails."""

    def __init__(self, answer: str | Exception) -> None:
        self.answer = answer

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        assert scopes == ("https://graph.microsoft.com/.default",)
        if isinstance(self.answer, Exception):
            raise self.answer
        return AccessToken(self.answer, 0)


async def found(place: Place, monkeypatch: pytest.MonkeyPatch, answer: str | Exception) -> str:
    def credential(settings: Mapping[str, Any], stack: AsyncExitStack) -> SignedIn:
        return SignedIn(answer)

    monkeypatch.setattr(signin, "credential", credential)
    async with open_local(place.policy, place.data, None, None, preview=True) as local:
        return await who(local)


async def test_on_a_simulated_tenant_it_is_the_user_of_this_machine(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "els")
    assert await found(place, monkeypatch, token(PERSON)) == "local:els"
    place.alter("tenant: sandbox", "tenant: t, base_url: http://127.0.0.1:1/v1.0")
    assert await found(place, monkeypatch, token(PERSON)) == "local:els"


async def test_on_a_real_tenant_it_is_whoever_is_signed_in(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.alter("tenant: sandbox", "tenant: 8f2c0c2e-0000-4000-8000-000000000000")
    assert await found(place, monkeypatch, token(PERSON)) == "entra:els@contoso.nl/6c1d"


async def test_a_sign_in_that_fails_says_so_without_its_text(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.alter("tenant: sandbox", "tenant: 8f2c0c2e-0000-4000-8000-000000000000")
    refused = ClientAuthenticationError("AADSTS7000215: secret hunter2 is wrong")
    with pytest.raises(Misconfigured, match=r"^the sign-in was refused \(AADSTS7000215\)$"):
        await found(place, monkeypatch, refused)
    with pytest.raises(TryLater, match=r"^Microsoft's sign-in cannot be reached \(ServiceRequestError\)$"):
        await found(place, monkeypatch, ServiceRequestError("hunter2"))


def test_a_user_without_a_name_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from shared.cli import who as module

    def nobody() -> str:
        raise OSError

    monkeypatch.setattr(module.getpass, "getuser", nobody)
    assert module.user() == "local:unknown"
