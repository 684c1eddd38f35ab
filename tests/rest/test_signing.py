"""Secrets change without anything being deployed: a 401 has them read anew once, and the next refusal names them."""

import base64
import traceback
from dataclasses import dataclass, field

import httpx
import pytest

from shared.errors import Misconfigured
from shared.rest import Rest
from shared.signing import Bearer, Both, Fixed
from shared.vault import Remembered
from tests.rest.rest_world import BASE, SECRET, Shop, Time


@dataclass
class KeyVault:
    """What people put there, and what was asked for."""

    values: dict[str, str] = field(default_factory=lambda: {"secret:shop-token": SECRET})
    asked: list[str] = field(default_factory=list)

    async def read(self, name: str) -> str:
        self.asked.append(name)
        return self.values[name]


@pytest.fixture
def vault() -> KeyVault:
    return KeyVault()


@pytest.fixture
def remembered(vault: KeyVault) -> Remembered:
    return Remembered(vault.read)


@pytest.fixture
async def rest(http: httpx.AsyncClient, time: Time, remembered: Remembered) -> Rest:
    sign = Fixed("Authorization", ["secret:shop-token"], "Bearer {}".format, remembered, remembered.forget)
    return Rest("Shop", BASE, http, clock=time.clock, sleep=time.sleep, sign=sign)


async def test_a_remembered_secret_is_read_once_for_many_requests(rest: Rest, vault: KeyVault) -> None:
    for _ in range(3):
        await rest.get("/people")
    assert vault.asked == ["secret:shop-token"]


async def test_a_secret_that_somebody_changed_in_mid_run_is_read_anew(rest: Rest, vault: KeyVault, shop: Shop) -> None:
    await rest.get("/people")
    vault.values["secret:shop-token"], shop.valid = "the new one", {"the new one"}
    await rest.get("/people")
    await rest.get("/people")
    assert vault.asked == ["secret:shop-token"] * 2
    assert len(shop.seen) == 4


async def test_a_secret_that_is_not_accepted_is_named_and_sent_once(rest: Rest, vault: KeyVault, shop: Shop) -> None:
    shop.valid = {"something else"}
    with pytest.raises(Misconfigured, match=r"answered 401: .*; check secret:shop-token") as wrong:
        await rest.get("/people")
    assert SECRET not in "".join(traceback.format_exception(wrong.value))
    assert (len(vault.asked), len(shop.seen)) == (2, 1)


async def test_a_new_secret_that_is_not_accepted_either_is_sent_once(rest: Rest, vault: KeyVault, shop: Shop) -> None:
    await rest.get("/people")
    vault.values["secret:shop-token"], shop.valid = "also wrong", set()
    with pytest.raises(Misconfigured, match="check secret:shop-token"):
        await rest.get("/people")
    assert len(shop.seen) == 3


async def test_basic_is_made_of_two_secrets(http: httpx.AsyncClient, time: Time, shop: Shop, vault: KeyVault) -> None:
    """TOPdesk: `Basic base64(login:application password)`."""

    def basic(login: str, password: str) -> str:
        return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()

    vault.values = {"secret:login": "joinly", "secret:password": "pässword\n"}
    sign = Fixed("Authorization", ["secret:login", "secret:password"], basic, vault.read, lambda name: None)
    with pytest.raises(Misconfigured, match="check secret:login and secret:password"):
        await Rest("Shop", BASE, http, clock=time.clock, sleep=time.sleep, sign=sign).get("/people")
    assert shop.seen[0].headers["authorization"] == basic("joinly", "pässword")
    assert "joinly" not in repr(sign)


async def test_a_token_and_a_subscription_key_are_renewed_together(
    http: httpx.AsyncClient, time: Time, shop: Shop, vault: KeyVault
) -> None:
    """Nmbrs: `Authorization: Bearer` and `X-Subscription-Key`."""
    given: list[str] = []

    async def token(refused: str) -> str:
        given.append(refused)
        return "second" if refused == "first" else "first"

    shop.valid, vault.values["secret:key"] = {"second"}, "k"
    key = Fixed("X-Subscription-Key", ["secret:key"], str, vault.read, lambda name: None)
    sign = Both([Bearer(token), key])
    await Rest("Shop", BASE, http, clock=time.clock, sleep=time.sleep, sign=sign).get("/people")
    assert given == ["", "first"]
    assert shop.seen[-1].headers["x-subscription-key"] == "k"
    assert sign.what == "the credential and what it may read, secret:key"
