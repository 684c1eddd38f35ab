"""From a poll of Youforce to an account in Entra and back into HR's own record, with the real engine between them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

import connectors
from local.sandbox import Sandbox, within
from shared import engine as production
from shared import queues
from shared.compose import Surroundings, TokenStore, assemble
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.engine import Engine
from shared.policy_file import load
from tests.connector_youforce.youforce_world import BASE, World, keys
from tests.doorbells import answered

SETTINGS = f"""
      system: beaufort
      client_id: secret:youforce-id
      client_secret: secret:youforce-secret
      base: {BASE}
      connect: {BASE}
      tenant: TENANT"""
POLICY = f"""
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr:
    connector: youforce
    settings: {SETTINGS}
targets:
  entra:
    connector: entra
    settings: {{tenant: sandbox}}
    correlate: [employeeId]
    attributes:
      employeeId: "[employeeId]"
      displayName: Name([nameUsage], "{{nick}} {{family}}")
      mailNickname: {{mode: create_only, value: "[employeeId]"}}
      userPrincipalName: 'SelectUniqueValue(Join("@", [nickName], "contoso.nl"), Join("@", [employeeId], "contoso.nl"))'
  hr-youforce:
    connector: youforce
    settings: {SETTINGS}
      writes: [identity, email]
    writes_back: hr
    attributes:
      identity: "[entra.userPrincipalName]"
      email: {{mode: on_change, value: "[entra.userPrincipalName]"}}
"""


class Deployment:
    """One customer: a simulated Youforce, a simulated tenant, and the engine between them."""

    def __init__(self, world: World, store: SqliteStore, stack: AsyncExitStack) -> None:
        self.world, self.store, self.stack = world, store, stack
        self.bus = MemoryBus(world.time.clock, queues.QUEUES)
        self.text = load(POLICY.replace("TENANT", world.company.tenant))
        self.tenant: Sandbox = within(self.text.policy, None, None, world.time.clock)

    async def engine(self) -> Engine:
        time = self.world.time
        around = Surroundings(
            store=self.store,
            bus=self.bus,
            secret=self.world.secret_of,
            tokens=TokenStore(store=self.store, keys=keys),
            clock=time.clock,
            sleep=time.sleep,
            unique=map(str, count()).__next__,
            hash_key=b"k" * 32,
            folder=Path(),
            credential=lambda target: self.tenant.credential(),
            transport=lambda path: self.tenant.transport() if path[1] == "entra" else self.world.wire_end,
            settings=lambda path, given: (
                given.model_copy(update=dict(self.tenant.settings("entra"))) if path[1] == "entra" else given
            ),
        )
        return await assemble(self.text, connectors.manifest, around, self.stack)

    async def run(self, engine: Engine) -> None:
        """One poll, and everything that follows from it."""
        await production.detect(engine, "hr")
        for door in (production.renew, production.wake, production.sweep):
            await door(engine)
        while await answered(engine, self.bus) or (due := self.bus.next_due()) is not None:
            if (due := self.bus.next_due()) is not None:
                self.world.time.now = max(self.world.time.now, due)


@pytest.fixture
async def deployment(beaufort: World) -> AsyncIterator[Deployment]:
    async with SqliteStore(":memory:") as store, AsyncExitStack() as stack:
        yield Deployment(beaufort, store, stack)


def writes(world: World) -> list[tuple[str, str]]:
    sent = [(one.method, one.url.path) for one in world.wire_end.heard if one.method != "GET"]
    return [(method, path) for method, path in sent if not path.endswith("/token")]


async def test_the_name_that_was_really_given_comes_back_into_hr_once(deployment: Deployment) -> None:
    world = deployment.world
    for code in ("1", "2"):
        world.hire(code)
        world.company.lists["persons"][-1].row["knownAs"] = "same"
    engine = await deployment.engine()
    await deployment.run(engine)
    names = {code: user.identity for code, user in world.company.users.items()}
    assert "same@contoso.nl" in names.values()
    assert len(set(names.values())) == 2, "two cannot have it, and HR is told what each really got"
    assert sorted(writes(world)) == sorted(
        [("PATCH", f"/iam/v1.0/users(employeeId={code})/identity") for code in ("1", "2")]
        + [("POST", f"/iam/v1.0/ContactDetails/{code}") for code in ("1", "2")]
    )
    before = len(writes(world))
    for _ in range(2):
        world.time.now += timedelta(hours=2)
        await deployment.run(engine)
    mails = {one.row["personCode"]: one.row["emailAddresses"][0]["address"] for one in world.company.lists["persons"]}
    assert mails == names, "they were processed meanwhile, and read again"
    assert len(writes(world)) == before, "our own echo is no news"


async def test_nothing_is_written_for_whoever_is_still_to_come_or_has_left(deployment: Deployment) -> None:
    world = deployment.world
    world.hire("1", hireDate="2026-09-01")
    world.hire("2", dischargeDate="2026-02-01")
    await deployment.run(await deployment.engine())
    assert writes(world) == []
