"""Answers lost before or after the effect, at every write: doing the same again ends where an undisturbed run ends."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from entra_world import World, names, opened, person

from connectors.entra import MANIFEST
from shared.errors import TryLater
from shared.model import Account, Desired, Entitlement, Link, Stage, Verb
from shared.planning import plan

KINDS = {attribute.name: attribute for attribute in MANIFEST.attributes}

Deed = Callable[[World, str], Awaitable[Any]]


async def _create(world: World, _: str) -> None:
    """As the engine does: look first, whatever happened before."""
    if not await world.target.find("employeeId", "hr-new"):
        await world.create("new")


async def _update(world: World, anna: str) -> None:
    boss = (await world.target.find("employeeId", "boss"))[0].id
    await world.apply(anna, Verb.UPDATE, department=None, jobTitle="Buyer", division="North", manager=boss)


async def _restore(world: World, anna: str) -> None:
    if await world.target.read(anna) is not None:
        await world.apply(anna, Verb.DELETE)
    await world.apply(anna, Verb.RESTORE)


DEEDS: dict[str, Deed] = {
    "create": _create,
    "update": _update,
    "rename": lambda world, anna: world.apply(anna, Verb.RENAME, **names("anna.wit"), displayName="Anna Wit"),
    "enable": lambda world, anna: world.apply(anna, Verb.ENABLE),
    "disable": lambda world, anna: world.apply(anna, Verb.DISABLE),
    "delete": lambda world, anna: world.apply(anna, Verb.DELETE),
    "restore": _restore,
    "grant a group": lambda world, anna: world.grant(anna, "group", "Sales"),
    "revoke a group": lambda world, anna: world.revoke(anna, "group", "Old"),
    "grant a licence": lambda world, anna: world.grant(anna, "license", "ENTERPRISEPACK"),
    "revoke a licence": lambda world, anna: world.revoke(anna, "license", "EMSPREMIUM"),
}


async def _prepared(world: World) -> str:
    world.tenant.add_user(employeeId="boss")
    anna = world.tenant.add_user(employeeId="anna", department="Sales", usageLocation="NL", mail="a@contoso.nl")
    world.tenant.add_group("Sales")
    world.tenant.add_member(world.tenant.add_group("Old"), anna)
    world.tenant.add_sku("ENTERPRISEPACK", 1)
    world.tenant.assign_licence(anna, world.tenant.add_sku("EMSPREMIUM", 1))
    return anna


def _state(world: World) -> object:
    tenant = world.tenant
    people = {id: (facts, tenant.manager(id)) for id, facts in tenant.users.items()}
    return people, sorted(tenant.deleted), {id: tenant.members(id) for id in tenant.groups}


@pytest.mark.parametrize("effect", [True, False], ids=["after its effect", "before its effect"])
@pytest.mark.parametrize("status", [0, 503, 429], ids=["lost", "503", "429"])
@pytest.mark.parametrize("name", DEEDS)
async def test_doing_it_again_after_a_lost_answer_is_doing_it_once(name: str, status: int, effect: bool) -> None:
    deed = DEEDS[name]
    async with opened() as calm:
        anna = await _prepared(calm)
        await deed(calm, anna)
        wanted, writes = _state(calm), len(calm.sent.writes())
    assert writes
    for n in range(1, writes + 1):
        async with opened() as world:
            anna = await _prepared(world)
            world.faults.fail_write(n, status=status, effect=effect)
            with pytest.raises(TryLater):
                await deed(world, anna)
            world.target = world.connect()
            await deed(world, anna)
            assert _state(world) == wanted


async def test_what_was_done_leaves_nothing_to_plan(world: World) -> None:
    """Whatever form Graph keeps values in, and whichever way the policy names a group."""
    boss, sales = await world.create("boss"), world.tenant.add_group("Sales")
    world.tenant.add_group("Buyers")
    world.tenant.add_sku("ENTERPRISEPACK", 1)
    desired = Desired(
        stage=Stage.ACTIVE,
        attributes={
            **person("anna"),
            "employeeHireDate": "2026-01-05",
            "division": "North",
            "extensionAttribute4": "four",
            "otherMails": ("b@example.com", "a@example.com"),
            "department": "",
            "usageLocation": "NL",
            "manager": boss,
        },
        entitlements=frozenset(
            {Entitlement("group", sales), Entitlement("group", "Buyers"), Entitlement("license", "ENTERPRISEPACK")}
        ),
    )
    anna = ""
    live: Account | None = None
    for _ in range(2):
        for action in plan(desired, Link(account=anna), live, KINDS):
            anna = await world.target.apply(anna, action)
        live = await world.read(anna)
    assert live is not None
    assert plan(desired, Link(account=anna), live, KINDS) == ()
