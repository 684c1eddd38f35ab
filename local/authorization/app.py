"""The simulated authorization server over HTTP: the page a person consents on, the token endpoint, and one resource.

What the page shows is encoded; what the token endpoint is sent must be a form.
"""

import asyncio
import base64
import html
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.authorization.authority import Authority
from local.authorization.faults import Faults

PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Consent</title>
<h1>{client} asks for access</h1><ul>{scopes}</ul>
<form method="post">
<button name="answer" value="yes">Allow</button> <button name="answer" value="no">Deny</button>
</form>
"""


def authorization_app(authority: Authority, faults: Faults | None = None) -> Starlette:
    """An application that answers for `authority`; `faults` may be changed while it runs."""
    server = Server(authority, faults or Faults())
    return Starlette(
        routes=[
            Route("/authorize", server.authorize, methods=["GET", "POST"]),
            Route("/token", server.token, methods=["POST"]),
            Route("/connect/token", server.token, methods=["POST"]),
            Route("/people", server.people, methods=["GET"]),
        ]
    )


class Server:
    def __init__(self, authority: Authority, faults: Faults) -> None:
        self._authority, self._faults = authority, faults

    async def authorize(self, request: Request) -> Response:
        """Ask a person, and send the browser back with what they said."""
        asked = dict(request.query_params)
        if refusal := self._authority.refusal(asked):
            return HTMLResponse(f"<h1>{html.escape(refusal)}</h1>", 400)
        if request.method == "GET":
            scopes = "".join(f"<li>{html.escape(one)}</li>" for one in asked.get("scope", "").split())
            return HTMLResponse(PAGE.format(client=html.escape(asked["client_id"]), scopes=scopes))
        answer = dict(parse_qsl((await request.body()).decode())).get("answer")
        denied = {"error": "access_denied", "error_description": "the person said no", "state": asked.get("state", "")}
        back = self._authority.consent(asked) if answer == "yes" else denied
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303)

    async def token(self, request: Request) -> Response:
        faults = self._faults
        if faults.slow:
            faults.asked += 1
            await asyncio.sleep(faults.slow)
        if faults.deaf:
            faults.deaf -= 1
            return Lost()
        if faults.busy:
            faults.busy -= 1
            return JSONResponse({}, 429, {"Retry-After": faults.retry_after} if faults.retry_after else None)
        if faults.page:
            return HTMLResponse("<h1>Maintenance</h1>")
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return JSONResponse({"error": "invalid_request"}, 400)
        form = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        if len({name for name, _ in form}) < len(form):
            return JSONResponse({"error": "invalid_request"}, 400)
        answer = self._authority.token(dict(form), _basic(request.headers))
        if faults.lost:
            faults.lost -= 1
            return Lost()
        given = bool(faults.busy_but_given) and answer.status == 200
        faults.busy_but_given -= given
        return JSONResponse(dict(answer.body), 429 if given else answer.status, dict(answer.headers))

    async def people(self, request: Request) -> Response:
        """What the tokens are for."""
        kind, _, access = request.headers.get("authorization", "").partition(" ")
        family = self._authority.holder(access) if kind == "Bearer" else None
        if family is None:
            return JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return JSONResponse({"rows": [{"id": 1}, {"id": 2}], "scopes": family.scopes})


class Lost(Response):
    """An answer of which only the beginning arrives."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionAbortedError("the answer is lost, as the fault says")


def _basic(headers: Mapping[str, Any]) -> tuple[str, str] | None:
    """Who the client says it is in the header, percent-decoded (RFC 6749 §2.3.1); None when it says nothing there."""
    kind, _, text = headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return None
    try:
        name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(name), unquote_plus(secret)
