"""A deployment on this machine: tables and blobs in Azurite, queues in our broker, a simulated tenant, real clients.

Its state is what a first run on the example left. Nobody does its work: what a command rings for stays in the queues.
"""

import asyncio
import base64
import contextlib
import io
import json
import logging
import shutil
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient

from local.azurite import Azurite
from local.sandbox import CLIENT_ID, Sandbox, SandboxCredential, sandbox, seeds_beside
from local.servicebus import Broker
from shared import layout, queues
from shared.cli import deployment_file, main
from shared.cli.deployment import STORAGE, Deployment
from shared.errors import Misconfigured
from shared.policies import ACTIVE, Policies
from shared.policy_blobs import BlobShelf
from shared.policy_file import load, name_of
from shared.servicebus import ServiceBus
from shared.store import MOST, Put, Row, Store
from shared.tables import TableStore
from shared.vault import Remembered

CONFIG = Path(__file__).resolve().parents[2] / "config"
DAY = "2026-11-23"
CONTAINER = "policies"
ENV = """\
# as azd writes it
AZURE_ENV_NAME="prod"
JOINLY_TENANT="TENANT"
JOINLY_TABLES="https://stjoinly.table.core.windows.net/"
JOINLY_POLICIES="https://stjoinly.blob.core.windows.net/policies"
JOINLY_KEY_VAULT="https://kv-joinly.vault.azure.net/"
SERVICEBUS__FULLYQUALIFIEDNAMESPACE="sb-joinly.servicebus.windows.net"
"""


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def joinly(*words: object, typed: str | None = None) -> Said:
    """Run the program with these words, as a process would; `typed` is what somebody at a terminal answers."""
    out, err = io.StringIO(), io.StringIO()
    argv, stdin, handlers = sys.argv, sys.stdin, list(logging.getLogger().handlers)
    sys.argv, sys.stdin = ["joinly", *map(str, words)], Typing(typed)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.argv, sys.stdin = argv, stdin
        logging.getLogger().handlers[:] = handlers
    assert isinstance(code, int)
    return Said(code, out.getvalue(), err.getvalue())


class Typing(io.StringIO):
    """A keyboard, or none for a program that runs in a pipeline."""

    def __init__(self, typed: str | None) -> None:
        super().__init__("" if typed is None else f"{typed}\n")
        self._typed = typed

    def isatty(self) -> bool:
        return self._typed is not None


class Person:
    """Somebody who is signed in, and may read what the tenant lets them."""

    def __init__(self, there: Sandbox) -> None:
        self._id = there.tenant.id
        self._tenant = SandboxCredential(there.token_url, CLIENT_ID, there.client_secret)

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        if scopes == (STORAGE,):
            said = {"upn": "els@contoso.nl", "oid": "6c1d", "tid": self._id}
            parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, said)]
            return AccessToken(".".join([*parts, "signature"]), 0)
        return await self._tenant.get_token(*scopes)

    async def close(self) -> None: ...


@dataclass
class Outside:
    """What is served for all tests, by another thread: the queues and the tenant."""

    azurite: Azurite
    broker: Broker
    tenant: Sandbox
    place: Path
    """The example, and in `data` what the first run on it left; not to be touched."""
    loop: asyncio.AbstractEventLoop
    touched: set[str] = field(default_factory=lambda: set(layout.TABLES))
    """Tables that do not hold what the first run left."""

    def refuse(self, condition: str) -> None:
        self.loop.call_soon_threadsafe(self.broker.refuse, condition)


@contextmanager
def outside(folder: Path, azurite: Azurite) -> Iterator[Outside]:
    place = folder / "example"
    shutil.copytree(CONFIG, place)
    ready, done = threading.Event(), threading.Event()
    found: list[Any] = []

    async def serve() -> None:
        rules = load((place / "example.yaml").read_text(encoding="utf-8")).policy
        seeds = seeds_beside(place / "example.yaml")
        async with Broker(queues.QUEUES) as broker, sandbox(rules, seeds, None, lambda: datetime.now(UTC)) as tenant:
            found.extend((broker, tenant, asyncio.get_running_loop()))
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(30)
    try:
        yield Outside(azurite, found[0], found[1], place, found[2])
    finally:
        done.set()
        thread.join()


@dataclass
class World:
    """One deployment, and what was asked of its storage account."""

    outside: Outside
    folder: Path
    asked: Counter[str] = field(default_factory=Counter)
    rung: list[tuple[str, str]] = field(default_factory=list)
    """(queue, session) of every doorbell that the queues took."""
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> Path:
        return self.folder / "prod.env"

    @property
    def policy(self) -> Path:
        """The file of the policy that is active at first."""
        return self.folder / "example.yaml"

    def alter(self, old: str, new: str, name: str = "new.yaml") -> Path:
        """A policy file that says `new` where the first one says `old`."""
        text = self.policy.read_text(encoding="utf-8")
        assert old in text
        (self.folder / name).write_text(text.replace(old, new), encoding="utf-8")
        return self.folder / name

    @asynccontextmanager
    async def store(self) -> AsyncIterator[TableStore]:
        async with TableStore.from_connection_string(self.outside.azurite.connection_string) as store:
            yield store

    def rows(self, table: str) -> list[Row]:
        async def read() -> list[Row]:
            async with self.store() as store:
                return [row async for row in store.everything(table)]

        return asyncio.run(read())

    def put(self, table: str, partition: str, key: str, data: dict[str, Any]) -> None:
        async def write() -> None:
            self.outside.touched.add(table)
            async with self.store() as store:
                await store.commit(table, partition, [Put(key, data)])

        asyncio.run(write())

    def lose(self, table: str) -> None:
        self.outside.touched.add(table)
        with TableServiceClient.from_connection_string(self.outside.azurite.connection_string) as tables:
            tables.delete_table(table)

    def lose_policies(self) -> None:
        with BlobServiceClient.from_connection_string(self.outside.azurite.connection_string) as blobs:
            blobs.delete_container(CONTAINER)

    def now_is(self, person: str, *, enabled: bool) -> None:
        """What the deployment would save once it has done something about this person's account."""
        home, key = layout.bucket(person), layout.link(person, "entra")
        (row,) = [row for row in self.rows(layout.STATE) if (row.partition, row.key) == (home, key)]
        self.put(layout.STATE, home, key, {**row.data, "is": {**row.data["is"], "enabled": enabled}})

    def ledger(self, what: str) -> list[dict[str, Any]]:
        """The lines of the ledger that tell of this."""
        found = [dict(row.data) for row in self.rows("ledger")]
        return [line for line in found if what in json.dumps(line)]

    async def newer(self, text: str) -> None:
        """Have a newer Joinly push and activate a policy that says more than this one knows."""
        async with BlobShelf.from_connection_string(self.outside.azurite.connection_string, CONTAINER) as shelf:
            await shelf.add(f"versions/{name_of(text)}.yaml", text)
            kept = await shelf.read(ACTIVE)
            assert kept is not None
            said = json.loads(kept.text)
            await shelf.add(f"activations/{said['number']:06d}.json", kept.text)
            after = {**said, "number": said["number"] + 1, "version": name_of(text), "before": said["number"]}
            assert await shelf.replace(ACTIVE, json.dumps(after), kept.tag)

    def taken(self, queue: str, session: str) -> int:
        """How many doorbells of this session wait in this queue; they are taken away, and the others given back."""

        async def take() -> int:
            found, others = 0, []
            async with ServiceBus.from_connection_string(self.outside.broker.connection_string, 0.3) as bus:
                while one := await bus.accept(queue, 0.3):
                    if one.id != session:
                        others.append(one)
                        continue
                    for doorbell in await one.receive(100):
                        found += 1
                        await one.complete(doorbell)
                    await one.close()
                for other in others:
                    await other.close()
            return found

        return asyncio.run(take())

    async def connect(self, file: Path, stack: AsyncExitStack) -> Deployment:
        """As `shared.cli.deployment.connect`, with keys in place of a sign-in, which the emulators do not ask for."""
        deployment_file.read(file)
        text = self.outside.azurite.connection_string
        store = await stack.enter_async_context(TableStore.from_connection_string(text))
        shelf = await stack.enter_async_context(BlobShelf.from_connection_string(text, CONTAINER))
        bus = ServiceBus.from_connection_string(self.outside.broker.connection_string)
        return Deployment(
            tenant=self.outside.tenant.tenant.id,
            store=Counted(store, self.asked, self.outside.touched),
            bus=Rung(await stack.enter_async_context(bus), self.rung),
            policies=Policies(shelf),
            secret=Remembered(self._secret),
            credential=Person(self.outside.tenant),
        )

    async def _secret(self, name: str) -> str:
        if name not in self.secrets:
            raise Misconfigured(f"{name}: access denied (Forbidden)")
        return self.secrets[name]


class Rung:
    """A bus that remembers how it was rung."""

    def __init__(self, bus: ServiceBus, rung: list[tuple[str, str]]) -> None:
        self._bus, self._rung = bus, rung
        self.accept, self.dead_letters = bus.accept, bus.dead_letters

    async def ring(self, queue: str, doorbells: Any, at: datetime | None = None) -> None:
        await self._bus.ring(queue, doorbells, at)
        self._rung += [(queue, one.session) for one in doorbells]


class Counted:
    """A store that says how often it was asked, by table."""

    def __init__(self, store: Store, asked: Counter[str], touched: set[str]) -> None:
        self._store, self._asked, self._touched = store, asked, touched

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        self._asked[table] += 1
        return await self._store.get(table, partition, key)

    async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        self._asked[table] += 1
        async for row in self._store.scan(table, partition, first, last):
            yield row

    async def everything(self, table: str) -> AsyncIterator[Row]:
        self._asked[table] += 1
        async for row in self._store.everything(table):
            yield row

    async def commit(self, table: str, partition: str, changes: Any) -> Any:
        self._asked[table] += 1
        self._touched.add(table)
        return await self._store.commit(table, partition, changes)


LEAVERS = ("000112", "000113", "000114")


def first_run(there: Outside) -> None:
    """The example with sixteen people on the served tenant; then three leave, and nobody is closed without a yes."""
    people = there.place / "hr" / "people.csv"
    lines = people.read_text(encoding="utf-8-sig").splitlines(keepends=True)[:17]
    people.write_text("".join(lines), encoding="utf-8")
    policy = there.place / "example.yaml"
    text = policy.read_text(encoding="utf-8").replace("minimum_rows: 150", "minimum_rows: 10")
    text = text.replace("disable: {day: 10, week: 30, percent: 10}", "disable: {day: 0}")
    aim = json.dumps({"tenant": there.tenant.tenant.id, "base_url": there.tenant.graph})
    assert "{tenant: sandbox}" in text
    policy.write_text(text.replace("{tenant: sandbox}", aim), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AZURE_CLIENT_ID", CLIENT_ID)
        patch.setenv("AZURE_CLIENT_SECRET", there.tenant.client_secret)
        said = joinly("run", policy, "--data", there.place / "data")
        assert said.code == 0, said.err
        people.write_text("".join(_left(line) for line in lines), encoding="utf-8")
        said = joinly("run", policy, "--data", there.place / "data")
        assert said.code == 0, said.err


def _left(line: str) -> str:
    """The same line of HR's export, with yesterday as the last day of a leaver."""
    cells = line.split(";")
    if cells[0] in LEAVERS:
        cells[11] = f"{datetime.now(UTC) - timedelta(days=1):%d-%m-%Y}"
    return ";".join(cells)


def furnished(there: Outside, folder: Path) -> World:
    """A new deployment with the state after the first run, and its policy pushed and activated."""
    shutil.copytree(there.place, folder, ignore=shutil.ignore_patterns("data"))
    _empty(there)
    world = World(there, folder)
    world.env.write_text(ENV.replace('TENANT"', f'{there.tenant.tenant.id}"'), encoding="utf-8")
    world.secrets["secret:joinly-hash-key"] = base64.b64encode(
        (there.place / "data" / "hash.key").read_bytes()
    ).decode()
    asyncio.run(_fill(world))
    return world


async def _fill(world: World) -> None:
    with contextlib.closing(sqlite3.connect(world.outside.place / "data" / "state.db")) as state:
        rows = state.execute("SELECT tab, partition, key, data FROM rows ORDER BY tab, partition, key").fetchall()
    homes: dict[tuple[str, str], list[Put]] = {}
    for table, partition, key, data in rows:
        if table in world.outside.touched:
            homes.setdefault((table, partition), []).append(Put(key, json.loads(data)))
    async with world.store() as store:
        for table in {table for table, _ in homes}:
            first, *others = (home for home in homes if home[0] == table)  # the first one makes the table
            await _keep(store, *first, homes[first])
            await asyncio.gather(*(_keep(store, *home, homes[home]) for home in others))
    world.outside.touched.clear()
    shelf = BlobShelf.from_connection_string(world.outside.azurite.connection_string, CONTAINER)
    async with shelf:
        policies = Policies(shelf)
        version = (await policies.keep(world.policy.read_text(encoding="utf-8"))).hash
        await policies.activate(version, by="ann", at=datetime.now(UTC), because="the first", after=None)


async def _keep(store: TableStore, table: str, partition: str, puts: list[Put]) -> None:
    for start in range(0, len(puts), MOST):
        await store.commit(table, partition, puts[start : start + MOST])


def _empty(there: Outside) -> None:
    connection = there.azurite.connection_string
    with TableServiceClient.from_connection_string(connection) as tables:
        for table in there.touched:
            tables.delete_table(table)
    with BlobServiceClient.from_connection_string(connection) as blobs, contextlib.suppress(ResourceNotFoundError):
        blobs.delete_container(CONTAINER)
