"""What the connector says about itself, and which settings it takes."""

import pytest
from entra_world import World, names, person
from pydantic import ValidationError

from connectors import manifest
from connectors._graph_adapter import HOSTS
from connectors.entra import MANIFEST
from connectors.entra.target import Settings
from shared.attributes import Unique
from shared.errors import Refused
from shared.model import Value, Verb

ATTRIBUTES = {attribute.name: attribute for attribute in MANIFEST.attributes}


def test_the_connector_is_found_by_name() -> None:
    assert manifest("entra") is MANIFEST
    assert MANIFEST.name == "entra"
    assert MANIFEST.verbs == frozenset(Verb)
    assert MANIFEST.correlate <= {attribute.name for attribute in MANIFEST.attributes}


def test_names_are_declared_once_with_graphs_limits() -> None:
    attributes = {attribute.name: attribute for attribute in MANIFEST.attributes}
    assert len(attributes) == len(MANIFEST.attributes)
    assert attributes["employeeId"].longest == 16
    assert not attributes["displayName"].clearable
    assert [name for name, attribute in attributes.items() if attribute.reference] == ["manager"]
    assert {name for name, attribute in attributes.items() if attribute.unique is Unique.ADDRESSES} == {
        "userPrincipalName",
        "mail",
        "proxyAddresses",
    }
    assert [name for name, attribute in attributes.items() if not attribute.written] == ["proxyAddresses"]


@pytest.mark.parametrize("local", ["anna", "a.b-c_d!e#f^g~h", "o'neill", "x" * 64, "7"])
async def test_a_name_that_fits_is_taken_by_graph(world: World, local: str) -> None:
    given: dict[str, Value] = {**person(local), **names(local), "employeeId": "7"}
    assert [name for name, value in given.items() if ATTRIBUTES[name].misfit(value)] == []
    assert await world.apply("", Verb.CREATE, **given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("userPrincipalName", f"{odd}@contoso.nl") for odd in ("an na", "ännä", "a&b", "a+b", "x" * 65, "anna.", "")),
        ("userPrincipalName", "anna"),
        ("userPrincipalName", f"{'x' * 64}@{'y' * 50}"),
        *(("mail", f"{odd}@contoso.nl") for odd in ("an na", "ännä", "x" * 65, "")),
        ("mail", "anna"),
        *(("mailNickname", odd) for odd in ("an na", "ännä", "x" * 65, "a@b", "a,b", "a(b)", ".anna")),
        ("displayName", "x" * 257),
        ("employeeId", "x" * 17),
        ("givenName", "x" * 65),
        ("jobTitle", "x" * 129),
        ("postalCode", "x" * 41),
        ("otherMails", (f"{'x' * 240}@contoso.nl",)),
        ("extensionAttribute1", "x" * 1025),
    ],
)
async def test_a_value_that_graph_refuses_is_a_misfit_before_it_is_sent(world: World, name: str, value: Value) -> None:
    assert ATTRIBUTES[name].misfit(value)
    with pytest.raises(Refused):
        await world.create("anna", **{name: value})


@pytest.mark.parametrize("local", [".anna", "anna.", "an..na"])
def test_a_dot_must_be_surrounded_wherever_a_mailbox_may_use_the_name(local: str) -> None:
    for name, value in names(local).items():
        assert ATTRIBUTES[name].misfit(value)


def test_no_permission_is_wider_than_it_must_be() -> None:
    wide = [
        name for name in MANIFEST.permissions if name.startswith(("Directory.", "Group.", "Application", "AppRole"))
    ]
    assert {name: set(MANIFEST.permissions[name].write) for name in wide} == {
        "Group.ReadWrite.All": {"create group"},
        "Application.Read.All": {"role"},
        "AppRoleAssignment.ReadWrite.All": {"role"},
    }
    assert "RoleManagement.ReadWrite.Directory" not in MANIFEST.permissions


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/v1.0/", "http://[::1]:1/v1.0", "https://graph.microsoft.us/v1.0"]
)
def test_graph_may_be_in_a_national_cloud_or_on_this_machine(url: str) -> None:
    assert Settings(tenant="sandbox", base_url=url).base_url == url.rstrip("/")


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_every_microsoft_host_needs_https(host: str) -> None:
    assert Settings(tenant="contoso.nl", base_url=f"https://{host}/v1.0")
    with pytest.raises(ValidationError):
        Settings(tenant="contoso.nl", base_url=f"http://{host}/v1.0")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1.0",
        "https://graph.microsoft.com.evil.example/v1.0",
        "https://graph.microsoft.com@evil.example/v1.0",
        "https://user:pass@graph.microsoft.com/v1.0",
        "https://graph.microsoft.com/v1.0?x=1",
        "ftp://127.0.0.1/v1.0",
        "https://[nonsense",
        "https://graph.microsoft.com:none/v1.0",
        "",
    ],
)
def test_a_token_can_be_sent_nowhere_else(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings(tenant="contoso.nl", base_url=url)


@pytest.mark.parametrize("tenant", ["", "../x", "a b", "contoso.nl\n", "x" * 300])
def test_a_tenant_is_an_id_or_a_domain(tenant: str) -> None:
    with pytest.raises(ValidationError):
        Settings(tenant=tenant)


def test_settings_are_closed_and_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings(tenant="contoso.nl", tenat="typo")  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        Settings(tenant="contoso.nl").tenant = "other"  # type: ignore[misc]


@pytest.mark.parametrize("name", ["guests", "application_roles"])
def test_a_switch_is_true_or_false_and_off_until_it_is_said(name: str) -> None:
    assert getattr(Settings(tenant="contoso.nl"), name) is False
    for odd in ("no", "true", 1, None):
        with pytest.raises(ValidationError):
            Settings(tenant="contoso.nl", **{name: odd})  # type: ignore[arg-type]
