"""The ASGI application: HTTP in, a `Call` to the service, its answer out; and the token endpoint beside it."""

import json
from urllib.parse import unquote

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from local.graph import service, tokens
from local.graph.call import Answer, Call, options
from local.graph.faults import Faults
from local.graph.tenant import Tenant


def graph_app(tenant: Tenant, faults: Faults | None = None) -> Starlette:
    """An application for `httpx.ASGITransport` or uvicorn: `/v1.0/...` and `/{tenant}/oauth2/v2.0/token`.

    `faults` can be turned while it runs. A lost answer reaches an in-process client as `httpx.RemoteProtocolError`, and
    a client on a socket as a connection that closes before the body is complete.
    """
    turned = faults if faults is not None else Faults()

    async def token(request: Request) -> Response:
        status, body = tokens.answer(tenant, request.path_params["tenant"], await request.body())
        return JSONResponse(body, status, {"cache-control": "no-store"})

    return Starlette(
        routes=[
            Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
            Mount("/", app=_Graph(tenant, turned)),
        ]
    )


class _Graph:
    def __init__(self, tenant: Tenant, faults: Faults) -> None:
        self._tenant = tenant
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        call = self._call(request, await request.body())
        try:
            answer = service.serve(call) if call is not None else Answer(404)
        except httpx.RemoteProtocolError:
            headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            raise
        await _response(answer, cut=self._faults.breaks == "truncated")(scope, receive, send)

    def _call(self, request: Request, body: bytes) -> Call | None:
        parts = [part for part in unquote(request.scope["path"]).split("/") if part]
        if not parts or parts[0].lower() != "v1.0":
            return None
        return Call(
            tenant=self._tenant,
            faults=self._faults,
            method=request.method,
            path="/".join(parts[1:]),
            query=options(request.url.query),
            headers=request.headers,
            raw=body,
            base=f"{request.url.scheme}://{request.url.netloc}/v1.0",
        )


def _response(answer: Answer, *, cut: bool) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=answer.headers)
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body, ensure_ascii=False)
    content = text.encode()
    return Response(content[: len(content) // 2] if cut else content, answer.status, answer.headers)
