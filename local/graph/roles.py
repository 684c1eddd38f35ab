"""Who holds an administrator role, directly or through a role-assignable group, and who is in such a group at all."""

from local.graph.directory import Directory, Entry


def held(directory: Directory, id: str) -> list[Entry]:
    """The roles of one object, also those over one administrative unit."""
    found: dict[str, Entry] = {}
    for holder in (id, *_assignable(directory, id, "members")):
        for relation in ("members", "scoped"):
            for role_id in directory.by(relation, holder):
                role = directory.entries[role_id]
                if role.kind == "directoryRole":
                    found[role_id] = role
    return list(found.values())


def sensitive(directory: Directory, id: str) -> bool:
    """Whether only a higher administrator may act on it («Who can perform sensitive actions»): it holds a role, or is
    a member or an owner of a role-assignable group.
    """
    groups = [*_assignable(directory, id, "members"), *_assignable(directory, id, "owners")]
    return bool(groups or held(directory, id))


def _assignable(directory: Directory, id: str, relation: str) -> list[str]:
    groups = (directory.entries[group] for group in directory.by(relation, id))
    return [one.id for one in groups if one.kind == "group" and one.live and one.properties.get("isAssignableToRole")]
