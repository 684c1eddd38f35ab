"""A recording of an HR system as a transport: what was recorded is answered as it was, and nothing else is."""

import json
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx

from shared.recording import ABOUT, EXCHANGES
from shared.scrubbed_answers import OWN

Asked = tuple[str, str, str, tuple[tuple[str, str], ...]]
"""Method, operation (of SOAP, where everything has the same path), path and parameters."""


class NotRecorded(Exception):
    """The connector asked for something that nobody asked while the recording was made."""


class Replay(httpx.AsyncBaseTransport):
    """Answers from the folder of a recording. What was asked several times is answered in turn, the last for ever."""

    def __init__(self, folder: Path) -> None:
        self.about: Mapping[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        self._answers: dict[Asked, deque[Mapping[str, Any]]] = defaultdict(deque)
        for line in (folder / EXCHANGES).read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            self._answers[_asked(one["method"], one["action"], one["path"], one["query"])].append(one)

    @property
    def begun(self) -> datetime:
        """The moment from which a replay is read, shifted as all dates in it are."""
        return datetime.fromisoformat(self.about["begun"])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises `NotRecorded`."""
        path = request.url.raw_path.decode("ascii").partition("?")[0]
        action, query = request.headers.get("soapaction", ""), request.url.query.decode("ascii")
        found = self._answers.get(_asked(request.method, action, path, query))
        if not found:
            raise NotRecorded(f"{request.method} {path} was not recorded with these parameters")
        one = found.popleft() if len(found) > 1 else found[0]
        here = str(request.url.copy_with(raw_path=b"/")).rstrip("/")
        return httpx.Response(
            one["status"], headers=one["headers"], content=(one["body"] or "").replace(OWN, here).encode()
        )


def _asked(method: str, action: str, path: str, query: str) -> Asked:
    return method, action, path, tuple(sorted(parse_qsl(query, keep_blank_values=True)))
