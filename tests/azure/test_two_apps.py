"""Two apps do together what one does, and neither can do the other's part: it has neither the rights nor the code."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import azure.functions as func
import httpx
import pytest
from azure_world import POLICY
from signed import claims, token
from two_apps import App, TwoApps, two_apps

import connectors
from connectors.entra import MANIFEST
from shared import layout, queues
from shared.azure.reach import REACH
from shared.azure.triggers import Role
from shared.bus import Doorbell
from shared.compose import assemble
from shared.doorbells import to_text
from shared.engine.sweeping import TIDY_AT
from shared.errors import Misconfigured
from shared.model import Action, Verb
from shared.policy_file import load
from shared.tokens.kept import TABLES as TOKENS
from shared.tokens.sealed import SECRET
from shared.wire import NotAllowedToWrite

READING = {"User.Read.All", "User-LifeCycleInfo.Read.All", "LicenseAssignment.Read.All"}
"""What the app that reads is granted in the tenant."""

LICENSED = POLICY.replace("- group: All staff", "- group: All staff\n      - license: SPE_E3").replace(
    'userPrincipalName: \'Join("@", ToLower([givenName]), "contoso.nl")\'',
    'userPrincipalName: \'Join("@", ToLower([givenName]), "contoso.nl")\'\n      usageLocation: \'"NL"\'',
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[TwoApps]:
    async with two_apps(tmp_path, {Role.READ: READING, Role.WRITE: MANIFEST.permissions}, LICENSED) as opening:
        opening.tenant.add_sku("SPE_E3", 24)
        yield opening


async def test_people_come_change_and_go_with_each_app_using_only_what_it_was_granted(world: TwoApps) -> None:
    world.staff(25)
    await world.run()
    world.clock.now += timedelta(hours=2)
    await world.run()
    assert sum(user["accountEnabled"] for user in world.users().values()) == 25
    held = await _reasons(world.apps[Role.READ])
    assert held == ["no_seat"], "the app that reads knew how many seats are free"
    world.staff(25, leaving="2026-03-02")
    world.clock.now += timedelta(days=1)
    await world.run()
    world.clock.now = (world.clock.now + timedelta(days=1)).replace(hour=TIDY_AT)
    await world.run()
    assert sum(user["accountEnabled"] for user in world.users().values()) == 24
    for app in world.apps.values():
        reach = REACH[app.role]
        assert app.store.used == reach.tables - set(TOKENS.values()), "and nothing was granted that no app needs"
        assert app.bus.sent <= reach.sends
        assert app.secrets == []


async def test_a_yes_is_given_to_the_app_that_reads_and_done_by_the_app_that_writes(tmp_path: Path) -> None:
    granted = {Role.READ: READING, Role.WRITE: MANIFEST.permissions}
    async with two_apps(tmp_path, granted, POLICY + "    limits: {disable: {day: 0}}\n") as world:
        world.staff(2)
        await world.run()
        world.staff(2, leaving="2026-03-01")
        await world.run()
        reads = world.apps[Role.READ].module
        signed = {"Authorization": f"Bearer {token(claims(world.tenant.id))}"}
        address = "https://joinly.example/api/holds"
        listed = await reads.list_holds(func.HttpRequest("GET", address, headers=signed, body=b""))
        name = json.loads(listed.get_body())["fingerprint"]
        route = {"fingerprint": name}
        request = func.HttpRequest("POST", f"{address}/x/approve", headers=signed, route_params=route, body=b"{}")
        assert (await reads.approve_hold(request)).status_code == 200
        assert all(user["accountEnabled"] for user in world.users().values())
        await world.settle()
        assert [user["accountEnabled"] for _, user in sorted(world.users().items())] == [False, True]


async def _reasons(app: App) -> list[str]:
    async with app.doors.engine() as engine:
        rows = [row async for row in engine.store.everything(layout.STATE)]
    return [str(row.data["reason"]) for row in rows if "|hold|" in row.key]


async def test_the_app_that_writes_has_no_source_even_where_it_is_asked_for_one(world: TwoApps) -> None:
    world.staff(1)
    app = world.apps[Role.WRITE]
    async with app.doors.engine() as engine:
        assert engine.sources == {}
        assert engine.policy.sources.keys() == {"hr"}
    await app.doors.answer(queues.POLLS, [to_text(Doorbell("hr", {"source": "hr"})).encode()])
    assert app.store.used == set()


async def test_the_app_that_reads_cannot_write_to_a_target_even_where_its_identity_could(tmp_path: Path) -> None:
    everything = dict.fromkeys((Role.READ, Role.WRITE), MANIFEST.permissions)
    async with two_apps(tmp_path, everything) as world:
        world.staff(1)
        await world.run()
        before = world.tenant.writes
        [account] = world.tenant.users
        async with world.apps[Role.READ].doors.engine() as engine:
            with pytest.raises(NotAllowedToWrite, match="where only reading is allowed"):
                await engine.targets["entra"].apply(account, Action(verb=Verb.DISABLE, because="by mistake"))
        assert world.tenant.writes == before


async def test_an_identity_without_the_permissions_of_its_app_would_show(tmp_path: Path) -> None:
    some = {*READING} - {"User-LifeCycleInfo.Read.All"}
    async with two_apps(tmp_path, {Role.READ: some, Role.WRITE: MANIFEST.permissions}) as world:
        world.staff(1)
        with pytest.raises(Misconfigured, match="403"):
            await world.run()


async def test_a_table_that_an_app_was_not_granted_would_show(world: TwoApps) -> None:
    world.staff(1)
    app = world.apps[Role.WRITE]
    app.store.tables -= {layout.LEDGER}
    with pytest.raises(Exception, match="NotGranted"):
        await world.run()


async def test_neither_app_is_asked_for_the_others_secrets(world: TwoApps) -> None:
    """Personio has two secrets; a target that had one would be refused it in the app that only reads."""
    text = POLICY.replace(
        POLICY[POLICY.index("    connector: files") : POLICY.index("targets:")],
        "    connector: personio\n    settings: {api: v1, client_id: 'secret:id', client_secret: 'secret:key'}\n",
    )
    found = load(text.replace("TENANT", world.tenant.id))
    for role, asked in ((Role.WRITE, set()), (Role.READ, {SECRET, "secret:id", "secret:key"})):
        app = world.apps[role]
        deployment = await app.doors.deployment()
        around = replace(deployment.ground.around, reads=role is Role.READ, writes=role is Role.WRITE)
        async with AsyncExitStack() as stack:
            engine = await assemble(found, connectors.manifest, around, stack)
            for source in engine.sources.values():
                with pytest.raises((Misconfigured, httpx.HTTPError, AssertionError)):
                    [one async for one in source.fetch()]
        assert set(app.secrets) == asked
