"""Several records of HR that are one human: joined once, safe to stop anywhere, and parted again by a person's word."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from engine_world import DAY, HR, TODAY, World, group, killed_at, person

from shared import engine as production
from shared import layout
from shared.engine.dependents import manager_today
from shared.errors import Misconfigured, Reason, Refused
from shared.layout import Hop
from shared.model import Account, Person, Verb
from shared.policy import Alike, People
from shared.store import Delete, Put

CERTAIN = Alike(all=("badge",))
MAYBE = Alike(all=("born", "family"), confidence=0.8)


def human(hr_id: str, badge: str = "B1", born: str = "1980-02-03", **given: Any) -> Person:
    one = person(hr_id, **given)
    return replace(one, fields={**one.fields, "badge": badge, "born": born, "family": "Bos"})


def told(world: World, *rules: Alike) -> None:
    """The policy knows of such people."""
    policy = world.engine.policy.model_copy(update={"people": People(same=rules)})
    world.engine = replace(world.engine, policy=policy)


async def word(world: World, does: Callable[..., Awaitable[Any]], *records: str) -> Any:
    found = await does(world.engine, *(("hr", one) for one in records), "somebody", "asked her")
    await world.work()
    return found


async def quiet(world: World) -> None:
    """Nothing is written though everything runs for a day."""
    world.directory.writes.clear()
    await world.hours(26)
    assert world.directory.writes == []


def accounts(world: World) -> dict[str, bool]:
    return {str(one.attributes["employeeId"]): one.enabled for one in world.directory.accounts.values()}


async def test_two_records_that_come_at_one_moment_get_one_account(world: World) -> None:
    told(world, CERTAIN)
    await world.hears(human("7", department="Sales"), human("8"))
    assert len(world.directory.accounts) == 1
    await quiet(world)


async def test_whoever_is_joined_keeps_nothing_of_their_own_but_the_record(world: World) -> None:
    told(world, CERTAIN)
    await world.hears(human("7"))
    await world.hears(human("7"), human("8", badge="B2"))
    assert accounts(world) == {"7": True, "8": True}
    await world.says(human("7"), human("8"))
    await world.work()
    named = (("hr", "8"), ("hr", "7"))
    await production.join_records(world.engine, *named, "somebody", "asked her", lets_go=True)
    await world.work()
    kinds = {key.split("|")[1] for key in await world.engine.rows_of(layout.own_id("hr", "8"))}
    assert kinds == {"person", "mapped", "link", "lease", "twin of"}
    await quiet(world)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 16))
async def test_a_process_that_ends_while_records_are_joined_leaves_one_account(
    world: World, moment: str, number: int
) -> None:
    told(world, CERTAIN)
    await world.hears(human("7", department="Sales", end=TODAY + DAY))

    async def joins() -> None:
        await world.hears(human("7", department="Sales", end=TODAY + DAY), human("8", start=TODAY - DAY))

    await killed_at(world, moment, number, joins)
    await world.hours(1)
    await joins()
    await world.hours(50)
    assert accounts(world) == {"8": True}
    await quiet(world)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 9))
async def test_a_process_that_ends_while_records_are_parted_leaves_two_accounts(
    world: World, moment: str, number: int
) -> None:
    told(world, CERTAIN)
    await world.hears(human("7"), human("8", department="Sales"))

    async def parts() -> None:
        record = "8" if await world.row("8", layout.twin_of) else "7"
        if await world.row(record, layout.twin_of):
            await word(world, production.part_record, record)

    await killed_at(world, moment, number, parts)
    await parts()
    await world.hours(2)
    assert accounts(world) == {"7": True, "8": True}
    assert [group("Sales") in world.directory.of(one).entitlements for one in ("7", "8")] == [False, True]
    await quiet(world)


async def test_what_people_said_of_a_record_holds_for_the_human(world: World) -> None:
    told(world, CERTAIN)
    await world.hears(human("7"), human("8", badge="B2", start=TODAY + 2 * DAY))
    await production.blocking.block(world.engine, layout.own_id("hr", "8"), "somebody", "stolen badge")
    await production.cut(world.engine, "hr", "8", "entra", "somebody", "to be joined")
    await world.hears(human("7"), human("8", start=TODAY + 2 * DAY))
    await world.hours(1)
    assert not world.directory.of("7").enabled


async def test_a_word_about_either_number_is_about_the_human(world: World) -> None:
    told(world, CERTAIN)
    await world.hears(human("7"), human("8"))
    for hr_id in ("7", "8"):
        account = await production.cut(world.engine, "hr", hr_id, "entra", "somebody", "no matter")
        await production.join(world.engine, "hr", hr_id, "entra", account, "somebody", "no matter")
    assert [one.person.hr_id for one in await production.explain(world.engine, "8")] == [
        one.person.hr_id for one in await production.explain(world.engine, "7")
    ]


async def test_an_account_under_the_number_of_either_record_is_found(world: World) -> None:
    told(world, CERTAIN)
    world.directory.holds(Account(id="old", enabled=True, attributes={"employeeId": "8", "userPrincipalName": "p8"}))
    await world.hears(human("7", department="Sales"), human("8", end=TODAY + DAY))
    assert set(world.directory.accounts) == {"old"}


async def test_a_record_that_vanishes_is_asked_about_and_closes_nobody(world: World) -> None:
    told(world, CERTAIN)
    await world.hears(human("7", department="Sales"), human("8"))
    await world.hears(human("7", department="Sales"))
    await world.hours(26)
    assert await world.reasons() == {("8", Reason.VANISHED)}
    assert list(accounts(world).values()) == [True]


async def test_a_record_that_counts_as_gone_takes_only_its_own_contract_along(open_world: Any) -> None:
    world = await open_world(source={"leave_when_missing_for": 1})
    told(world, CERTAIN)
    await world.hears(human("7", department="Sales", fte=1), human("8"))
    (one,) = world.directory.accounts.values()
    assert group("Sales") in one.entitlements
    await world.hears(human("8"))
    await world.hours(26)
    (one,) = world.directory.accounts.values()
    assert (one.enabled, group("Sales") in one.entitlements) == (True, False)
    await world.hears(person("1"))
    await world.hours(50)
    assert one.id in world.directory.accounts
    assert not world.directory.accounts[one.id].enabled


async def test_who_may_be_a_human_gets_nothing_until_somebody_answers(world: World) -> None:
    told(world, MAYBE)
    await world.hears(human("7"), human("8", badge="B2"))
    (asked,) = await world.held()
    assert (asked.reason, asked.place, asked.what) == (Reason.SAME_HUMAN, "hr", layout.SAME)
    assert "born, family" in asked.because
    assert "1980" not in asked.because
    await quiet(world)
    await production.approve(world.engine, [asked.name], "somebody")
    await world.work()
    assert len(world.directory.accounts) == 1
    assert {one.reason for one in await world.held()} == {Reason.RENAME}, "her other record spells her name otherwise"
    await quiet(world)


async def test_who_is_no_longer_alike_is_not_asked_about(world: World) -> None:
    told(world, MAYBE)
    await world.hears(human("7"), human("8", badge="B2"))
    await world.hears(human("7"), human("8", badge="B2", born="1999-09-09"))
    assert await world.held() == []
    assert len(world.directory.accounts) == 2


async def test_a_yes_is_not_carried_out_for_a_record_that_has_an_account_by_now(world: World) -> None:
    told(world, MAYBE)
    await world.hears(human("7"), human("8", badge="B2"))
    (asked,) = await world.held()
    world.directory.holds(Account(id="eight", enabled=True, attributes={"userPrincipalName": "boss"}))
    await production.join(world.engine, "hr", asked.hr_id, "entra", "eight", "somebody", "it is theirs")
    answered = await production.approve(world.engine, [asked.name], "somebody")
    assert (answered.done, len(answered.changed)) == ([], 1)


async def test_what_many_have_in_common_tells_nobody_from_another(world: World) -> None:
    told(world, CERTAIN)
    everybody = [human(str(number)) for number in range(20)]
    for number in range(20):
        await world.says(*everybody[: number + 1])
    await world.hours(1)
    assert {one.reason for one in await world.held()} <= {Reason.SAME_HUMAN}
    assert len(world.directory.accounts) >= 12, "only those who came while it was no crowd were asked about"


async def test_of_two_numbers_with_accounts_one_is_let_go(world: World) -> None:
    told(world)
    await world.hears(human("7", department="Sales"), human("8", end=TODAY))
    with pytest.raises(Refused, match="both have accounts"):
        await word(world, production.join_records, "8", "7")
    eight = world.directory.of("8").id
    named = (("hr", "8"), ("hr", "7"))
    found = await production.join_records(world.engine, *named, "somebody", "asked her", lets_go=True)
    assert found.accounts == {"entra": eight}
    await world.hours(26)
    assert world.directory.of("7").enabled
    assert world.directory.accounts[eight].enabled, "what is let go is a stranger's and is left as it is"
    await quiet(world)
    with pytest.raises(Refused, match="one human already"):
        await word(world, production.join_records, "7", "8")


async def test_the_record_without_an_account_is_the_one_that_joins(world: World) -> None:
    told(world)
    await world.hears(human("7"), human("8", start=TODAY + 300 * DAY))
    found = await word(world, production.join_records, "7", "8")
    assert (found.record, found.human) == (layout.own_id("hr", "8"), layout.own_id("hr", "7"))


async def test_records_are_joined_to_joined_ones(world: World) -> None:
    told(world)
    later = [human(str(number), start=TODAY + 300 * DAY) for number in (8, 9)]
    await world.hears(human("7"), *later)
    await word(world, production.join_records, "8", "9")
    await word(world, production.join_records, "8", "7")
    await world.hours(2)
    assert [(one.record[1], one.human[1]) for one in await production.twins(world.engine)] == [("8", "7"), ("9", "7")]
    await quiet(world)


async def test_records_are_no_concern_of_a_policy_that_does_not_speak_of_people(world: World) -> None:
    await world.hears(human("7"), human("8"))
    assert len(world.directory.accounts) == 2
    with pytest.raises(Misconfigured, match=r"people: \{same: \[\]\}"):
        await word(world, production.join_records, "7", "8")


async def test_nobody_is_joined_to_somebody_unknown_or_parted_who_is_alone(world: World) -> None:
    told(world)
    await world.hears(human("7"))
    with pytest.raises(Refused, match="hr knows nobody with the id 8"):
        await word(world, production.join_records, "7", "8")
    with pytest.raises(Refused, match="7 of hr is no other record of anybody"):
        await word(world, production.part_record, "7")


async def test_the_ledger_says_which_rule_or_who_joined_and_parted(world: World) -> None:
    told(world, CERTAIN)
    await world.hears(human("7"), human("8"))
    twin = "8" if await world.row("8", layout.twin_of) else "7"
    await word(world, production.part_record, twin)
    said = [(one.verb, one.by, dict(one.attributes), one.because) for one in await world.lines(twin) if one.by]
    assert said == [("join record", "policy", {"badge": ""}, ""), ("part record", "somebody", {}, "asked her")]


async def test_everything_of_a_human_is_erased_with_every_record(world: World) -> None:
    told(world, CERTAIN)
    ended = TODAY - 100 * DAY
    await world.hears(human("7", end=ended), human("8", end=ended), person("1"))
    await world.hears(person("1"))
    shown = await production.about(world.engine, "hr", "8")
    assert {key.split("|")[0] for key in shown["state"]} == {layout.own_id("hr", "7"), layout.own_id("hr", "8")}
    await production.erase(world.engine, "hr", "8", "somebody", "asked for it")
    left = {row.key.split("|")[0] async for row in world.store.everything(layout.STATE)}
    assert left == {layout.own_id("hr", "1")}


async def test_somebody_whose_other_record_hr_still_holds_is_not_erased(world: World) -> None:
    told(world, CERTAIN)
    await world.hears(human("7", end=TODAY - DAY), human("8", end=TODAY - DAY))
    await world.hears(human("7", end=TODAY - DAY))
    with pytest.raises(Refused, match="HR still holds 7"):
        await production.erase(world.engine, "hr", "8", "somebody", "asked for it")


async def test_a_restored_human_waits_for_the_record_that_is_not_read_yet(world: World) -> None:
    told(world, CERTAIN)
    await world.hears(human("7", end=TODAY), human("8"))
    home = "7" if await world.row("8", layout.twin_of) else "8"
    twin = {"7": "8", "8": "7"}[home]
    kept = [line async for line in production.backup(world.engine)]
    for row in [row async for row in world.store.everything(layout.STATE)]:
        await world.store.commit(layout.STATE, row.partition, [Delete(row.key)])
    for row in [row async for row in world.store.everything(layout.SOURCES)]:
        await world.store.commit(layout.SOURCES, row.partition, [Delete(row.key)])
    await production.restore(world.engine, kept)
    await world.hears(human(home))
    assert (home, Reason.MISSING_DATA) in await world.reasons()
    await world.hears(human(home, end=TODAY - DAY), human(twin))
    await world.hours(1)
    assert list(accounts(world).values()) == [True]
    assert await world.held() == []


async def test_managers_are_looked_up_in_the_source_of_the_record_that_speaks(world: World) -> None:
    policy = world.engine.policy.model_copy(
        update={"sources": {**world.engine.policy.sources, "guests": world.engine.policy.sources["hr"]}}
    )
    guests = HR()
    world.engine = replace(world.engine, policy=policy, sources={**world.engine.sources, "guests": guests})
    told(world, CERTAIN)
    guests.records = [human("1", badge="G"), human("7", manager="1", start=TODAY - DAY)]
    await world.hears(human("1", badge="H"), human("9", end=TODAY))
    await production.detect(world.engine, "guests")
    await world.work()
    home = layout.own_id("hr", "9")
    assert await production.human_of(world.engine, "guests", "7") == home
    world.clock.now += DAY
    assert await manager_today(world.engine, home) == layout.own_id("guests", "1")


async def test_somebody_with_two_records_is_foreseen_once_and_whole(world: World) -> None:
    told(world, CERTAIN)
    await world.hears(human("7", end=TODAY + 5 * DAY), human("8", end=TODAY + 9 * DAY))
    found = [(one.day, one.actions[0].verb) async for _, one in production.foresee(world.engine, TODAY + 15 * DAY)]
    assert (TODAY + 10 * DAY, Verb.DISABLE) in found
    assert (TODAY + 6 * DAY, Verb.DISABLE) not in found


async def test_mapping_a_joined_record_costs_few_commits(world: World) -> None:
    told(world, CERTAIN)
    await world.hears(human("7"), human("8"))
    twin = "8" if await world.row("8", layout.twin_of) else "7"
    commits: list[str] = []

    async def count(table: str, changes: Any) -> None:
        commits.append(table)

    await world.says(human("7"), human("8"))
    await world.put(twin, lambda own: layout.mark(Hop.MAP, own), {"schema": 2, "cohort": "x", "at": "2026-03-02"})
    world.store.after = count
    await production.map_person(world.engine, layout.own_id("hr", twin))
    assert commits == [layout.STATE] * 2


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 8))
@pytest.mark.parametrize("first", ["7", "8"])
async def test_two_records_that_are_mapped_at_one_moment_are_one_human(
    world: World, first: str, number: int, moment: str
) -> None:
    told(world, CERTAIN, Alike(all=("born",)))
    await world.says(human("7"), human("8"))
    other, left = {"7": "8", "8": "7"}[first], number

    async def meanwhile(table: str, changes: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            await production.map_person(world.engine, layout.own_id("hr", other))

    setattr(world.store, moment, meanwhile)
    await production.map_person(world.engine, layout.own_id("hr", first))
    world.store.before = world.store.after = None
    await world.hours(3)
    assert len(world.directory.accounts) == 1
    assert len(await production.twins(world.engine)) == 1
    await quiet(world)


async def test_two_records_that_were_joined_to_each_other_are_one_human_all_the_same(world: World) -> None:
    told(world, CERTAIN)
    await world.says(human("7"), human("8"))
    ids = [layout.own_id("hr", one) for one in ("7", "8")]
    for one, other in (ids, ids[::-1]):
        row = Put(layout.twin_of(one), {"schema": 2, "human": other, "by": "policy", "at": "2026-03-02"})
        await world.store.commit(layout.STATE, layout.bucket(one), [row])
    await world.work()
    await world.hours(2)
    assert len(world.directory.accounts) == 1
    assert len(await production.twins(world.engine)) == 1


async def test_a_record_that_gets_an_account_first_has_the_other_one_asked(world: World) -> None:
    """The one that was known first has none, because its first day is far off when the policy begins to speak of it."""
    far = TODAY + 30 * DAY
    await world.hears(human("7", start=far), human("8"))
    told(world, MAYBE)
    world.renewed("second", world.engine.policy)
    await world.hours(1)
    assert await world.held() == [], "nothing is asked of somebody who does not come yet"
    world.clock.now += 27 * DAY
    await world.hours(1)
    assert {(one.hr_id, one.reason) for one in await world.held()} == {("7", Reason.SAME_HUMAN)}
    assert accounts(world) == {"8": True}
