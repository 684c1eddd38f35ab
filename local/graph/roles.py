"""Who holds an administrator role, directly or through a role-assignable group."""

from local.graph.directory import Directory, Entry


def held(directory: Directory, id: str) -> list[Entry]:
    """The roles of one object."""
    holders = [id]
    for group_id in directory.by("members", id):
        group = directory.entries[group_id]
        if group.kind == "group" and group.live and group.properties.get("isAssignableToRole"):
            holders.append(group_id)
    found: dict[str, Entry] = {}
    for holder in holders:
        for role_id in directory.by("members", holder):
            role = directory.entries[role_id]
            if role.kind == "directoryRole":
                found[role_id] = role
    return list(found.values())
