"""What each identity may do on the local Azure is what is written as data, and all else is a real refusal."""

import json
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from azure.core.exceptions import HttpResponseError
from azure.data.tables.aio import TableServiceClient
from azure.keyvault.secrets.aio import SecretClient
from azure.storage.blob.aio import ContainerClient
from staffed import EXAMPLE

from local import people
from local.azure import settings
from local.azure.identities import GRAPH, Signed
from local.azure.rights import OPERATOR, READ, TABLES, WRITE, rights
from local.azure.up import LocalAzure, local_azure
from shared import layout, queues
from shared.azure.reach import REACH
from shared.azure.settings import read as read_settings
from shared.azure.triggers import Role
from shared.bus import Doorbell
from shared.errors import Misconfigured
from shared.policies import Policies
from shared.policy_blobs import BlobShelf
from shared.servicebus import ServiceBus
from shared.store import Insert
from shared.tables import TableStore
from shared.vault import Vault

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

SECRET = "hr-key"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def azure(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalAzure]:
    folder = tmp_path_factory.mktemp("azure")
    (folder / "hr").mkdir()
    (folder / "hr" / "people.csv").write_bytes(people.export(people.staff(11)))
    async with local_azure(folder, EXAMPLE.read_text(encoding="utf-8"), folder) as running:
        yield running


def sign_in(azure: LocalAzure, name: str) -> Signed:
    return Signed(azure.identities.endpoints[name], azure.identities.rights[name].client)


@asynccontextmanager
async def store(azure: LocalAzure, name: str) -> AsyncIterator[TableStore]:
    trust = {"connection_verify": str(azure.trusted)}
    client = TableServiceClient(azure.addresses["tables"], credential=sign_in(azure, name), **trust)
    async with TableStore(client) as found:
        yield found


@asynccontextmanager
async def policies(azure: LocalAzure, name: str) -> AsyncIterator[Policies]:
    address, trust = f"{azure.addresses['blobs']}/policies", {"connection_verify": str(azure.trusted)}
    client = ContainerClient.from_container_url(address, credential=sign_in(azure, name), **trust)
    async with BlobShelf(client) as shelf:
        yield Policies(shelf)


async def test_an_app_reads_and_writes_its_own_tables_and_no_other(azure: LocalAzure) -> None:
    for name, role in ((READ, Role.READ), (WRITE, Role.WRITE)):
        async with store(azure, name) as tables:
            for table in layout.TABLES:
                allowed = table in REACH[role].tables
                written = tables.commit(table, "p", [Insert(f"k-{name}", {"a": 1})])
                if not allowed:
                    with pytest.raises(Misconfigured, match="AuthorizationPermissionMismatch"):
                        await written
                    with pytest.raises(Misconfigured, match="AuthorizationPermissionMismatch"):
                        await tables.get(table, "p", "k")
                    continue
                await written
                assert await tables.get(table, "p", f"k-{name}") is not None
                assert [row async for row in tables.everything(table)]


async def test_an_app_sends_and_receives_where_it_should_and_nowhere_else(azure: LocalAzure) -> None:
    for name, role in ((READ, Role.READ), (WRITE, Role.WRITE)):
        async with ServiceBus.at(azure.broker.address, sign_in(azure, name), use_tls=False) as bus:
            for queue in queues.QUEUES:
                sent = await done(bus.ring(queue, [Doorbell("s", {})]))
                assert sent == (queue in REACH[role].sends), (name, queue)
                received = await done(bus.accept(queue, 0))
                assert received == (queue in REACH[role].receives), (name, queue)


async def test_an_app_reads_its_own_secrets(azure: LocalAzure) -> None:
    azure.vault.put(SECRET, "value")
    for name in (READ, WRITE):
        trust: dict[str, Any] = {"connection_verify": str(azure.trusted), "verify_challenge_resource": False}
        async with Vault(SecretClient(azure.addresses["vault"], sign_in(azure, name), **trust)) as vault:
            assert await vault.read("secret:joinly-hash-key")
            with pytest.raises(Misconfigured, match="Key Vault Secrets User"):
                await vault.read(f"secret:{SECRET}")


async def test_a_secret_has_versions_and_one_that_is_disabled_is_refused(azure: LocalAzure) -> None:
    azure.vault.put("joinly-hash-key", "another")
    [first, second] = azure.vault.secrets["joinly-hash-key"]
    trust: dict[str, Any] = {"connection_verify": str(azure.trusted), "verify_challenge_resource": False}
    async with SecretClient(azure.addresses["vault"], sign_in(azure, READ), **trust) as client:
        assert (await client.get_secret("joinly-hash-key")).value == "another"
        assert (await client.get_secret("joinly-hash-key", first.id)).value == first.value
        second.enabled = False
        with pytest.raises(HttpResponseError, match="disabled secret"):
            await client.get_secret("joinly-hash-key")
        assert (await client.get_secret("joinly-hash-key", first.id)).value == first.value
    second.enabled = True


async def test_hrs_secrets_are_the_reading_apps_and_targets_the_writing_apps() -> None:
    held = rights(frozenset({"hr"}), frozenset({"target"}))
    assert {name: sorted(one.secrets & {"hr", "target"}) for name, one in held.items()} == {
        READ: ["hr"],
        WRITE: ["target"],
        OPERATOR: ["hr", "target"],
    }


async def test_the_apps_read_the_active_policy_and_only_a_person_changes_it(azure: LocalAzure) -> None:
    for name in (READ, WRITE, OPERATOR):
        async with policies(azure, name) as shelf:
            assert (await shelf.active()).policy.customer == "Contoso"
            kept = await done(shelf.keep(azure.policy + "\n# again\n"))
            assert kept == (name == OPERATOR)


async def test_only_the_app_that_writes_may_write_in_the_tenant(azure: LocalAzure) -> None:
    user = azure.sandbox.tenant.add_user(userPrincipalName="somebody@contoso.nl", displayName="Somebody")
    statuses = {}
    async with httpx.AsyncClient(trust_env=False) as http:
        for name in (READ, WRITE):
            token = (await sign_in(azure, name).get_token(f"{GRAPH}/.default")).token
            headers, address = {"Authorization": f"Bearer {token}"}, f"{azure.sandbox.graph}/users/{user}"
            read = await http.get(address, headers=headers)
            written = await http.patch(address, headers=headers, json={"department": "Sales"})
            statuses[name] = read.status_code, written.status_code
    assert statuses == {READ: (200, 403), WRITE: (200, 204)}


async def test_a_stranger_gets_nothing_and_an_app_no_token_of_the_other(azure: LocalAzure) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=ssl.create_default_context(cafile=azure.trusted)) as http:
        for token, status in (("", 401), ("Bearer a.b.c", 403)):
            headers = {"Authorization": token} if token else {}
            answer = await http.get(f"{azure.addresses['tables']}/state()", headers=headers)
            assert answer.status_code == status
        mine = azure.identities.endpoints[READ].environment(azure.endpoints[READ])
        asked = {"api-version": "2019-08-01", "resource": GRAPH, "client_id": azure.identities.rights[WRITE].client}
        answer = await http.get(
            mine["IDENTITY_ENDPOINT"], params=asked, headers={"x-identity-header": mine["IDENTITY_HEADER"]}
        )
        assert answer.status_code == 400


async def test_what_is_written_for_apps_and_commands_is_what_they_read(azure: LocalAzure, tmp_path: Path) -> None:
    for name, role in ((READ, Role.READ), (WRITE, Role.WRITE)):
        file = settings.write_app(azure, name, tmp_path)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        found = read_settings(json.loads(file.read_text())["Values"])
        assert (found.role, found.tenant) == (role, azure.sandbox.tenant.id)
    settings.write_commands(azure, tmp_path / "local.env")
    assert stat.S_IMODE((tmp_path / "local.env").stat().st_mode) == 0o600
    text = (tmp_path / "local.env").read_text()
    assert all(f'{name}="{value}"' in text for name, value in azure.settings(OPERATOR).items())


async def test_every_table_is_made_before_anybody_comes(azure: LocalAzure) -> None:
    async with azure.table_client() as tables:
        assert {table.name async for table in tables.list_tables()} == TABLES


async def done(work: Any) -> bool:
    """Whether it was allowed."""
    try:
        await work
    except Misconfigured:
        return False
    return True
