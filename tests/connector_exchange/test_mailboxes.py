"""Mailboxes as accounts: found by their owner, written, shared when somebody leaves and theirs again afterwards."""

from datetime import timedelta

import pytest
from exchange_world import NOBODY, World, whole_life

from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Verb


async def test_a_mailbox_is_found_by_its_owner_and_by_the_logon_name_in_any_case(world: World) -> None:
    anna = world.person("anna")
    for attribute, value in (("externalDirectoryObjectId", anna.upper()), ("userPrincipalName", "ANNA@contoso.nl")):
        assert [one.id for one in await world.target.find(attribute, value)] == [anna]


async def test_what_means_a_mailbox_but_is_not_the_attribute_that_was_asked_for_finds_nobody(world: World) -> None:
    world.person("anna", displayName="Anna Bos")
    for value in ("Anna Bos", "anna", ""):
        assert await world.target.find("userPrincipalName", value) == []
    with pytest.raises(Misconfigured, match="cannot look for mail"):
        await world.target.find("mail", "anna@contoso.nl")


async def test_somebody_without_a_licence_has_no_mailbox_and_nothing_is_made(world: World) -> None:
    anna = world.tenant.add_user(userPrincipalName="anna@contoso.nl")
    assert await world.target.read(anna) is None
    assert await world.target.read(NOBODY) is None
    assert await world.target.read("new-1") is None
    assert set(world.sent.commands()) == {"Get-Mailbox"}


async def test_a_mailbox_is_not_there_before_it_has_appeared(world: World) -> None:
    world.faults.appears = timedelta(minutes=10)
    anna = world.person("anna")
    assert await world.target.read(anna) is None
    world.clock.move(minutes=10)
    assert (await world.read(anna)).enabled


async def test_every_verb_works_with_exactly_the_permissions_that_are_asked_for(world: World) -> None:
    anna = await whole_life(world)
    found = await world.read(anna)
    assert found.attributes["userPrincipalName"] == "anna@contoso.nl"
    assert (found.enabled, found.attributes["hidden"], found.attributes["type"]) == (True, False, "UserMailbox")


async def test_attributes_are_written_read_and_emptied(world: World) -> None:
    anna = world.person()
    await world.apply(anna, Verb.UPDATE, customAttribute1="North", customAttribute15="x")
    assert (await world.read(anna)).attributes["customAttribute1"] == "North"
    await world.apply(anna, Verb.UPDATE, customAttribute1=None)
    found = (await world.read(anna)).attributes
    assert (found["customAttribute1"], found["customAttribute15"]) == (None, "x")


async def test_nothing_but_custom_attributes_can_be_written(world: World) -> None:
    anna = world.person()
    with pytest.raises(Misconfigured, match="no attribute hidden"):
        await world.apply(anna, Verb.UPDATE, hidden=True)
    with pytest.raises(Refused, match="must be text"):
        await world.apply(anna, Verb.UPDATE, customAttribute1=("a",))
    assert world.organisation.writes == 0


async def test_a_leavers_mailbox_is_shared_and_hidden_in_one_write_and_doing_it_twice_is_doing_it_once(
    world: World,
) -> None:
    anna = world.person()
    for _ in range(2):
        await world.apply(anna, Verb.DISABLE)
        found = await world.read(anna)
        assert (found.enabled, found.attributes["type"], found.attributes["hidden"]) == (False, "SharedMailbox", True)
    assert world.organisation.writes == 2


async def test_a_shared_mailbox_outlives_the_licence_and_one_that_was_not_shared_in_time_does_not(world: World) -> None:
    anna, ben = world.person("anna"), world.person("ben")
    await world.read(ben)
    await world.apply(anna, Verb.DISABLE)
    for user in (anna, ben):
        world.tenant.directory.entries[user].licences = {}
        world.tenant.change(user, assignedLicenses=[])
    assert await world.target.read(anna) is not None
    assert await world.target.read(ben) is None


async def test_closing_a_mailbox_that_is_gone_is_success_and_opening_one_waits(world: World) -> None:
    await world.apply(NOBODY, Verb.DISABLE)
    with pytest.raises(TryLater):
        await world.apply(NOBODY, Verb.ENABLE)


async def test_hiding_can_be_left_to_others(world: World) -> None:
    anna = world.person()
    world.target = world.connect(hide_leavers=False)
    await world.apply(anna, Verb.DISABLE)
    assert world.sent.told("Set-Mailbox") == {"Identity": anna, "Type": "Shared"}
    assert (await world.read(anna)).attributes["hidden"] is False


@pytest.mark.parametrize(
    ("changes", "because"),
    [({"synced": True}, "synchronised from Active Directory"), ({"kind": "RoomMailbox"}, "no mailbox of a person")],
)
async def test_what_is_no_mailbox_of_ours_to_change_is_protected(
    world: World, changes: dict[str, object], because: str
) -> None:
    anna = world.person()
    await world.read(anna)
    world.organisation.change(anna, **changes)
    assert because in (await world.read(anna)).protected


async def test_a_write_to_a_synchronised_mailbox_is_refused_as_protected(world: World) -> None:
    anna = world.person()
    await world.read(anna)
    world.organisation.change(anna, synced=True)
    with pytest.raises(Refused, match="managed on premises") as refused:
        await world.apply(anna, Verb.UPDATE, customAttribute1="x")
    assert refused.value.reason is Reason.PROTECTED


@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.DELETE, Verb.RESTORE, Verb.RENAME])
async def test_a_mailbox_is_never_made_deleted_or_renamed(world: World, verb: Verb) -> None:
    with pytest.raises(Misconfigured, match="comes and goes with its owner"):
        await world.apply(world.person(), verb)
    assert world.sent.requests == []
