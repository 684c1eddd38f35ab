"""What the connector says about itself, and which settings it takes."""

import pytest
from pydantic import ValidationError

from connectors import manifest
from connectors._graph_adapter import HOSTS
from connectors.entra import MANIFEST
from connectors.entra.target import Settings
from shared.attributes import Unique
from shared.model import Verb


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
    assert {name for name, attribute in attributes.items() if attribute.unique is not Unique.NO} == {
        "userPrincipalName",
        "mail",
    }


def test_no_permission_is_wider_than_it_must_be() -> None:
    assert not [name for name in MANIFEST.permissions if name.startswith(("Directory.", "RoleManagement.", "Group."))]
    assert all(MANIFEST.permissions.values())


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
