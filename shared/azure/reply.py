"""What an HTTP trigger answers: JSON that is kept nowhere, and for what goes wrong a problem of RFC 9457."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

JSON, PROBLEM = "application/json", "application/problem+json"

GUARDED: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    status: int
    body: str
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=lambda: dict(GUARDED))


def answer(content: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Reply:
    return Reply(status=status, body=json.dumps(content))


def problem(status: HTTPStatus, detail: str, **headers: str) -> Reply:
    """`detail` is a sentence that its reader can act on."""
    body = json.dumps({"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body=body, kind=PROBLEM, headers={**GUARDED, **named})
