"""Between a connector and its simulator: counts requests, and does to answers what can happen to anybody's."""

from collections.abc import Callable
from enum import StrEnum

import httpx


class Trouble(StrEnum):
    BUSY = "429 without Retry-After"
    BUSY_TOLD = "429 with Retry-After: 17"
    FAILING = "502 with a web page"
    LOST = "the answer is lost on its way"
    AWAY = "nobody answers"
    WEB_PAGE = "200 with a web page instead of data"
    TEXT = "200 with plain text instead of data"
    HALF = "200 with half of the data"


PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
HTML = {"content-type": "text/html"}


class Wire(httpx.AsyncBaseTransport):
    """A trouble meets so many requests for data as it is told to; signing in is left alone."""

    def __init__(self, inner: httpx.AsyncBaseTransport, signs_in: Callable[[httpx.URL], bool]) -> None:
        self._inner = inner
        self._signs_in = signs_in
        self.requests = 0
        self.sign_ins = 0
        self._trouble: Trouble | None = None
        self._begins = 0
        self._ends = 0

    @property
    def asked(self) -> int:
        """Requests for data so far."""
        return self.requests - self.sign_ins

    def meet(self, trouble: Trouble, times: int, after: int = 0) -> None:
        """The next requests for data, so many, meet it; `after` of them pass before."""
        self._trouble, self._begins = trouble, self.asked + after
        self._ends = self._begins + times

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        signs_in, before = self._signs_in(request.url), self.asked
        self.requests += 1
        self.sign_ins += signs_in
        if signs_in or self._trouble is None or not self._begins <= before < self._ends:
            return await self._inner.handle_async_request(request)
        return await self._met(self._trouble, request)

    async def _met(self, trouble: Trouble, request: httpx.Request) -> httpx.Response:
        match trouble:
            case Trouble.BUSY:
                return httpx.Response(429)
            case Trouble.BUSY_TOLD:
                return httpx.Response(429, headers={"retry-after": "17"})
            case Trouble.FAILING:
                return httpx.Response(502, content=b"<html><body><h1>502 Bad Gateway</h1></body></html>", headers=HTML)
            case Trouble.LOST:
                await (await self._inner.handle_async_request(request)).aread()
                raise httpx.ReadError("gone")
            case Trouble.AWAY:
                raise httpx.ConnectError("nobody is there")
            case Trouble.WEB_PAGE:
                return httpx.Response(200, content=PAGE, headers=HTML)
            case Trouble.TEXT:
                return httpx.Response(200, content=b"Service is being upgraded", headers={"content-type": "text/plain"})
            case Trouble.HALF:
                whole = await self._inner.handle_async_request(request)
                body = await whole.aread()
                kind = whole.headers.get("content-type", "application/json")
                return httpx.Response(whole.status_code, content=body[: len(body) // 2], headers={"content-type": kind})
