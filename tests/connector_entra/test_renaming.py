"""Renaming: all names in one write, the old address kept, doing it again is nothing, and which name is taken."""

import pytest
from entra_world import NOBODY, World, names, person, refusal, scripted

from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Action, Value, Verb

WIT = names("anna.wit")


async def anna(world: World) -> str:
    """Somebody with a mail address."""
    return await world.create("anna", mail="anna@contoso.nl")


async def test_a_rename_is_one_write_and_keeps_the_old_address(world: World) -> None:
    account = await anna(world)
    await world.read(account)
    before, writes = world.count(), len(world.sent.writes())
    assert await world.apply(account, Verb.RENAME, **WIT, displayName="Anna Wit") == account
    assert world.count() == before + 1
    assert world.sent.writes()[writes:] == [("PATCH", f"/users/{account}")]
    assert world.sent.body("PATCH", account) == {**WIT, "displayName": "Anna Wit"}
    found = (await world.read(account)).attributes
    assert {name: found[name] for name in WIT} == WIT
    assert found["proxyAddresses"] == ("anna.wit@contoso.nl", "anna@contoso.nl")


async def test_renaming_twice_is_renaming_once(world: World) -> None:
    account = await anna(world)
    await world.apply(account, Verb.RENAME, **WIT)
    state, changes = world.tenant.users, len(world.tenant.directory.changes)
    await world.apply(account, Verb.RENAME, **WIT)
    assert world.tenant.users == state
    assert len(world.tenant.directory.changes) == changes


async def test_going_back_to_an_own_alias_is_no_conflict(world: World) -> None:
    account = await anna(world)
    await world.apply(account, Verb.RENAME, **WIT)
    await world.apply(account, Verb.RENAME, **names("anna"))
    assert (await world.read(account)).attributes["proxyAddresses"] == ("anna@contoso.nl", "anna.wit@contoso.nl")


async def test_who_has_a_mailbox_keeps_the_old_logon_too(world: World) -> None:
    account = await world.create("anna", mail="a@contoso.nl", usageLocation="NL")
    world.tenant.assign_licence(account, world.tenant.add_sku("SPE_E3", 1, plans=["EXCHANGE_S_ENTERPRISE"]))
    await world.apply(account, Verb.RENAME, **WIT)
    kept = (await world.read(account)).attributes["proxyAddresses"]
    assert isinstance(kept, tuple)
    assert set(kept) == {"anna.wit@contoso.nl", "a@contoso.nl", "anna@contoso.nl", "anna@contoso.onmicrosoft.com"}


@pytest.mark.parametrize("effect", [True, False], ids=["done", "not done"])
async def test_after_a_lost_answer_the_same_rename_succeeds(world: World, effect: bool) -> None:
    account = await anna(world)
    world.faults.lose_answer_of_write(1, effect=effect)
    with pytest.raises(TryLater):
        await world.apply(account, Verb.RENAME, **WIT)
    assert (world.tenant.users[account]["mail"] == WIT["mail"]) is effect
    await world.apply(account, Verb.RENAME, **WIT)
    assert (await world.read(account)).attributes["proxyAddresses"] == ("anna.wit@contoso.nl", "anna@contoso.nl")


@pytest.mark.parametrize(
    ("taken", "attribute"),
    [
        ({"userPrincipalName": "anna.wit@contoso.nl"}, "userPrincipalName"),
        ({"proxyAddresses": ["smtp:anna.wit@contoso.nl"]}, "mail"),
        ({"mail": "ANNA.WIT@contoso.nl"}, "mail"),
        ({"userPrincipalName": "anna.wit@contoso.nl", "mail": "anna.wit@contoso.nl"}, "userPrincipalName"),
    ],
    ids=["logon", "alias", "mail", "both"],
)
async def test_a_name_that_somebody_holds_is_named_and_nothing_is_changed(
    world: World, taken: dict[str, Value], attribute: str
) -> None:
    world.tenant.add_user(**taken)
    account = await anna(world)
    before = world.tenant.users[account]
    with pytest.raises(Refused) as refused:
        await world.apply(account, Verb.RENAME, **WIT)
    assert (refused.value.reason, refused.value.attribute) == (Reason.TAKEN, attribute)
    assert "contoso" not in str(refused.value)
    assert world.tenant.users[account] == before


async def test_only_the_logon_is_written_then_only_the_logon_can_be_taken(world: World) -> None:
    world.tenant.add_group("Team", proxyAddresses=["SMTP:anna.wit@contoso.nl"])
    account = await anna(world)
    with pytest.raises(Refused) as refused:
        await world.apply(account, Verb.RENAME, userPrincipalName="anna.wit@contoso.nl")
    assert (refused.value.reason, refused.value.attribute) == (Reason.TAKEN, "userPrincipalName")


DUPLICATE = "Another object with the same value for property {} already exists."


def conflict(name: str) -> dict[str, str]:
    return {"code": "ObjectConflict", "message": DUPLICATE.format(name), "target": name}


@pytest.mark.parametrize(
    ("message", "targets", "attribute"),
    [
        (DUPLICATE.format("proxyAddresses"), ("proxyAddresses",), "mail"),
        (DUPLICATE.format("proxyAddresses"), (), "mail"),
        (DUPLICATE.format("userPrincipalName"), ("userPrincipalName",), "userPrincipalName"),
        (DUPLICATE.format("userPrincipalName"), (), "userPrincipalName"),
        ("in other words", ("proxyAddresses", "userPrincipalName"), "userPrincipalName"),
        ("in other words", ("mailNickname",), "mailNickname"),
    ],
)
@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.RENAME, Verb.UPDATE])
async def test_every_form_of_a_conflict_names_the_attribute_of_the_policy(
    verb: Verb, message: str, targets: tuple[str, ...], attribute: str
) -> None:
    given = {**person("anna.wit"), **WIT} if verb is Verb.CREATE else WIT
    details = [conflict(target) for target in targets]
    async with scripted(refusal(400, "Request_BadRequest", message, *details)) as (target, seen):
        with pytest.raises(Refused) as refused:
            await target.apply(NOBODY, Action(verb=verb, attributes=given))
    assert (refused.value.reason, refused.value.attribute) == (Reason.TAKEN, attribute)
    assert len(seen) == 1


@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.RENAME])
async def test_mail_that_was_not_given_cannot_be_what_is_taken(verb: Verb) -> None:
    given = {**person("anna"), "mail": None}
    answer = refusal(400, "Request_BadRequest", DUPLICATE.format("proxyAddresses"), conflict("proxyAddresses"))
    async with scripted(answer) as (target, _):
        with pytest.raises(Refused) as refused:
            await target.apply(NOBODY, Action(verb=verb, attributes=given))
    assert (refused.value.reason, refused.value.attribute) == (Reason.TAKEN, "userPrincipalName")


async def test_an_administrator_is_not_renamed(world: World) -> None:
    account = await anna(world)
    world.tenant.add_directory_role("User Administrator", [account])
    with pytest.raises(Refused) as refused:
        await world.apply(account, Verb.RENAME, **WIT)
    assert refused.value.reason is Reason.PROTECTED


async def test_an_account_that_cannot_be_seen_is_renamed_later(world: World) -> None:
    with pytest.raises(TryLater):
        await world.apply(NOBODY, Verb.RENAME, **WIT)


async def test_aliases_are_never_written(world: World) -> None:
    account = await anna(world)
    writes = world.sent.writes()
    for verb in (Verb.RENAME, Verb.UPDATE):
        with pytest.raises(Misconfigured, match="proxyAddresses"):
            await world.apply(account, verb, proxyAddresses=("x@contoso.nl",))
    assert world.sent.writes() == writes
