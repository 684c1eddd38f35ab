"""App settings → engine: what the app's role may do, under a policy that is refused when it is for another tenant."""

import asyncio
import logging
import os
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import connectors
from shared.azure import settings as app_settings
from shared.azure import telemetry
from shared.azure.bearer import Bearer
from shared.azure.current import Building, Current
from shared.azure.ground import Ground, Laying
from shared.azure.settings import Settings
from shared.azure.triggers import Role
from shared.compose import Surroundings, assemble
from shared.engine import Engine
from shared.policy_file import PolicyInvalid, PolicyText

SANDBOX = "sandbox"
"""The tenant that is no tenant; it exists on a developer's machine only."""

TALKATIVE = ("asyncssh", "azure", "httpcore", "httpx", "msal", "opentelemetry")
"""Libraries that log every address they call: filters and row keys hold names of people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """What the doors open: the settings, what every engine stands on, and the engine of the active policy."""

    settings: Settings
    ground: Ground
    current: Current
    bearer: Bearer | None
    """Who knows the callers of the approvals API; None where it is not set up."""


async def deploy(
    stack: AsyncExitStack, laying: Laying | None = None, environment: Mapping[str, str] = os.environ
) -> Deployment:
    """This app; its connections close with `stack`. `laying` takes the place of Azure itself.

    Raises `Misconfigured` for what a person must repair, and `TryLater`. No engine is built yet.
    """
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    await asyncio.to_thread(telemetry.begin, environment)
    settings = app_settings.read(environment)
    ground = await (laying or _azure())(settings, stack)
    current = Current(ground.active, building(settings, ground))
    stack.push_async_callback(current.close)
    return Deployment(settings=settings, ground=ground, current=current, bearer=bearer_of(settings, ground))


def bearer_of(settings: Settings, ground: Ground) -> Bearer | None:
    if settings.audience is None:
        return None
    return Bearer(settings.tenant, settings.audience, ground.keys, time.monotonic)


def _azure() -> Laying:
    """Loaded when it is needed: the SDKs open a socket while they are imported, and indexing does no I/O."""
    from shared.azure.surroundings import ground

    return ground


def building(settings: Settings, ground: Ground) -> Building:
    """How an engine comes of a policy here. It raises `PolicyInvalid` for one that is not for this deployment."""

    async def build(found: PolicyText, stack: AsyncExitStack) -> Engine:
        refuse_other_tenants(found, settings.tenant)
        return await assemble(found, connectors.manifest, surroundings_of(settings.role, found, ground.around), stack)

    return build


def surroundings_of(role: Role, found: PolicyText, around: Surroundings) -> Surroundings:
    """What an app of this role may use: the one that reads writes to no target, and the one that writes knows no HR.

    Only a target in a tenant of Microsoft's gets its sign-in, and a source that needs it.
    """
    targets = found.policy.targets
    return replace(
        around,
        reads=role is not Role.WRITE,
        writes=role is not Role.READ,
        credential=lambda path: (
            around.credential(path) if path[0] == "sources" or "tenant" in targets[path[1]].settings else None
        ),
    )


def refuse_other_tenants(found: PolicyText, ours: str) -> None:
    """Raises `PolicyInvalid` for a target in another tenant than the identity's: tokens would be for ours."""
    mistakes = []
    for name, target in found.policy.targets.items():
        tenant = str(target.settings.get("tenant", ours))
        if tenant == SANDBOX:
            text = "sandbox is the simulated tenant of a developer's machine; name the real one by its id"
        elif tenant.lower() != ours.lower():
            text = "this is not the id of the tenant this app signs in to (JOINLY_TENANT); nothing is written elsewhere"
        else:
            continue
        mistakes.append(found.mistake(("targets", name, "settings", "tenant"), text))
    if mistakes:
        raise PolicyInvalid(mistakes)
