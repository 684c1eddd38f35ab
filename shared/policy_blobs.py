"""The policies in one blob container: a blob for each text, If-None-Match to add one, If-Match to replace one.

https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations and
…/blob-service-error-codes.
"""

from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import ContainerClient

from shared.errors import Misconfigured, TryLater
from shared.policies import Kept, Unchanged

T = TypeVar("T")

_SETTINGS: Mapping[str, Any] = {
    "connection_timeout": 5,
    "read_timeout": 20,
    "retry_total": 3,
    "initial_backoff": 1,
    "increment_base": 2,
}
_TYPES = {"json": "application/json", "yaml": "application/yaml"}
_BUSY = {408, 429}
_NOT_MODIFIED = 304
_REFUSED = {401, 403}


class BlobShelf:
    """`shared.policies.Shelf` in one container, which is made on the first write to it.

    `async with BlobShelf.at("https://<account>.blob.core.windows.net/policies", credential) as shelf: …`
    """

    def __init__(self, container: ContainerClient) -> None:
        self._container = container

    @classmethod
    def at(cls, address: str, credential: AsyncTokenCredential) -> Self:
        """With an identity, as in Azure; `credential` stays the caller's to close. Nothing is sent yet."""
        return cls(ContainerClient.from_container_url(address, credential=credential, **_SETTINGS))

    @classmethod
    def from_connection_string(cls, text: str, container: str) -> Self:
        """With a key: for emulators, as Joinly's own storage account has keys switched off."""
        return cls(ContainerClient.from_connection_string(text, container, **_SETTINGS))

    async def __aenter__(self) -> Self:
        await self._container.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._container.close()

    async def read(self, name: str, known: str = "") -> Kept | None:
        condition = {"etag": known, "match_condition": MatchConditions.IfModified} if known else {}
        try:
            return await self._answered(self._downloaded(name, condition))
        except ResourceNotFoundError:
            return None
        except HttpResponseError as error:
            if error.status_code == _NOT_MODIFIED:
                raise Unchanged from None
            raise

    async def _downloaded(self, name: str, condition: Mapping[str, Any]) -> Kept:
        blob = await self._container.download_blob(name, max_concurrency=1, **condition)
        return Kept((await blob.readall()).decode(), str(blob.properties.etag))

    async def add(self, name: str, text: str) -> bool:
        return await self._written(name, text, {"overwrite": False})

    async def replace(self, name: str, text: str, tag: str) -> bool:
        unchanged = {"etag": tag, "match_condition": MatchConditions.IfNotModified}
        return await self._written(name, text, {"overwrite": True, **unchanged})

    async def names(self, folder: str) -> Sequence[tuple[str, datetime]]:
        try:
            return await self._answered(self._listed(folder))
        except ResourceNotFoundError:
            return []

    async def _listed(self, folder: str) -> list[tuple[str, datetime]]:
        blobs = self._container.list_blobs(name_starts_with=folder)
        return [(str(blob.name), blob.last_modified) async for blob in blobs]

    async def _written(self, name: str, text: str, how: Mapping[str, Any]) -> bool:
        kind = ContentSettings(content_type=_TYPES[name.rpartition(".")[2]])
        try:
            await self._answered(self._uploaded(name, text.encode(), {"content_settings": kind, **how}))
        except (ResourceExistsError, ResourceModifiedError):
            return False
        return True

    async def _uploaded(self, name: str, content: bytes, how: Mapping[str, Any]) -> None:
        try:
            await self._container.upload_blob(name, content, **how)
            return
        except ResourceNotFoundError as error:
            if _code(error) != "ContainerNotFound":
                raise
        try:
            await self._container.create_container()
        except ResourceExistsError as error:
            if _code(error) != "ContainerAlreadyExists":
                raise
        await self._container.upload_blob(name, content, **how)

    async def _answered(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except AzureError as error:
            raise _ours(error) from error


def _ours(error: AzureError) -> Exception:
    """What to do about `error`: our error, or itself when it is an answer about one blob, or a bug."""
    if isinstance(error, ClientAuthenticationError):
        return Misconfigured("the policies: the storage account does not accept the sign-in")
    if not isinstance(error, HttpResponseError):
        return TryLater("the policies: the storage account could not be reached or did not answer", seconds=10.0)
    status = error.status_code or 0
    if status in _REFUSED:
        return Misconfigured(
            f"the policies: access denied ({_code(error)}); reading them needs the role «Storage Blob Data Reader» on "
            "the container, changing them «Storage Blob Data Contributor», and the network rules must let you in"
        )
    if status in _BUSY or status >= 500 or _code(error) == "ContainerBeingDeleted":
        return TryLater(f"the policies: the storage account is busy ({status} {_code(error)})", seconds=10.0)
    return error


def _code(error: AzureError) -> str:
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "unknown")
