"""References between objects: members and owners of groups, members of roles, managers; and the lists behind them."""

import re
from typing import Any

from local.graph import errors, listing, render, seats
from local.graph.call import Answer, Call
from local.graph.directory import Entry
from local.graph.permissions import DELETE_USERS, WRITE_ROLES
from local.graph.properties import USER

MOST = 20
REFERENCE = re.compile(r"(?:https?://[^/]+/[^/]+/+)?(directoryObjects|users|groups)(?:/|\(')([^/'()]+)(?:'\))?/?", re.I)
CASTS = {"user": "user", "group": "group", "directoryrole": "directoryRole"}


def target(call: Call, url: Any) -> Entry:
    """The object an `@odata.id` points to; 404 when it does not exist or has not arrived yet."""
    match = REFERENCE.fullmatch(url) if isinstance(url, str) else None
    if match is None:
        raise errors.bad_request("Invalid URL format specified for an object reference.")
    return call.find(match.group(2), *(("group",) if match.group(1).lower() == "groups" else ("user", "group")))


def too_many() -> errors.GraphError:
    return errors.bad_request(
        f"The number of elements in the collection 'members@odata.bind' exceeds the maximum of {MOST}."
    )


def mail_enabled() -> errors.GraphError:
    return errors.bad_request("Cannot Update a mail-enabled security groups and or distribution list.")


def members(call: Call, group: str, cast: str = "") -> Answer:
    entry = call.find(group, "group", "directoryRole")
    return listing.references(call, call.directory.to("members", entry.id), _cast(cast))


def owners(call: Call, group: str) -> Answer:
    return listing.references(call, call.directory.to("owners", call.find(group, "group").id), None)


def member_of(call: Call, user: str, cast: str = "") -> Answer:
    entry = call.find(user, "user", "group")
    return listing.references(call, call.directory.by("members", entry.id), _cast(cast))


def transitive_member_of(call: Call, user: str, cast: str = "") -> Answer:
    entry = call.find(user, "user", "group")
    return listing.references(call, _reached(call, entry.id), _cast(cast))


def group_ids(call: Call, user: str) -> Answer:
    """getMemberGroups and getMemberObjects: ids of every group, through groups too."""
    wanted_security = bool(call.json().get("securityEnabledOnly"))
    entries = call.directory.entries
    found = []
    for id in _reached(call, call.find(user, "user", "group").id):
        entry = entries[id]
        if entry.live and entry.kind == "group" and (not wanted_security or entry.properties.get("securityEnabled")):
            found.append(id)
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#Collection(Edm.String)", "value": found})


def add_member(call: Call, group: str) -> Answer:
    entry = call.find(group, "group", "directoryRole")
    add_many(call, entry, [call.json().get("@odata.id")])
    return Answer(204)


def add_many(call: Call, entry: Entry, urls: Any) -> None:
    """All of the references, or none of them and an error."""
    if not isinstance(urls, list) or not urls:
        raise errors.bad_request("Invalid value specified for property 'members' of resource 'Group'.")
    if len(urls) > MOST:
        raise too_many()
    _writable(call, entry)
    found: dict[str, Entry] = {}
    for url in urls:
        other = target(call, url)
        _refuse_nesting(entry, other)
        if other.id in found or call.directory.points("members", entry.id, other.id):
            raise errors.already_there("members")
        found[other.id] = other
    for other in found.values():
        call.directory.point("members", entry, other.id)
        seats.settle(call.tenant, other.id)


def remove_member(call: Call, group: str, member: str) -> Answer:
    entry = call.find(group, "group", "directoryRole")
    _writable(call, entry)
    if not call.directory.points("members", entry.id, member.lower()):
        raise errors.not_there("members", call.faults.not_a_member_status)
    call.directory.unpoint("members", entry, member.lower())
    seats.settle(call.tenant, member.lower())
    return Answer(204)


def delete_member_itself(call: Call, group: str, member: str) -> Answer:
    """The documented trap: without `/$ref` the member object itself is deleted, if the application may do that."""
    call.find(group, "group")
    entry = call.find(member, "user", "group")
    call.require(DELETE_USERS)
    call.guard(entry, sensitive=True)
    if entry.kind == "user" or "Unified" in entry.properties["groupTypes"]:
        call.directory.delete(entry)
    else:
        call.directory.purge(entry)
    return Answer(204)


def add_owner(call: Call, group: str) -> Answer:
    entry = call.find(group, "group")
    call.guard(entry, sensitive=False)
    other = target(call, call.json().get("@odata.id"))
    if call.directory.points("owners", entry.id, other.id):
        raise errors.already_there("owners")
    call.directory.point("owners", entry, other.id)
    return Answer(204)


def remove_owner(call: Call, group: str, owner: str) -> Answer:
    entry = call.find(group, "group")
    call.guard(entry, sensitive=False)
    held = call.directory.to("owners", entry.id)
    if owner.lower() not in held:
        raise errors.not_there("owners", call.faults.not_a_member_status)
    if len(held) == 1:
        raise errors.bad_request("The group must have at least one owner, hence this owner cannot be removed.")
    call.directory.unpoint("owners", entry, owner.lower())
    return Answer(204)


def manager(call: Call, user: str) -> Answer:
    entry, names = _manager_of(call, user), render.selection(call, USER)
    return Answer(
        200,
        {"@odata.context": render.context(call, "directoryObjects", names, entity=True), **render.tagged(entry, names)},
    )


def manager_reference(call: Call, user: str) -> Answer:
    entry = _manager_of(call, user)
    context = f"{call.base}/$metadata#directoryObjects/$ref"
    return Answer(200, {"@odata.context": context, "@odata.id": f"{call.base}/directoryObjects/{entry.id}"})


def set_manager(call: Call, user: str) -> Answer:
    entry = call.find(user, "user")
    call.guard(entry, sensitive=False)
    _refuse_synced(entry)
    other = target(call, call.json().get("@odata.id"))
    if other.kind != "user" or other.id == entry.id:
        raise errors.bad_request("Invalid value specified for property 'manager' of resource 'User'.")
    if not call.directory.points("manager", entry.id, other.id):
        call.directory.set_manager(entry, other.id)
    return Answer(204)


def remove_manager(call: Call, user: str) -> Answer:
    entry = call.find(user, "user")
    call.guard(entry, sensitive=False)
    _refuse_synced(entry)
    if not call.directory.to("manager", entry.id):
        raise errors.not_found("manager")
    call.directory.set_manager(entry, None)
    return Answer(204)


def direct_reports(call: Call, user: str) -> Answer:
    return listing.references(call, call.directory.by("manager", call.find(user, "user").id), None)


def by_ids(call: Call) -> Answer:
    """`POST /directoryObjects/getByIds`: at most 1,000, what is not there is left out."""
    body = call.json()
    ids, types = body.get("ids"), [str(one).lower() for one in body.get("types") or ()]
    if not isinstance(ids, list) or not ids or len(ids) > 1000:
        raise errors.bad_request("Invalid value specified for property 'ids'.")
    found = []
    for id in dict.fromkeys(str(one) for one in ids):
        entry = call.directory.get(id)
        if entry and call.visible(entry) and (not types or entry.kind.lower() in types or "directoryobject" in types):
            found.append(render.tagged(entry, None))
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#directoryObjects", "value": found})


def read_object(call: Call, object: str) -> Answer:
    entry = call.find(object, "user", "group", "directoryRole")
    context = render.context(call, "directoryObjects", None, entity=True)
    return Answer(200, {"@odata.context": context, **render.tagged(entry, None)})


def _manager_of(call: Call, user: str) -> Entry:
    found = call.directory.to("manager", call.find(user, "user").id)
    if not found or not call.directory.entries[found[0]].live:
        raise errors.not_found("manager")
    return call.directory.entries[found[0]]


def _reached(call: Call, id: str) -> list[str]:
    """Groups and roles the object is in, near ones first."""
    found: dict[str, None] = {}
    waiting = [id]
    while waiting:
        for group in call.directory.by("members", waiting.pop(0)):
            if group not in found and call.directory.entries[group].live:
                found[group] = None
                waiting.append(group)
    return list(found)


def _writable(call: Call, entry: Entry) -> None:
    """Whether the members of this group may be changed by this application."""
    call.guard(entry, sensitive=False)
    properties = entry.properties
    if entry.kind == "directoryRole" or properties.get("isAssignableToRole"):
        call.require(WRITE_ROLES)
    if entry.kind == "directoryRole":
        return
    if "DynamicMembership" in properties["groupTypes"]:
        if call.faults.dynamic_group_status == 403:
            raise errors.denied()
        raise errors.bad_request("Cannot update the members of a group with dynamic membership.")
    if properties.get("mailEnabled") and "Unified" not in properties["groupTypes"]:
        raise mail_enabled()
    if properties.get("onPremisesSyncEnabled"):
        raise errors.synced()


def _refuse_nesting(entry: Entry, other: Entry) -> None:
    """Microsoft 365 groups hold users only, and are put in no group."""
    if other.kind == "group" and entry.kind == "group":
        unified = "Unified" in entry.properties["groupTypes"] or "Unified" in other.properties["groupTypes"]
        if unified or entry.id == other.id or entry.properties.get("isAssignableToRole"):
            raise errors.bad_request("Invalid value specified for property 'members' of resource 'Group'.")


def _refuse_synced(entry: Entry) -> None:
    if entry.properties.get("onPremisesSyncEnabled"):
        raise errors.synced()


def _cast(text: str) -> str | None:
    """`microsoft.graph.group` or `graph.group`, in any case."""
    if not text:
        return None
    name = text.lower().removeprefix("microsoft.").removeprefix("graph.")
    if name not in CASTS:
        raise errors.no_such_segment(text)
    return CASTS[name]
