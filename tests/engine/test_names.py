"""Names: issued once to one person, kept in a ledger, changed only by a rename that was allowed, never handed on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from engine_world import DAY, HOUR, KINDS, TODAY, YESTERDAY, Killed, World, person

from shared import layout
from shared.attributes import Attribute, Unique
from shared.codec import Codec
from shared.engine import identifiers
from shared.errors import Reason
from shared.identifiers import Holding, folded
from shared.model import Account, Person, Verb

AUTOMATIC = {"rename": "automatic"}
MAIL = Attribute(name="mail", unique=Unique.ADDRESSES)
LOGON = Attribute(name="userPrincipalName", unique=Unique.ADDRESSES)
IN_STEP = {
    "employeeId": "[employeeId]",
    "userPrincipalName": 'SelectUniqueValue(Append([name], "@a"), Append([name], "2@a"), Append([name], "3@a"))',
    "mail": 'SelectUniqueValue(Append([name], "@b"), Append([name], "2@b"), Append([name], "3@b"))',
}


def called(hr_id: str, name: str, end: date | None = None) -> Person:
    someone = person(hr_id, end)
    return replace(someone, fields={**someone.fields, "name": name})


def name_of(world: World, hr_id: str, attribute: str = "userPrincipalName") -> object:
    return world.directory.of(hr_id).attributes[attribute]


async def ledger(world: World) -> dict[str, Holding]:
    """Folded name → who holds it."""
    rows = [row async for row in world.store.everything(layout.IDENTIFIERS) if "owner" in row.data.get("is", {})]
    return {row.key: Codec(Holding).load(row.data) for row in rows}


def own(hr_id: str) -> str:
    return layout.own_id("hr", hr_id)


# ── issued once ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_two_people_of_one_name_get_two_names_and_keep_them(world: World) -> None:
    await world.hears(called("1", "jan"))
    await world.hears(called("1", "jan"), called("2", "jan"))
    assert (name_of(world, "1"), name_of(world, "2")) == ("jan", "jan2")
    held = await ledger(world)
    assert (held["jan"].owner, held["jan2"].owner) == (own("1"), own("2"))
    assert held["jan"].until is None


@pytest.mark.parametrize(
    ("one", "other"), [("Jan", "jan"), ("josé", "jose"), ("STRASSE", "straße"), ("YILDIZ", "yıldız")]
)
async def test_names_that_differ_in_case_or_accents_only_are_one_name(world: World, one: str, other: str) -> None:
    await world.hears(called("1", one))
    await world.hears(called("1", one), called("2", other))
    assert name_of(world, "2") == f"{other}2"


async def test_attributes_that_are_tried_share_one_number_also_when_only_one_of_them_is_taken(open_world: Any) -> None:
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=IN_STEP)
    world.directory.holds(Account(id="stranger", enabled=True, attributes={"mail": "jan@b"}))
    await world.doors()
    await world.hears(called("1", "jan"))
    assert (name_of(world, "1"), name_of(world, "1", "mail")) == ("jan2@a", "jan2@b")
    held = await ledger(world)
    assert "jan@a" not in held, "what was not used is given back"
    assert held["jan@b"] == replace(held["jan@b"], owner="", account="stranger")


async def test_a_sign_in_name_is_not_given_as_somebody_elses_address(open_world: Any) -> None:
    attributes = {**IN_STEP, "mail": 'SelectUniqueValue(Append([other], "@a"), Append([other], "2@a"))'}
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=attributes)
    await world.hears(replace(called("1", "jan"), fields={"name": "jan", "other": "j"}))
    await world.hears(
        replace(called("1", "jan"), fields={"name": "jan", "other": "j"}),
        replace(called("2", "piet"), fields={"name": "piet", "other": "jan"}),
    )
    assert name_of(world, "2", "mail") == "jan2@a"


async def test_a_name_that_the_directory_held_before_us_is_not_asked_for(world: World) -> None:
    world.directory.holds(Account(id="stranger", enabled=True, attributes={"userPrincipalName": "Jan"}))
    await world.doors()
    await world.hears(called("1", "jan"))
    assert name_of(world, "1") == "jan2"
    assert world.directory.verbs().count(Verb.CREATE) == 1


async def test_a_name_in_use_that_nobody_had_seen_is_recorded_when_the_directory_refuses_it(world: World) -> None:
    world.directory.accounts["stranger"] = Account(id="stranger", enabled=True, attributes={"userPrincipalName": "jan"})
    await world.hears(called("1", "jan"))
    assert name_of(world, "1") == "jan2"
    assert (await ledger(world))["jan"].account == "stranger"


async def test_numbers_never_run_out_and_the_next_one_is_known(open_world: Any) -> None:
    upn = "SelectUniqueValue([name], Numbered([name], 2))"
    world: World = await open_world(attributes={"employeeId": "[employeeId]", "userPrincipalName": upn})
    people = [called(str(number), "jan") for number in range(1, 31)]
    await world.hears(*people)
    names = sorted(str(one.attributes["userPrincipalName"]) for one in world.directory.accounts.values())
    assert names == sorted(["jan", *(f"jan{number}" for number in range(2, 31))])


async def test_an_address_that_hr_gives_is_not_given_to_two_people(open_world: Any) -> None:
    attributes = {"employeeId": "[employeeId]", "mail": "[mail]"}
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=attributes)
    first = replace(called("1", "jan"), fields={"mail": "jan@a"})
    await world.hears(first)
    await world.hears(first, replace(called("2", "jan"), fields={"mail": "JAN@a"}))
    assert await world.reasons() == {("2", Reason.TAKEN)}
    assert len(world.directory.accounts) == 1


# ── renamed ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_name_waits_for_a_yes_and_everything_else_goes_on(world: World) -> None:
    await world.hears(called("1", "bos"))
    await world.hears(replace(called("1", "vries"), contracts=person("1", department="Sales").contracts))
    assert await world.reasons() == {("1", Reason.RENAME)}
    assert name_of(world, "1") == "bos"
    assert world.directory.of("1").attributes["department"] == "Sales"
    assert await world.approve_all() == 1
    await world.work()
    assert name_of(world, "1") == "vries"
    assert world.directory.verbs().count(Verb.RENAME) == 1
    await world.hours(24)
    assert world.directory.verbs().count(Verb.RENAME) == 1
    assert await world.held() == []


async def test_an_old_name_stays_theirs_for_the_time_of_the_alias_and_then_the_quarantine(open_world: Any) -> None:
    world: World = await open_world(names={**AUTOMATIC, "keep_old": 30, "quarantine": 100})
    await world.hears(called("1", "bos"))
    await world.hears(called("1", "vries"))
    old = (await ledger(world))["bos"]
    assert old.owner == own("1")
    assert (old.until, old.free_from) == (world.clock.now + 30 * DAY, world.clock.now + 130 * DAY)
    world.clock.now += 129 * DAY
    await world.hears(called("1", "vries"), called("2", "bos"))
    assert name_of(world, "2") == "bos2"
    world.clock.now += DAY
    await world.hears(called("1", "vries"), called("2", "bos"), called("3", "bos"))
    assert name_of(world, "3") == "bos"


async def test_somebody_whose_name_changes_back_gets_the_old_one_back(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    for name in ("bos", "vries", "bos"):
        await world.hears(called("1", name), called("2", "smit"))
    assert name_of(world, "1") == "bos"
    held = await ledger(world)
    assert held["bos"].until is None
    assert held["vries"].until is not None


async def test_people_are_renamed_at_the_hour_the_policy_names(open_world: Any) -> None:
    world: World = await open_world(names={**AUTOMATIC, "at": "22:00"})
    await world.hears(called("1", "bos"))
    await world.hears(replace(called("1", "vries"), contracts=person("1", department="Sales").contracts))
    assert world.directory.of("1").attributes["department"] == "Sales", "this does not wait"
    evening = datetime(2026, 3, 2, 22, tzinfo=UTC)
    await world.settle(evening - timedelta(minutes=1) - world.clock.now)
    assert name_of(world, "1") == "bos"
    await world.settle(timedelta(minutes=2))
    assert name_of(world, "1") == "vries"


async def test_nobody_is_renamed_where_the_policy_says_never(open_world: Any) -> None:
    world: World = await open_world(names={"rename": "never"})
    await world.hears(called("1", "bos"))
    await world.hears(called("1", "vries"))
    await world.hours(24)
    assert (name_of(world, "1"), await world.held()) == ("bos", [])


async def test_another_rule_for_names_renames_nobody(world: World) -> None:
    await world.hears(called("1", "bos"))
    rules = world.engine.policy.model_dump(mode="json", by_alias=True, exclude_none=True)
    upn = 'SelectUniqueValue(Append([name], ".x"), Append([name], ".y"))'
    rules["targets"]["entra"]["attributes"]["userPrincipalName"] = {"value": upn}
    world.renewed("second", type(world.engine.policy).model_validate(rules))
    await world.hours(24)
    assert (name_of(world, "1"), await world.held()) == ("bos", [])
    await world.hears(called("1", "bos"), called("2", "smit"))
    assert name_of(world, "2") == "smit.x"


async def test_an_account_that_was_there_before_us_keeps_its_name_until_hr_changes_it(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    known = {"employeeId": "1", "userPrincipalName": "j.oldstyle"}
    world.directory.holds(Account(id="known", enabled=True, attributes=known))
    await world.hears(called("1", "bos"))
    await world.hours(24)
    assert name_of(world, "1") == "j.oldstyle"
    await world.hears(called("1", "vries"))
    assert name_of(world, "1") == "vries"


async def test_a_rename_done_by_hand_is_accepted(world: World) -> None:
    await world.hears(called("1", "bos"))
    account = world.directory.of("1")
    world.directory.changed_by_hand(account.id, attributes={**account.attributes, "userPrincipalName": "vries"})
    await world.doors()
    await world.hears(called("1", "vries"))
    await world.hours(24)
    assert (await world.held(), Verb.RENAME in world.directory.verbs()) == ([], False)
    held = await ledger(world)
    assert (held["vries"].owner, held["vries"].until) == (own("1"), None)
    assert held["bos"].until is not None


async def test_a_rename_passes_a_stranger_by(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC)
    await world.hears(called("1", "bos"))
    world.directory.accounts["stranger"] = Account(
        id="stranger", enabled=True, attributes={"userPrincipalName": "vries"}
    )
    await world.hears(called("1", "vries"))
    assert name_of(world, "1") == "vries2"
    assert (await ledger(world))["vries"].account == "stranger"


async def test_an_address_that_hr_changes_is_renamed_and_never_overwritten(open_world: Any) -> None:
    attributes = {"employeeId": "[employeeId]", "mail": "[mail]"}
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=attributes)
    await world.hears(replace(called("1", "x"), fields={"mail": "bos@a"}))
    await world.hears(replace(called("1", "x"), fields={"mail": "vries@a"}))
    assert (name_of(world, "1", "mail"), await world.reasons()) == ("bos@a", {("1", Reason.RENAME)})
    await world.approve_all()
    await world.work()
    assert name_of(world, "1", "mail") == "vries@a"
    held = await ledger(world)
    assert (held["vries@a"].until, held["bos@a"].until is None) == (None, False)


async def test_many_renames_at_once_are_more_than_the_policy_allows(open_world: Any) -> None:
    world: World = await open_world(names=AUTOMATIC, limits={"rename": {"run": 3}})
    await world.hears(*(called(str(number), f"old{number}") for number in range(5)))
    await world.hears(*(called(str(number), f"new{number}") for number in range(5)))
    assert await world.reasons() == {(str(number), Reason.LIMIT) for number in range(5)}
    assert Verb.RENAME not in world.directory.verbs()


# ── kept, and given back ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_leavers_name_is_nobody_elses_for_two_years_and_theirs_when_they_are_back(world: World) -> None:
    await world.hears(called("1", "jan", YESTERDAY + DAY))
    world.clock.now += 2 * DAY
    await world.doors()
    world.clock.now += 30 * DAY
    await world.doors()
    assert world.directory.accounts == {}
    held = (await ledger(world))["jan"]
    assert held.until == world.clock.now
    assert held.free_from == world.clock.now + 730 * DAY
    await world.hears(called("1", "jan", TODAY), called("2", "jan"))
    assert name_of(world, "2") == "jan2"
    world.directory.bin.clear()
    back = replace(called("1", "jan"), contracts=person("1", start=world.engine.today).contracts)
    await world.hears(back, called("2", "jan"))
    assert name_of(world, "1") == "jan"
    assert (await ledger(world))["jan"].until is None


async def test_somebody_who_comes_back_under_another_name_gets_that(world: World) -> None:
    await world.hears(called("1", "bos", TODAY))
    world.clock.now += 2 * DAY
    await world.doors()
    world.clock.now += 30 * DAY
    await world.doors()
    world.directory.bin.clear()
    await world.hears(replace(called("1", "vries"), contracts=person("1", start=world.engine.today).contracts))
    assert name_of(world, "1") == "vries"
    assert (await ledger(world))["bos"].owner == own("1"), "it stays theirs"


async def test_a_strangers_name_is_kept_from_others_for_a_while_after_the_stranger_is_gone(world: World) -> None:
    world.directory.holds(Account(id="stranger", enabled=True, attributes={"userPrincipalName": "jan"}))
    await world.doors()
    del world.directory.accounts["stranger"]
    world.directory.log.append("stranger")
    await world.doors()
    await world.hears(called("1", "jan"))
    assert name_of(world, "1") == "jan2"
    world.clock.now += 731 * DAY
    await world.hears(called("1", "jan"), called("2", "jan"))
    assert name_of(world, "2") == "jan"


# ── whatever goes wrong ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.RENAME])
async def test_a_lost_answer_costs_no_second_name(open_world: Any, verb: Verb) -> None:
    world: World = await open_world(names=AUTOMATIC)
    if verb is Verb.RENAME:
        await world.hears(called("1", "bos"))
    world.directory.losing = {verb}
    await world.hears(called("1", "vries"))
    await world.settle(HOUR)
    assert name_of(world, "1") == "vries"
    assert world.directory.verbs().count(verb) == 1
    assert "vries2" not in await ledger(world)


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["", "rename"])
@pytest.mark.parametrize("number", range(24))
async def test_a_worker_killed_at_any_commit_leaves_no_name_behind_that_nobody_uses(
    open_world: Any, number: int, lost: str
) -> None:
    world: World = await open_world(kinds=[LOGON, MAIL], attributes=IN_STEP, names=AUTOMATIC)
    await world.hears(called("1", "bos"), called("2", "smit"))
    world.directory.accounts["stranger"] = Account(id="stranger", enabled=True, attributes={"mail": "vries@b"})
    world.directory.losing = {Verb(lost)} if lost else set()
    left = iter(range(number))

    async def die(table: str, changes: Any) -> None:
        if next(left, None) is None:
            world.store.kill()

    await world.says(called("1", "vries"), called("2", "smit"))
    world.store.before = die
    try:
        await world.work()
    except Killed:
        world.store.dead = False
    world.store.before = None
    await world.settle(HOUR)
    await world.hours(2)
    assert (name_of(world, "1"), name_of(world, "1", "mail")) == ("vries2@a", "vries2@b")
    assert await in_use(world, "1") == {"vries2@a", "vries2@b"}
    assert world.directory.verbs().count(Verb.RENAME) == 1


async def in_use(world: World, hr_id: str) -> set[str]:
    return {key for key, one in (await ledger(world)).items() if one.owner == own(hr_id) and one.until is None}


def test_kinds_say_what_the_tests_rely_on() -> None:
    assert {kind.name: kind.unique for kind in KINDS}["userPrincipalName"] is Unique.ACCOUNTS
    assert folded("Józef") == "jozef"


async def test_a_worker_that_stalled_takes_no_name_from_somebody_who_got_it_meanwhile(world: World) -> None:
    """It was refused the name because that one's account bears it, and takes them for a stranger."""
    other = layout.own_id("hr", "8")
    await identifiers.reserve(world.engine, "entra", other, "", {"userPrincipalName": "jan"}, ())
    await identifiers.foreign(world.engine, "entra", layout.own_id("hr", "7"), "userPrincipalName", "jan", "a8")
    assert (await ledger(world))["jan"].owner == other


async def test_a_name_that_is_taken_while_a_stranger_is_noted_stays_with_who_took_it(world: World) -> None:
    other, away = layout.own_id("hr", "8"), True

    async def taken(table: str, changes: Any) -> None:
        nonlocal away
        if away:
            away = False
            await identifiers.reserve(world.engine, "entra", other, "", {"userPrincipalName": "jan"}, ())

    world.store.before = taken
    await identifiers.foreign(world.engine, "entra", layout.own_id("hr", "7"), "userPrincipalName", "jan", "a8")
    assert (await ledger(world))["jan"].owner == other
