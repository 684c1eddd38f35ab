"""Only a token that the tenant signed for this API, now, for somebody it names, counts; nothing else does."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from signed import AUDIENCE, CLIENT, OIDS, claims, key, public, token

from shared.azure.bearer import APART, KEPT, LONGEST, Bearer, NotSignedIn
from shared.errors import TryLater

TENANT = "0f0e0d0c-1111-4222-8333-444455556666"
OTHER = "1f0e0d0c-1111-4222-8333-444455556666"
NOW = int(time.time())


class Keys:
    """Where the tenant's keys are told."""

    def __init__(self, *kids: str) -> None:
        self.kids, self.asked, self.away = list(kids), 0, False

    async def __call__(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.away:
            raise TryLater("the signing keys cannot be asked for")
        return {"keys": [public(kid) for kid in self.kids]}


class World:
    def __init__(self) -> None:
        self.now, self.keys = 0.0, Keys("one")
        self.bearer = Bearer(TENANT, AUDIENCE, self.keys, lambda: self.now)

    async def caller(self, text: str) -> Any:
        return await self.bearer.caller(f"Bearer {text}")


@pytest.fixture
def world() -> World:
    return World()


async def test_somebody_who_signed_in_is_known_as_the_command_line_knows_them(world: World) -> None:
    caller = await world.caller(token(claims(TENANT)))
    assert caller.by == f"entra:anna@contoso.nl/{OIDS['anna']}"
    assert (caller.reads, caller.approves) == (True, True)
    with_upn = claims(TENANT, upn="anna.v@contoso.nl")
    assert (await world.caller(token(with_upn))).by == f"entra:anna.v@contoso.nl/{OIDS['anna']}"
    assert (await world.bearer.caller(f"bearer  {token(with_upn)} ")).person


@pytest.mark.parametrize(
    ("roles", "reads", "approves"),
    [
        (("Joinly.Read",), True, False),
        (("Joinly.Approve",), True, True),
        (("Joinly.Read", "Joinly.Approve"), True, True),
        ((), False, False),
        (("joinly.approve", "Other"), False, False),
        (None, False, False),
        ("Joinly.Approve", False, False),
        ([["Joinly.Approve"]], False, False),
    ],
)
async def test_what_a_caller_may_is_in_the_app_roles_and_nowhere_else(
    world: World, roles: Any, reads: bool, approves: bool
) -> None:
    caller = await world.caller(token(claims(TENANT, roles=roles)))
    assert (caller.reads, caller.approves) == (reads, approves)


@pytest.mark.parametrize("changes", [{"scp": None}, {"scp": ""}, {"idtyp": "app"}])
async def test_an_application_may_read_and_never_approves(world: World, changes: Mapping[str, Any]) -> None:
    caller = await world.caller(token(claims(TENANT, **changes)))
    assert (caller.reads, caller.approves) == (True, False)


WRONG = {
    "another tenant": claims(OTHER),
    "another tenant that says it is ours": claims(OTHER, iss=f"https://login.microsoftonline.com/{TENANT}/v2.0"),
    "a token of version 1.0": claims(TENANT, iss=f"https://sts.windows.net/{TENANT}/"),
    "an issuer that begins like ours": claims(TENANT, iss=f"https://login.microsoftonline.com/{TENANT}/v2.0/x"),
    "another API": claims(TENANT, aud="00000003-0000-0000-c000-000000000000"),
    "several APIs": claims(TENANT, aud=[AUDIENCE, CLIENT]),
    "no API": claims(TENANT, aud=None),
    "expired": claims(TENANT, exp=NOW - 120),
    "never expiring": claims(TENANT, exp=None),
    "not valid yet": claims(TENANT, nbf=NOW + 600),
    "without a beginning": claims(TENANT, nbf=None),
    "without a tenant": claims(TENANT, tid=None),
    "of nobody": claims(TENANT, oid=None),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_that_is_signed_and_not_right_does_not_count(world: World, wrong: str) -> None:
    text = token(WRONG[wrong])
    with pytest.raises(NotSignedIn) as no:
        await world.caller(text)
    assert "contoso" not in str(no.value)
    assert text not in str(no.value)


def by_hand(header: Mapping[str, Any], body: Mapping[str, Any], sign: Any = lambda text: b"") -> str:
    """A token as no library would make it."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, body)]
    text = b".".join(parts)
    return (text + b"." + base64.urlsafe_b64encode(sign(text)).rstrip(b"=")).decode()


def _with_the_public_key(text: bytes) -> bytes:
    """HS256 with the public key as the secret, which everybody knows."""
    pem = (
        key("one")
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return hmac.new(pem, text, hashlib.sha256).digest()


FORGED = {
    "unsigned": by_hand({"alg": "none", "typ": "JWT", "kid": "one"}, claims(TENANT)),
    "unsigned in another spelling": by_hand({"alg": "NonE", "kid": "one"}, claims(TENANT)),
    "signed with the public key": by_hand({"alg": "HS256", "kid": "one"}, claims(TENANT), _with_the_public_key),
    "signed by somebody else": token(claims(TENANT), signer="theirs"),
    "signed by somebody else who says where their key is": token(
        claims(TENANT), signer="theirs", jku="https://evil.example/keys", jwk=public("theirs")
    ),
    "signed with a key the tenant does not have": token(claims(TENANT), kid="theirs"),
    "without a signature": token(claims(TENANT)).rpartition(".")[0] + ".",
    "with another body": ".".join(
        (
            token(claims(TENANT)).split(".")[0],
            token(claims(TENANT, "carl")).split(".")[1],
            token(claims(TENANT)).split(".")[2],
        )
    ),
    "of two parts": "a.b",
    "no token": "not a token",
    "too long": "a" * (LONGEST + 1),
}


@pytest.mark.parametrize("forged", FORGED)
async def test_a_forged_token_does_not_count(world: World, forged: str) -> None:
    with pytest.raises(NotSignedIn):
        await world.caller(FORGED[forged])


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", token(claims(TENANT))])
async def test_without_a_bearer_token_nobody_is_signed_in_and_no_key_is_asked_for(world: World, header: str) -> None:
    with pytest.raises(NotSignedIn):
        await world.bearer.caller(header)
    assert world.keys.asked == 0


async def test_keys_are_asked_for_once_a_day(world: World) -> None:
    for _ in range(5):
        await world.caller(token(claims(TENANT)))
    assert world.keys.asked == 1
    world.now += KEPT
    await world.caller(token(claims(TENANT)))
    assert world.keys.asked == 2


async def test_a_new_key_is_known_by_asking_again_and_an_old_one_is_not_believed_any_longer(world: World) -> None:
    await world.caller(token(claims(TENANT)))
    world.keys.kids = ["two"]
    world.now += APART
    assert (await world.caller(token(claims(TENANT), kid="two"))).approves
    with pytest.raises(NotSignedIn):
        await world.caller(token(claims(TENANT)))


async def test_tokens_with_invented_keys_cause_a_question_every_few_minutes_and_no_more(world: World) -> None:
    await world.caller(token(claims(TENANT)))
    for _ in range(20):
        with pytest.raises(NotSignedIn, match="a key that the tenant does not have"):
            await world.caller(token(claims(TENANT), kid="theirs"))
    assert world.keys.asked == 1
    world.now += APART
    for _ in range(20):
        with pytest.raises(NotSignedIn):
            await world.caller(token(claims(TENANT), kid="theirs"))
    assert world.keys.asked == 2


async def test_keys_that_cannot_be_asked_for_leave_those_that_are_known(world: World) -> None:
    world.keys.away = True
    with pytest.raises(TryLater):
        await world.caller(token(claims(TENANT)))
    world.keys.away = False
    await world.caller(token(claims(TENANT)))
    world.keys.away = True
    world.now += KEPT
    assert (await world.caller(token(claims(TENANT)))).reads


async def test_keys_that_are_not_for_signing_are_left_out(world: World) -> None:
    async def odd() -> Mapping[str, Any]:
        return {"keys": [{**public("one"), "use": "enc"}, {"kty": "EC", "kid": "e"}, {"kty": "RSA"}]}

    bearer = Bearer(TENANT, AUDIENCE, odd, lambda: 0.0)
    with pytest.raises(NotSignedIn, match="a key that the tenant does not have"):
        await bearer.caller(f"Bearer {token(claims(TENANT))}")
