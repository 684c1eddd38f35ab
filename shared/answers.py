"""What an HTTP answer means: statuses become our three errors and bodies become JSON, and no message quotes a body."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx

from shared.errors import Misconfigured, Refused, TryLater

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may work later."""


def named(system: str, request: httpx.Request) -> str:
    """«System: METHOD /path»: what every message says of a request. Never the query, which may hold personal data."""
    return f"{system}: {request.method} {request.url.path}"


def judge(system: str, response: httpx.Response, seconds: float) -> None:
    """Return for a 2xx; otherwise raise what the status means (RFC 9110 §15).

    Raises `TryLater` in `seconds` for a busy or failing server, `Misconfigured` for 401 and for a redirect, which no
    API that is addressed rightly answers, and `Refused` for every other 4xx.
    """
    status = response.status_code
    what = f"{named(system, response.request)} answered {status}"
    if response.is_success:
        return
    if status in BUSY or status >= 500:
        raise TryLater(f"{what}; it is asked again later", seconds)
    if status == 401:
        raise Misconfigured(f"{what}: the sign-in is not accepted; check the credential and what it may read")
    if status < 400:
        raise Misconfigured(f"{what}, a redirect that is not followed; check the base address in the settings")
    raise Refused(what)


def decoded(system: str, response: httpx.Response) -> Any:
    """The JSON of a 2xx answer, or None when its body is empty.

    Raises `TryLater` when what calls itself JSON is cut off or broken, `Misconfigured` when it is something else: a
    sign-in page, a proxy's page or plain text.
    """
    body = response.content
    if not body.strip():
        return None
    try:
        return json.loads(body, parse_constant=_no_json)
    except (ValueError, RecursionError):
        pass
    what = named(system, response.request)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        raise TryLater(f"{what} answered JSON that is cut off or broken; it is asked again later")
    shape = "a web page" if body.lstrip()[:1] == b"<" else "text"
    raise Misconfigured(
        f"{what} answered {response.status_code} with {shape} instead of JSON; "
        "check the base address in the settings and any proxy on the way"
    )


def rows(system: str, answer: Any, key: str) -> list[Mapping[str, Any]]:
    """The list of objects under `key`. Raises `Misconfigured` when the answer has another shape."""
    found = answer.get(key) if isinstance(answer, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise Misconfigured(f"{system}: an answer has no list of records under {key!r}; its interface may have changed")
    return found


def retry_after(response: httpx.Response, clock: Callable[[], datetime]) -> float | None:
    """Seconds the server asks to wait (RFC 9110 §10.2.3: seconds or a date), or None when it does not say."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (until - clock()).total_seconds()) if until.tzinfo else None


def _no_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
