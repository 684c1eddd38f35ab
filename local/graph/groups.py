"""`/groups`: create, read, list, change and delete; which groups may be written to at all."""

from typing import Any

from local.graph import errors, listing, references, render, values
from local.graph.call import Answer, Call
from local.graph.directory import Entry
from local.graph.permissions import WRITE_GROUPS, WRITE_MEMBERS, WRITE_ROLES
from local.graph.properties import GROUP


def index(call: Call) -> Answer:
    return listing.answer(call, GROUP, call.directory.order["group"])


def count(call: Call) -> Answer:
    return listing.count(call, GROUP)


def create(call: Call) -> Answer:
    return _create(call, call.json(), {})


def read_by_name(call: Call, unique: str) -> Answer:
    found = call.directory.having("group", "uniqueName", unique)
    if not found:
        raise errors.not_found(unique)
    return read(call, found[0])


def upsert(call: Call, unique: str) -> Answer:
    """204 when there is a group of that unique name; else 201, if `Prefer: create-if-missing` asks for a new one.

    A deleted group keeps its unique name.
    """
    found = call.directory.having("group", "uniqueName", unique)
    if found:
        return update(call, found[0])
    if "create-if-missing" not in call.headers.get("prefer", "").lower():
        raise errors.not_found(unique)
    binned = (call.directory.entries[id] for id in call.directory.bin)
    if any(str(one.properties.get("uniqueName") or "").lower() == unique.lower() for one in binned):
        raise errors.conflict("uniqueName")
    return _create(call, call.json(), {"uniqueName": unique})


def _create(call: Call, body: dict[str, Any], key: dict[str, str]) -> Answer:
    bound = {name: body.pop(f"{name}@odata.bind", []) for name in ("members", "owners")}
    values.require(GROUP, body)
    given = values.checked(GROUP, body)
    _refuse_types(given)
    if given.get("isAssignableToRole"):
        call.require(WRITE_ROLES)
    if len(bound["members"]) + len(bound["owners"]) > references.MOST:
        raise references.too_many()
    targets = {name: [references.target(call, url) for url in urls] for name, urls in bound.items()}
    if given["mailEnabled"]:
        given["mail"] = _address(call, given["mailNickname"])
        given["proxyAddresses"] = [f"SMTP:{given['mail']}"]
    entry = call.tenant.create("group", {**given, **key})
    for name, found in targets.items():
        for other in found:
            call.directory.point(name, entry, other.id)
    context = render.context(call, "groups", None, entity=True)
    body = {"@odata.context": context, **render.shape(entry, None)}
    return Answer(201, body, {"location": f"{call.base}/groups/{entry.id}"})


def read(call: Call, group: str) -> Answer:
    entry = call.find(_identifier(group), "group")
    names = render.selection(call, GROUP)
    context = render.context(call, "groups", names, entity=True)
    return Answer(200, {"@odata.context": context, **render.shape(entry, names), **listing.expanded(call, entry)})


def update(call: Call, group: str) -> Answer:
    """204. With `members@odata.bind`: up to 20 references, all of them or none."""
    body = call.json()
    bound = body.pop("members@odata.bind", None)
    only_members = bound is not None and all(name.startswith("@") for name in body)
    call.require(WRITE_MEMBERS if only_members else WRITE_GROUPS)
    entry = call.find(_identifier(group), "group")
    call.guard(entry, sensitive=False)
    given = values.checked(GROUP, body)
    if given:
        _refuse_change(entry, given)
    if bound is not None:
        references.add_many(call, entry, bound)
    if given:
        call.directory.update(entry, given)
    return Answer(204)


def delete(call: Call, group: str) -> Answer:
    """Microsoft 365 groups can be restored; other groups are gone at once."""
    entry = call.find(_identifier(group), "group")
    call.guard(entry, sensitive=False)
    if entry.properties.get("isAssignableToRole"):
        call.require(WRITE_ROLES)
    if entry.properties.get("onPremisesSyncEnabled"):
        raise errors.synced()
    if entry.licences:
        raise errors.bad_request("Group has active licenses and cannot be deleted.")
    if "Unified" in entry.properties["groupTypes"]:
        call.directory.delete(entry)
    else:
        call.directory.purge(entry)
    return Answer(204)


def _identifier(text: str) -> str:
    if len(text) != 36 or text.count("-") != 4:
        raise errors.bad_request(f"Invalid object identifier '{text}'.")
    return text


def _refuse_types(given: dict[str, Any]) -> None:
    """Graph creates security and Microsoft 365 groups; nothing else."""
    types = given.get("groupTypes") or []
    if any(one not in {"Unified", "DynamicMembership"} for one in types):
        raise errors.invalid_value("groupTypes", GROUP.resource)
    if given["mailEnabled"] and "Unified" not in types:
        raise errors.bad_request(
            "The service does not currently support writes of mail-enabled groups. "
            "Please ensure that the mail-enablement property is unset and try again."
        )
    if "DynamicMembership" in types:
        if given.get("isAssignableToRole"):
            raise errors.bad_request("A dynamic group cannot be assignable to a role.")
        if not given.get("membershipRule"):
            raise errors.value_required("membershipRule", GROUP.resource)
    elif not given["securityEnabled"] and not given["mailEnabled"]:
        raise errors.bad_request("One or more property values specified are invalid.")


def _refuse_change(entry: Entry, given: dict[str, Any]) -> None:
    if entry.properties.get("onPremisesSyncEnabled"):
        raise errors.synced()
    if entry.properties.get("mailEnabled") and "Unified" not in entry.properties["groupTypes"]:
        raise references.mail_enabled()
    if "isAssignableToRole" in given and given["isAssignableToRole"] != entry.properties.get("isAssignableToRole"):
        raise errors.bad_request("Property 'isAssignableToRole' can be set only when the group is created.")


def _address(call: Call, nickname: str) -> str:
    """The mail address of a Microsoft 365 group; one that is taken gets a number."""
    domain = call.tenant.domains[0]
    for number in range(1000):
        address = f"{nickname}{number or ''}@{domain}"
        if not call.directory.having("any", "proxyAddresses", f"smtp:{address}"):
            return address
    raise errors.conflict("proxyAddresses")
