"""v2 errors in the vendor's words: problem+json for data, RFC 6749 errors for sign-in, which are always a 400."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from local.personio.shapes import zulu

ERRORS = "https://developer.personio.de/reference/errors#"
TRACE = "00000000-0000-4000-8000-000000000000"


class Problems:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def problem(self, status: int, title: str, detail: str, type: str) -> Response:
        error = {"title": title, "detail": detail, "type": ERRORS + type, "_meta": {}}
        body = {"personio_trace_id": TRACE, "timestamp": zulu(self._clock()), "errors": [error]}
        return JSONResponse(body, status_code=status, media_type="application/problem+json")

    def invalid(self, detail: str) -> Response:
        return self.problem(400, "Bad request", detail, "common.bad_request")

    def not_found(self) -> Response:
        text = "There is no resource for the specified id."
        return self.problem(404, "Resource not found", text, "common.resource_not_found")

    def oauth(self, error: str, text: str, type: str, meta: Mapping[str, Any] | None = None) -> Response:
        body: dict[str, Any] = {
            "timestamp": zulu(self._clock()),
            "trace_id": TRACE,
            "error": error,
            "error_description": text,
            "error_uri": f"{ERRORS}credentials.{type}",
        }
        return JSONResponse(body | ({"meta": meta} if meta else {}), 400, media_type="application/problem+json")
