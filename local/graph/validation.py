"""Checks every request and answer that passes against Microsoft's own description of Graph v1.0.

Needs `openapi-core` and `jsonschema` (development only), and a folder with `graph-v1.0-slice.json` (OpenAPI: paths,
types, required properties) and `graph-v1.0-strict.schema.json` (JSON Schema: no unknown property names).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.graph.routes import segments

SLICE = "graph-v1.0-slice.json"
STRICT = "graph-v1.0-strict.schema.json"
HOST = "https://graph.microsoft.com"
COLLECTIONS = {
    "users": "user",
    "groups": "group",
    "subscribedskus": "subscribedSku",
    "organization": "organization",
    "domains": "domain",
}
FULL_TYPE = re.compile(r"#?(microsoft\.graph\.[A-Za-z]+)")


class NotAsSpecified(Exception):
    """A request or an answer is not what the vendor's description allows. Names the place, not the value."""


@dataclass(slots=True)
class Exchange:
    """One request and its answer; a part of a batch is one too."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b""


@dataclass(slots=True)
class Seen:
    """What the checker saw; a test can ask that something was checked at all."""

    checked: list[tuple[str, str, int]] = field(default_factory=list)
    unknown: set[tuple[str, str]] = field(default_factory=set)
    """Method and path of requests that the slice does not describe; they are let through unchecked."""


def validating(
    app: ASGIApp, spec_folder: Path, *, requests: Literal["all", "accepted"] = "all", seen: Seen | None = None
) -> ASGIApp:
    """Wrap an application: `NotAsSpecified` is raised, to the client in-process, when something is not as described.

    With `accepted` a wrong request is a fault only when it was answered with success: for tests that are wrong on
    purpose. Paths outside Graph v1.0 (sign-in) pass unchecked.
    """
    checker = _checker(spec_folder)
    record = seen if seen is not None else Seen()

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_graph(scope["path"]):
            await app(scope, receive, send)
            return
        exchange, kept = _exchange(scope), list[Message]()
        exchange.body = await _whole(receive)

        async def replay() -> Message:
            return {"type": "http.request", "body": exchange.body, "more_body": False}

        async def keep(message: Message) -> None:
            kept.append(message)

        try:
            await app(scope, replay, keep)
        except Exception:
            for message in kept:
                await send(message)
            raise
        _note_answer(exchange, kept)
        for part in (exchange, *_parts(exchange)):
            checker.check(part, record, only_accepted=requests == "accepted")
        for message in kept:
            await send(message)

    return wrapped


class _Checker:
    """The two descriptions, loaded once per folder."""

    def __init__(self, folder: Path) -> None:
        from jsonschema import Draft202012Validator
        from openapi_core import OpenAPI
        from referencing import Registry, Resource

        description = json.loads((folder / SLICE).read_text(encoding="utf-8"))
        strict = json.loads((folder / STRICT).read_text(encoding="utf-8"))
        self._openapi = OpenAPI.from_dict(description)
        self._spelling = {part.lower(): part for path in description["paths"] for part in path.split("/")}
        self._types = frozenset(strict["$defs"])
        registry: Any = Registry().with_resource("strict", Resource.from_contents(strict))
        self._validator = Draft202012Validator
        self._registry = registry

    def check(self, exchange: Exchange, record: Seen, *, only_accepted: bool) -> None:
        from openapi_core.templating.paths.exceptions import PathError

        request, answer = _Request(exchange, self._canonical(exchange.path)), _Answer(exchange)
        where = f"{exchange.method} {request.path} ({exchange.status})"
        try:
            if not only_accepted or exchange.status < 400:
                self._openapi.validate_request(request)
                self._strict(f"{where} request", _types(exchange.path, exchange.body, sent=True))
            self._openapi.validate_response(request, answer)
        except PathError:
            record.unknown.add((exchange.method, request.path))
            return
        except NotAsSpecified:
            raise
        except Exception as fault:
            raise NotAsSpecified(f"{where}: {_told(fault)}") from fault
        if exchange.status < 400:
            self._strict(f"{where} answer", _types(exchange.path, exchange.answer, sent=False))
        record.checked.append((exchange.method, request.path, exchange.status))

    def _canonical(self, path: str) -> str:
        """As the description spells it: single slashes, `delta`, segments in their own case."""
        parts = [part if "@" in part else self._spelling.get(part.lower(), part) for part in segments(path)[1:]]
        return "/v1.0/" + "/".join(parts)

    def _strict(self, where: str, typed: Iterator[tuple[str, Any]]) -> None:
        for name, value in typed:
            if name not in self._types:
                continue
            validator = self._validator({"$ref": f"strict#/$defs/{name}"}, registry=self._registry)
            for fault in validator.iter_errors(value):
                place = "/".join(str(part) for part in fault.absolute_path)
                raise NotAsSpecified(f"{where}: {name} at «{place}»: {fault.validator}: {_names(fault)}")


@lru_cache(maxsize=2)
def _checker(folder: Path) -> _Checker:
    return _Checker(folder)


def _names(fault: Any) -> str:
    """The property names a refusal is about, without any value."""
    if fault.validator in {"additionalProperties", "unevaluatedProperties"} and isinstance(fault.instance, dict):
        return ", ".join(sorted(set(fault.instance) - set(fault.schema.get("properties", ()))))
    return str(fault.validator_value)[:80] if fault.validator in {"type", "pattern", "required"} else ""


def _told(fault: BaseException) -> str:
    """The deepest cause in the checker's own words; schema messages are cut to their path and rule."""
    while fault.__cause__ is not None:
        fault = fault.__cause__
    causes = getattr(fault, "schema_errors", None) or ()
    rules = [f"«{'/'.join(map(str, one.absolute_path))}» {one.validator}" for one in causes]
    return "; ".join(rules) or type(fault).__name__


def _types(path: str, body: bytes, *, sent: bool) -> Iterator[tuple[str, Any]]:
    """(type name, object) pairs in a body, as far as the path or `@odata.type` says what they are."""
    try:
        content = json.loads(body) if body else None
    except ValueError:
        return
    if not isinstance(content, dict):
        return
    parts = [part.lower() for part in segments(path)[1:]]
    own = COLLECTIONS.get(parts[0], "") if len(parts) <= 2 and parts[-1] != "$count" else ""
    plain = {name: value for name, value in content.items() if name not in {"@odata.context", "@odata.nextLink"}}
    items = plain["value"] if isinstance(plain.get("value"), list) and not sent else [plain]
    for item in items:
        if isinstance(item, dict):
            declared = FULL_TYPE.fullmatch(str(item.get("@odata.type", "")))
            name = declared.group(1) if declared else f"microsoft.graph.{own}"
            yield name, item


def _is_graph(path: str) -> bool:
    return [part.lower() for part in path.split("/") if part][:1] == ["v1.0"]


def _exchange(scope: Scope) -> Exchange:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Exchange(scope["method"], unquote(scope["path"]), scope["query_string"].decode("latin-1"), headers, b"")


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


def _note_answer(exchange: Exchange, messages: list[Message]) -> None:
    for message in messages:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            raw = message.get("headers", ())
            exchange.answer_headers = {name.decode().lower(): value.decode("latin-1") for name, value in raw}
        else:
            exchange.answer += message.get("body", b"")


def _parts(exchange: Exchange) -> Iterator[Exchange]:
    """The requests inside a batch that was accepted, each with its own answer."""
    if not exchange.path.lower().endswith("$batch") or exchange.status != 200:
        return
    answers = {part["id"]: part for part in json.loads(exchange.answer)["responses"]}
    for request in json.loads(exchange.body)["requests"]:
        url, answer = urlsplit(request["url"]), answers[request["id"]]
        if answer["status"] == 424:
            continue
        headers = {name.lower(): value for name, value in (request.get("headers") or {}).items()}
        headers["authorization"] = exchange.headers.get("authorization", "")
        body = json.dumps(request["body"]).encode() if "body" in request else b""
        path = "/v1.0/" + unquote(url.path).lstrip("/")
        part = Exchange(request["method"].upper(), path, url.query, headers, body, answer["status"])
        part.answer_headers = {name.lower(): value for name, value in answer["headers"].items()}
        held = answer.get("body")
        part.answer = b"" if held is None else held.encode() if isinstance(held, str) else json.dumps(held).encode()
        yield part


class _Request:
    """An exchange's request in the form openapi-core asks for."""

    def __init__(self, exchange: Exchange, path: str) -> None:
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import Headers, ImmutableMultiDict

        self.host_url = HOST
        self.path = path
        self.full_url_pattern = HOST + path
        self.method = exchange.method.lower()
        self.body = exchange.body or None
        self.content_type = exchange.headers.get("content-type", "").partition(";")[0]
        options = parse_qsl(exchange.query, keep_blank_values=True)
        # The Location of a 410 has an empty $deltatoken (docs: delta query); OpenAPI cannot say that.
        self.parameters = RequestParameters(
            query=ImmutableMultiDict([option for option in options if option != ("$deltatoken", "")]),
            header=Headers(list(exchange.headers.items())),
        )


class _Answer:
    """An exchange's answer in the form openapi-core asks for."""

    def __init__(self, exchange: Exchange) -> None:
        self.status_code = exchange.status
        self.headers = exchange.answer_headers
        self.content_type = exchange.answer_headers.get("content-type", "").partition(";")[0]
        self.data = exchange.answer or None
