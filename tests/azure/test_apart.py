"""Each app does all of its work with its own rights and permissions, and with every one of them: none is spare."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from apart_world import CLIENTS, LITTLE, POLICY, RIGHTS, Apart, granted_by, opened

import connectors
from shared import pacing
from shared.connector import App, Grantor
from shared.engine import admitting
from shared.engine.sweeping import TIDY_AT

ANNA = "001;Anna;Vermeulen;2020-01-01;;Sales;"
BART = "002;Bart;Jansen;2026-03-09;;Care;001"
COR = "003;Cor;Bakker;2021-01-01;2026-03-04;Care;001"
LATER = {"read": {"polls", "tokensread"}, "write": {"tokenswrite"}}
"""What the engine alone does not use: how a poll goes on, and the tokens of the systems that have some."""


@pytest.fixture
async def apart(tmp_path: Path) -> AsyncIterator[Apart]:
    async with opened(tmp_path) as world:
        yield world


async def a_customers_months(apart: Apart) -> None:
    """Joiners, a mover, another name, somebody deleted who comes back, a busy tenant, and somebody who meddles."""
    apart.hr(ANNA, BART, COR)
    apart.faults.fail_write(1, status=503)
    await apart.round()
    await apart.days(8)
    apart.hr(ANNA.replace("Sales", "Care"), BART, COR)
    await apart.round()
    apart.hr(ANNA.replace("Anna", "Anneke").replace("Sales", "Care"), BART, COR)
    await apart.round()
    anna = next(id for id, one in apart.tenant.users.items() if one.get("employeeId") == "001")
    apart.tenant.change(anna, department="changed by somebody else")
    await apart.days(1)
    apart.hr(ANNA.replace(";;Sales", ";2026-03-20;Care"), BART, COR)
    await apart.round()
    await apart.days(12)
    await apart.days(31)
    apart.hr("001;Anna;Vermeulen;2026-04-20;;Sales;", BART, COR)
    await apart.round()
    apart.now = (apart.now + timedelta(days=1)).replace(hour=TIDY_AT)
    await apart.round()


@pytest.mark.parametrize(
    ("policy", "closed", "spare"),
    [(POLICY, {}, set[str]()), (LITTLE, {"003": False}, {"memberships"})],
    ids=["everything", "little, without groups"],
)
async def test_nothing_is_refused_and_everything_that_is_granted_is_used(
    policy: str, closed: dict[str, bool], spare: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "BURST", 1)
    monkeypatch.setattr(admitting, "FEW", 1)  # three people are bulk already
    async with opened(tmp_path, policy) as apart:
        await a_customers_months(apart)
        people = [one for one in apart.tenant.users.values() if one.get("employeeId")]
        assert {one["employeeId"]: one["accountEnabled"] for one in people} == {"001": True, "002": True, **closed}
        assert apart.refused == []
        assert {app: apart.tenant.used.get(CLIENTS[app], set()) for app in App} == apart.granted
        for kind in ("tables", "sends"):
            used = {app: sorted(apart.fences[app].used[kind]) for app in App}
            later = {app: LATER[app] | (spare if app is App.WRITE else set()) for app in App}
            assert used == {app: sorted(set(RIGHTS[app][kind]) - later[app]) for app in App}


def test_these_two_customers_need_every_permission_that_there_is() -> None:
    """So each permission of Microsoft's that a connector names is used above, by the app that it is for."""
    asked: set[tuple[App, str]] = set()
    for policy in (POLICY, LITTLE):
        asked |= {(app, name) for app, names in granted_by(policy).items() for name in names}
    for manifest in map(connectors.manifest, connectors.names()):
        named = {
            (app, name)
            for name, one in manifest.permissions.items()
            for app in App
            if one.by is not Grantor.SYSTEM and one.needed_by(app)
        }
        assert named <= asked


async def test_the_reading_app_writes_to_no_target(apart: Apart) -> None:
    apart.hr(ANNA)
    apart.tenant.apps.pop(CLIENTS[App.WRITE])
    await apart.round()
    assert apart.tenant.writes == 0


@pytest.mark.parametrize(
    ("app", "permission"),
    [
        (App.READ, "User.Read.All"),
        (App.READ, "LicenseAssignment.Read.All"),
        (App.WRITE, "User.ReadWrite.All"),
        (App.WRITE, "RoleManagement.Read.Directory"),
        (App.WRITE, "AppRoleAssignment.ReadWrite.All"),
    ],
)
async def test_without_one_of_them_the_tenant_declines(app: App, permission: str, tmp_path: Path) -> None:
    """So what is computed is not only enough: the simulated tenant does hold requests against it."""
    async with opened(tmp_path, without=(app, permission)) as apart:
        try:
            await a_customers_months(apart)
        except Exception as error:
            logging.getLogger(__name__).info("%s", type(error).__name__)
        assert apart.refused
