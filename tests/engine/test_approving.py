"""A yes, a no and a not now: to exactly what was shown, by whom the policy asks, and safe wherever the process dies."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from engine_world import DAY, HOUR, KINDS, MANAGER, TODAY, YESTERDAY, Killed, World, person, policy

from shared import engine as production
from shared import layout
from shared.engine import Held, blocking
from shared.errors import Reason, Refused
from shared.holds import State
from shared.layout import Hop
from shared.ledger import ADMITTED
from shared.model import Account, Verb
from shared.policy import Approvals
from shared.store import Change

ELS, TOM = "entra:els@c.nl/1", "entra:tom@c.nl/2"
NONE_LEAVE = {"limits": {"disable": {"day": 0}}}


def asking(world: World, **approvals: Any) -> None:
    """The policy asks for approvals in this way; everything else stays."""
    rules = world.engine.policy.model_copy(update={"approvals": Approvals.model_validate(approvals)})
    world.engine = replace(world.engine, policy=rules)


async def leavers(world: World, *numbers: str) -> list[Held]:
    """Somebody ended their contracts, and the limit lets none of them be closed."""
    await world.hears(*map(person, numbers))
    world.directory.writes.clear()
    await world.hears(*(person(number, end=YESTERDAY) for number in numbers))
    return await world.held()


async def yes(world: World, some: Sequence[Held], by: str = ELS, **more: Any) -> production.Approved:
    found = await production.approve(world.engine, [production.fingerprint(some)], by, "looked at", **more)
    await world.work()
    return found


async def states(world: World) -> dict[str, State]:
    return {one.hr_id: production.state_of(world.engine, one) for one in await production.holds(world.engine)}


# ── exactly what was shown ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_list_is_approved_as_it_was_shown_and_done_at_once(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    some = await leavers(world, "1", "2", "3")
    assert [(one.what, one.reason, bool(one.account)) for one in some] == [("disable", "limit", True)] * 3
    found = await yes(world, some)
    assert (len(found.done), found.second, found.changed) == (3, [], [])
    assert world.directory.enabled() == set()
    assert await world.held() == []
    line = next(line for line in await world.ledger("1") if line["verb"] == "approve disable")
    assert (line["by"], line["because"], line["outcome"]) == (ELS, "looked at", "yes")
    assert (line["fingerprint"], line["account"]) == (production.fingerprint(some), some[0].account)


async def test_of_a_list_some_are_approved_and_the_others_go_on_waiting(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    one, two, three = await leavers(world, "1", "2", "3")
    await production.approve(world.engine, [one.name, three.name[:6]], ELS)
    await world.work()
    assert world.directory.enabled() == {"2"}
    assert [left.thing for left in await world.held()] == [two.thing]


@pytest.mark.parametrize("what", ["the person", "the list", "the policy"])
async def test_what_changed_since_it_was_shown_is_not_approved(open_world: Any, what: str) -> None:
    world: World = await open_world(**NONE_LEAVE)
    some = await leavers(world, "1", "2")
    match what:
        case "the person":
            await world.hears(person("1", end=YESTERDAY - DAY), person("2", end=YESTERDAY))
            await world.hears(person("1", end=YESTERDAY, department="Sales"), person("2", end=YESTERDAY))
            await world.hears(person("1"), person("2", end=YESTERDAY))
        case "the list":
            await world.hears(person("1", end=YESTERDAY), person("2", end=YESTERDAY), person("3"))
            await world.hears(*(person(number, end=YESTERDAY) for number in "123"))
        case "the policy":
            world.renewed("second", policy(**NONE_LEAVE))
    with pytest.raises(Refused, match="it has changed or was answered since"):
        await production.approve(world.engine, [production.fingerprint(some)], ELS)
    assert world.directory.verbs() == [] or Verb.DISABLE not in world.directory.verbs()


async def test_somebody_who_is_taken_back_after_the_yes_is_not_closed(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    some = await leavers(world, "1", "2")
    await production.approve(world.engine, [production.fingerprint(some)], ELS)
    await world.says(person("1"), person("2", end=YESTERDAY))
    await world.work("changes", "admit")
    await world.work()
    assert world.directory.enabled() == {"1"}
    assert await world.held() == []


async def test_what_changes_while_the_yes_is_saved_is_told_and_not_done(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    some = await leavers(world, "1", "2")

    async def taken_back(table: str, changes: Any) -> None:
        world.store.before = None
        await world.says(person("1"), person("2", end=YESTERDAY))
        await world.work("changes")

    world.store.before = taken_back
    found = await production.approve(world.engine, [production.fingerprint(some)], ELS)
    world.store.before = None
    assert ([one.hr_id for one in found.done], [one.hr_id for one in found.changed]) == (["2"], ["1"])
    await world.work()
    assert world.directory.enabled() == {"1"}


async def test_a_yes_that_is_not_carried_out_in_time_is_asked_again(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    asking(world, expire=6)
    some = await leavers(world, "1")
    world.directory.failing = {Verb.DISABLE}
    await yes(world, some)
    await world.settle(7 * HOUR)
    world.directory.failing.clear()
    await world.hours(3)
    assert world.directory.enabled() == {"1"}
    assert {(one.what, one.reason) for one in await world.held()} == {("disable", Reason.LIMIT)}


async def test_a_yes_lasts_as_long_as_the_policy_says(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    some = await leavers(world, "1")
    world.directory.failing = {Verb.DISABLE}
    await yes(world, some)
    await world.settle(50 * HOUR)
    world.directory.failing.clear()
    await world.hours(3)
    assert world.directory.enabled() == set()


# ── wherever the process dies ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(16))
async def test_killed_at_any_commit_everything_is_answered_or_waits(open_world: Any, number: int, moment: str) -> None:
    world: World = await open_world(**NONE_LEAVE)
    some = await leavers(world, "1", "2")
    left = iter(range(number))

    async def die(table: str, changes: Any) -> None:
        if next(left, None) is None:
            world.store.kill()

    setattr(world.store, moment, die)
    try:
        await yes(world, some)
    except Killed:
        world.store.dead = False
    world.store.before = world.store.after = None
    await world.settle(HOUR)
    await world.hours(1)
    waiting = {one.hr_id for one in await world.held()}
    assert world.directory.enabled() == waiting, "closed, or still asked"
    if waiting:
        await yes(world, await world.held())
    assert world.directory.enabled() == set()


async def test_of_two_who_approve_at_the_same_time_one_has_it_done(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    some = await leavers(world, "1", "2", "3")
    name = production.fingerprint(some)
    found = await asyncio.gather(*(production.approve(world.engine, [name], by) for by in (ELS, TOM)))
    assert sorted(one.person for each in found for one in each.done) == sorted(one.person for one in some)
    await world.work()
    assert world.directory.enabled() == set()
    assert world.directory.verbs().count(Verb.DISABLE) == 3


async def test_of_two_yeses_to_two_things_of_one_person_neither_is_lost(open_world: Any) -> None:
    world: World = await open_world(adopt="ask")
    world.directory.holds(Account(id="A", enabled=True, attributes={"employeeId": "7", "userPrincipalName": "A"}))
    await world.hears(person("7", end=YESTERDAY))
    correlate, disable = await world.held()
    answers = [production.approve(world.engine, [one.name], ELS) for one in (correlate, disable)]
    await asyncio.gather(*answers)
    await world.work()
    assert not world.directory.accounts["A"].enabled
    assert await world.held() == []


# ── who may, and how many ────────────────────────────────────────────────────────────────────────────────────────


async def test_the_second_person_s_yes_has_it_done(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    asking(world, four_eyes=["disable"])
    some = await leavers(world, "1", "2")
    assert len((await yes(world, some)).second) == 2
    assert world.directory.verbs() == []
    with pytest.raises(Refused, match="you have said yes to this already; another person must"):
        await yes(world, some, "entra:ELS@c.nl/1")
    world.clock.now += HOUR
    await world.doors()
    assert len((await yes(world, await world.held(), TOM)).done) == 2
    assert world.directory.enabled() == set()
    lines = [(line["by"], line["outcome"]) for line in await world.ledger("1") if line["verb"] == "approve disable"]
    assert lines == [(ELS, "first yes of two"), (TOM, "yes")]


async def test_two_first_yeses_at_the_same_time_are_two(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    asking(world, four_eyes=["disable"])
    some = await leavers(world, "1")
    name = production.fingerprint(some)
    found = await asyncio.gather(*(production.approve(world.engine, [name], by) for by in (ELS, TOM)))
    await world.work()
    assert [len(one.done) for one in found] in ([0, 1], [1, 0])
    assert world.directory.enabled() == set()


async def test_a_first_yes_that_is_too_old_does_not_count(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    asking(world, four_eyes_above=1, expire=24)
    some = await leavers(world, "1", "2")
    await yes(world, some)
    world.clock.now += DAY
    assert len((await yes(world, some, TOM)).second) == 2
    assert world.directory.enabled() == {"1", "2"}


async def test_a_role_is_asked_and_others_are_refused_before_anything_is_done(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    asking(world, approvers={"it": ["tom@c.nl"]}, ask={"limit": "it"}, deputies={"tom@c.nl": [{"who": "ann@c.nl"}]})
    some = await leavers(world, "1", "2")
    with pytest.raises(Refused, match=r"waits for 1 \(limit, disable\): the policy asks it, and you are not among"):
        await yes(world, some)
    with pytest.raises(Refused, match="the policy asks it"):
        await production.reject(world.engine, [some[0].name], ELS, "no")
    assert await world.ledger("1") == [line for line in await world.ledger("1") if "approve" not in line["verb"]]
    assert len((await yes(world, some, "entra:ann@c.nl/3")).done) == 2


async def test_the_manager_is_asked_by_the_account_they_have_now(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE, kinds=[MANAGER, *KINDS])
    asking(world, ask={"limit": "manager"})
    await world.hears(person("1"), person("2", manager="1"), person("3"))
    await world.hears(person("1"), person("2", manager="1", end=YESTERDAY), person("3", end=YESTERDAY))
    two, three = await world.held()
    with pytest.raises(Refused, match="the policy asks manager"):
        await production.approve(world.engine, [two.name], ELS)
    with pytest.raises(Refused, match="the policy asks manager"):
        await production.approve(world.engine, [three.name], "entra:p1/0")
    account = world.directory.of("1").id
    assert len((await yes(world, [two], f"entra:somebody/{account}")).done) == 1
    assert world.directory.enabled() == {"1", "3"}


async def test_nobody_approves_what_is_about_themselves(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    some = await leavers(world, "1", "2")
    with pytest.raises(Refused, match=r"waits for 2 .*: nobody approves what is about themselves"):
        await yes(world, some, "entra:P2/9")
    assert world.directory.verbs() == []


# ── no, and not now ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_rejected_stays_undone_for_days_and_nobody_is_asked(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    some = await leavers(world, "1", "2")
    rejected = await production.reject(world.engine, [some[0].name], ELS, "they stay")
    assert [one.hr_id for one in rejected] == ["1"]
    await world.hours(72)
    assert world.directory.writes == []
    assert [one.hr_id for one in await world.held()] == ["2"]
    assert await states(world) == {"1": State.REJECTED, "2": State.WAITING}
    with pytest.raises(Refused, match="it has changed or was answered since"):
        await yes(world, some)
    said = [(line["verb"], line["by"], line["because"]) for line in await world.ledger("1") if "by" in line]
    assert said == [("reject disable", ELS, "they stay")]


async def asked_late(world: World, number: str) -> None:
    """A worker who looked before the answer was given asks the same now."""
    wanted = await world.row(number, lambda own: layout.desired(own, "entra"))
    assert wanted is not None
    beside = {"account": world.directory.of(number).id, "asking": {}, "urgent": False, "start": "", "department": ""}
    question = {"version": wanted.data["version"], "whats": {"disable": 1}, "outside": False, **beside}
    mark = world.engine.marked(Hop.ADMIT, layout.own_id("hr", number), "trickle", "entra", **question)
    await world.put(number, lambda own: layout.mark(Hop.ADMIT, own, "entra"), mark.data)
    await world.engine.ring(Hop.ADMIT, [layout.own_id("hr", number)])
    await world.work()


@pytest.mark.parametrize("answer", ["no", "not now"])
async def test_an_answer_stands_though_the_same_is_asked_again_by_a_late_worker_and_there_is_room(
    open_world: Any, answer: str
) -> None:
    world: World = await open_world(limits={"disable": {"day": 1}})
    one, other = await leavers(world, "1", "2")
    if answer == "no":
        await production.reject(world.engine, [one.name], ELS, "they stay")
    else:
        await production.snooze(world.engine, [one.name], ELS, world.engine.today + 9 * DAY, "later")
    before = await states(world)
    await world.hours(30)
    await asked_late(world, one.hr_id)
    assert world.directory.enabled() == {one.hr_id, other.hr_id}
    assert await states(world) == before
    last = [line.beside for line in await world.lines(one.hr_id) if line.verb == ADMITTED][-1]
    assert last == {"held": {"disable": "limit"}}


async def test_an_answer_that_comes_while_it_is_decided_is_not_lost(open_world: Any) -> None:
    world: World = await open_world(limits={"disable": {"day": 1}})
    one, other = await leavers(world, "1", "2")
    await world.hours(30)

    said: list[Held] = []

    async def no(table: str, changes: Sequence[Change]) -> None:
        if not said and any(change.key == layout.permit(one.person, "entra") for change in changes):
            said.extend(await production.reject(world.engine, [one.name], ELS, "they stay"))

    world.store.before = no
    await asked_late(world, one.hr_id)
    world.store.before = None
    await world.hours(2)
    assert [each.thing for each in said] == [one.thing]
    assert world.directory.enabled() == {one.hr_id, other.hr_id}
    assert await states(world) == {one.hr_id: State.REJECTED, other.hr_id: State.WAITING}


async def test_what_was_rejected_is_gone_when_it_is_no_longer_wanted_and_asked_when_it_is_wanted_anew(
    open_world: Any,
) -> None:
    world: World = await open_world(**NONE_LEAVE)
    (one,) = await leavers(world, "1")
    await production.reject(world.engine, [one.name], ELS, "they stay")
    await world.hears(person("1"))
    assert await states(world) == {}
    await world.hears(person("1", end=YESTERDAY))
    assert await states(world) == {"1": State.WAITING}


async def test_what_was_rejected_is_asked_anew_of_somebody_of_whom_a_block_was_taken_back(open_world: Any) -> None:
    """Nothing is asked of whoever is blocked; that nobody wanted it before is not known of them as they are now."""
    world: World = await open_world(grants=[{"group": "Vault", "ask": "it"}])
    asking(world, approvers={"it": ELS})
    await world.hears(person("1"))
    (one,) = await world.held()
    await production.reject(world.engine, [one.name], ELS, "not in the first month")
    await blocking.block(world.engine, one.person, ELS, "a stolen laptop")
    await world.work()
    assert await states(world) == {}
    await blocking.unblock(world.engine, one.person, ELS, "it was found")
    await world.work()
    assert await states(world) == {"1": State.WAITING}


async def test_a_no_is_taken_back_and_then_asked_from_the_beginning(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    asking(world, four_eyes=["disable"])
    (one,) = await leavers(world, "1")
    await yes(world, [one])
    await production.reject(world.engine, [one.name], TOM, "they stay")
    world.clock.now += DAY
    await production.reconsider(world.engine, [one.name], TOM)
    (again,) = await world.held()
    assert (again.yes, again.rejected, again.since) == ((), None, world.clock.now)


async def test_what_is_put_off_wakes_on_its_day_and_can_be_answered_before(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    some = await leavers(world, "1", "2")
    await production.snooze(world.engine, [production.fingerprint(some)], ELS, TODAY + 3 * DAY)
    assert await world.held() == []
    await world.hours(48)
    assert await production.remind(world.engine) == []
    assert len((await yes(world, [some[0]])).done) == 1
    await world.hours(24)
    assert [one.hr_id for one in await world.held()] == ["2"]


async def test_what_makes_no_sense_is_refused_with_what_to_do(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    (one,) = await leavers(world, "1")
    world.directory.declined = {"department"}
    await world.hears(person("1", end=YESTERDAY), person("2"))
    odd = next(one for one in await world.held() if one.hr_id == "2")
    for answer, said in (
        (production.approve(world.engine, [odd.name], ELS), "a yes does not repair what waits for 2"),
        (production.reject(world.engine, [odd.name], ELS, "no"), "a no does not settle what waits for 2"),
        (production.reject(world.engine, [one.name], ELS, " "), "say why it is rejected"),
        (production.snooze(world.engine, [one.name], ELS, TODAY), "is not in the future"),
        (production.reconsider(world.engine, [one.name], ELS), "nothing that waits has the fingerprint"),
    ):
        with pytest.raises(Refused, match=said):
            await answer
    assert [line for line in await world.ledger("1") if " " in line["verb"]] == []


async def test_people_are_reminded_once_a_day(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    await leavers(world, "1")
    counts = []
    for _ in range(5):
        counts.append(len(await production.remind(world.engine)))
        await world.hours(12)
    assert counts == [0, 0, 1, 0, 1]


# ── what is no action of a plan ──────────────────────────────────────────────────────────────────────────────────


async def closed_by_security(world: World) -> Held:
    await world.hears(person("7"))
    world.directory.changed_by_hand(world.directory.of("7").id, enabled=False)
    await world.hours(1)
    await world.hours(24)
    (one,) = await world.held()
    assert (one.reason, one.what) == (Reason.DISABLED_BY_OTHERS, "enable-1!")
    return one


async def release(world: World) -> Any:
    return await world.row("7", lambda own: layout.release(own, "entra"))


async def test_a_release_opens_the_account_once(world: World) -> None:
    one = await closed_by_security(world)
    with pytest.raises(Refused, match="it has changed or was answered since"):
        await production.approve(world.engine, [production.fingerprint([])], ELS)
    await yes(world, [one])
    assert world.directory.enabled() == {"7"}
    assert (await release(world), await world.held()) == (None, [])
    world.directory.changed_by_hand(world.directory.of("7").id, enabled=False)
    await world.hours(25)
    assert world.directory.enabled() == set()
    assert await world.reasons() == {("7", Reason.DISABLED_BY_OTHERS)}


@pytest.mark.parametrize("lost", ["lost", "failing"])
async def test_a_release_whose_write_has_no_answer_opens_the_account_once(world: World, lost: str) -> None:
    one = await closed_by_security(world)
    (world.directory.losing if lost == "lost" else world.directory.failing).add(Verb.ENABLE)
    await yes(world, [one])
    world.directory.failing.clear()
    await world.hours(2)
    assert world.directory.enabled() == {"7"}
    assert world.directory.verbs().count(Verb.ENABLE) == 2, "the first day, and now"
    assert await release(world) is None


@pytest.mark.slow
@pytest.mark.parametrize("number", range(10))
async def test_a_release_that_is_killed_at_any_commit_is_used_or_asked_again(world: World, number: int) -> None:
    one = await closed_by_security(world)
    left = iter(range(number))

    async def die(table: str, changes: Any) -> None:
        if next(left, None) is None:
            world.store.kill()

    world.store.before = die
    try:
        await yes(world, [one])
    except Killed:
        world.store.dead = False
    world.store.before = None
    await world.settle(HOUR)
    await world.hours(2)
    asked = await world.reasons() == {("7", Reason.DISABLED_BY_OTHERS)}
    assert asked is (world.directory.enabled() == set())
    assert await release(world) is None


async def test_a_release_is_void_once_something_else_is_wanted_or_it_is_too_old(world: World) -> None:
    asking(world, expire=2)
    one = await closed_by_security(world)
    world.directory.silent = True
    await yes(world, [one])
    await world.settle(3 * HOUR)
    world.directory.silent = False
    await world.hours(2)
    assert world.directory.enabled() == set()
    (one,) = await world.held()
    await production.approve(world.engine, [one.name], ELS)
    await world.says(person("7", department="Sales"))
    await world.work("changes", "admit")
    await world.work()
    assert world.directory.enabled() == set()
    assert await world.reasons() == {("7", Reason.DISABLED_BY_OTHERS)}
    assert await release(world) is None


async def test_a_release_is_in_no_list_of_everything(open_world: Any) -> None:
    world: World = await open_world(**NONE_LEAVE)
    await world.hears(person("7"), person("1"))
    world.directory.changed_by_hand(world.directory.of("7").id, enabled=False)
    await world.hours(1)
    await world.hears(person("7"), person("1", end=YESTERDAY))
    await world.hours(24)
    some = await world.held()
    assert {one.reason for one in some} == {Reason.DISABLED_BY_OTHERS, Reason.LIMIT}
    with pytest.raises(Refused, match="nothing that waits has the fingerprint"):
        await yes(world, some)
    await yes(world, [one for one in some if one.approvable])
    assert world.directory.enabled() == set()
    assert await world.reasons() == {("7", Reason.DISABLED_BY_OTHERS)}


async def test_an_account_that_is_gone_comes_back_only_when_a_person_says_so(world: World) -> None:
    await world.hears(person("7"))
    gone = world.directory.accounts.pop(world.directory.of("7").id)
    world.directory.log.append(gone.id)
    await world.hours(1)
    (one,) = await world.held()
    assert (one.reason, one.account) == (Reason.ACCOUNT_GONE, gone.id)
    with pytest.raises(Refused, match="say --recreate"):
        await yes(world, [one])
    await yes(world, [one], recreate=True)
    await world.settle(HOUR)
    assert world.directory.enabled() == {"7"}
    assert world.directory.of("7").attributes["userPrincipalName"] == "p7"
    assert await world.held() == []


async def test_what_an_account_was_called_that_is_gone_for_good_is_kept_for_as_long_as_any_old_name(
    world: World,
) -> None:
    await world.hears(person("7"))
    gone = world.directory.accounts.pop(world.directory.of("7").id)
    world.directory.log.append(gone.id)
    await world.hours(1)
    married = replace(person("7"), fields={"name": "new"})
    await world.hears(married)
    await yes(world, await world.held())
    (one,) = await world.held()
    assert one.reason == Reason.ACCOUNT_GONE
    await yes(world, [one], recreate=True)
    await world.settle(HOUR)
    assert world.directory.of("7").attributes["userPrincipalName"] == "new"
    await world.hears(married, replace(person("8"), fields={"name": "p7"}))
    assert world.directory.of("8").attributes["userPrincipalName"] == "p72"


async def test_an_account_that_is_back_already_is_not_made_anew(world: World) -> None:
    await world.hears(person("7"))
    gone = world.directory.accounts.pop(world.directory.of("7").id)
    world.directory.log.append(gone.id)
    await world.hours(1)
    (one,) = await world.held()
    world.directory.holds(gone)
    await yes(world, [one], recreate=True)
    await world.settle(HOUR)
    assert list(world.directory.accounts) == [gone.id]
    assert world.directory.verbs().count(Verb.CREATE) == 1


async def test_a_person_says_that_somebody_who_is_missing_left_and_it_counts_for_this_time_only(world: World) -> None:
    await world.hears(person("7"), person("8"))
    await world.hears(person("8"))
    (one,) = await world.held()
    await yes(world, [one])
    assert world.directory.enabled() == {"8"}
    assert await world.held() == []
    await world.hears(person("7"), person("8"))
    assert world.directory.enabled() == {"7", "8"}
    assert await world.row("7", layout.leaves) is None
    world.clock.now += timedelta(days=9)
    await world.hears(person("8"))
    assert world.directory.enabled() == {"7", "8"}
    assert await world.reasons() == {("7", Reason.VANISHED)}
