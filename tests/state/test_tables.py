"""What only Table Storage can do to us: refuse the credential, throttle, be away, and hold what we did not write."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from azure.core.credentials import AccessToken
from azure.data.tables import TableServiceClient

from local.azurite import Azurite
from shared.errors import Misconfigured, TryLater
from shared.store import Change, Delete, Insert, Put, Store
from shared.tables import CHUNK, TableStore

ODATA_ERROR = '{"odata.error":{"code":"%s","message":{"lang":"en-US","value":"said by the server"}}}'


@asynccontextmanager
async def answering(status: int, code: str, headers: str = "", cut: bool = False) -> AsyncIterator[TableStore]:
    """A store whose storage account gives every request the same answer, or reads it and hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        await reader.readexactly(length)
        if not cut:
            body = ODATA_ERROR % code
            lines = f"HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{lines}{headers}Connection: close\r\n\r\n{body}".encode())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, TableStore.from_connection_string(connection(port)) as store:
        yield store


def connection(port: int, key: str = "c2VjcmV0LWtleQ==") -> str:
    return f"DefaultEndpointsProtocol=http;AccountName=acc;AccountKey={key};TableEndpoint=http://127.0.0.1:{port}/acc;"


async def everything_fails_as(store: Store, expected: type[Exception]) -> list[Exception]:
    errors: list[Exception] = []
    changes: list[list[Change]] = [[Put("k", {})], [Delete("k")]]
    for call in (store.get("state", "p", "k"), *(store.commit("state", "p", change) for change in changes)):
        with pytest.raises(expected) as failed:
            await call
        errors.append(failed.value)
    for rows in (store.scan("state", "p"), store.everything("state")):
        with pytest.raises(expected) as failed:
            await anext(rows)
        errors.append(failed.value)
    return errors


@pytest.mark.parametrize(("status", "code"), [(503, "ServerBusy"), (429, "TooManyRequests"), (500, "InternalError")])
async def test_a_busy_account_is_tried_later_when_it_says(status: int, code: str) -> None:
    async with answering(status, code, "Retry-After: 7\r\n") as store:
        errors = await everything_fails_as(store, TryLater)
    assert all(isinstance(error, TryLater) and error.seconds == 7 for error in errors)
    async with answering(status, code) as store:
        errors = await everything_fails_as(store, TryLater)
    assert all(isinstance(error, TryLater) and error.seconds == 10 for error in errors)


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AuthorizationPermissionMismatch"), (401, "InvalidAuthenticationInfo"), (403, "AuthenticationFailed")],
)
async def test_a_refused_credential_is_misconfigured(status: int, code: str) -> None:
    async with answering(status, code) as store:
        errors = await everything_fails_as(store, Misconfigured)
    assert not any("secret-key" in str(error) for error in errors)


async def test_a_table_that_is_being_deleted_is_tried_later() -> None:
    async with answering(409, "TableBeingDeleted") as store:
        with pytest.raises(TryLater):
            await store.commit("state", "p", [Put("k", {})])


async def test_a_lost_answer_is_tried_later() -> None:
    async with answering(0, "", cut=True) as store:
        with pytest.raises(TryLater):
            await store.commit("state", "p", [Insert("k", {})])


async def test_an_account_that_is_away_is_tried_later() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with TableStore.from_connection_string(connection(port)) as store:
        with pytest.raises(TryLater):
            await store.commit("state", "p", [Put("k", {})])


async def test_a_wrong_key_is_misconfigured(azurite: Azurite) -> None:
    wrong = ";".join(
        "AccountKey=d3Jvbmc=" if part.startswith("AccountKey=") else part
        for part in azurite.connection_string.split(";")
    )
    async with TableStore.from_connection_string(wrong) as store:
        await everything_fails_as(store, Misconfigured)


class RefusedCredential:
    """What azure-identity does when no identity is there."""

    async def get_token(self, *scopes: str, **_: object) -> AccessToken:
        from azure.identity import CredentialUnavailableError

        raise CredentialUnavailableError("no managed identity endpoint found")

    async def close(self) -> None: ...

    async def __aenter__(self) -> "RefusedCredential":
        return self

    async def __aexit__(self, *_: object) -> None: ...


async def test_an_identity_that_cannot_be_had_is_misconfigured() -> None:
    async with TableStore.at("https://127.0.0.1:1", RefusedCredential()) as store:
        with pytest.raises(Misconfigured, match="credential"):
            await store.get("state", "p", "k")


async def test_an_answer_that_is_no_conflict_and_no_fault_of_ours_is_left_as_it_is() -> None:
    async with answering(400, "InvalidInput") as store:
        with pytest.raises(Exception, match="said by the server") as failed:
            await store.commit("state", "p", [Put("k", {})])
    assert not isinstance(failed.value, TryLater | Misconfigured)


async def test_a_row_is_stored_readably_in_chunks_of_one_property_each(azurite: Azurite) -> None:
    table = f"t{uuid4().hex}"
    text = "x" * (2 * CHUNK)
    async with TableStore.from_connection_string(azurite.connection_string) as store:
        await store.commit(table, "p", [Put("link|entra", {"text": text}), Put("small", {"n": 1})])
    with TableServiceClient.from_connection_string(azurite.connection_string) as service:
        client = service.get_table_client(table)
        large, small = client.get_entity("p", "link|entra"), client.get_entity("p", "small")
    assert dict(small) == {"PartitionKey": "p", "RowKey": "small", "n": 1, "d0": '{"n":1}'}
    assert [len(large[f"d{number}"]) for number in range(large["n"])] == [CHUNK, CHUNK, len('{"text":""}')]
