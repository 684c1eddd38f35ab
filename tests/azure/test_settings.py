"""What is wrong with the deployment is said in one sentence that names the setting, and nothing is repeated."""

import base64
import logging
from contextlib import AsyncExitStack
from functools import partial

import pytest
from azure_world import APP, POLICY, environment
from loopback import CLIENT, Loopback

from shared.azure import deploy, surroundings
from shared.azure.root import building, refuse_other_tenants, surroundings_of
from shared.azure.settings import APP as FOLDER
from shared.azure.settings import on_this_machine, read
from shared.azure.surroundings import hash_key, sign_in
from shared.azure.triggers import Role
from shared.errors import Misconfigured
from shared.policies import Policies
from shared.policy_file import PolicyInvalid, PolicyText, load
from shared.servicebus import ServiceBus
from shared.tables import TableStore
from shared.vault import Vault

TENANT = "0f0e0d0c-1111-4222-8333-444455556666"
GIVEN = environment(TENANT)
CANARY = "canary-77ab"


def test_settings_are_read_and_addresses_lose_their_slash() -> None:
    settings = read(GIVEN)
    assert settings.tables == "https://stjoinly.table.core.windows.net"
    assert settings.key_vault == "https://joinly-test.vault.azure.net"
    assert settings.policies == "https://stjoinly.blob.core.windows.net/policies"
    assert (FOLDER / "function_app.py").exists()


@pytest.mark.parametrize("name", [name for name in GIVEN if name not in {"PATH", "JOINLY_IDENTITY", "JOINLY_AUDIENCE"}])
@pytest.mark.parametrize("given", [None, "", "  "])
def test_a_setting_that_is_missing_or_empty_is_one_sentence(name: str, given: str | None) -> None:
    wrong = {**GIVEN, name: given or ""}
    if given is None:
        del wrong[name]
    with pytest.raises(Misconfigured) as error:
        read(wrong)
    assert str(error.value).startswith(f"the app setting {name} is missing: set it to ")
    assert ";" not in str(error.value)


def test_addresses_of_this_machine_are_taken_and_known_as_such() -> None:
    here = read(
        {
            **GIVEN,
            "JOINLY_TABLES": "https://127.0.0.1:10002/devstoreaccount1",
            "JOINLY_POLICIES": "http://localhost:10000/devstoreaccount1/policies",
            "JOINLY_KEY_VAULT": "https://localhost:8443",
            "ServiceBus__fullyQualifiedNamespace": "127.0.0.1:5680",
        }
    )
    assert all(on_this_machine(one) for one in (here.tables, here.policies, here.key_vault, here.namespace))
    there = read(GIVEN)
    assert not any(on_this_machine(one) for one in (there.tables, there.policies, there.key_vault, there.namespace))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JOINLY_TENANT", "contoso.onmicrosoft.com"),
        ("JOINLY_IDENTITY", "id-joinly"),
        ("JOINLY_TABLES", f"http://{CANARY}.table.core.windows.net"),
        ("JOINLY_TABLES", f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={CANARY}"),
        ("JOINLY_TABLES", f"https://a.table.core.windows.net/?sig={CANARY}"),
        ("JOINLY_KEY_VAULT", f"https://{CANARY}"),
        ("ServiceBus__fullyQualifiedNamespace", f"sb://{CANARY}.servicebus.windows.net"),
        ("ServiceBus__fullyQualifiedNamespace", f"Endpoint=sb://a.b.c/;SharedAccessKey={CANARY}"),
        ("JOINLY_POLICIES", f"https://a.blob.core.windows.net/policies?sig={CANARY}"),
        ("JOINLY_POLICIES", "https://a.blob.core.windows.net"),
        ("JOINLY_POLICIES", f"config/{CANARY}.yaml"),
        ("JOINLY_TABLES", f"http://127.0.0.1.{CANARY}.nl:80"),
        ("JOINLY_TABLES", f"http://localhost:10002@{CANARY}.nl"),
        ("JOINLY_ROLE", CANARY),
        ("JOINLY_AUDIENCE", f"api://{CANARY}"),
    ],
)
def test_a_setting_that_is_not_right_is_named_and_its_value_is_not(name: str, value: str) -> None:
    with pytest.raises(Misconfigured) as error:
        read({**GIVEN, name: value})
    assert str(error.value).startswith(f"the app setting {name} is not right: set it to ")
    assert CANARY not in str(error.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Misconfigured) as error:
        read({})
    assert str(error.value).count("is missing: set it to") == 6


@pytest.mark.parametrize(
    ("tenant", "said"),
    [
        ("sandbox", "sandbox is the simulated tenant of a developer's machine"),
        ("contoso.nl", "not the id of the tenant this app signs in to"),
        ("11111111-1111-4111-8111-111111111111", "not the id of the tenant this app signs in to"),
    ],
)
def test_a_policy_for_another_tenant_is_refused_where_it_says_so(tenant: str, said: str) -> None:
    found = load(POLICY.replace("TENANT", tenant))
    with pytest.raises(PolicyInvalid) as error:
        refuse_other_tenants(found, TENANT)
    [mistake] = error.value.mistakes
    assert mistake.key == "targets.entra.settings.tenant"
    assert POLICY.splitlines()[mistake.line - 1].strip() == "settings: {tenant: TENANT}"
    assert said in mistake.text


def test_the_tenants_id_may_be_written_in_capitals_and_other_targets_have_none() -> None:
    refuse_other_tenants(load(POLICY.replace("TENANT", TENANT.upper())), TENANT)
    refuse_other_tenants(load(POLICY.replace("{tenant: TENANT}", "{}")), TENANT)


@pytest.mark.parametrize(
    "text", ["", "not base64!", base64.b64encode(b"short").decode(), base64.b64encode(bytes(33)).decode(), "é" * 44]
)
async def test_a_hash_key_that_is_none_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(Misconfigured, match="secret:joinly-hash-key is not 32 random bytes in base64") as error:
        await hash_key(partial(_answer, text))
    assert text == "" or text not in str(error.value)


async def test_a_hash_key_may_end_in_a_new_line_as_openssl_writes_it() -> None:
    assert await hash_key(partial(_answer, base64.b64encode(bytes(range(32))).decode() + "\n")) == bytes(range(32))


async def _answer(text: str, name: str) -> str:
    return text


async def test_in_azure_the_named_identity_signs_in_and_elsewhere_the_developer() -> None:
    signed = [sign_in(read({**GIVEN, "JOINLY_IDENTITY": identity})) for identity in (APP, "")]
    assert [type(one).__name__ for one in signed] == ["ManagedIdentityCredential", "DefaultAzureCredential"]
    chain = [type(one).__name__ for one in signed[1].credentials]  # type: ignore[attr-defined]
    assert not {"ManagedIdentityCredential", "InteractiveBrowserCredential"} & set(chain)
    for one in signed:
        await one.close()


async def test_in_azure_the_engine_stands_on_tables_queues_and_the_key_vault(
    azure: Loopback, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = base64.b64encode(b"0123456789abcdef" * 2).decode()
    azure.vault.put("joinly-hash-key", key)
    azure.vault.put("personio-key", CANARY)
    monkeypatch.setattr(surroundings, "Vault", _through(azure))
    async with AsyncExitStack() as stack:
        deployment = await deploy(stack, environment={**GIVEN, "JOINLY_IDENTITY": CLIENT})
        around = deployment.ground.around
        assert isinstance(around.store, TableStore)
        assert isinstance(around.bus, ServiceBus)
        assert isinstance(deployment.ground.active.__self__, Policies)  # type: ignore[attr-defined]
        assert around.hash_key == b"0123456789abcdef" * 2
        assert around.clock().tzinfo is not None
        assert around.unique() != around.unique()
        assert await around.secret("secret:personio-key") == CANARY
        engine = await building(deployment.settings, deployment.ground)(_policy(), stack)
        assert engine.store is around.store
    assert not [secret for secret in (CANARY, key) if secret in caplog.text + repr(engine) + repr(deployment)]


def _policy() -> PolicyText:
    return load(POLICY.replace("TENANT", TENANT))


def _through(azure: Loopback) -> type[Vault]:
    """The product's vault, on the way to this machine instead of Azure."""

    class Here(Vault):
        @classmethod
        def at(cls, url, credential, **options):
            return super().at(url, credential, transport=azure.transport(), **options)

    return Here


async def test_only_a_target_with_a_tenant_gets_the_microsoft_sign_in(
    azure: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure.vault.put("joinly-hash-key", base64.b64encode(bytes(32)).decode())
    monkeypatch.setattr(surroundings, "Vault", _through(azure))
    async with AsyncExitStack() as stack:
        ground = await surroundings.ground(read({**GIVEN, "JOINLY_IDENTITY": CLIENT}), stack)
        without = load(POLICY.replace("{tenant: TENANT}", "{}"))
        assert surroundings_of(Role.WRITE, without, ground.around).credential(("targets", "entra")) is None
        assert surroundings_of(Role.WRITE, _policy(), ground.around).credential(("targets", "entra")) is not None
        assert surroundings_of(Role.READ, without, ground.around).credential(("sources", "hr")) is not None
