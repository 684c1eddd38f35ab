"""Only what is certainly ours is written, taken away or brought back, whatever answers were lost."""

from dataclasses import replace
from typing import Any

import pytest
from engine_world import DAY, HOUR, MANAGER, TODAY, YESTERDAY, World, group, person

from shared import engine as production
from shared.errors import Reason
from shared.model import Account, Verb

# ── a name that is taken by an account with our key ──────────────────────────────────────────────────────────────


def prepared(protected: str = "", enabled: bool = False) -> Account:
    attributes = {"employeeId": "7", "userPrincipalName": "p7"}
    return Account(id="prepared", enabled=enabled, attributes=attributes, protected=protected)


async def test_a_protected_account_is_not_written_because_its_name_was_wanted(world: World) -> None:
    world.directory.holds(prepared(protected="Global Administrator"))
    world.directory.unseen = {"prepared"}
    await world.hears(person("7"))
    assert await world.held() == [], "nobody knows yet whose account it is"
    assert world.bus.next_due() is not None, "it is tried later"
    world.directory.unseen.clear()
    await world.settle(HOUR)
    assert await world.reasons() == {("7", Reason.PROTECTED)}
    assert world.directory.writes == []
    assert world.directory.accounts == {"prepared": prepared(protected="Global Administrator")}


async def test_an_account_the_policy_protects_is_not_written_because_its_name_was_wanted(open_world: Any) -> None:
    world: World = await open_world(protected=["prepared"])
    world.directory.holds(prepared())
    world.directory.unseen = {"prepared"}
    await world.hears(person("7"))
    world.directory.unseen.clear()
    await world.settle(HOUR)
    assert await world.reasons() == {("7", Reason.PROTECTED)}
    assert world.directory.writes == []


@pytest.mark.parametrize("found_by", ["its name", "nothing"])
async def test_adopting_is_asked_also_when_the_account_could_not_be_found_at_first(
    open_world: Any, found_by: str
) -> None:
    world: World = await open_world(adopt="ask")
    world.directory.holds(prepared())
    out_of_sight = world.directory.unseen if found_by == "its name" else world.directory.hidden
    out_of_sight.add("prepared")
    await world.hears(person("7"))
    out_of_sight.clear()
    await world.settle(HOUR)
    assert {(one.what, one.reason, one.account) for one in await world.held()} == {
        ("correlate", Reason.ADOPTION, "prepared")
    }
    assert world.directory.writes == []
    assert await world.approve_all() == 1
    await world.work()
    assert world.directory.enabled() == {"7"}
    assert list(world.directory.accounts) == ["prepared"]


async def test_an_account_that_is_never_seen_is_never_doubled(world: World) -> None:
    world.directory.holds(prepared())
    world.directory.unseen = {"prepared"}
    await world.hears(person("7"))
    await world.settle(HOUR)
    assert await world.reasons() == {("7", Reason.NO_PROGRESS)}
    assert list(world.directory.accounts) == ["prepared"]


# ── intentions that were never carried out ───────────────────────────────────────────────────────────────────────


async def test_a_group_given_by_hand_long_after_we_failed_to_give_it_is_not_taken_away(world: World) -> None:
    await world.hears(person("7"))
    world.directory.failing = {Verb.GRANT}
    await world.hears(person("7", department="Sales"))
    world.directory.failing.clear()
    await world.hears(person("7"))
    await world.hours(2)
    world.clock.now += 90 * DAY
    account = world.directory.of("7")
    world.directory.changed_by_hand(account.id, entitlements=frozenset({group("All"), group("Sales")}))
    await world.hours(24)
    assert group("Sales") in world.directory.of("7").entitlements
    assert Verb.REVOKE not in world.directory.verbs()


async def test_a_group_that_did_arrive_without_an_answer_is_taken_away_again(world: World) -> None:
    await world.hears(person("7"))
    world.directory.losing = {Verb.GRANT}
    await world.hears(person("7", department="Sales"))
    await world.hears(person("7"))
    await world.settle(HOUR)
    assert world.directory.of("7").entitlements == {group("All")}


async def test_an_account_that_security_disables_long_after_we_failed_to_is_not_enabled(world: World) -> None:
    await world.hears(person("7"))
    world.directory.failing = {Verb.DISABLE}
    await world.hears(person("7", end=YESTERDAY))
    world.directory.failing.clear()
    await world.hears(person("7"))
    await world.hours(2)
    world.clock.now += 90 * DAY
    world.directory.changed_by_hand(world.directory.of("7").id, enabled=False)
    await world.hours(24)
    assert world.directory.enabled() == set()
    assert await world.reasons() == {("7", Reason.DISABLED_BY_OTHERS)}


async def test_an_account_we_disabled_without_an_answer_is_enabled_again_for_somebody_who_is_back(
    world: World,
) -> None:
    await world.hears(person("7"))
    world.directory.losing = {Verb.DISABLE}
    await world.hears(person("7", end=YESTERDAY))
    await world.hears(person("7"))
    await world.settle(HOUR)
    assert world.directory.enabled() == {"7"}


async def test_an_account_deleted_by_hand_long_after_we_failed_to_delete_it_is_not_brought_back(world: World) -> None:
    await has_left_long_ago(world)
    world.directory.failing = {Verb.DELETE}
    await world.doors()
    world.directory.failing.clear()
    await world.hears(person("7"))
    await world.hours(2)
    world.clock.now += DAY
    gone = world.directory.of("7").id
    world.directory.bin[gone] = world.directory.accounts.pop(gone)
    world.directory.log.append(gone)
    await world.hours(1)
    assert await world.reasons() == {("7", Reason.ACCOUNT_GONE)}
    assert Verb.RESTORE not in world.directory.verbs()


async def has_left_long_ago(world: World) -> None:
    """Linked, and to be deleted as soon as somebody looks."""
    await world.hears(person("7", end=TODAY))
    world.clock.now += DAY
    await world.doors()
    assert world.directory.verbs()[-2:] == [Verb.DISABLE, Verb.REVOKE]
    world.clock.now += 20 * DAY


@pytest.mark.parametrize("later", [0, 1, 24])
async def test_somebody_rehired_after_a_delete_without_an_answer_gets_the_account_back(
    world: World, later: int
) -> None:
    await has_left_long_ago(world)
    account = world.directory.of("7").id
    world.directory.losing = {Verb.DELETE}
    await world.doors()
    assert list(world.directory.bin) == [account]
    world.clock.now += later * HOUR
    await world.hears(person("7"))
    await world.settle(HOUR)
    assert await world.held() == []
    assert world.directory.of("7").id == account
    assert world.directory.enabled() == {"7"}


async def test_somebody_rehired_after_the_delete_was_tried_again_gets_the_account_back(world: World) -> None:
    await has_left_long_ago(world)
    account = world.directory.of("7").id
    world.directory.losing = {Verb.DELETE}
    await world.doors()
    await world.settle(HOUR)
    assert world.directory.verbs().count(Verb.DELETE) == 1
    await world.hears(person("7"))
    assert world.directory.of("7").id == account
    assert world.directory.enabled() == {"7"}


# ── what an administrator did ────────────────────────────────────────────────────────────────────────────────────


async def test_a_group_taken_away_by_hand_comes_back_within_a_day(world: World) -> None:
    people = [str(number) for number in range(10, 22)]
    await world.hears(*map(person, people))
    for account in world.directory.accounts.values():
        world.directory.accounts[account.id] = replace(account, entitlements=frozenset())
    for _ in range(24):
        world.clock.now += HOUR
        await production.patrol(world.engine)
        await world.work()
    assert [one.entitlements for one in world.directory.accounts.values()] == [{group("All")}] * len(people)


# ── a yes is for one account ─────────────────────────────────────────────────────────────────────────────────────


def account(id: str, employee: str) -> Account:
    return Account(id=id, enabled=True, attributes={"employeeId": employee, "userPrincipalName": id})


@pytest.mark.parametrize("moved", ["before the yes", "after the yes"])
async def test_a_yes_for_one_account_is_not_used_for_another(world: World, moved: str) -> None:
    world.directory.holds(account("A", "7"))
    world.directory.holds(account("B", "99"))

    def moves() -> None:
        world.directory.holds(account("A", "98"))
        world.directory.holds(account("B", "7"))

    await world.hears(person("7", end=YESTERDAY))
    asked = {(one.what, one.reason, one.account) for one in await world.held()}
    assert asked == {("correlate", Reason.ADOPTION, "A"), ("disable", Reason.ADOPTION, "A")}
    if moved == "before the yes":
        moves()
    assert await world.approve_all() == 2
    if moved == "after the yes":
        moves()
    await world.settle(HOUR)
    assert world.directory.writes == []
    asked = {(one.what, one.reason, one.account) for one in await world.held()}
    assert asked == {("correlate", Reason.ADOPTION, "B"), ("disable", Reason.ADOPTION, "B")}
    assert await world.approve_all() == 2
    await world.work()
    assert {one.id: one.enabled for one in world.directory.accounts.values()} == {"A": True, "B": False}


async def test_a_yes_for_the_account_that_is_still_theirs_is_used(world: World) -> None:
    world.directory.holds(account("A", "7"))
    await world.hears(person("7", end=YESTERDAY))
    assert await world.approve_all() == 2
    await world.work()
    assert not world.directory.accounts["A"].enabled
    assert await world.held() == []


# ── references ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_points_to_an_account_by_any_fact_is_told_when_it_comes(open_world: Any) -> None:
    attributes = {"employeeId": "[employeeId]", "userPrincipalName": "[name]", "manager": "[supervisor]"}
    world: World = await open_world(kinds=[MANAGER], attributes=attributes)
    await world.hears(person("7", supervisor="8"))
    assert world.directory.of("7").attributes.get("manager") is None
    await world.hears(person("7", supervisor="8"), person("8"))
    assert world.directory.of("7").attributes["manager"] == world.directory.of("8").id


async def test_a_leavers_account_that_others_closed_and_opened_again_is_closed_at_once(world: World) -> None:
    await world.hears(person("7"))
    account = world.directory.of("7").id
    world.directory.changed_by_hand(account, enabled=False)
    await world.hears(person("7", end=YESTERDAY))
    await world.hours(2)
    assert not world.directory.accounts[account].enabled
    world.directory.changed_by_hand(account, enabled=True)
    await production.follow(world.engine, "entra")
    await world.settle(HOUR)
    assert not world.directory.accounts[account].enabled
