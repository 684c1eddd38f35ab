"""A connector on its system, read as the engine reads it: over a counting client, with tokens that are kept."""

import importlib
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias, cast
from uuid import uuid4

import httpx

import connectors
from shared.calls import Calls
from shared.connector import Edition, Glancing, Manifest, Outside, Reached, Source, no_token
from shared.embedded.store import SqliteStore
from shared.model import Person, Rejected
from shared.oauth.asking import Asking
from shared.tokens.access import Access
from shared.tokens.kept import TABLES, Rows
from shared.tokens.sealed import Keys, new_key
from shared.wire import Meter, open_http
from tests.conformance.adapter import Adapter, System, Time
from tests.conformance.wire import Wire

Given: TypeAlias = Person | Rejected | Reached | Edition
PLACE = "sources.hr"
INSTRUCTS = re.compile(
    r"\b(add|allow|ask|change|check|choose|connect|correct|deliver|enter|export|fill|give|grant|look|name|put|raise|repair|share|"
    r"sign in|tick|use|wait)\b",
    re.IGNORECASE,
)
"""One of these stands in every sentence that a person is to act on."""
WRITE_ONE = (
    "the connector {name} is a source and has no adapter: write tests/conformance/{name}.py with FORMS and opened(), "
    "as tests/conformance/adapter.py says and tests/conformance/personio.py shows"
)


def sources() -> list[str]:
    """The names of all connectors that are sources."""
    return [name for name in connectors.names() if connectors.manifest(name).source]


def adapter(name: str) -> Adapter:
    """The adapter of a connector; an `AssertionError` says what to write where there is none."""
    module = f"tests.conformance.{name}"
    assert find_spec(module), WRITE_ONE.format(name=name)
    return cast(Adapter, importlib.import_module(module))


def adapted() -> list[str]:
    """The sources that have an adapter; for each of the others one test fails."""
    return [name for name in sources() if find_spec(f"tests.conformance.{name}")]


def subjects() -> list[tuple[str, str]]:
    """Every source that has an adapter, in each of its forms."""
    return [(name, form) for name in adapted() for form in adapter(name).FORMS]


@dataclass
class Subject:
    """One source on its simulator."""

    manifest: Manifest
    system: System
    time: Time
    wire: Wire
    store: SqliteStore
    key: str
    folder: Path

    async def keys(self, *, again: bool) -> Keys:
        return Keys(self.key, "the key file")

    @asynccontextmanager
    async def outside(self, *, writes_allowed: bool = False) -> AsyncIterator[Outside]:
        settings = self.system.settings()
        oauth = self.manifest.sign_in(settings) if self.manifest.sign_in else None
        posts = self.manifest.reading_posts | ({httpx.URL(oauth.token).path} if oauth else set())
        async with open_http(Meter(), writes_allowed=writes_allowed, reading_posts=posts, transport=self.wire) as http:
            token: Any = no_token
            if oauth:
                asking = Asking(
                    place=PLACE,
                    oauth=oauth,
                    http=http,
                    secret=self.system.secret,
                    forget=lambda name: None,
                    clock=self.time.clock,
                )
                token = Access(
                    PLACE,
                    oauth.rules,
                    self.rows(),
                    asking,
                    clock=self.time.clock,
                    sleep=self.time.sleep,
                    unique=lambda: uuid4().hex,
                )
            yield Outside(
                http=http,
                secret=self.system.secret,
                clock=self.time.clock,
                sleep=self.time.sleep,
                folder=self.folder,
                credential=self.system.credential,
                token=token,
                pace=self.pace(),
            )

    def pace(self) -> Calls | None:
        quota = self.manifest.quota(self.system.settings())
        if quota is None:
            return None
        return Calls(PLACE, quota, self.store, TABLES["sources"], clock=self.time.clock, sleep=self.time.sleep)

    def rows(self) -> Rows:
        return Rows(self.store, TABLES["sources"], self.keys)

    def built(self, outside: Outside) -> Source:
        assert self.manifest.source
        return self.manifest.source(self.system.settings(), outside)

    @asynccontextmanager
    async def stream(self, since: str = "") -> AsyncIterator[AsyncIterator[Given]]:
        """One reading, ended when nobody reads on."""
        async with self.outside() as outside:
            answer: Any = self.built(outside).fetch(since)
            async with aclosing(answer) as everyone:
                yield everyone

    async def read(self) -> list[Person | Rejected]:
        """Everyone, in order of id."""
        async with self.stream() as answer:
            found = [one async for one in answer if isinstance(one, Person | Rejected)]
        return sorted(found, key=lambda one: one.hr_id)

    async def glance(self, since: datetime, most: int = 10) -> list[Person | Rejected]:
        """Whom the system says it has changed, in order of id."""
        async with self.outside() as outside:
            source = self.built(outside)
            assert isinstance(source, Glancing)
            answer: Any = source.glance(since, most)
            async with aclosing(answer) as some:
                return sorted([one async for one in some], key=lambda one: one.hr_id)


class Nobody(httpx.AsyncBaseTransport):
    """Stands where a system is not asked over HTTP."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise AssertionError("the adapter says that this system is not asked over HTTP")


@asynccontextmanager
async def opened(name: str, form: str, folder: Path) -> AsyncIterator[Subject]:
    """A source in one of its forms, with nobody in it."""
    manifest, time = connectors.manifest(name), Time()
    async with AsyncExitStack() as stack:
        system = await stack.enter_async_context(adapter(name).opened(form, time, folder))
        store = await stack.enter_async_context(SqliteStore(":memory:"))
        oauth = manifest.sign_in(system.settings()) if manifest.sign_in else None
        signs_in = frozenset({httpx.URL(oauth.token)}) if oauth else frozenset()
        wire = Wire(system.transport or Nobody(), lambda url: url in signs_in)
        subject = Subject(manifest, system, time, wire, store, new_key(), folder)
        await system.consent(subject.rows(), PLACE)
        yield subject
