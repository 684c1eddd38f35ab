"""The vendor's own examples, replayed: same status, the same properties, the same types."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from local.graph import DEFAULT_PERMISSIONS, Tenant
from tests.local_graph.graph_client import APP, BASE, SPECS, Clock, World, opened

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="the vendor's examples are not at hand")

USER, GROUP = "6ea91a8d-e32e-41a1-b7bd-d2d185eed0e0", "b320ee12-b1cd-4cca-b648-a437be61c5cd"
OTHER, MEMBER = "4562bcc8-c436-4f95-b7c0-4f8ce89dca5e", "11111111-2222-3333-4444-555555555555"
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_IN_METADATA = frozenset(
    {
        "isMultipleDataLocationsForServicesEnabled",
        "creationOptions",
        "createdByAppId",
        "writebackConfiguration",
        "directorySizeQuota",
    }
)
"""In the examples, but not in the metadata of the service (see the sources of the description)."""
RARELY = frozenset({"@odata.id", "@odata.nextLink", "@odata.deltaLink", "organizationId", "infoCatalogs"})
"""Internal addresses, links that depend on how much there is, and properties that only some groups show."""


@dataclass(frozen=True)
class Example:
    """How an example becomes a request: what stands for its placeholders, and what has to be there before."""

    id: str
    path: dict[str, str] = field(default_factory=dict)
    seed: tuple[str, ...] = ()
    also: frozenset[str] = frozenset()
    """Properties the example shows beyond what its request would give; the pages shorten and decorate."""


EXAMPLES = (
    Example("user-post-users#1", {}, also=frozenset({"mail"})),
    Example("user-get#1", seed=("user",)),
    Example("user-get#3", seed=("user",)),
    Example("user-list#1", seed=("user",)),
    Example("user-update#1", {"/me": f"/users/{USER}"}, ("user",)),
    Example("user-update#2", {"{id}": USER}, ("user",)),
    Example("user-update#3", {"{id}": USER}, ("user",)),
    Example("user-delete#1", {"{user-id}": USER}, ("user",)),
    Example("user-post-manager#1", seed=("user",)),
    Example("user-list-manager#1", {"{id|userPrincipalName}": USER}, ("user", "manager")),
    Example("user-list-directreports#1", {"/me": f"/users/{OTHER}"}, ("user", "manager")),
    Example("user-list-memberof#1", {"{id}": USER}, ("user", "group", "member")),
    Example("user-list-transitivememberof#1", {"{id}": USER}, ("user", "group", "member")),
    Example("user-revokesigninsessions#1", {"/me": f"/users/{USER}"}, ("user",)),
    Example("user-delta#1", seed=("user",)),
    Example("user-delta#2", seed=("user",)),
    Example("delta-query-users#1", seed=("user",)),
    Example("aad-advanced-queries#2", seed=("user",)),
    Example("2026:advanced-queries#7", seed=("user",)),
    Example("group-post-groups#1"),
    Example("group-post-groups#2", seed=("user", "bound"), also=frozenset({"deletedDateTime"})),
    Example("group-get#1", seed=("group",)),
    Example("group-list#2", seed=("group",)),
    Example("group-update#1", {"{id}": GROUP}, ("group",)),
    Example("group-delete#1", {"{id}": GROUP}, ("group",)),
    Example("group-delta#1", seed=("user", "group", "member")),
    Example("group-delta#2", seed=("group",)),
    Example("delta-query-groups#1", seed=("user", "group", "member")),
    Example("group-list-members#1", {"{id}": GROUP}, ("user", "group", "member")),
    Example("group-list-owners#1", {"{id}": GROUP}, ("user", "group", "owner"), frozenset({"accountEnabled"})),
    Example("group-post-members#1", {"{group-id}": GROUP, "{id}": USER}, ("user", "group")),
    Example(
        "group-delete-members#1", {"{group-id}": GROUP, "{directory-object-id}": USER}, ("user", "group", "member")
    ),
    Example("group-post-owners#1", {"{id}": GROUP, "/users/" + GROUP: f"/users/{USER}"}, ("user", "group")),
    Example("directory-deleteditems-get#1", {"{object-id}": GROUP}, ("group", "deleted")),
    Example("directory-deleteditems-list#1", seed=("group", "deleted")),
    Example("directory-deleteditems-restore#1", {"{object-id}": GROUP}, ("group", "deleted")),
    Example("directory-deleteditems-delete#1", {"{object-id}": GROUP}, ("group", "deleted")),
    Example("directoryobject-get#1", {"{id}": USER}, ("user",)),
    Example("subscribedsku-list#1", seed=("sku",)),
    Example("domain-list#1"),
    Example("organization-list#1"),
    Example("delta-query-overview#1"),
)


def documented() -> dict[str, dict[str, Any]]:
    if not SPECS.is_dir():
        return {}
    lines = (SPECS / "doc_examples.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


DOCUMENTED = documented()


def seeded(kinds: tuple[str, ...], ids: list[str]) -> Tenant:
    """A tenant in which every id the example names exists, as the kind its page speaks of."""
    tenant = Tenant(clock=Clock(), domains=("contoso.com", "contoso.onmicrosoft.com"))
    tenant.add_app(APP, "app-secret", permissions=DEFAULT_PERMISSIONS | {"RoleManagement.ReadWrite.Directory"})

    def put(id: str, kind: str, **properties: Any) -> None:
        if id not in tenant.directory.entries:
            tenant.new_id = lambda: id  # type: ignore[method-assign]
            tenant.create(kind, properties)
            del tenant.new_id

    named = {
        "displayName": "A", "userPrincipalName": "a@contoso.com", "mailNickname": "a", "accountEnabled": False,
        "givenName": "A", "surname": "B", "jobTitle": "C", "mobilePhone": "1", "postalCode": "1", "mail": "a@b.nl",
        "officeLocation": "1", "preferredLanguage": "nl-NL",
        "identities": [{"signInType": "userPrincipalName", "issuer": "contoso.com", "issuerAssignedId": "a"}],
    }  # fmt: skip
    if "user" in kinds:
        for id in {USER, OTHER, *ids} - {GROUP}:
            put(id, "user", **named)
    if "group" in kinds:
        unified = {"groupTypes": ["Unified"], "mailEnabled": True, "mail": "g@contoso.com", "description": "D"}
        put(GROUP, "group", displayName="G", mailNickname="g", securityEnabled=False, visibility="Public", **unified)
    entry = tenant.directory.entries.get
    if "member" in kinds:
        tenant.add_member(GROUP, USER)
    if "owner" in kinds:
        tenant.directory.point("owners", tenant.directory.entries[GROUP], USER)
    if "manager" in kinds:
        tenant.set_manager(USER, OTHER)
    if "deleted" in kinds and (group := entry(GROUP)):
        tenant.directory.delete(group)
    if "sku" in kinds:
        tenant.add_sku("ENTERPRISEPREMIUM", 25, plans=["ADALLOM_S_O365"])
    return tenant


def replaced(text: str, example: Example) -> str:
    for old, new in example.path.items():
        text = text.replace(old, new)
    return text


async def replay(example: Example) -> tuple[httpx.Response, dict[str, Any]]:
    row = DOCUMENTED[example.id]
    request = row["request"]
    path, body = replaced(request["path"], example), replaced(json.dumps(request["body"]), example)
    ids = [match.group() for match in ID.finditer(path + body)]
    async with opened(tenant=seeded(example.seed, ids)) as world:
        url = BASE + path + ("?" + request["query"] if request["query"] else "")
        sent = json.loads(body)
        answer = await world.http.request(request["method"], url, json=sent, headers=headers(request["headers"]))
        return answer, row["response"]


def headers(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name.lower() in {"prefer", "consistencylevel"}}


def alike(ours: Any, theirs: Any, place: str, also: frozenset[str]) -> list[str]:
    """What differs in form: a missing property, another type. Null fits everything."""
    if ours is None or theirs is None:
        return []
    if type(ours) is not type(theirs):
        return [f"{place}: {type(ours).__name__} instead of {type(theirs).__name__}"]
    if isinstance(theirs, list):
        return alike(ours[0], theirs[0], f"{place}[]", also) if ours and theirs else []
    if not isinstance(theirs, dict):
        return []
    found = []
    for name, value in theirs.items():
        if name in NOT_IN_METADATA | RARELY | also:
            continue
        if name not in ours:
            found.append(f"{place}.{name} is missing")
        else:
            found += alike(ours[name], value, f"{place}.{name}", also)
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
async def test_a_documented_example_is_answered_in_the_documented_form(example: Example) -> None:
    answer, documented = await replay(example)
    assert answer.status_code == documented["status"], answer.text
    if documented["body"] is None:
        assert answer.content == b""
    else:
        assert alike(answer.json(), documented["body"], "", example.also) == []


async def refusal(world: World, id: str) -> httpx.Response:
    """Bring about the condition of an observed refusal, and ask."""
    tenant, user = world.tenant, world.tenant.add_user(userPrincipalName="a@contoso.nl", usageLocation="NL")
    group, sku = tenant.add_group("G"), tenant.add_sku("S", 0)
    body = {
        "accountEnabled": True,
        "displayName": "A",
        "mailNickname": "a",
        "passwordProfile": {"password": "Aa1!aaaa"},
    }
    link = {"@odata.id": f"{BASE}/directoryObjects/{user}"}
    licence = {"addLicenses": [{"skuId": sku, "disabledPlans": []}], "removeLicenses": []}
    if id == "observed-create-user-duplicate-upn#1":
        return await world.post("/users", {**body, "userPrincipalName": "a@contoso.nl"})
    if id == "observed-create-user-unverified-domain#1":
        return await world.post("/users", {**body, "userPrincipalName": "a@fabrikam.nl"})
    if id == "observed-update-user-mail-proxy-conflict#1":
        tenant.add_user(mail="b@contoso.nl")
        return await world.patch(f"/users/{user}", mail="b@contoso.nl")
    if id == "observed-token-expired#1":
        world.clock.move(days=400)
        return await world.post("/users", body)
    if id == "observed-onprem-mastered#1":
        return await world.patch(f"/groups/{tenant.add_group('S', onPremisesSyncEnabled=True)}", mailNickname="b")
    if id == "observed-member-already-exists#1":
        tenant.add_member(group, user)
        return await world.post(f"/groups/{group}/members/$ref", link)
    if id == "observed-mail-enabled-group#1":
        return await world.post(f"/groups/{tenant.add_group('L', mailEnabled=True)}/members/$ref", link)
    if id == "observed-license-none-left#1":
        return await world.post(f"/users/{user}/assignLicense", licence)
    if id == "observed-license-usage-location#1":
        return await world.post(f"/users/{tenant.add_user()}/assignLicense", licence)
    if id == "observed-license-inherited#1":
        tenant.set_seats(sku, 1)
        tenant.add_member(group, user)
        tenant.assign_licence(group, sku)
        return await world.post(f"/users/{user}/assignLicense", {"addLicenses": [], "removeLicenses": [sku]})
    world.faults.expired_delta = "syncStateNotFound" if "blog" in id else "unsupported"
    _, old = await world.round("/users/delta")
    world.clock.move(days=31)
    return await world.get(old)


@pytest.mark.parametrize(
    "id",
    [
        "observed-create-user-duplicate-upn#1",
        "observed-update-user-mail-proxy-conflict#1",
        "observed-create-user-unverified-domain#1",
        "observed-token-expired#1",
        "observed-onprem-mastered#1",
        "observed-member-already-exists#1",
        "observed-mail-enabled-group#1",
        "observed-license-usage-location#1",
        "observed-license-none-left#1",
        "observed-license-inherited#1",
        "observed-delta-token-too-old#1",
        "observed-delta-token-expired-blog#1",
    ],
)
async def test_an_observed_refusal_is_repeated_to_the_letter(id: str) -> None:
    async with opened() as world:
        answer = await refusal(world, id)
    seen = DOCUMENTED[id]["response"]
    ours, theirs = answer.json()["error"], seen["body"]["error"]
    assert (answer.status_code, ours["code"]) == (seen["status"], theirs["code"])
    assert ID.sub("ID", ours["message"]) == ID.sub("ID", theirs["message"])
    told = [(detail["code"], detail["target"]) for detail in ours.get("details", ())]
    assert told[:1] == [(detail["code"], detail["target"]) for detail in theirs.get("details", ())][:1]
