"""An export in a blob container (Azurite): read with an identity that may read this container only, and read whole."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.storage.blob.aio import ContainerClient
from csv_world import NAME, PEOPLE, answer, outside, people, settings, sleeping, table

from connectors import manifest
from connectors.files.places import blob
from connectors.files.places.blob import BlobFolder, Container
from connectors.files.settings import Settings
from local.azure import certificate
from local.azure.identities import Signed
from local.azure.storage_gate import container_of, storage_gate
from local.azurite import Azurite
from local.managed_identity import ManagedIdentity
from local.serve import serving
from shared.connector import Edition
from shared.errors import Misconfigured, TryLater
from tests.emulator import installed

CLIENT = "7e1f6a10-5f8b-4a0c-9d0e-6d3f0b1a2c3d"


@dataclass(frozen=True)
class Account:
    azurite: Azurite
    tls: tuple[Path, Path]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    installed()
    tls = certificate.issued(tmp_path_factory.mktemp("tls"))
    with Azurite(tls=tls) as azurite:
        yield Account(azurite, tls)


@dataclass
class World:
    """A container behind the account's door, an identity, and whether it may read."""

    address: str
    inside: ContainerClient
    identity: ManagedIdentity
    may_read: bool = True

    @property
    def credential(self) -> Any:
        return Signed(self.identity, CLIENT)

    def may(self, token: str, container: str, writes: bool) -> bool:
        known = self.identity.client(token, "https://storage.azure.com") == CLIENT
        return known and self.may_read and not writes and self.address.endswith(f"/{container}")

    def settings(self, container: str = "", **changes: Any) -> Settings:
        where = {"container": container or self.address}
        return settings(blob=where, **{"path": NAME, "encoding": "utf-8", "delimiter": ";", **changes})

    async def put(self, name: str, content: str) -> None:
        await self.inside.upload_blob(name, content, overwrite=True)

    async def answer(self, wanted: Settings, **more: Any) -> list[Any]:
        return await answer(outside(Path("/nowhere"), **{"credential": self.credential, **more}), wanted)


@asynccontextmanager
async def container(account: Account, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    name, trust = f"hr-{uuid4().hex[:8]}", str(account.tls[0])
    monkeypatch.setattr(blob, "_OPTIONS", {**blob._OPTIONS, "retry_total": 0, "connection_verify": trust})
    base, _, path = account.azurite.address("blob").rpartition("/")
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=trust))
    inside = ContainerClient.from_connection_string(account.azurite.connection_string, name, connection_verify=trust)
    async with inside, aiohttp.ClientSession(connector=connector, auto_decompress=False) as upstream:
        await inside.create_container()
        world = World("", inside, ManagedIdentity(frozenset({CLIENT})))
        async with serving(storage_gate(upstream, base, world.may, container_of), tls=account.tls) as door:
            world.address = f"{door}/{path}/{name}"
            yield world


async def why_not(world: World, kind: type[Exception], wanted: Settings, **more: Any) -> str:
    with pytest.raises(kind) as refused:
        await world.answer(wanted, **more)
    return str(refused.value)


async def test_an_export_is_read_from_a_container(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    async with container(account, monkeypatch) as world:
        await world.put(NAME, table(*PEOPLE))
        found = await world.answer(world.settings())
        assert list(people(found)) == ["000123", "000124", "000125"]
        assert found == await world.answer(world.settings())


async def test_the_newest_of_a_folder_is_read_and_not_what_is_below(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with container(account, monkeypatch) as world:
        await world.put("hr/people-20261123.csv", table(*PEOPLE))
        await world.put("hr/people-20261122.csv", table(*PEOPLE[:1]))
        await world.put("hr/old/people-20261124.csv", table(*PEOPLE[:1]))
        await world.put("people-20261125.csv", table(*PEOPLE[:1]))
        edition, *found = await world.answer(world.settings(path="hr/people-{yyyy}{mm}{dd}.csv"))
        assert isinstance(edition, Edition)
        assert edition.name == "people-20261123.csv"
        assert len(people(found)) == 3


@pytest.mark.parametrize("path", [NAME, "*.csv"])
async def test_a_young_blob_can_be_looked_at_twice(
    account: Account, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    waited: list[float] = []
    async with container(account, monkeypatch) as world:
        await world.put(NAME, table(*PEOPLE))
        wanted = world.settings(path=path, complete={"settled_seconds": 20})
        now = datetime.now(UTC)
        found = await answer(
            outside(Path("/nowhere"), now, credential=world.credential, sleep=sleeping(waited)), wanted
        )
        assert (len(people(one for one in found if not isinstance(one, Edition))), waited) == (3, [20])


async def test_a_large_blob_comes_in_many_pieces(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blob, "_OPTIONS", {**blob._OPTIONS, "max_single_get_size": 1_000, "max_chunk_get_size": 1_000})
    rows = [(f"{number:06}", *PEOPLE[0][1:]) for number in range(400)]
    async with container(account, monkeypatch) as world:
        await world.put(NAME, table(*rows))
        assert len(people(await world.answer(world.settings()))) == 400


async def test_wrong_rights_are_said_with_the_role_that_is_missing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with container(account, monkeypatch) as world:
        await world.put(NAME, table(*PEOPLE))
        world.may_read = False
        for path in (NAME, "*.csv"):
            message = await why_not(world, Misconfigured, world.settings(path=path))
            assert "needs the role «Storage Blob Data Reader» on it" in message


async def test_what_is_not_there_is_said_so(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    async with container(account, monkeypatch) as world:
        assert "there is no file export.csv" in await why_not(world, Misconfigured, world.settings())
        assert "no file in the folder" in await why_not(world, Misconfigured, world.settings(path="hr/*.csv"))
        await world.inside.delete_container()
        for path in (NAME, "*.csv"):
            assert "there is no such container" in await why_not(world, Misconfigured, world.settings(path=path))


async def test_a_blob_that_changes_between_looking_and_reading_is_not_read(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with container(account, monkeypatch) as world:
        where = world.settings().blob
        assert where is not None
        for change in (lambda: world.put(NAME, "x" * 9), lambda: world.inside.delete_blob(NAME)):
            await world.put(NAME, table(*PEOPLE))
            async with Container(where, world.credential).opened("") as folder:
                seen = await folder.look(NAME)
                assert seen is not None
                await change()
                with pytest.raises(TryLater, match=r"export\.csv was (written to|taken away) while it was read"):
                    await folder.fetch(seen, tmp_path / "fetched")


async def test_without_a_sign_in_nobody_is_asked(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    async with container(account, monkeypatch) as world:
        assert "no Microsoft sign-in" in await why_not(world, Misconfigured, world.settings(), credential=None)


async def test_a_sign_in_that_is_refused_is_said_so(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        async def get_token(self, *_: str, **__: Any) -> Any:
            raise ClientAuthenticationError("AADSTS700016 Kanarie")

    async with container(account, monkeypatch) as world:
        message = await why_not(world, Misconfigured, world.settings(), credential=Refusing())
        assert "does not accept the app's sign-in" in message
        assert "Kanarie" not in message


async def test_an_account_that_is_not_there_or_too_slow_is_tried_again_later(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with container(account, monkeypatch) as world:
        nowhere = world.settings("https://127.0.0.1:1/joinlylocal/hr-export")
        assert "could not be reached" in await why_not(world, TryLater, nowhere)

        async def waits(self: BlobFolder, name: str) -> None:
            await blob._answered(name, asyncio.sleep(3_600))

        monkeypatch.setattr(blob, "MOST_SECONDS", 0.01)
        monkeypatch.setattr(BlobFolder, "look", waits)
        assert "export.csv came too slowly" in await why_not(world, TryLater, world.settings())


def test_only_a_source_in_a_container_is_given_microsoft_s_sign_in() -> None:
    one = manifest("files")
    there = settings(
        blob={"container": "https://account.blob.core.windows.net/hr-export"}, encoding="utf-8", delimiter=";"
    )
    assert one.microsoft(there)
    assert not one.microsoft(settings())
    assert (one.features(there), one.features(settings())) == ({"blob"}, frozenset())


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (503, "ServerBusy", TryLater, "the storage account is busy (503 ServerBusy)"),
        (429, "", TryLater, "the storage account is busy (429 unknown)"),
        (409, "ContainerBeingDeleted", TryLater, "the storage account is busy"),
        (409, "BlobArchived", Misconfigured, "export.csv is archived and cannot be read; deliver it to the hot"),
        (412, "ConditionNotMet", TryLater, "export.csv was written to while it was read"),
        (401, "InvalidAuthenticationInfo", Misconfigured, "needs the role «Storage Blob Data Reader»"),
        (403, "AuthorizationFailure", Misconfigured, "the account's network rules must let the app in"),
    ],
)
async def test_every_answer_of_the_account_says_what_to_do(
    status: int, code: str, kind: type[Exception], words: str
) -> None:
    async def answered() -> None:
        error = HttpResponseError("Kanarie")
        error.status_code, error.error_code = status, code  # type: ignore[attr-defined]
        raise error

    with pytest.raises(kind) as refused:
        await blob._answered(NAME, answered())
    assert words in str(refused.value)
    assert "Kanarie" not in str(refused.value)


async def test_an_answer_that_nobody_knows_is_a_bug_and_propagates() -> None:
    async def answered() -> None:
        raise HttpResponseError("an answer of its own")

    with pytest.raises(HttpResponseError):
        await blob._answered(NAME, answered())
