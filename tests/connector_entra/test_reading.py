"""Reading an account: everything in one request, flat, and with the reason why nobody may touch it."""

import httpx
import pytest
from entra_world import NOBODY, Clock, StaticCredential, World, outside

from connectors.entra.attributes import ATTRIBUTES
from connectors.entra.target import Entra, Settings
from shared.errors import Misconfigured, Refused, TryLater
from shared.model import Entitlement, Verb


def test_constructing_does_no_io() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError("no request is expected")

    http = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    credential = StaticCredential()
    Entra(Settings(tenant="contoso.nl"), outside(http, Clock(), credential))
    assert credential.scopes == []


def test_without_a_sign_in_it_says_so_at_once() -> None:
    with pytest.raises(Misconfigured, match="sign-in"):
        Entra(Settings(tenant="contoso.nl"), outside(httpx.AsyncClient(), Clock(), None))


async def test_everything_about_an_account_is_read_flat(world: World) -> None:
    boss = world.tenant.add_user(displayName="Boss")
    anna = world.tenant.add_user(
        displayName="Anna",
        givenName="Anna",
        employeeId="000123",
        employeeHireDate="2026-01-05T00:00:00Z",
        employeeLeaveDateTime="2026-06-30T15:30:00Z",
        employeeOrgData={"division": "North", "costCenter": "4711"},
        onPremisesExtensionAttributes={"extensionAttribute3": "three"},
        businessPhones=["+31 20 1234567"],
        department=None,
    )
    world.tenant.set_manager(anna, boss)
    found = await world.read(anna)
    assert set(found.attributes) == {attribute.name for attribute in ATTRIBUTES}
    assert {name: value for name, value in found.attributes.items() if value not in (None, ())} == {
        "userPrincipalName": f"{found.attributes['mailNickname']}@contoso.nl",
        "mailNickname": found.attributes["mailNickname"],
        "displayName": "Anna",
        "givenName": "Anna",
        "employeeId": "000123",
        "employeeHireDate": "2026-01-05",
        "employeeLeaveDateTime": "2026-06-30T15:30:00Z",
        "division": "North",
        "costCenter": "4711",
        "extensionAttribute3": "three",
        "businessPhones": ("+31 20 1234567",),
        "manager": boss,
    }
    assert found.enabled
    assert found.protected == ""
    assert found.entitlements == frozenset()


async def test_aliases_are_read_bare_and_other_kinds_of_address_are_left_out(world: World) -> None:
    proxies = ["smtp:old@contoso.nl", "SMTP:anna@contoso.nl", "X500:/o=Contoso/cn=a", "SIP:anna@contoso.nl", "odd"]
    anna, bert = world.tenant.add_user(proxyAddresses=proxies), world.tenant.add_user()
    assert (await world.read(anna)).attributes["proxyAddresses"] == ("old@contoso.nl", "anna@contoso.nl")
    assert (await world.read(bert)).attributes["proxyAddresses"] == ()


async def test_reading_is_one_request_once_names_are_known(world: World) -> None:
    anna = world.tenant.add_user()
    world.tenant.add_member(world.tenant.add_group("Sales"), anna)
    await world.read(anna)
    before = world.count()
    await world.read(anna)
    assert world.count() == before + 1


async def test_who_does_not_exist_or_is_deleted_is_none(world: World) -> None:
    anna = await world.create()
    await world.apply(anna, Verb.DELETE)
    assert await world.target.read(anna) is None
    assert await world.target.read(NOBODY) is None


@pytest.mark.parametrize("id", ["", "..", "a/b", "me?$select=id", "anna@contoso.nl", "x" * 200])
async def test_what_is_no_id_is_never_sent(world: World, id: str) -> None:
    with pytest.raises(Refused):
        await world.target.read(id)
    assert world.count() == 0


async def test_groups_go_by_name_and_by_id_and_rules_are_left_out(world: World) -> None:
    anna = world.tenant.add_user()
    sales = world.tenant.add_group("Sales")
    everyone = world.tenant.add_group("Everyone", groupTypes=["DynamicMembership"], membershipRule="true")
    for group in (sales, everyone):
        world.tenant.add_member(group, anna)
    found = await world.read(anna)
    assert found.entitlements == {Entitlement("group", "Sales"), Entitlement("group", sales)}


async def test_a_name_that_two_groups_bear_names_neither(world: World) -> None:
    anna = world.tenant.add_user()
    mine = world.tenant.add_group("Sales")
    world.tenant.add_group("Sales")
    world.tenant.add_member(mine, anna)
    assert (await world.read(anna)).entitlements == {Entitlement("group", mine)}


async def test_a_name_in_other_letters_is_another_name(world: World) -> None:
    anna = world.tenant.add_user()
    mine = world.tenant.add_group("Sales")
    world.tenant.add_group("SALES")
    world.tenant.add_member(mine, anna)
    assert Entitlement("group", "Sales") in (await world.read(anna)).entitlements


async def test_a_group_named_like_an_id_cannot_pass_for_another(world: World) -> None:
    anna = world.tenant.add_user()
    payroll = world.tenant.add_group("Payroll")
    decoy = world.tenant.add_group(payroll)
    world.tenant.add_member(decoy, anna)
    assert (await world.read(anna)).entitlements == {Entitlement("group", decoy)}


async def test_more_groups_than_a_page_holds_are_all_read(world: World) -> None:
    anna = world.tenant.add_user()
    ids = [world.tenant.add_group("Same name") for _ in range(1000)]
    for id in ids:
        world.tenant.add_member(id, anna)
    found = await world.read(anna)
    assert found.entitlements == {Entitlement("group", id) for id in ids}


async def test_only_direct_licences_are_the_accounts_own(world: World) -> None:
    anna = world.tenant.add_user(usageLocation="NL")
    direct, inherited = world.tenant.add_sku("ENTERPRISEPACK", 5), world.tenant.add_sku("EMSPREMIUM", 5)
    team = world.tenant.add_group("Licensed")
    world.tenant.add_member(team, anna)
    world.tenant.assign_licence(team, inherited)
    world.tenant.assign_licence(anna, direct)
    licences = {one for one in (await world.read(anna)).entitlements if one.kind == "license"}
    assert licences == {Entitlement("license", "ENTERPRISEPACK"), Entitlement("license", direct)}


async def test_holders_of_a_role_are_protected(world: World) -> None:
    anna = world.tenant.add_user()
    world.tenant.add_directory_role("User Administrator", [anna])
    assert "administrator role" in (await world.read(anna)).protected


async def test_members_of_a_role_assignable_group_are_protected(world: World) -> None:
    anna = world.tenant.add_user()
    world.tenant.add_member(world.tenant.add_group("Admins", isAssignableToRole=True), anna)
    assert "roles can be assigned" in (await world.read(anna)).protected


@pytest.mark.parametrize(
    ("property", "because"),
    [("isManagementRestricted", "restricted management unit"), ("onPremisesSyncEnabled", "Active Directory")],
)
async def test_restricted_and_synchronised_users_are_protected(world: World, property: str, because: str) -> None:
    anna = world.tenant.add_user(**{property: True}, employeeId="7")
    assert because in (await world.read(anna)).protected
    assert because in (await world.target.find("employeeId", "7"))[0].protected


@pytest.mark.parametrize("wait", [17, None])
async def test_a_throttled_part_of_the_batch_makes_the_whole_wait(world: World, wait: int | None) -> None:
    anna = world.tenant.add_user()
    world.faults.throttle_next(1, retry_after=wait)
    with pytest.raises(TryLater) as later:
        await world.target.read(anna)
    assert later.value.seconds == (wait or 30.0)


async def test_without_leave_to_read_products_the_target_is_misconfigured(world: World) -> None:
    world.faults.deny.add("LicenseAssignment.Read.All")
    with pytest.raises(Misconfigured, match="subscribedSkus"):
        await world.target.read(world.tenant.add_user())
