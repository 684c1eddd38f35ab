"""Answers of a real system written down as they come, scrubbed before they touch the disk; the sign-in never is."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import httpx

from shared.scrubbed_answers import Scrub

EXCHANGES, ABOUT = "exchanges.jsonl", "recording.json"
HEADERS = frozenset({"content-type", "retry-after"})
"""Headers of an answer that are kept; others may hold tokens, addresses or names."""

PASSING = frozenset({401, 408, 425, 429})
"""Answers after which the same is asked again: they are no part of a reading."""


class Recorder(httpx.AsyncBaseTransport):
    """Passes everything on to `inner`, and writes what was asked and answered to `file`, but for what `signs_in`."""

    def __init__(self, inner: httpx.AsyncBaseTransport, scrub: Scrub, file: TextIO, signs_in: frozenset[str]) -> None:
        self._inner, self._scrub, self._file, self._signs_in = inner, scrub, file, signs_in
        self.written = 0
        """Exchanges so far."""
        self.left_out = 0
        """Answers whose form is not known, so that they are kept without their body."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        content = await response.aread()
        if str(request.url.copy_with(query=None)) in self._signs_in:
            return response
        if response.status_code < 500 and response.status_code not in PASSING:
            self.written += 1
            self._file.write(json.dumps(self._exchange(request, response, content), ensure_ascii=False) + "\n")
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _exchange(self, request: httpx.Request, response: httpx.Response, content: bytes) -> Mapping[str, Any]:
        body = self._scrub.body(content, response.headers.get("content-type", ""))
        self.left_out += body is None
        return {
            "method": request.method,
            "path": self._scrub.path(request.url.raw_path.decode("ascii").partition("?")[0]),
            "query": self._scrub.query(request.url.query.decode("ascii")),
            "action": request.headers.get("soapaction", ""),
            "status": response.status_code,
            "headers": {key: value for key, value in response.headers.items() if key in HEADERS},
            "body": body,
        }


def about(folder: Path, **known: Any) -> None:
    """What the recording is of, beside it."""
    (folder / ABOUT).write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
