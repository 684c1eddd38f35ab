"""`/users`: create, read, list, change, delete, and signing everybody out."""

from typing import Any

from local.graph import addresses, errors, listing, render, seats, values
from local.graph.call import Answer, Call
from local.graph.directory import Entry
from local.graph.moments import moment
from local.graph.permissions import NARROW, WRITE_LEAVE_DATE, WRITE_PASSWORD, WRITE_USERS
from local.graph.properties import CLOUD_OWNED, EXTENSION, SENSITIVE, USER


def index(call: Call) -> Answer:
    return listing.answer(call, USER, call.directory.order["user"])


def count(call: Call) -> Answer:
    return listing.count(call, USER)


def create(call: Call) -> Answer:
    """201 with the default properties. The manager cannot be set here (docs: a request of its own)."""
    body = call.json()
    values.require(USER, body)
    given = values.checked(USER, body)
    values.logon_name(given["userPrincipalName"], call.tenant.domains)
    profile = given.pop("passwordProfile")
    if not profile.get("password"):
        raise errors.value_required("passwordProfile", USER.resource)
    values.password(profile)
    if given.get("employeeLeaveDateTime") is not None:
        call.require(WRITE_LEAVE_DATE)
    _refuse_taken(call, None, given)
    if given.get("mail"):
        given["proxyAddresses"] = addresses.primary((), given["mail"])
    entry = call.tenant.create("user", given)
    names = USER.default
    location = f"{call.base}/users/{entry.id}"
    body = {"@odata.context": render.context(call, "users", None, entity=True), **render.shape(entry, names)}
    return Answer(201, body, {"location": location})


def read(call: Call, user: str) -> Answer:
    entry = call.find(user, "user")
    names = render.selection(call, USER)
    return Answer(
        200,
        {
            "@odata.context": render.context(call, "users", names, entity=True),
            **render.shape(entry, names),
            **listing.expanded(call, entry),
        },
    )


def update(call: Call, user: str) -> Answer:
    body = call.json()
    names = frozenset(name for name in body if not name.startswith("@"))
    narrow = tuple(permission for covered, permission in NARROW.items() if names and names <= covered)
    if not any(call.may((permission,)) for permission in narrow):
        call.require(WRITE_USERS)
    if "employeeLeaveDateTime" in names:
        call.require(WRITE_LEAVE_DATE)
    if "passwordProfile" in names:
        call.require(WRITE_PASSWORD)
    entry = call.find(user, "user")
    call.guard(entry, sensitive=bool(SENSITIVE & names))
    given = values.checked(USER, body)
    values.password(given.get("passwordProfile"))
    if entry.properties.get("onPremisesSyncEnabled"):
        _refuse_synced(given)
    if "userPrincipalName" in given:
        values.logon_name(given["userPrincipalName"], call.tenant.domains)
    _refuse_taken(call, entry, given)
    call.directory.update(entry, _settled(call, entry, given))
    return Answer(204)


def delete(call: Call, user: str) -> Answer:
    """204; the user moves to the deleted items and its licences are free again."""
    entry = call.find(user, "user")
    call.guard(entry, sensitive=True)
    call.directory.delete(entry)
    return Answer(204)


def revoke_sessions(call: Call, user: str) -> Answer:
    entry = call.find(user, "user")
    call.guard(entry, sensitive=False)
    call.directory.update(entry, {"signInSessionsValidFromDateTime": moment(call.now)})
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#Edm.Boolean", "value": True})


def _refuse_synced(given: dict[str, Any]) -> None:
    for name in given:
        if name not in CLOUD_OWNED and not EXTENSION.fullmatch(name):
            raise errors.synced()


def _refuse_taken(call: Call, entry: Entry | None, given: dict[str, Any]) -> None:
    """Uniqueness, among live objects only; employeeId is not unique."""
    own = entry.id if entry else ""
    unique = ["userPrincipalName", "onPremisesImmutableId"]
    if call.faults.nickname_is_unique:
        unique.append("mailNickname")
    for name in unique:
        value = given.get(name)
        if value and set(call.directory.having("user", name, value)) - {own}:
            raise errors.conflict(name)
    for name in ("mail", "userPrincipalName"):
        if given.get(name) and addresses.holders(call.directory, given[name]) - {own}:
            raise errors.conflict("proxyAddresses")
    logon = given.get("mail") if call.faults.mail_clashes_with_logon else None
    if logon and set(call.directory.having("user", "userPrincipalName", logon)) - {own}:
        raise errors.conflict("proxyAddresses")


def _settled(call: Call, entry: Entry, given: dict[str, Any]) -> dict[str, Any]:
    """What a change means for the object: passwords are not kept, addresses and complex values are merged."""
    if given.pop("passwordProfile", None) is not None:
        changed_at = moment(call.now)
        given["lastPasswordChangeDateTime"] = changed_at
        given["signInSessionsValidFromDateTime"] = changed_at
    for name in ("employeeOrgData", "onPremisesExtensionAttributes"):
        if given.get(name) is not None:
            kept = {part: value for part, value in given[name].items() if not part.startswith("@")}
            before = {} if call.faults.parts_are_replaced else entry.properties.get(name) or {}
            given[name] = {**before, **kept}
    if "mail" in given:
        given["proxyAddresses"] = addresses.primary(entry.properties.get("proxyAddresses") or [], given["mail"])
    if {"mail", "userPrincipalName"} & set(given) and seats.mailbox(call.tenant, entry):
        given |= addresses.of_mailbox(call.directory, call.tenant.domains, {**entry.properties, **given})
    return given
