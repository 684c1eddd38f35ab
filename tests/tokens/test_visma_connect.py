"""Visma Connect: one sign-in for all runs, for one organisation; what it refuses is one clear sentence."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors._visma_connect import TenantId, visma_connect
from local.authorization import VISMA, Registered
from shared.errors import Misconfigured
from shared.oauth.forms import OAuth
from tests.tokens.tokens_world import CLIENT, SECRET, World, world

TENANT = "af1140c1-52e0-46c7-b684-df894d4b8a5a"
SCOPES = ("hrmanalytics:nlhrm:exportemployees", "hrmanalytics:nlhrm:exportusers")


@pytest.fixture
async def vendor() -> AsyncIterator[World]:
    async with world(VISMA) as found:
        found.authority.register(
            Registered(
                id=CLIENT,
                secret=SECRET,
                grants=frozenset({"client_credentials"}),
                scopes=frozenset(SCOPES),
                tenants=frozenset({TENANT}),
            )
        )
        yield found


def connect(vendor: World, tenant_id: str = TENANT) -> OAuth:
    return visma_connect(
        connect=vendor.address,
        client_id=CLIENT,
        client_secret="secret:hr-secret",
        tenant_id=tenant_id,
        scopes=SCOPES,
    )


async def test_a_token_is_for_the_organisation_and_is_kept_until_it_ends(vendor: World) -> None:
    token = await vendor.worker(connect(vendor))()
    family = vendor.authority.holder(token)
    assert family is not None
    assert (family.tenant, family.scopes) == (TENANT, SCOPES)
    for _ in range(3):
        assert await vendor.worker(connect(vendor))() == token
    assert vendor.authority.sign_ins == 1
    await vendor.time.sleep(3600)
    assert await vendor.worker(connect(vendor))() != token
    assert vendor.authority.sign_ins == 2


async def test_a_lifetime_that_is_written_as_text_is_read(vendor: World) -> None:
    """An older sample of Visma's shows `"expires_in": "3600"`."""
    vendor.authority.manners = replace(VISMA, texts=True)
    await vendor.worker(connect(vendor))()
    await vendor.time.sleep(3500)
    await vendor.worker(connect(vendor))()
    assert vendor.authority.sign_ins == 1


@pytest.mark.parametrize("code", ["unauthorized_client", "invalid_tenant"])
async def test_an_organisation_that_has_not_accepted_the_application_is_said(vendor: World, code: str) -> None:
    vendor.authority.manners = replace(VISMA, stranger=code)
    other = "00000000-52e0-46c7-b684-df894d4b8a5a"
    with pytest.raises(Misconfigured, match=rf"\({code}\).* tenant_id has accepted the application's invitation$"):
        await vendor.worker(connect(vendor, tenant_id=other))()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda vendor: vendor.secrets.update({"secret:hr-secret": "wrong"}), "invalid_client"),
        (lambda vendor: vendor.authority.clients.clear(), "invalid_client"),
        (lambda vendor: setattr(vendor.authority.clients[CLIENT], "scopes", frozenset()), "invalid_scope"),
    ],
)
async def test_what_is_wrong_is_named_without_any_secret(
    vendor: World, spoil: Callable[[World], object], code: str
) -> None:
    spoil(vendor)
    with pytest.raises(
        Misconfigured, match=rf"answered 400 without a token \({code}\); check secret:hr-secret"
    ) as said:
        await vendor.worker(connect(vendor))()
    assert not [one for one in (SECRET, "wrong", TENANT) if one in str(said.value)]


@pytest.mark.parametrize("text", ["", "contoso", TENANT[:-1], f"{TENANT}/x", f" {TENANT}"])
def test_a_tenant_id_is_a_guid(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(TenantId).validate_python(text)


def test_a_tenant_id_may_be_written_in_capitals() -> None:
    assert TypeAdapter(TenantId).validate_python(TENANT.upper()) == TENANT
