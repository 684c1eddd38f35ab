"""The door of the storage account: passes on to Azurite what the bearer of a token may do, and refuses all else.

Azurite takes any well-formed token for everything. Azure gives roles on single tables and containers
(https://learn.microsoft.com/azure/storage/tables/assign-azure-role-data-access); refusals are worded as in
https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes.
"""

import json
import re
from collections.abc import Callable

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from yarl import URL

May = Callable[[str, str, bool], bool]
"""Whether the bearer of a token may read, or write, in the table or container of this name."""

NameOf = Callable[[str, str, bytes], str]
"""Method, path below the account and body → the name of the table or container; "" for the account itself."""

_OWN = {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"}
_READING = {"GET", "HEAD"}
_IN_BATCH = re.compile(rb"(?:POST|PUT|PATCH|MERGE|DELETE|GET) https?://[^/\s]+/[^/\s]+/([A-Za-z0-9]+)")


def storage_gate(upstream: aiohttp.ClientSession, base: str, may: May, name_of: NameOf) -> Starlette:
    """`base` is the address of Azurite's service, without a path."""

    async def passed(request: Request) -> Response:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        body = await request.body()
        below = request.url.path.lstrip("/").partition("/")[2]
        if kind != "Bearer":
            return _refusal(401, "NoAuthenticationInformation", "Server failed to authenticate the request.")
        if not may(token, name_of(request.method, below, body), request.method not in _READING):
            text = "This request is not authorized to perform this operation using this permission."
            return _refusal(403, "AuthorizationPermissionMismatch", text)
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        asked = {name: value for name, value in request.headers.items() if name not in _OWN - {"date"}}
        to = URL(f"{base}{target}", encoded=True)
        async with upstream.request(request.method, to, headers=asked, data=body, allow_redirects=False) as answer:
            own = _OWN - {"content-length"} if request.method == "HEAD" else _OWN
            headers = {name: value for name, value in answer.headers.items() if name.lower() not in own}
            return Response(await answer.read(), answer.status, headers)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "MERGE", "DELETE", "OPTIONS"]
    return Starlette(routes=[Route("/{path:path}", passed, methods=methods)])


def table_of(method: str, path: str, body: bytes) -> str:
    """The table that a request of the table service is about."""
    if path.startswith("$batch"):
        found = _IN_BATCH.search(body)
        return found[1].decode() if found else ""
    if path == "Tables" and method == "POST":
        return str(json.loads(body or b"{}").get("TableName", ""))
    named = re.match(r"Tables\('([^']+)'\)", path) or re.match(r"([A-Za-z0-9]+)", path)
    return named[1] if named and named[1] != "Tables" else ""


def container_of(method: str, path: str, body: bytes) -> str:
    """The container that a request of the blob service is about."""
    return path.partition("/")[0]


def _refusal(status: int, code: str, text: str) -> Response:
    content = json.dumps({"odata.error": {"code": code, "message": {"lang": "en-US", "value": text}}})
    headers = {"x-ms-error-code": code, "WWW-Authenticate": "Bearer"} if status == 401 else {"x-ms-error-code": code}
    return Response(content, status, headers, media_type="application/json")
