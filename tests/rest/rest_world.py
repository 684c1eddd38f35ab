"""A small, real HTTP application to talk to, and a clock that only moves when somebody sleeps."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.signing import NONE, Headers

BASE = "https://hr.example.test/api"
SECRET = "papi-do-not-show"  # a token that must never be seen in a message


@dataclass
class Time:
    now: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass
class Shop:
    """Answers with what is queued in `script`, then from `rows`; keeps every request it saw."""

    rows: list[dict[str, int]] = field(default_factory=list)
    script: list[Response] = field(default_factory=list)
    valid: set[str] = field(default_factory=lambda: {SECRET})
    seen: list[Request] = field(default_factory=list)
    following: Callable[[Request], Any] = lambda request: None
    told: Callable[[], int | None] = lambda: None
    most: int = 1_000
    deaf: bool = False
    """Ignores `offset`, as a server does that does not know the parameter."""

    def app(self) -> Starlette:
        methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
        return Starlette(routes=[Route("/api/{rest:path}", self.answer, methods=methods)])

    async def answer(self, request: Request) -> Response:
        await request.body()
        self.seen.append(request)
        if self.script:
            return self.script.pop(0)
        if request.headers.get("authorization", f"Bearer {SECRET}") not in {f"Bearer {token}" for token in self.valid}:
            return Response(status_code=401)
        offset = 0 if self.deaf else int(request.query_params.get("offset", "0"))
        limit = min(int(request.query_params.get("limit", "10")), self.most)
        body = {"rows": self.rows[offset : offset + limit], "next": self.following(request), "total": self.told()}
        return JSONResponse({key: value for key, value in body.items() if value is not None})


@dataclass
class SignIns:
    """Signs with the tokens of a list: the next one whenever the present one is refused, the last one for ever."""

    tokens: list[str]
    what: str = "secret:shop-token"
    count: int = 0

    async def __call__(self, refused: Headers = NONE, /) -> Headers:
        await asyncio.sleep(0)
        if refused == self._headers() and len(self.tokens) > 1:
            self.tokens.pop(0)
        self.count += bool(refused)
        return self._headers()

    def _headers(self) -> Headers:
        return {"Authorization": f"Bearer {self.tokens[0]}"}
