"""The state on Table Storage: one entity a row, one entity group transaction a commit, the ETag as version.

Limits and errors: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions and
…/table-service-error-codes. Data is JSON in string properties `d0`, `d1`, … of at most 64 KiB each.

Table Storage has no "delete if it is there" in a transaction: deleting a missing row fails all of it. So a `Delete`
without version is looked up first: a row that is there is deleted whatever its version, one that is missing is left
out, and when another writer removed it in between all are looked up again. Every commit stays atomic; a row that is
first inserted between look and commit survives, as if it had been inserted afterwards.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Any, Self, TypeVar

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.data.tables import TableTransactionError, UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from shared import keys
from shared.errors import Misconfigured, TryLater
from shared.rows import texts
from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Row

T = TypeVar("T")

CHUNK = 32_768
"""UTF-16 units of one string property (64 KiB)."""

_LOOKS = 5
_SETTINGS: Mapping[str, Any] = {
    "connection_timeout": 5,
    "read_timeout": 20,
    "retry_total": 3,
    "retry_status": 0,
    "retry_backoff_factor": 0.2,
    "retry_backoff_max": 2,
}
"""Only a request that got no answer is repeated, and only when that is safe; an answer is the caller's to judge."""
_BUSY = {408, 429}
_UNUSABLE = {401, 403}


class TableStore:
    """`shared.store.Store` on the tables of one storage account; tables are made on the first write to them.

    `async with TableStore.at("https://<account>.table.core.windows.net", credential) as store: …`
    """

    def __init__(self, service: TableServiceClient) -> None:
        self._service = service

    @classmethod
    def at(cls, endpoint: str, credential: AsyncTokenCredential) -> Self:
        """With an identity, as in Azure; `credential` stays the caller's to close."""
        return cls(TableServiceClient(endpoint, credential=credential, **_SETTINGS))

    @classmethod
    def from_connection_string(cls, text: str) -> Self:
        """With a key: for emulators, as Joinly's own storage account has keys switched off."""
        return cls(TableServiceClient.from_connection_string(text, **_SETTINGS))

    async def open(self) -> None:
        """Nothing is sent: a wrong account or credential shows at the first read or write."""
        await self._service.__aenter__()

    async def close(self) -> None:
        await self._service.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        return await self._get(self._service.get_table_client(table), partition, key)

    async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        condition = "PartitionKey eq @partition and RowKey ge @first" + (" and RowKey lt @last" if last else "")
        bounds = {"partition": keys.encode(partition), "first": keys.encode(first), "last": keys.encode(last)}
        pages = self._service.get_table_client(table).query_entities(condition, parameters=bounds)
        async for row in _rows(table, pages):
            yield row

    async def everything(self, table: str) -> AsyncIterator[Row]:
        async for row in _rows(table, self._service.get_table_client(table).list_entities()):
            yield row

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        written = texts(table, partition, changes)
        client = self._service.get_table_client(table)
        for _ in range(_LOOKS):
            certain = await self._looked_up(client, partition, changes)
            try:
                return await self._saved(client, partition, certain, written)
            except Conflict as conflict:
                if not any(change == Delete(conflict.key) for change in changes):
                    raise
        raise TryLater(f"others keep removing rows of {table}/{partition} that are to be deleted", seconds=5.0)

    async def _looked_up(self, client: TableClient, partition: str, changes: Sequence[Change]) -> list[Change]:
        certain: list[Change] = []
        for change in changes:
            if change != Delete(change.key) or await self._get(client, partition, change.key) is not None:
                certain.append(change)
        return certain

    async def _saved(
        self, client: TableClient, partition: str, changes: Sequence[Change], written: Mapping[str, str]
    ) -> Mapping[str, str]:
        if not changes:
            return {}
        operations = [_operation(partition, change, written.get(change.key, "")) for change in changes]
        try:
            results = await self._answered(client.table_name, self._submitted(client, operations))
        except HttpResponseError as error:
            raise _conflict(client.table_name, partition, changes, error) from error
        pairs = zip(changes, results, strict=True)
        return {change.key: str(result["etag"]) for change, result in pairs if not isinstance(change, Delete)}

    async def _submitted(self, client: TableClient, operations: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
        try:
            return await client.submit_transaction(operations)
        except HttpResponseError as error:
            if _code(error) != "TableNotFound":
                raise
        try:
            await client.create_table()
        except ResourceExistsError as error:
            if _code(error) != "TableAlreadyExists":
                raise
        return await client.submit_transaction(operations)

    async def _get(self, client: TableClient, partition: str, key: str) -> Row | None:
        try:
            entity = await self._answered(
                client.table_name, client.get_entity(keys.encode(partition), keys.encode(key))
            )
        except ResourceNotFoundError:
            return None
        return _row(entity)

    async def _answered(self, table: str, call: Awaitable[T]) -> T:
        try:
            return await call
        except AzureError as error:
            raise _ours(table, error) from error


async def _rows(table: str, entities: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[Row]:
    """Continuation tokens are followed by the SDK; a table that was never written to has no rows."""
    while True:
        try:
            entity = await anext(entities)
        except (StopAsyncIteration, ResourceNotFoundError):
            return
        except AzureError as error:
            raise _ours(table, error) from error
        yield _row(entity)


def _row(entity: Any) -> Row:
    chunks = [entity[f"d{number}"] for number in range(int(entity["n"]))]
    partition, key = keys.decode(entity["PartitionKey"]), keys.decode(entity["RowKey"])
    return Row(partition, key, json.loads("".join(chunks)), str(entity.metadata["etag"]))


def _entity(partition: str, key: str, text: str) -> dict[str, Any]:
    chunks = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
    named = {f"d{number}": chunk for number, chunk in enumerate(chunks)}
    return {"PartitionKey": keys.encode(partition), "RowKey": keys.encode(key), "n": len(chunks), **named}


def _operation(partition: str, change: Change, text: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    entity = _entity(partition, change.key, text)
    match change:
        case Insert():
            return "create", entity, {}
        case Put():
            return "upsert", entity, {"mode": UpdateMode.REPLACE}
        case Replace():
            return "update", entity, {"mode": UpdateMode.REPLACE, **_unchanged(change.version)}
        case Delete():
            return "delete", entity, _unchanged(change.version) if change.version else {}


def _unchanged(version: str) -> dict[str, Any]:
    return {"etag": version, "match_condition": MatchConditions.IfNotModified}


def _conflict(table: str, partition: str, changes: Sequence[Change], error: HttpResponseError) -> Exception:
    """`Conflict` on the row of the operation that failed, or the error itself when it says something else."""
    status, code = error.status_code, _code(error)
    lost = status == 412 or code == "EntityAlreadyExists" or (status == 404 and code != "TableNotFound")
    if isinstance(error, TableTransactionError) and lost and error.index < len(changes):
        return Conflict(table, partition, changes[error.index].key)
    return error


def _ours(table: str, error: AzureError) -> Exception:
    """What to do about `error`: our error, or itself when it is an answer about a row, or a bug."""
    if isinstance(error, ClientAuthenticationError):
        return Misconfigured(f"table {table}: the storage account does not accept the credential")
    if not isinstance(error, HttpResponseError):
        return TryLater(f"table {table}: the storage account could not be reached or did not answer", seconds=10.0)
    status = error.status_code or 0
    if status in _UNUSABLE:
        return Misconfigured(
            f"table {table}: access denied ({_code(error)}); the identity needs the role "
            "«Storage Table Data Contributor», and the network rules must let it in"
        )
    if status in _BUSY or status >= 500 or _code(error) == "TableBeingDeleted":
        return TryLater(f"table {table}: the storage account is busy ({status} {_code(error)})", _wait(error))
    return error


def _wait(error: HttpResponseError) -> float:
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    stated = headers.get("Retry-After", "")
    return float(stated) if stated.isdecimal() else 10.0


def _code(error: AzureError) -> str:
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "unknown")
