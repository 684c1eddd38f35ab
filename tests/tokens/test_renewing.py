"""What the timer does for an engine: every consent renewed well before it dies, and who must look at which one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import AsyncMock

import httpx
import pytest

import connectors
from local.authorization import Authority, Faults, Registered, authorization_app
from local.authorization.authority import Family, Refresh
from shared import queues
from shared.compose import Surroundings, TokenStore, assemble
from shared.connector import Manifest
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.engine import Engine, gauge_own
from shared.engine.tokens import known_tokens, renew_tokens
from shared.errors import Misconfigured, TryLater
from shared.policy_file import load
from shared.store import Store
from shared.telemetry import listen
from shared.tokens.alarm import dying
from shared.tokens.deciding import Why, connected
from shared.tokens.kept import TABLES, Rows
from shared.tokens.sealed import new_key
from tests.connecting.connecting_world import CLIENT, MANIFEST, SECRET
from tests.telemetry.listener import Listener
from tests.tokens.tokens_world import Time, granted, ring

POLICY = """
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr: {connector: vendor, settings: {base: "https://vendor.example.test"}}
  itself: {connector: vendor, settings: {base: "https://vendor.example.test", consents: false}}
  third: {connector: vendor, settings: {base: "https://vendor.example.test"}}
targets:
  entra:
    connector: entra
    settings: {tenant: sandbox}
    correlate: [employeeId]
    attributes: {employeeId: "[employeeId]"}
"""


def manifest(name: str) -> Manifest:
    return MANIFEST if name == "vendor" else connectors.manifest(name)


class Deployment:
    """One deployment with three sources of one vendor."""

    def __init__(self, store: Store) -> None:
        self.time, self.faults, self.store, self.keys = Time(), Faults(), store, ring(new_key())
        self.authority = Authority(self.time.clock)
        grants = frozenset({"refresh_token", "client_credentials"})
        self.authority.register(Registered(id=CLIENT, secret=SECRET, grants=grants))

    @asynccontextmanager
    async def engine(self, *, tokens: bool = True, preview: bool = False) -> AsyncIterator[Engine]:
        async with AsyncExitStack() as stack:
            yield await assemble(load(POLICY), manifest, self._around(tokens, preview), stack)

    def _around(self, tokens: bool, preview: bool) -> Surroundings:
        async def secret(name: str) -> str:
            return SECRET

        app = authorization_app(self.authority, self.faults)
        return Surroundings(
            store=self.store,
            bus=MemoryBus(self.time.clock, queues.QUEUES),
            secret=secret,
            tokens=TokenStore(store=self.store, keys=self.keys) if tokens else None,
            clock=self.time.clock,
            sleep=self.time.sleep,
            unique=lambda: str(len(self.time.slept)),
            hash_key=b"k" * 32,
            folder=Path("."),
            credential=lambda target: AsyncMock(),
            transport=lambda path: httpx.ASGITransport(app),
            preview=preview,
        )

    async def consent(self, *places: str) -> None:
        """A person has consented to these."""
        for place in places:
            refresh = f"refresh-{place}"
            family = Family(client=CLIENT, scopes=("people.read", "offline_access"))
            self.authority.refreshes[refresh] = Refresh(family=family, given=self.time.now)
            answer = granted(f"access-{place}", refresh)
            rows = Rows(self.store, TABLES["sources"], self.keys)
            await rows.put(place, connected(None, answer.given, self.time.now), answer.pair)


@pytest.fixture
def heard() -> Iterator[Listener]:
    listener = Listener()
    listen(listener.tracer, listener.meter)
    yield listener
    listen(None, None)
    listener.close()


@pytest.fixture
async def deployment() -> AsyncIterator[Deployment]:
    async with SqliteStore(":memory:") as store:
        yield Deployment(store)


async def test_only_consents_that_are_due_are_renewed(deployment: Deployment) -> None:
    await deployment.consent("sources.hr", "sources.third")
    async with deployment.engine() as engine:
        assert await renew_tokens(engine) == 0
        await deployment.time.sleep(8 * 86_400)
        assert await renew_tokens(engine) == 2
        assert await renew_tokens(engine) == 0
        assert not list(dying(await known_tokens(engine), deployment.time.now + timedelta(days=19)))


async def test_one_that_fails_keeps_no_other_from_being_renewed(deployment: Deployment) -> None:
    await deployment.consent("sources.hr", "sources.third")
    deployment.authority.refreshes["refresh-sources.hr"].family.revoked = True
    await deployment.time.sleep(8 * 86_400)
    async with deployment.engine() as engine:
        with pytest.raises(Misconfigured, match=r"^sources\.hr: .* joinly connect POLICY sources\.hr$"):
            await renew_tokens(engine)
        assert [(one.place, one.why) for one in dying(await known_tokens(engine), deployment.time.now)] == [
            ("sources.hr", Why.REFUSED)
        ]


async def test_a_vendor_that_is_busy_is_left_to_the_next_time(deployment: Deployment) -> None:
    await deployment.consent("sources.hr", "sources.third")
    await deployment.time.sleep(8 * 86_400)
    deployment.faults.busy = 1
    async with deployment.engine() as engine:
        with pytest.raises(TryLater, match="429"):
            await renew_tokens(engine)
        assert await renew_tokens(engine) == 1


async def test_a_consent_nobody_gave_is_told_and_asks_nothing_of_the_vendor(deployment: Deployment) -> None:
    async with deployment.engine() as engine:
        assert await renew_tokens(engine) == 0
        found = [one.place for one in dying(await known_tokens(engine), deployment.time.now)]
    assert found == ["sources.hr", "sources.third"]
    assert deployment.authority.sign_ins == 0


async def test_how_long_each_consent_has_left_is_told_also_when_nothing_is_done(
    deployment: Deployment, heard: Listener
) -> None:
    await deployment.consent("sources.hr")
    await deployment.time.sleep(5 * 86_400)
    async with deployment.engine() as engine:
        assert await gauge_own(engine, []) == 1
    days = heard.numbers("joinly.consent")
    assert days == {(("joinly.system", "sources.hr"),): 25, (("joinly.system", "sources.third"),): 0}


async def test_a_preview_may_sign_in_and_keeps_what_it_is_given(deployment: Deployment) -> None:
    async with deployment.engine(preview=True) as engine:
        tokens = await asyncio.gather(*(engine.accesses["sources.itself"]() for _ in range(3)))
    async with deployment.engine() as engine:
        assert {await engine.accesses["sources.itself"](), *tokens} == {tokens[0]}
    assert deployment.authority.sign_ins == 1


async def test_without_a_token_store_a_system_that_needs_one_is_refused(deployment: Deployment) -> None:
    with pytest.raises(Misconfigured, match=r"sources\.hr: it signs in with tokens, and no token store is set up here"):
        async with deployment.engine(tokens=False):
            raise AssertionError
