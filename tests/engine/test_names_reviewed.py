"""Names as a sceptical reader found them lost, burnt, changed without leave or handed on, each once and never again."""

from dataclasses import replace
from typing import Any

import pytest
from engine_world import DAY, HOUR, TODAY, Directory, World, person
from test_names import AUTOMATIC, IN_STEP, LOGON, MAIL, called, in_use, ledger, name_of, own

from shared import layout
from shared.engine import rename, tidy, undo
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Account, Verb

NEWER = {"schema": layout.SCHEMA + 1, "something": "else"}
PLAIN = {"employeeId": "[employeeId]", "mail": "[mail]"}
MIXED = {**PLAIN, "userPrincipalName": 'SelectUniqueValue(Append([name], "@a"), Append([name], "2@a"))'}


def mailed(hr_id: str, mail: str | None, name: str = "jan") -> Any:
    return replace(called(hr_id, name), fields={"name": name, "mail": mail})


def ruled(world: World, **attributes: str) -> None:
    """Another policy is activated, with these attributes in place of its own."""
    rules = world.engine.policy.model_dump(mode="json", by_alias=True, exclude_none=True)
    rules["targets"]["entra"]["attributes"] |= {name: {"value": value} for name, value in attributes.items()}
    world.renewed(str(attributes), type(world.engine.policy).model_validate(rules))


# ── renamed only when facts change ───────────────────────────────────────────────────────────────────────────────


async def test_a_rule_that_reads_other_facts_renames_nobody(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    someone = replace(called("1", "bos"), fields={"name": "bos", "initials": "a"})
    await world.hears(someone)
    ruled(world, userPrincipalName='SelectUniqueValue(Join(".", [initials], [name]), Join(".", [initials], "2"))')
    await world.hours(24)
    assert (name_of(world, "1"), await world.held()) == ("bos", [])
    await world.hears(replace(someone, fields={"name": "bos", "initials": "b"}))
    assert name_of(world, "1") == "b.bos", "from now on these facts count"


async def test_a_rule_and_a_name_that_change_together_rename(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    await world.hears(replace(called("1", "bos"), fields={"name": "bos", "initials": "a"}))
    ruled(world, userPrincipalName='SelectUniqueValue(Join(".", [initials], [name]), Join(".", [initials], "2"))')
    await world.hears(replace(called("1", "bos"), fields={"name": "vries", "initials": "a"}))
    await world.hours(2)
    assert name_of(world, "1") == "a.vries"


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_names_asked_for_in_a_row_of_another_version_are_no_leave_to_rename(world: World) -> None:
    await world.hears(called("1", "bos"))
    await world.put("1", lambda person: layout.asked(person, "entra"), NEWER)
    await world.hears(called("1", "vries"))
    await world.hours(24)
    assert name_of(world, "1") == "bos"


async def test_a_name_given_by_hand_takes_no_other_rename_along_that_waits_for_a_yes(open_world: Any) -> None:
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=MIXED)
    await world.hears(mailed("1", "bos@b"))
    await world.hears(mailed("1", "vries@b"))
    assert await world.reasons() == {("1", Reason.RENAME)}
    await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "boss@a"}, "me")
    await world.work()
    await world.settle(HOUR)
    assert (name_of(world, "1"), name_of(world, "1", "mail")) == ("boss@a", "bos@b")
    assert await world.reasons() == {("1", Reason.RENAME)}, "the other one still waits"


async def test_names_that_cannot_be_given_leave_what_waits_as_it_is(world: World) -> None:
    await world.hears(called("1", "bos"), called("2", "smit"))
    await world.hears(called("1", "vries"), called("2", "smit"))
    await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "smit"}, "me")
    await world.work()
    await world.hours(24)
    assert (name_of(world, "1"), await world.reasons()) == ("bos", {("1", Reason.RENAME)})


@pytest.mark.parametrize("names", [{"rename": "never"}, {"rename": "ask"}, AUTOMATIC])
async def test_names_can_be_given_by_hand_whatever_the_policy_says_of_renaming(
    open_world: Any, names: dict[str, str]
) -> None:
    world: World = await open_world(names=names)
    await world.hears(called("1", "bos"))
    await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "boss"}, "me")
    await world.work()
    assert name_of(world, "1") == "boss"
    await world.hours(24)
    world.renewed(
        "ask",
        world.engine.policy.model_copy(
            update={
                "targets": {
                    "entra": world.engine.policy.targets["entra"].model_copy(
                        update={"names": type(world.engine.policy.targets["entra"].names)()}
                    )
                }
            }
        ),
    )
    await world.hours(24)
    assert (name_of(world, "1"), await world.held()) == ("boss", [])


async def test_an_account_that_is_not_in_use_is_not_renamed_by_hand_and_that_is_said(world: World) -> None:
    await world.hears(called("1", "bos", TODAY))
    world.clock.now += 2 * DAY
    await world.doors()
    with pytest.raises(Refused, match="1 is not in service on entra"):
        await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "boss"}, "me")


async def test_names_asked_for_that_could_not_be_written_are_held(open_world: Any) -> None:
    world: World = await open_world(limits={"disable": {"run": 0}})
    await world.hears(called("1", "bos"))
    await rename(world.engine, "hr", "1", "entra", {"userPrincipalName": "boss"}, "me")
    await world.says(called("1", "bos", TODAY - DAY))
    await world.work()
    assert name_of(world, "1") == "bos"
    assert ("1", Reason.REFUSED) in await world.reasons()


async def test_only_names_can_be_given_by_hand(world: World) -> None:
    await world.hears(called("1", "bos"))
    with pytest.raises(Misconfigured, match="employeeId is no name; correct it in HR or in the policy"):
        await rename(world.engine, "hr", "1", "entra", {"employeeId": "2"}, "me")


# ── what an unanswered write leaves behind ───────────────────────────────────────────────────────────────────────


async def left(world: World) -> None:
    await world.hears(called("1", "jan", TODAY))
    world.clock.now += 2 * DAY
    await world.doors()
    world.clock.now += 30 * DAY


async def test_a_delete_whose_answer_was_lost_begins_the_quarantine_all_the_same(world: World) -> None:
    await left(world)
    world.directory.losing = {Verb.DELETE}
    await world.doors()
    await world.settle(HOUR)
    assert world.directory.accounts == {}
    held = (await ledger(world))["jan"]
    assert held.until is not None
    assert held.free_from == held.until + 730 * DAY


async def test_a_leavers_account_deleted_by_hand_begins_the_quarantine(world: World) -> None:
    await left(world)
    (account,) = world.directory.accounts
    del world.directory.accounts[account]
    world.directory.log.append(account)
    await world.doors()
    assert (await ledger(world))["jan"].until is not None


async def test_a_mapped_address_whose_rename_was_not_answered_is_kept_for_its_old_owner(open_world: Any) -> None:
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=PLAIN, names=AUTOMATIC)
    await world.hears(mailed("1", "bos@a"))
    world.directory.losing = {Verb.RENAME}
    await world.hears(mailed("1", "vries@a"))
    await world.settle(HOUR)
    assert name_of(world, "1", "mail") == "vries@a"
    world.clock.now += 2 * DAY
    await tidy(world.engine)
    held = (await ledger(world)).get("bos@a")
    assert held is not None
    assert held.until is not None
    assert await undo(world.engine, "hr", "1", "entra", "me") == {"mail": "bos@a"}


async def test_somebody_who_leaves_while_a_rename_is_unanswered_is_remembered_under_the_new_name(
    open_world: Any,
) -> None:
    world: World = await open_world(names=AUTOMATIC)
    await world.hears(called("1", "bos"))
    world.directory.losing = {Verb.RENAME}
    await world.hears(called("1", "vries"))
    await world.hears(called("1", "vries", TODAY - DAY))
    assert name_of(world, "1") == "vries"
    assert await in_use(world, "1") == {"vries"}
    row = await world.row("1", lambda person: layout.link(person, "entra"))
    assert row is not None
    assert row.data["is"]["identifiers"] == {"userPrincipalName": "vries"}


async def test_a_name_that_changes_back_while_a_rename_is_unanswered_is_changed_back(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    await world.hears(called("1", "bos"))
    world.directory.losing = {Verb.RENAME}
    await world.hears(called("1", "vries"))
    await world.hears(called("1", "bos"))
    await world.hours(2)
    assert name_of(world, "1") == "bos"
    assert await in_use(world, "1") == {"bos"}


async def test_undo_after_an_unanswered_rename_gives_the_names_borne_just_before(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    await world.hears(called("1", "bos"))
    await world.hears(called("1", "vries"))
    world.directory.losing = {Verb.RENAME}
    await world.hears(called("1", "smit"))
    await world.settle(HOUR)
    assert await undo(world.engine, "hr", "1", "entra", "me") == {"userPrincipalName": "vries"}


async def test_an_address_that_is_emptied_stays_theirs_like_any_old_one(open_world: Any) -> None:
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=PLAIN)
    await world.hears(mailed("1", "bos@a"))
    await world.hears(mailed("1", None))
    assert not name_of(world, "1", "mail")
    world.clock.now += 2 * DAY
    await tidy(world.engine)
    held = (await ledger(world)).get("bos@a")
    assert held is not None
    assert held.free_from == world.clock.now - 2 * DAY + (365 + 730) * DAY
    await world.hears(mailed("1", None), mailed("2", "bos@a"))
    assert await world.reasons() == {("2", Reason.TAKEN)}


async def test_a_name_that_a_rename_reserved_in_vain_is_given_back(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    await world.hears(called("1", "bos"))
    world.directory.failing = {Verb.RENAME}
    await world.hears(called("1", "vries"))
    assert await in_use(world, "1") == {"bos", "vries"}
    await world.hears(called("1", "bos"))
    world.directory.failing.clear()
    await world.hours(2)
    world.clock.now += 2 * DAY
    await tidy(world.engine)
    assert await in_use(world, "1") == {"bos"}


async def test_an_old_name_that_was_taken_anew_in_vain_is_kept_as_long_as_before(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    await world.hears(called("1", "bos"))
    await world.hears(called("1", "vries"))
    kept = (await ledger(world))["bos"].free_from
    world.directory.failing = {Verb.RENAME}
    await world.hears(called("1", "bos"))
    await world.hears(called("1", "vries"))
    world.directory.failing.clear()
    await world.hours(2)
    world.clock.now += 2 * DAY
    await tidy(world.engine)
    assert (await ledger(world))["bos"].free_from == kept
    await world.hears(called("1", "vries"), called("2", "bos"))
    assert name_of(world, "2") == "bos2"


# ── back again ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by_hand", [False, True])
async def test_an_account_that_comes_back_uses_all_its_names_again(open_world: Any, by_hand: bool) -> None:
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=MIXED)
    someone = mailed("1", "bos@b")
    await world.hears(replace(someone, contracts=person("1", TODAY).contracts))
    for days in (2, 30):
        world.clock.now += days * DAY
        await world.doors()
    assert world.directory.accounts == {}
    assert await in_use(world, "1") == set()
    if by_hand:
        (account,) = world.directory.bin
        world.directory.accounts[account] = world.directory.bin.pop(account)
    await world.hears(replace(someone, contracts=person("1", start=world.engine.today).contracts))
    assert name_of(world, "1", "mail") == "bos@b"
    assert await in_use(world, "1") == {"jan@a", "bos@b"}


# ── other versions ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_names_are_not_tidied_away_from_somebody_whose_link_another_version_wrote(world: World) -> None:
    await world.hears(called("1", "jan"), called("2", "piet"))
    await world.put("1", lambda person: layout.link(person, "entra"), NEWER)
    world.clock.now += 2 * DAY
    assert await tidy(world.engine) == 0
    assert (await ledger(world))["jan"].owner == own("1")


# ── strangers ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_name_that_is_refused_without_a_holder_is_not_lost_for_ever(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    await world.hears(called("1", "bos"))
    contact = Account(id="contact", enabled=True, attributes={"userPrincipalName": "vries"})
    world.directory.accounts["contact"], world.directory.hidden = contact, {"contact"}
    await world.hears(called("1", "vries"))
    assert name_of(world, "1") == "vries2"
    del world.directory.accounts["contact"]
    await world.hears(called("1", "vries"), called("2", "vries"))
    assert await world.reasons() == {("2", Reason.NAMES_EXHAUSTED)}, "it is not asked for again at once"
    world.clock.now += 731 * DAY
    await world.hears(called("1", "vries"), called("2", "vries"), called("3", "vries"))
    assert name_of(world, "3") == "vries"


async def test_somebody_corrected_before_the_account_exists_gets_the_corrected_name_also_where_nobody_is_renamed(
    open_world: Any,
) -> None:
    world: World = await open_world(names={"rename": "never"})
    world.directory.failing = {Verb.CREATE}
    await world.hears(called("1", "bso"))
    world.clock.now += 2 * HOUR
    world.directory.failing.clear()
    await world.hears(called("1", "bos"))
    await world.settle(HOUR)
    assert name_of(world, "1") == "bos"
    assert await in_use(world, "1") == {"bos"}


async def test_a_name_half_given_by_hand_is_not_forgotten(open_world: Any) -> None:
    """A stranger's row stands for one of the two; the other is in use and stays theirs."""
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=IN_STEP)
    await world.hears(called("1", "jan"))
    world.directory.holds(Account(id="stranger", enabled=True, attributes={"mail": "jan2@b"}))
    await world.doors()
    del world.directory.accounts["stranger"]
    account = world.directory.of("1")
    by_hand = {"userPrincipalName": "jan2@a", "mail": "jan2@b"}
    world.directory.changed_by_hand(account.id, attributes={**account.attributes, **by_hand})
    await world.doors()
    assert (await ledger(world))["jan2@a"].owner == own("1")


# ── one name in two places ───────────────────────────────────────────────────────────────────────────────────────


async def test_an_old_mail_address_that_is_still_the_sign_in_name_stays_in_use(open_world: Any) -> None:
    upn = 'SelectUniqueValue(Append([name], "@a"), Append([name], "2@a"))'
    attributes = {**PLAIN, "userPrincipalName": upn}
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=attributes, names=AUTOMATIC)
    await world.hears(mailed("1", "jan@a"))
    await world.hears(mailed("1", "other@a"))
    assert (name_of(world, "1"), name_of(world, "1", "mail")) == ("jan@a", "other@a")
    assert await in_use(world, "1") == {"jan@a", "other@a"}


async def test_an_account_deleted_on_one_target_keeps_the_address_that_another_still_bears(open_world: Any) -> None:
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=IN_STEP)
    rules = world.engine.policy.targets["entra"]
    kept = rules.model_copy(update={"timing": rules.timing.model_copy(update={"delete_after": None})})
    other = Directory()
    world.engine = replace(
        world.engine,
        policy=world.engine.policy.model_copy(update={"targets": {"entra": rules, "ad": kept}}),
        targets={**world.engine.targets, "ad": other},
        attributes={**world.engine.attributes, "ad": world.engine.attributes["entra"]},
    )
    await world.hears(called("1", "jan", TODAY))
    assert other.of("1").attributes["userPrincipalName"] == "jan@a"
    for days in (2, 30):
        world.clock.now += days * DAY
        await world.doors()
    assert (len(world.directory.accounts), len(other.accounts)) == (0, 1)
    assert await in_use(world, "1") == {"jan@a", "jan@b"}


async def test_a_name_corrected_while_a_create_is_unanswered_makes_no_second_account(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    world.directory.losing = {Verb.CREATE}
    await world.says(called("1", "boss"))
    world.directory.hidden = {"a0"}
    await world.work()
    assert list(world.directory.accounts) == ["a0"]
    await world.hears(called("1", "bos"))
    assert list(world.directory.accounts) == ["a0"]
    world.directory.hidden.clear()
    await world.settle(HOUR)
    await world.hours(2)
    assert list(world.directory.accounts) == ["a0"]
    assert name_of(world, "1") == "bos"


async def not_created_yet(open_world: Any, rename: str) -> World:
    """Whoever was to be created under one name has another one by the time that the directory does it."""
    world: World = await open_world(names={"rename": rename})
    world.directory.failing = {Verb.CREATE}
    await world.hears(called("1", "jan"))
    assert world.directory.accounts == {}
    world.directory.failing = set()
    await world.hears(called("1", "bos"))
    await world.settle(HOUR)
    return world


async def test_an_account_made_under_the_name_it_was_begun_with_is_renamed_by_itself(open_world: Any) -> None:
    world = await not_created_yet(open_world, "automatic")
    assert world.directory.verbs()[0] is Verb.CREATE
    assert name_of(world, "1") == "bos"


async def test_an_account_made_under_the_name_it_was_begun_with_asks_for_the_other_one(open_world: Any) -> None:
    world = await not_created_yet(open_world, "ask")
    assert name_of(world, "1") == "jan"
    assert [one.what for one in await world.held()] == [Verb.RENAME]


async def test_a_name_that_an_account_may_have_borne_when_it_was_deleted_is_nobody_elses(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    await world.hears(called("1", "bos"))
    account = world.directory.of("1").id

    async def deleted_by_hand() -> None:
        assert name_of(world, "1") == "vries", "anybody could see it"
        del world.directory.accounts[account]
        raise TryLater("the answer was lost", 5)

    world.directory.after_write = deleted_by_hand
    await world.hears(called("1", "vries"))
    assert account not in world.directory.accounts
    await world.hears(called("1", "vries", TODAY))
    await world.hours(72)
    await world.hears(called("1", "vries", TODAY), called("2", "vries"))
    assert name_of(world, "2") == "vries2"
