"""`assignLicense`, `subscribedSkus` and `licenseDetails`: what may be given, and what it says when it may not.

Source: «user: assignLicense», «group: assignLicense»; messages as reported by third parties.
"""

from typing import Any

from local.graph import errors, render, seats
from local.graph.call import Answer, Call
from local.graph.directory import Entry
from local.graph.tenant import Sku, Tenant


def assign_to_user(call: Call, user: str) -> Answer:
    """200 with the user; everything in the request is done, or nothing."""
    tenant, entry = call.tenant, call.find(user, "user")
    call.guard(entry, sensitive=False)
    added, removed = _request(call)
    licences = dict(entry.licences)
    for sku_id in removed:
        _refuse_removal(tenant, entry, sku_id)
        licences.pop(sku_id, None)
    if added and not entry.properties.get("usageLocation"):
        raise errors.bad_request("License assignment cannot be done for user with invalid usage location.")
    for sku_id, plans in added.items():
        _known(tenant, sku_id)
        if not _holds(entry, sku_id) and not seats.left(tenant, sku_id):
            raise errors.bad_request(f"Subscription with SKU {sku_id} does not have any available licenses.")
        licences[sku_id] = plans
    seats.assign(tenant, entry, licences)
    context = render.context(call, "users", None, entity=True)
    return Answer(200, {"@odata.context": context, **render.shape(entry, None)})


def assign_to_group(call: Call, group: str) -> Answer:
    """202: what comes of it for the members is seen later, at the members."""
    tenant, entry = call.tenant, call.find(group, "group")
    call.guard(entry, sensitive=False)
    added, removed = _request(call)
    for sku_id in (*added, *removed):
        _known(tenant, sku_id)
    kept = {sku_id: plans for sku_id, plans in {**entry.licences, **added}.items() if sku_id not in removed}
    seats.assign(tenant, entry, kept)
    names = ("id", "createdDateTime", "groupTypes", "securityEnabled")
    context = render.context(call, "groups", None, entity=True)
    body = {"@odata.context": context, **render.shape(entry, names)}
    return Answer(202, body, {"location": f"{call.base}/groups/{entry.id}"})


def skus(call: Call) -> Answer:
    rows = [_row(call.tenant, sku) for sku in call.tenant.skus.values()]
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#subscribedSkus", "value": rows})


def sku(call: Call, sku: str) -> Answer:
    found = call.tenant.skus.get(sku.rpartition("_")[2])
    if found is None:
        raise errors.not_found(sku)
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#subscribedSkus/$entity", **_row(call.tenant, found)})


def details(call: Call, user: str) -> Answer:
    entry = call.find(user, "user")
    rows = []
    for licence in entry.properties.get("assignedLicenses") or ():
        product = call.tenant.skus[licence["skuId"]]
        rows.append(
            {
                "id": f"{entry.id}_{product.id}",
                "skuId": product.id,
                "skuPartNumber": product.part_number,
                "servicePlans": _plans(product, licence["disabledPlans"]),
            }
        )
    context = f"{call.base}/$metadata#users('{entry.id}')/licenseDetails"
    return Answer(200, {"@odata.context": context, "value": rows})


def _request(call: Call) -> tuple[dict[str, list[str]], list[str]]:
    """What to add (skuId → disabled plans) and what to remove; both arrays must be there."""
    body = call.json()
    for name in ("addLicenses", "removeLicenses"):
        if not isinstance(body.get(name), list):
            raise errors.bad_request(
                "One or more parameters of the operation 'assignLicense' are missing from the request payload. "
                f"The missing parameters are: {name}."
            )
    added = {}
    for licence in body["addLicenses"]:
        if not isinstance(licence, dict) or not isinstance(licence.get("skuId"), str):
            raise errors.bad_request("Invalid value specified for property 'skuId' of resource 'AssignedLicense'.")
        added[licence["skuId"].lower()] = list(licence.get("disabledPlans") or ())
    return added, [str(sku_id).lower() for sku_id in body["removeLicenses"]]


def _refuse_removal(tenant: Tenant, entry: Entry, sku_id: str) -> None:
    _known(tenant, sku_id)
    if sku_id in entry.licences:
        return
    if _holds(entry, sku_id):
        raise errors.bad_request(
            "User license is inherited from a group membership and it cannot be removed directly from the user."
        )
    raise errors.bad_request("User does not have a corresponding license.")


def _holds(entry: Entry, sku_id: str) -> bool:
    return any(licence["skuId"] == sku_id for licence in entry.properties.get("assignedLicenses") or ())


def _known(tenant: Tenant, sku_id: str) -> None:
    if sku_id not in tenant.skus:
        raise errors.bad_request(f"License {sku_id} does not correspond to a valid company License.")


def _plans(sku: Sku, disabled: list[str]) -> list[dict[str, str]]:
    return [
        {
            **plan,
            "provisioningStatus": "Disabled" if plan["servicePlanId"] in disabled else "Success",
            "appliesTo": "User",
        }
        for plan in sku.plans
    ]


def _row(tenant: Tenant, sku: Sku) -> dict[str, Any]:
    units = {"enabled": sku.enabled, "suspended": 0, "warning": 0, "lockedOut": 0}
    if sku.capability != "Enabled":
        units = {**units, "enabled": 0, "suspended": sku.enabled}
    return {
        "capabilityStatus": sku.capability,
        "consumedUnits": seats.used(tenant, sku.id),
        "id": f"{tenant.id}_{sku.id}",
        "skuId": sku.id,
        "skuPartNumber": sku.part_number,
        "appliesTo": "User",
        "prepaidUnits": units,
        "servicePlans": _plans(sku, []),
    }
