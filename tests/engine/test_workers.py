"""One worker at one account: it stops at news, gives up after a while, and writes down what it did."""

from datetime import timedelta

import pytest
from engine_world import HOUR, YESTERDAY, World, group, person

from shared import engine as production
from shared import layout, queues
from shared.engine.desk import LEASE, sit_down
from shared.errors import Reason
from shared.layout import Hop
from shared.model import Person, Verb

# ── a bug ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_bug_shows_at_every_delivery_and_does_not_hide_behind_the_lease_of_the_first(world: World) -> None:
    await world.says(person("7"))
    await world.work(queues.CHANGES, queues.ADMIT)

    async def bug() -> None:
        raise ZeroDivisionError

    for _ in range(3):
        world.directory.after_read = bug
        with pytest.raises(ZeroDivisionError):
            await production.provision(world.engine, layout.own_id("hr", "7"), "entra")


# ── news while somebody works ────────────────────────────────────────────────────────────────────────────────────


async def news(world: World, *records: Person) -> None:
    """HR says something else, and it is mapped and decided; the worker on the old Desired is still at it."""
    await world.says(*records)
    await world.work(queues.CHANGES, queues.ADMIT)


async def test_a_worker_that_has_read_writes_nothing_once_something_else_is_wanted(world: World) -> None:
    await world.hears(person("7"))
    world.directory.writes.clear()

    async def leaves() -> None:
        await news(world, person("7", end=YESTERDAY))
        assert world.directory.writes == []

    world.directory.after_read = leaves
    await world.hears(person("7", department="Sales"))
    await world.settle(HOUR)
    assert world.directory.verbs() == [Verb.DISABLE, Verb.REVOKE]


async def test_a_worker_in_the_middle_of_its_plan_stops_once_something_else_is_wanted(world: World) -> None:
    await world.hears(person("7"))
    world.directory.writes.clear()

    async def leaves() -> None:
        await news(world, person("7", end=YESTERDAY))

    world.directory.after_write = leaves
    await world.hears(person("7", department="Sales"))
    await world.settle(HOUR)
    assert world.directory.verbs() == [Verb.UPDATE, Verb.DISABLE, Verb.REVOKE]


async def test_a_joiner_who_is_taken_back_while_the_account_is_made_is_never_enabled(world: World) -> None:
    async def taken_back() -> None:
        await news(world, person("7", end=YESTERDAY))

    world.directory.after_write = taken_back
    await world.hears(person("7", department="Sales"))
    await world.settle(2 * HOUR)
    assert world.directory.verbs() == [Verb.CREATE]
    assert not world.directory.of("7").enabled


# ── giving up, and trying again ──────────────────────────────────────────────────────────────────────────────────


async def test_what_does_not_succeed_ten_times_waits_for_a_person_and_is_tried_again_after_an_hour(
    world: World,
) -> None:
    world.directory.silent = True
    await world.hears(person("7"))
    await it_is_given_up(world, after=9)
    await world.settle(timedelta(minutes=59))
    assert world.bus.next_due() is None, "nobody tries for ever"
    assert await production.relook(world.engine) == 0
    world.directory.silent = False
    await world.settle(timedelta(minutes=1))
    assert await production.relook(world.engine) == 1
    await world.work()
    assert world.directory.enabled() == {"7"}
    assert await world.held() == []


async def test_a_write_that_fails_ten_times_is_done_when_the_directory_is_well_again(world: World) -> None:
    world.directory.failing = {Verb.GRANT}
    await world.hears(person("7"))
    await it_is_given_up(world, after=9)
    world.directory.failing.clear()
    await world.settle(HOUR)
    await production.relook(world.engine)
    await world.work()
    assert world.directory.verbs() == [Verb.CREATE, Verb.GRANT, Verb.ENABLE]
    assert await world.held() == []


async def it_is_given_up(world: World, after: int) -> None:
    """So many times it was tried again, each after five seconds; then a person is asked and nothing is left to do."""
    for _ in range(after):
        assert await world.held() == []
        await world.settle(timedelta(seconds=5))
    assert await world.reasons() == {("7", Reason.NO_PROGRESS)}
    assert await world.mark(Hop.PROVISION, "7", "entra") is None


async def test_a_refusal_is_left_alone_for_an_hour(world: World) -> None:
    await world.hears(person("7"))
    world.directory.declined = {"department"}
    await world.hears(person("7", department="Sales"))
    assert await world.reasons() == {("7", Reason.INVALID_VALUE)}
    world.directory.declined.clear()
    await world.settle(timedelta(minutes=59))
    assert await production.relook(world.engine) == 0
    await world.settle(timedelta(minutes=1))
    assert await production.relook(world.engine) == 1
    await world.work()
    assert world.directory.of("7").attributes["department"] == "Sales"
    assert await world.held() == []


# ── what was done, and what nobody knows ─────────────────────────────────────────────────────────────────────────


async def test_one_value_that_is_declined_does_not_stop_the_others(world: World) -> None:
    await world.hears(person("7"))
    world.directory.declined = {"department"}
    world.clock.now += HOUR
    await world.hears(person("7", department="Sales", title="head"))
    there = world.directory.of("7")
    assert (there.attributes["department"], there.attributes["jobTitle"]) == ("Care", "head")
    assert there.entitlements == {group("All"), group("Sales")}
    assert await world.reasons() == {("7", Reason.INVALID_VALUE)}
    done = [(line["verb"], list(line.get("attributes", ())), line["outcome"]) for line in await world.ledger("7")]
    assert done[-3:] == [("update", ["department"], "refused"), ("update", ["jobTitle"], "done"), ("grant", [], "done")]


async def test_a_write_without_an_answer_is_in_the_ledger_as_such_and_is_not_repeated(world: World) -> None:
    world.directory.losing = {Verb.GRANT}
    await world.hears(person("7"))
    lines = [(line["verb"], line.get("entitlement", ""), line["outcome"]) for line in await world.ledger("7")]
    assert lines == [("create", "", "done"), ("grant", "group:All", "unanswered")]
    await world.settle(HOUR)
    assert world.directory.verbs() == [Verb.CREATE, Verb.GRANT, Verb.ENABLE]
    lines = [(line["verb"], line["outcome"]) for line in await world.ledger("7")]
    assert lines == [("create", "done"), ("grant", "unanswered"), ("grant", "found"), ("enable", "done")]


async def test_every_write_of_one_look_has_its_line_in_order(world: World) -> None:
    await world.hears(person("7", department="Sales"))
    lines = [(line["verb"], line.get("entitlement", ""), line["outcome"]) for line in await world.ledger("7")]
    assert lines == [
        ("create", "", "done"),
        ("grant", "group:All", "done"),
        ("grant", "group:Sales", "done"),
        ("enable", "", "done"),
    ]


async def test_a_worker_that_died_is_asked_for_a_few_times_until_its_lease_is_over(world: World) -> None:
    await world.says(person("7"))
    await world.work(queues.CHANGES, queues.ADMIT)
    own = layout.own_id("hr", "7")
    mark = await world.mark(Hop.PROVISION, "7", "entra")
    assert mark is not None
    assert await sit_down(world.engine, own, "entra", mark) is not None  # and is never heard of again
    asked = []
    while not world.directory.writes:
        asked.append(world.clock.now)
        await world.work()
        if (due := world.bus.next_due()) is not None and not world.directory.writes:
            world.clock.now = max(world.clock.now, due)
    assert asked[-1] - asked[0] <= LEASE + timedelta(seconds=1)
    assert len(asked) <= 10
