"""What HR may say and leave unsaid: duplicates, poison, people who vanish, and a poll that dies half-way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from engine_world import DAY, HOUR, TODAY, YESTERDAY, Killed, World, person

from shared import codec, layout
from shared.errors import Reason
from shared.model import Contract, Person, Rejected, Verb
from shared.store import Change


async def test_an_id_given_to_two_people_is_held_on_every_poll(world: World) -> None:
    for _ in range(4):
        await world.hears(person("7", department="Sales"), person("7", department="Care"), person("8"))
        assert await world.reasons() == {("7", Reason.DUPLICATE_ID)}
        assert world.directory.enabled() == {"8"}
        world.clock.now += HOUR


async def test_an_account_stays_as_it_is_while_its_id_is_given_to_two_people(world: World) -> None:
    await world.hears(person("7", department="Care"))
    for _ in range(4):
        await world.hears(person("7", department="Sales"), person("7", department="Staff"))
        assert world.directory.of("7").attributes["department"] == "Care"
        assert await world.reasons() == {("7", Reason.DUPLICATE_ID)}
        world.clock.now += HOUR


async def test_a_duplicate_that_HR_repairs_goes_on(world: World) -> None:
    await world.hears(person("7", department="Sales"), person("7", department="Care"))
    await world.hears(person("7", department="Sales"))
    assert await world.reasons() == set()
    assert world.directory.enabled() == {"7"}


async def test_the_same_record_twice_is_one_person(world: World) -> None:
    await world.hears(person("7"), person("7"))
    assert await world.reasons() == set()
    assert world.directory.enabled() == {"7"}


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_somebody_who_vanishes_after_a_poll_died_half_way_is_noticed(world: World, moment: str) -> None:
    await world.hears(person("7"), person("8"))

    async def die(table: str, changes: Sequence[Change]) -> None:
        if table == layout.STATE:
            world.store.kill()

    setattr(world.store, moment, die)
    with pytest.raises(Killed):
        await world.says(person("7", department="Sales"), person("8"))
    world.store.dead = False
    world.clock.now += HOUR
    await world.hears(person("8"))
    row = await world.row("7", layout.person)
    assert row is not None
    assert codec.PERSON.load(row.data).missing_since == TODAY
    assert await world.reasons() == {("7", Reason.VANISHED)}


async def test_news_that_a_dead_poll_did_not_save_is_news_again(world: World) -> None:
    await world.hears(person("7"))

    async def die(table: str, changes: Sequence[Change]) -> None:
        if table == layout.STATE:
            world.store.kill()

    world.store.before = die
    with pytest.raises(Killed):
        await world.says(person("7", department="Sales"))
    world.store.dead = False
    world.clock.now += HOUR
    await world.hears(person("7"))
    await world.hears(person("7", department="Sales"))
    assert world.directory.of("7").attributes["department"] == "Sales"


POISON = {
    "half a surrogate pair in a field": person("7", note="\ud800"),
    "half a surrogate pair in a list": person("7", note=("good", "\udfff")),
    "half a surrogate pair in an id": person("\ud800"),
    "half a surrogate pair in a contract's id": Person(
        hr_id="7", fields={"name": "p7"}, contracts=(Contract(id="\ud800", start=TODAY),)
    ),
    "half a surrogate pair in a reason": Rejected(hr_id="7", code=Reason.INVALID_RECORD, because="bad \ud800"),
    "no number": person("7", fte=float("nan")),
    "an infinite number": person("7", fte=float("inf")),
    "a million characters": person("7", note="y" * 1_000_000),
    "a million characters in a contract's id": Person(
        hr_id="7", fields={"name": "p7"}, contracts=(Contract(id="c" * 1_000_000, start=TODAY),)
    ),
    "a million characters in a field's name": person("7", **{"n" * 1_000_000: "x"}),
    "an id of a million characters": person("7" * 1_000_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
async def test_a_record_that_cannot_be_kept_is_held_and_everybody_else_goes_on(
    world: World, poison: Person | Rejected
) -> None:
    others = [person(str(number)) for number in range(20, 26)]
    for _ in range(2):
        await world.hears(*others[:3], poison, *others[3:])
        assert world.directory.enabled() == {one.hr_id for one in others}
        assert {reason for _, reason in await world.reasons()} == {Reason.INVALID_RECORD}
        world.clock.now += HOUR


MISSED_FOR_TWO_DAYS = {"leave_when_missing_for": 2}


async def test_somebody_missing_who_comes_back_as_a_bad_record_is_no_leaver(open_world: Any) -> None:
    world: World = await open_world(source=MISSED_FOR_TWO_DAYS)
    await world.hears(person("7"), person("8"))
    await world.hears(person("8"))
    bad = Rejected(hr_id="7", code=Reason.INVALID_RECORD, because="bad date")
    for _ in range(5):
        world.clock.now += DAY
        await world.hears(person("8"), bad)
        await world.doors()
    assert world.directory.enabled() == {"7", "8"}
    assert await world.reasons() == {("7", Reason.INVALID_RECORD)}


async def test_somebody_who_stays_missing_is_a_leaver_when_the_policy_says_so(open_world: Any) -> None:
    world: World = await open_world(source=MISSED_FOR_TWO_DAYS)
    await world.hears(person("7"), person("8"))
    await world.hears(person("8"))
    world.clock.now += 2 * DAY
    await world.doors()
    assert world.directory.enabled() == {"8"}


@pytest.mark.parametrize("patience", [None, 5])
async def test_somebody_whose_contract_ended_may_be_dropped_from_HR(open_world: Any, patience: int | None) -> None:
    world: World = await open_world(source={"leave_when_missing_for": patience})
    await world.hears(person("7", end=TODAY), person("8"))
    world.clock.now += DAY
    await world.doors()
    assert world.directory.enabled() == {"8"}
    await world.hears(person("8"))
    assert await world.reasons() == set()
    for _ in range(20):
        world.clock.now += DAY
        await world.hears(person("8"))
        await world.doors()
    assert Verb.DELETE in world.directory.verbs()
    assert await world.reasons() == set()


async def test_somebody_in_service_who_is_dropped_from_HR_waits_for_a_person(world: World) -> None:
    await world.hears(person("7", end=TODAY + timedelta(days=9)), person("8"))
    await world.hears(person("8"))
    assert await world.reasons() == {("7", Reason.VANISHED)}
    assert world.directory.enabled() == {"7", "8"}


async def test_a_leaver_is_disabled_also_when_a_poison_record_stands_before_them(world: World) -> None:
    await world.hears(person("7"), person("8"))
    await world.hears(replace(person("9"), fields={"name": "\udc00"}), person("7", end=YESTERDAY), person("8"))
    assert world.directory.enabled() == {"8"}


async def test_a_record_whose_fields_are_a_read_only_view_is_kept_as_any_other(world: World) -> None:
    seen = person("1")
    (contract,) = seen.contracts
    view = replace(contract, fields=MappingProxyType(dict(contract.fields)))
    await world.hears(replace(seen, fields=MappingProxyType(dict(seen.fields)), contracts=(view,)))
    assert world.directory.enabled() == {"1"}
