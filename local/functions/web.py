"""The host's HTTP side: the app's HTTP triggers with their keys, and the addresses by which a host is asked and told.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger; how a function without HTTP
trigger is fired: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.functions import messages
from local.functions.instance import Call, Failed
from local.functions.reports import Report
from local.functions.triggers import Function, Http

Invoke = Callable[[Call], Awaitable[Mapping[str, Any]]]


def web_app(
    functions: Sequence[tuple[Function, Http]],
    prefix: str,
    key: str,
    invoke: Invoke,
    fire: Callable[[str], bool],
    told: Callable[[], Mapping[str, Any]],
    report: Report,
) -> Starlette:
    """`fire` starts a function by name and says whether there is one; `key` is function key and master key in one."""

    async def run(request: Request) -> Response:
        if not _knows(request, key):
            return Response(status_code=401)
        return Response(status_code=202 if fire(request.path_params["name"]) else 404)

    async def status(request: Request) -> Response:
        return JSONResponse(told()) if _knows(request, key) else Response(status_code=401)

    routes: list[BaseRoute] = [
        Route("/admin/functions/{name}", run, methods=["POST"]),
        Route("/admin/host/status", status, methods=["GET"]),
    ]
    routes += [_route(function, http, prefix, key, invoke, report) for function, http in functions]
    return Starlette(routes=routes)


def _route(function: Function, http: Http, prefix: str, key: str, invoke: Invoke, report: Report) -> Route:
    async def answer(request: Request) -> Response:
        if http.level != "ANONYMOUS" and not _knows(request, key):
            return Response(status_code=401)
        data = messages.request(
            request.method,
            str(request.url),
            dict(request.headers),
            dict(request.query_params),
            {name: str(value) for name, value in request.path_params.items()},
            await request.body(),
        )
        try:
            found = await invoke(Call(function.id, [(function.parameter, data)], {}))
        except Failed as error:
            report.broke(function.name, str(error))
            return Response(status_code=500)
        report.succeeded(function.name)
        return _response(found["return"] or next((given for _, given in found["outputs"]), None))

    return Route(f"/{prefix}/{http.route}" if prefix else f"/{http.route}", answer, methods=list(http.methods))


def _knows(request: Request, key: str) -> bool:
    given = request.headers.get("x-functions-key") or request.query_params.get("code") or ""
    return secrets.compare_digest(given.encode(), key.encode())


def _response(returned: Mapping[str, Any] | None) -> Response:
    if returned is None:
        return Response(status_code=204)
    if returned["type"] != "http":
        return Response(str(returned["value"]), media_type="text/plain")
    value = returned["value"]
    body = value["body"]
    content = bytes.fromhex(body["value"]) if body and body["type"] == "bytes" else str(body["value"] if body else "")
    return Response(content, int(value["status"]), value["headers"])
