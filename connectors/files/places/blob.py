"""Exports in a blob container, read with the app's own identity; a blob that changes under way is another one.

https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations and
…/blob-service-error-codes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ResourceNotFoundError

from connectors.files.places.place import File
from connectors.files.places.settings import Blob
from shared.errors import Misconfigured, TryLater

if TYPE_CHECKING:
    from azure.storage.blob import BlobProperties
    from azure.storage.blob.aio import ContainerClient

T = TypeVar("T")

MOST_SECONDS = 300.0
"""For one question or one file, however slowly it comes."""

_OPTIONS: Mapping[str, Any] = {"connection_timeout": 5, "read_timeout": 30, "retry_total": 3}
_BUSY = {408, 429}
_REFUSED = {401, 403}
_CHANGED = 412


class Container:
    """A `Place`."""

    def __init__(self, settings: Blob, credential: AsyncTokenCredential | None) -> None:
        self._address, self._credential = settings.container, credential

    @asynccontextmanager
    async def opened(self, folder: str) -> AsyncIterator["BlobFolder"]:
        if self._credential is None:
            raise Misconfigured("the container: there is no Microsoft sign-in here, which reading blobs needs")
        from azure.storage.blob.aio import ContainerClient

        async with ContainerClient.from_container_url(
            self._address, credential=self._credential, **_OPTIONS
        ) as container:
            yield BlobFolder(container, f"{folder.strip('/')}/" if folder.strip("/") else "")


class BlobFolder:
    """A `Folder`: the blobs whose names begin so, and not those in folders below."""

    def __init__(self, container: "ContainerClient", prefix: str) -> None:
        self._container, self._prefix = container, prefix

    async def listed(self) -> Sequence[File]:
        return await _answered("the container", self._listed())

    async def _listed(self) -> list[File]:
        found = []
        async for blob in self._container.list_blobs(name_starts_with=self._prefix):
            name = str(blob.name).removeprefix(self._prefix)
            if "/" not in name:
                found.append(_file(name, blob))
        return found

    async def look(self, name: str) -> File | None:
        blob = self._container.get_blob_client(self._prefix + name)
        try:
            return _file(name, await _answered(name, blob.get_blob_properties()))
        except ResourceNotFoundError:
            return None

    async def fetch(self, file: File, to: Path) -> None:
        try:
            await _answered(file.name, self._fetched(file, to))
        except ResourceNotFoundError:
            raise TryLater(f"{file.name} was taken away while it was read") from None

    async def _fetched(self, file: File, to: Path) -> None:
        blob = await self._container.download_blob(
            self._prefix + file.name,
            max_concurrency=1,
            etag=file.tag,
            match_condition=MatchConditions.IfNotModified,
        )
        with to.open("wb") as writing:
            async for chunk in blob.chunks():
                await asyncio.to_thread(writing.write, chunk)
            if writing.tell() != file.size:
                raise TryLater(f"{file.name} did not come whole")


def _file(name: str, blob: "BlobProperties") -> File:
    return File(name, int(blob.size), blob.last_modified, str(blob.etag))


async def _answered(what: str, call: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(MOST_SECONDS):
            return await call
    except TimeoutError:
        raise TryLater(f"{what} came too slowly from the storage account") from None
    except AzureError as error:
        raise _ours(what, error) from None


def _ours(what: str, error: AzureError) -> Exception:
    """What to do about `error`: our error, or itself when a blob is not there, or when it is a bug."""
    if isinstance(error, ClientAuthenticationError):
        return Misconfigured("the container: the storage account does not accept the app's sign-in")
    if not isinstance(error, HttpResponseError):
        return TryLater(f"{what}: the storage account could not be reached or did not answer", seconds=10.0)
    status, code = error.status_code or 0, _code(error)
    if status in _REFUSED:
        return Misconfigured(
            f"the container: access denied ({code}); the identity of the reading app needs the role «Storage Blob Data "
            "Reader» on it, and the account's network rules must let the app in"
        )
    if status == _CHANGED:
        return TryLater(f"{what} was written to while it was read")
    if code == "ContainerNotFound":
        return Misconfigured("there is no such container; make it, or correct container in blob")
    if code == "BlobArchived":
        return Misconfigured(f"{what} is archived and cannot be read; deliver it to the hot or cool tier")
    if status in _BUSY or status >= 500 or code == "ContainerBeingDeleted":
        return TryLater(f"{what}: the storage account is busy ({status} {code})", seconds=10.0)
    return error


def _code(error: HttpResponseError) -> str:
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "unknown")
