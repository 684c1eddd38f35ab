"""Seats: whose licences are in force, their own and those of their groups, and what each assignment's state is.

Source: «Group-based licensing». Licences of groups are settled at once, where the service takes minutes; their errors
show up in `licenseAssignmentStates` only, as there.
"""

from typing import TYPE_CHECKING, Any

from local.graph import addresses
from local.graph.directory import Entry
from local.graph.moments import moment

if TYPE_CHECKING:
    from local.graph.tenant import Tenant


def used(tenant: "Tenant", sku_id: str) -> int:
    """How many live users hold the product, however often."""
    return tenant.directory.count("user", "assignedLicenses", sku_id)


def left(tenant: "Tenant", sku_id: str) -> bool:
    sku = tenant.skus[sku_id]
    return sku.capability == "Enabled" and sku.enabled > used(tenant, sku_id)


def assign(tenant: "Tenant", entry: Entry, licences: dict[str, list[str]]) -> None:
    """Give a user or a group exactly these licences of its own (skuId → disabled plans), and settle what follows."""
    entry.licences = licences
    tenant.directory.keep_licences(entry)
    if entry.kind == "user":
        _settle(tenant, entry)
        return
    tenant.directory.update(entry, {"assignedLicenses": _wire(licences)})
    for member in tenant.directory.to("members", entry.id):
        settle(tenant, member)


def settle(tenant: "Tenant", id: str) -> None:
    """Work out one member's licences again, after its groups or theirs changed."""
    entry = tenant.directory.entries.get(id)
    if entry is not None and entry.kind == "user" and entry.live:
        _settle(tenant, entry)


def mailbox(tenant: "Tenant", entry: Entry) -> bool:
    """Whether a licence in force gives the user a mailbox."""
    held = entry.properties.get("assignedLicenses") or ()
    return _mailbox(tenant, {licence["skuId"]: set(licence["disabledPlans"]) for licence in held})


def _settle(tenant: "Tenant", entry: Entry) -> None:
    sources = _sources(tenant, entry)
    before = {licence["skuId"] for licence in entry.properties.get("assignedLicenses") or ()}
    if not before and not sources:
        return
    active: dict[str, set[str]] = {}
    states = []
    for group_id, licences in sources:
        for sku_id, plans in licences.items():
            seated = sku_id in active or sku_id in before or left(tenant, sku_id)
            states.append(_state(tenant, sku_id, plans, group_id, seated))
            if seated:
                active[sku_id] = active.get(sku_id, set(plans)) & set(plans)
    changed: dict[str, Any] = {
        "assignedLicenses": _wire({sku_id: sorted(plans) for sku_id, plans in active.items()}),
        "licenseAssignmentStates": [_unmoved(entry, state) for state in states],
    }
    if _mailbox(tenant, active):
        changed |= addresses.of_mailbox(tenant.directory, tenant.domains, entry.properties)
    tenant.directory.update(entry, changed)


def _sources(tenant: "Tenant", entry: Entry) -> list[tuple[str, dict[str, list[str]]]]:
    """(group id, or "" for the user itself; licences) wherever there are any."""
    found = [("", entry.licences)] if entry.licences else []
    for group_id in tenant.directory.by("members", entry.id):
        group = tenant.directory.entries[group_id]
        if group.live and group.licences:
            found.append((group_id, group.licences))
    return found


def _wire(licences: dict[str, list[str]]) -> list[dict[str, Any]]:
    return [{"disabledPlans": list(plans), "skuId": sku_id} for sku_id, plans in licences.items()]


def _state(tenant: "Tenant", sku_id: str, plans: list[str], group_id: str, seated: bool) -> dict[str, Any]:
    return {
        "skuId": sku_id,
        "disabledPlans": list(plans),
        "assignedByGroup": group_id or None,
        "state": "Active" if seated else "Error",
        "error": "None" if seated else "CountViolation",
        "lastUpdatedDateTime": moment(tenant.clock()),
    }


def _unmoved(entry: Entry, state: dict[str, Any]) -> dict[str, Any]:
    """The state as it was when only its moment would change."""
    for old in entry.properties.get("licenseAssignmentStates") or ():
        if {**old, "lastUpdatedDateTime": state["lastUpdatedDateTime"]} == state:
            return dict(old)
    return state


def _mailbox(tenant: "Tenant", active: dict[str, set[str]]) -> bool:
    return any(
        plan["servicePlanName"].startswith("EXCHANGE") and plan["servicePlanId"] not in disabled
        for sku_id, disabled in active.items()
        for plan in tenant.skus[sku_id].plans
    )
