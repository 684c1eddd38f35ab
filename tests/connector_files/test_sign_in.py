"""Microsoft's sign-in is given to a source that is kept there, and to no other."""

from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors import manifest
from shared import queues
from shared.compose import Surroundings, assemble
from shared.connector import Manifest, Outside
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.policy_file import load

NOW = datetime(2026, 11, 23, tzinfo=UTC)
POLICY = """
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr:
    connector: files
    settings:
      path: people.csv
      encoding: utf-8
      delimiter: ";"
      key: Nr
      person: {surname: Achternaam}
      contract: {start: In dienst}
targets:
  entra:
    connector: entra
    settings: {tenant: sandbox}
    correlate: [employeeId]
    attributes:
      employeeId: "[employeeId]"
      displayName: "[surname]"
      userPrincipalName: 'SelectUniqueValue([employeeId], Join("", [employeeId], "x"))'
      mailNickname: "[employeeId]"
"""
IN_A_CONTAINER = POLICY.replace(
    "      path:", "      blob: {container: https://account.blob.core.windows.net/hr-export}\n      path:"
)


class SignIn:
    """Stands for azure-identity's."""


async def given(text: str) -> Any:
    """What the source of this policy got as a sign-in, when it was made."""
    found: list[Outside] = []

    def watched(name: str) -> Manifest:
        one = manifest(name)
        build = one.source
        if build is None:
            return one

        def source(settings: Any, outside: Outside) -> Any:
            found.append(outside)
            return build(settings, outside)

        return replace(one, source=source)

    async def never(_: object) -> Any:
        raise AssertionError("making a source asks nobody")

    async with SqliteStore(":memory:") as store, AsyncExitStack() as stack:
        around = Surroundings(
            store=store,
            bus=MemoryBus(lambda: NOW, queues.QUEUES),
            secret=never,
            clock=lambda: NOW,
            sleep=never,
            unique=lambda: "1",
            hash_key=b"k" * 32,
            folder=Path("/nowhere"),
            credential=lambda path: SignIn(),  # type: ignore[arg-type, return-value]
        )
        await assemble(load(text), watched, around, stack)
    (outside,) = found
    return outside.credential


@pytest.mark.parametrize(("text", "kind"), [(POLICY, type(None)), (IN_A_CONTAINER, SignIn)], ids=["disk", "container"])
async def test_only_a_source_in_a_container_signs_in(text: str, kind: type) -> None:
    assert isinstance(await given(text), kind)
