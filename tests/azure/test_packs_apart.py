"""Many joiners between HR and a tenant: two writes for each, and one for every twenty members of their group."""

from collections import Counter
from pathlib import Path

from azure_world import POLICY
from two_apps import Role, two_apps

from connectors.entra import MANIFEST

READING = {"User.Read.All", "User-LifeCycleInfo.Read.All", "LicenseAssignment.Read.All"}


async def test_forty_five_joiners_are_put_into_their_group_in_three_writes(tmp_path: Path) -> None:
    async with two_apps(tmp_path, {Role.READ: READING, Role.WRITE: MANIFEST.permissions}, POLICY) as world:
        world.staff(45)
        await world.run()
        assert sum(user["accountEnabled"] for user in world.users().values()) == 45
        [group] = [id for id, one in world.tenant.groups.items() if one["displayName"] == "All staff"]
        assert len(world.tenant.members(group)) == 45
        asked = Counter((method, "members" in path or "/groups/" in path) for method, path, _ in world.tenant.log)
        assert asked["PATCH", True] == 3
        assert asked["POST", True] == 0
