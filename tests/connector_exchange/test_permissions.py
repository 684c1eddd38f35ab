"""Permissions on mailboxes and places on distribution lists: given, seen and taken, each by the name a policy says."""

import pytest
from exchange_world import KINDS, NOBODY, World, opened

from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Verb

LIST = "distribution_group"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_permission_is_given_once_seen_and_taken_once(world: World, kind: str) -> None:
    world.organisation.add_shared("sales@contoso.nl", "Sales team")
    anna, ben = world.person("anna"), world.person("ben")
    one = f"{kind}:sales@contoso.nl"
    assert await world.held(anna, one) == set()
    for _ in range(2):
        await world.grant(anna, one)
    assert (await world.held(anna, one), await world.held(ben, one)) == ({one}, set())
    for _ in range(2):
        await world.revoke(anna, one)
    assert await world.held(anna, one) == set()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_permission_of_one_kind_says_nothing_of_the_others(world: World, kind: str) -> None:
    world.organisation.add_shared("sales@contoso.nl")
    anna = world.person("anna")
    await world.grant(anna, f"{kind}:sales@contoso.nl")
    assert await world.held(anna, *(f"{one}:sales@contoso.nl" for one in KINDS)) == {f"{kind}:sales@contoso.nl"}


@pytest.mark.parametrize("name", ["sales@contoso.nl", "SALES@contoso.nl", "Sales team"])
async def test_a_mailbox_is_named_by_its_address_in_any_case_or_by_its_name(world: World, name: str) -> None:
    world.organisation.add_shared("sales@contoso.nl", "Sales team")
    anna = world.person("anna")
    await world.grant(anna, f"full_access:{name}")
    assert await world.held(anna, f"full_access:{name}") == {f"full_access:{name}"}


@pytest.mark.parametrize("name", ["sales team", "nobody@contoso.nl"])
async def test_a_name_that_means_no_mailbox_exactly_is_refused(world: World, name: str) -> None:
    world.organisation.add_shared("sales@contoso.nl", "Sales team")
    anna = world.person("anna")
    for kind in KINDS:
        with pytest.raises(Refused, match="no mailbox that is called exactly"):
            await world.grant(anna, f"{kind}:{name}")
        assert await world.held(anna, f"{kind}:{name}") == set()
        await world.revoke(anna, f"{kind}:{name}")


async def test_a_name_that_several_bear_is_refused_until_one_is_named_by_its_address(world: World) -> None:
    for number in (1, 2):
        world.organisation.add_shared(f"sales{number}@contoso.nl", "Sales")
        world.organisation.add_list(f"all{number}@contoso.nl", "All")
    anna = world.person("anna")
    for what, says in (("full_access:Sales", "2 mailboxes are called"), (f"{LIST}:All", "2 lists are called")):
        with pytest.raises(Refused, match=says):
            await world.grant(anna, what)
        assert await world.held(anna, what) == set()
    await world.grant(anna, "full_access:sales1@contoso.nl")
    await world.grant(anna, f"{LIST}:all2@contoso.nl")


async def test_an_entitlement_of_another_system_is_not_granted(world: World) -> None:
    anna = world.person("anna")
    for ask in (world.grant, world.revoke):
        with pytest.raises(Misconfigured):
            await ask(anna, "license:SPE_E3")
    assert await world.held(anna, "license:SPE_E3") == set()


async def test_nobody_is_let_into_a_persons_mailbox_unless_the_settings_say_so(world: World) -> None:
    anna, _ = world.person("anna"), world.person("boss")
    for kind in KINDS:
        with pytest.raises(Refused, match="personal_mailboxes") as refused:
            await world.grant(anna, f"{kind}:boss@contoso.nl")
        assert refused.value.reason is Reason.PROTECTED
    world.target = world.connect(personal_mailboxes=True)
    await world.grant(anna, "send_on_behalf:boss@contoso.nl")
    assert await world.held(anna, "send_on_behalf:boss@contoso.nl")


async def test_a_leavers_mailbox_is_opened_to_somebody_once_and_closed_once(world: World) -> None:
    anna, boss = world.person("anna"), world.person("boss")
    await world.apply(anna, Verb.DISABLE)
    one = f"opened_to:{boss}"
    for _ in range(2):
        await world.grant(anna, one)
    assert await world.held(anna, one, f"opened_to:{NOBODY}") == {one}
    assert world.organisation.live()[anna].full_access == [boss]
    for _ in range(2):
        await world.revoke(anna, one)
    assert await world.held(anna, one) == set()


async def test_to_somebody_who_cannot_be_seen_it_is_opened_later_and_closed_at_once(world: World) -> None:
    anna = world.person("anna")
    with pytest.raises(TryLater, match="not visible yet"):
        await world.grant(anna, f"opened_to:{NOBODY}")
    await world.revoke(anna, f"opened_to:{NOBODY}")


async def test_outlook_opens_a_mailbox_by_itself_unless_the_settings_say_otherwise(world: World) -> None:
    world.organisation.add_shared("sales@contoso.nl")
    anna = world.person("anna")
    await world.grant(anna, "full_access:sales@contoso.nl")
    assert world.sent.told("Add-MailboxPermission")["AutoMapping"] is True
    world.target = world.connect(automapping=False)
    await world.grant(anna, "full_access:sales@contoso.nl")
    assert world.sent.told("Add-MailboxPermission")["AutoMapping"] is False


async def test_a_mailbox_that_was_known_and_is_gone_is_refused_when_granting_and_no_hindrance_when_taking(
    world: World,
) -> None:
    sales = world.organisation.add_shared("sales@contoso.nl")
    anna = world.person("anna")
    await world.grant(anna, "full_access:sales@contoso.nl")
    world.tenant.directory.delete(world.tenant.directory.entries[sales])
    await world.revoke(anna, "full_access:sales@contoso.nl")
    with pytest.raises(Refused, match="no mailbox that is called"):
        await world.grant(anna, "full_access:sales@contoso.nl")


async def test_somebody_whose_mailbox_cannot_be_seen_yet_is_tried_later(world: World) -> None:
    world.organisation.add_shared("sales@contoso.nl")
    with pytest.raises(TryLater, match="not visible yet"):
        await world.grant(NOBODY, "full_access:sales@contoso.nl")


async def test_an_entry_that_denies_or_is_inherited_is_not_held(world: World) -> None:
    from connectors.exchange.permissions import _gives

    plain = {"AccessRights": "FullAccess, ReadPermission", "Deny": False, "IsInherited": False}
    assert _gives(plain, "full_access")
    for odd in ({"Deny": True}, {"IsInherited": True}, {"AccessRights": ["ReadPermission"]}):
        assert not _gives({**plain, **odd}, "full_access")
    assert not _gives({"AccessRights": ["SendAs"], "AccessControlType": "Deny"}, "send_as")


@pytest.mark.parametrize("security", [False, True])
async def test_a_place_on_a_list_is_given_once_seen_and_taken_once(world: World, security: bool) -> None:
    world.organisation.add_list("all@contoso.nl", "All staff", security=security)
    anna = world.person("anna")
    for name in ("all@contoso.nl", "All staff"):
        one = f"{LIST}:{name}"
        for _ in range(2):
            await world.grant(anna, one)
        assert await world.held(anna, one, f"{LIST}:other@contoso.nl") == {one}
        for _ in range(2):
            await world.revoke(anna, one)
        assert await world.held(anna, one) == set()


async def test_a_list_that_is_not_there_or_is_synchronised_is_refused(world: World) -> None:
    anna = world.person("anna")
    with pytest.raises(Refused, match="no list that is called exactly"):
        await world.grant(anna, f"{LIST}:all@contoso.nl")
    await world.revoke(anna, f"{LIST}:all@contoso.nl")
    world.organisation.add_list("old@contoso.nl", synced=True)
    with pytest.raises(Refused, match="synchronised") as refused:
        await world.grant(anna, f"{LIST}:old@contoso.nl")
    assert refused.value.reason is Reason.PROTECTED


async def test_lists_cost_one_question_however_many_and_none_when_nobody_asks(world: World) -> None:
    anna = world.person("anna")
    await world.read(anna, *(f"{LIST}:{number}@contoso.nl" for number in range(20)))
    assert world.sent.commands() == ["Get-Mailbox", "Get-Recipient"]
    await world.read(anna)
    assert world.sent.commands()[2:] == ["Get-Mailbox"]


async def test_the_smaller_role_is_enough_for_mailboxes_and_lists_take_the_larger_one() -> None:
    async with opened(["Exchange.ManageAsApp", "Exchange Recipient Administrator"]) as world:
        world.organisation.add_shared("sales@contoso.nl")
        world.organisation.add_list("all@contoso.nl")
        anna = world.person("anna")
        for kind in KINDS:
            await world.grant(anna, f"{kind}:sales@contoso.nl")
        with pytest.raises(Misconfigured, match="may not run this"):
            await world.grant(anna, f"{LIST}:all@contoso.nl")
