"""Everything the connector sends is what Microsoft's own description of Graph v1.0 allows."""

from pathlib import Path

import pytest
from entra_world import opened, whole_life

from local.graph.validation import Seen, validating
from shared.model import Verb

SPECIFICATION = Path(__file__).resolve().parents[2] / ".." / "shared" / "specs" / "graph"

pytestmark = pytest.mark.skipif(not SPECIFICATION.is_dir(), reason="the shared description of Graph is not here")


async def test_a_whole_life_is_as_specified() -> None:
    seen = Seen()
    async with opened(lambda app: validating(app, SPECIFICATION, seen=seen)) as world:
        await whole_life(world)
        await world.apply(await world.create("carl"), Verb.UPDATE, extensionAttribute1="one", businessPhones=("1",))
    # the shared description has no privileges, applications and unique names; `test_sdk_names` holds those to the SDK
    described = {path.split("/")[2] for _, path in seen.unknown}
    assert described <= {"roleManagement", "identityGovernance", "servicePrincipals", "groups(uniqueName)", "users"}
    assert {path.split("/")[4] for _, path in seen.unknown if "/users/" in path} <= {"appRoleAssignments"}
    checked = {(method, path.rpartition("/")[2]) for method, path, _ in seen.checked}
    assert {("POST", "$batch"), ("POST", "users"), ("GET", "delta"), ("GET", "memberOf"), ("PUT", "$ref")} <= checked
    assert {("POST", "assignLicense"), ("POST", "revokeSignInSessions"), ("POST", "restore")} <= checked
