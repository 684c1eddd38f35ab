"""App settings → engine: reads the policy, refuses one that is not for this deployment, and puts the parts together."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

import connectors
from shared.azure import settings as app_settings
from shared.azure import telemetry
from shared.azure.settings import Settings
from shared.compose import Surroundings, assemble
from shared.engine import Engine
from shared.errors import Misconfigured
from shared.policy_file import PolicyInvalid, PolicyText, load

SANDBOX = "sandbox"
"""The tenant that is no tenant; it exists on a developer's machine only."""

TALKATIVE = ("azure", "httpcore", "httpx", "msal", "opentelemetry")
"""Libraries that log every address they call: filters and row keys hold names of people."""

Around: TypeAlias = Callable[[Settings, PolicyText, AsyncExitStack], Awaitable[Surroundings]]


async def build(stack: AsyncExitStack, around: Around | None = None) -> Engine:
    """The engine of this deployment; its connections close with `stack`. `around` replaces Azure itself.

    Raises `Misconfigured` (`PolicyInvalid` with every mistake) for what a person must repair, and `TryLater`.
    """
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    await asyncio.to_thread(telemetry.begin, os.environ)
    settings = app_settings.read(os.environ)
    found = read_policy(settings)
    refuse_other_tenants(found, settings.tenant)
    given = await (around or _azure())(settings, found, stack)
    return await assemble(found, connectors.manifest, given, stack)


def _azure() -> Around:
    """Loaded when it is needed: the SDKs open a socket while they are imported, and indexing does no I/O."""
    from shared.azure.surroundings import surroundings

    return surroundings


def read_policy(settings: Settings) -> PolicyText:
    """Raises `Misconfigured` when there is no such file, and `PolicyInvalid`."""
    try:
        return load(settings.policy_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Misconfigured(
            f"the app setting JOINLY_POLICY names {settings.policy}, and the deployed package holds no such file"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{settings.policy}: it cannot be read as UTF-8 text ({type(error).__name__})") from None


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
