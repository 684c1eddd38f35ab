"""The ledger: one line for everything that was said, decided and written, added and never changed, with no value that
nobody may keep.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from engine_world import HOUR, START, TODAY, YESTERDAY, Killed, World, group, person

from shared import engine as production
from shared import layout
from shared.engine.ledger import all_lines, note, write
from shared.errors import Reason
from shared.ledger import Entry, Outcome
from shared.model import Account, Action, Verb
from shared.store import Change, Insert

SECRET = "0031-6-SECRET"
SENSITIVE = {
    "employeeId": "[employeeId]",
    "department": "[department]",
    "mobile": {"value": "[mobile]", "sensitive": True},
    "userPrincipalName": 'SelectUniqueValue([name], Join("", [name], "2"))',
}

FIRST, SECOND = "grants.0 (contract c)", "grants.1 (contract c)"
"""The rules that give everybody's group, and that of the sellers."""


def told(lines: Sequence[Entry]) -> list[tuple[str, str]]:
    return [(one.verb, one.outcome) for one in lines]


async def writes(world: World, hr_id: str) -> list[Entry]:
    return [line for line in await world.lines(hr_id) if line.written]


# ── what a line says ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_joiner_is_told_from_what_hr_said_to_the_last_write(world: World) -> None:
    await world.hears(person("7", department="Sales"))
    assert told(await world.lines("7")) == [
        ("appeared", ""),
        ("mapped", ""),
        ("admitted", ""),
        ("create", "done"),
        ("grant", "done"),
        ("grant", "done"),
        ("enable", "done"),
    ]
    appeared, mapped, admitted, create, grant, *_ = await world.lines("7")
    assert (appeared.place, appeared.cause, appeared.at, appeared.policy) == ("hr", "poll|hr|1", START, "first")
    assert mapped.beside == {"stages": ["", "ACTIVE"], "gains": {"group:All": FIRST, "group:Sales": SECOND}}
    assert (mapped.because, mapped.contract, mapped.version) == ("in service", "c", 1)
    assert admitted.beside == {"permitted": ["create", "enable", "grant"]}
    assert create.attributes == dict.fromkeys(["department", "employeeId", "jobTitle", "userPrincipalName"], "set")
    assert (create.values, create.account) == ({}, world.directory.of("7").id)
    assert (grant.entitlement, grant.because, grant.version, grant.cause) == ("group:All", "in service", 1, "poll|hr|1")


async def test_a_change_says_which_attributes_became_what_and_what_stood_there(world: World) -> None:
    await world.hears(person("7"))
    world.clock.now += HOUR
    await world.hears(person("7", department="Sales", title=None))
    changed, mapped, admitted, update, grant = (await world.lines("7"))[-5:]
    assert (changed.verb, changed.attributes) == ("changed", {"department": "changed", "title": "emptied"})
    assert mapped.attributes == {"department": "changed", "jobTitle": "emptied"}
    assert mapped.beside == {"stages": ["ACTIVE", "ACTIVE"], "gains": {"group:Sales": SECOND}}
    assert admitted.beside == {"permitted": ["grant", "update"]}
    assert update.attributes == {"department": "changed", "jobTitle": "emptied"}
    assert update.values == {"department": ("Care", "Sales"), "jobTitle": ("aide", None)}
    assert (grant.verb, grant.entitlement) == ("grant", "group:Sales")


async def test_every_verb_leaves_one_line_for_each_write(open_world: Any) -> None:
    world: World = await open_world(names={"rename": "automatic"})
    world.directory.holds(Account(id="old", enabled=False, attributes={"employeeId": "8", "userPrincipalName": "p8"}))
    await world.hears(person("7", department="Sales"), person("8"))
    other = person("7")
    await world.hears(replace(other, fields={"name": "other"}), person("8"))
    world.clock.now += 24 * HOUR
    ended = person("7", end=YESTERDAY)
    await world.hears(replace(ended, fields={"name": "other"}), person("8"))
    world.clock.now += 30 * 24 * HOUR
    await world.doors()
    await world.hears(replace(other, fields={"name": "other"}), person("8"))
    lines = [*await writes(world, "7"), *await writes(world, "8")]
    assert {line.outcome for line in lines} == {Outcome.DONE}
    written = Counter(write.verb for write in world.directory.writes)
    assert Counter(Verb(line.verb) for line in lines) == written
    assert written.keys() == set(Verb)
    assert len({line.operation for line in lines}) == len(lines)


async def test_what_waits_and_what_was_allowed_say_why_and_by_whom(open_world: Any) -> None:
    world: World = await open_world(adopt="ask")
    world.directory.holds(Account(id="old", enabled=False, attributes={"employeeId": "7", "userPrincipalName": "p7"}))
    await world.hears(person("7"))
    held = next(line for line in await world.lines("7") if line.beside.get("held"))
    assert held.beside["held"] == {"correlate": Reason.ADOPTION}
    assert await world.approve_all() == 1
    await world.work()
    (approved,) = [line for line in await world.lines("7") if line.by]
    assert (approved.verb, approved.by, approved.account) == ("approve correlate", "somebody", "old")
    caused = [
        line.verb for line in await world.lines("7") if line.cause == f"approval|{approved.beside['fingerprint']}"
    ]
    assert caused[0] == "correlate"


async def test_what_cannot_be_worked_out_and_who_is_missing_is_told_once(world: World) -> None:
    await world.hears(person("7"), person("8"))
    world.clock.now += HOUR
    await world.hears(person("8"))
    world.clock.now += HOUR
    await world.hears(person("8", department="Sales"))
    assert told(await world.lines("7"))[-2:] == [("missing", ""), ("held", "")]
    assert (await world.lines("7"))[-1].reason == Reason.VANISHED


# ── answers that were lost or declined ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", [Verb.UPDATE, Verb.GRANT, Verb.REVOKE])
async def test_a_lost_answer_says_unanswered_and_what_was_found_says_so(world: World, verb: Verb) -> None:
    await world.hears(person("7", department="Sales"))
    world.clock.now += HOUR
    world.directory.losing = {verb}
    other = {"department": "Sales"} if verb is not Verb.REVOKE else {}
    await world.hears(person("7", title="head", **other) if verb is not Verb.GRANT else person("7", department="Sales"))
    if verb is Verb.GRANT:
        there = world.directory.of("7")
        world.directory.changed_by_hand(there.id, entitlements=there.entitlements - {group("Sales")})
        await production.follow(world.engine, "entra")
        await world.hours(25)
    await world.settle(HOUR)
    outcomes = [(line.verb, line.outcome) for line in await writes(world, "7") if line.verb == verb][-2:]
    assert sorted(outcomes) == [(verb, "found"), (verb, "unanswered")]


async def test_what_is_declined_again_and_again_is_told_once_under_each_permit(world: World) -> None:
    await world.hears(person("7"))
    world.directory.declined = {"department"}
    world.clock.now += HOUR
    await world.hears(person("7", department="Care2"))
    await world.hours(3)
    refused = [line for line in await writes(world, "7") if line.outcome == Outcome.REFUSED]
    assert [(line.verb, line.reason, list(line.attributes)) for line in refused] == [
        ("update", Reason.INVALID_VALUE, ["department"])
    ]


async def test_wherever_a_worker_dies_each_write_has_a_line_and_no_line_is_another(world: World) -> None:
    """Killed after each commit in turn: done, or found to be done; told again after a crash it is the same line."""
    stop = 0
    while True:
        stop += 1
        hr_id = f"k{stop}"
        await world.says(person(hr_id, department="Sales"))
        await world.work("changes", "admit")
        seen = 0

        async def count(table: str, changes: Sequence[Change]) -> None:
            nonlocal seen
            seen += 1
            if seen == stop:  # noqa: B023 - the loop waits for each
                world.store.kill()

        world.store.after = count
        try:
            await world.work()
            died = False
        except Killed:
            died = True
        world.store.after, world.store.dead = None, False
        await world.settle(HOUR)
        await world.doors()
        await world.settle(HOUR)
        own = world.directory.of(hr_id).id
        done = Counter(
            (line.verb, line.entitlement)
            for line in await writes(world, hr_id)
            if line.outcome in (Outcome.DONE, Outcome.FOUND)
        )
        expected = Counter(
            (str(write.verb), f"group:{write.what}" if write.verb is Verb.GRANT else "")
            for write in world.directory.writes
            if write.account == own
        )
        assert done == expected, f"stopped after commit {stop}"
        if not died:
            break
    assert stop > 10


async def test_the_ledger_costs_one_commit_for_each_write_and_few_for_what_is_decided(world: World) -> None:
    """HR's news and what is admitted share commits; only a mapping has one of its own."""
    counted: Counter[str] = Counter()

    async def count(table: str, changes: Sequence[Change]) -> None:
        counted[table] += 1

    world.store.before = count
    people = [person(str(number), department="Sales") for number in range(20)]
    await world.says(*people)
    assert counted[layout.LEDGER] <= layout.BUCKETS, "one for thirty people of one partition"
    counted.clear()
    await world.work("changes")
    assert counted[layout.LEDGER] == len(people)
    counted.clear()
    await world.work("admit")
    assert counted[layout.LEDGER] <= layout.BUCKETS
    counted.clear()
    await world.work()
    assert counted[layout.LEDGER] == len(world.directory.writes) == 4 * len(people)
    counted.clear()
    await world.hours(26)
    assert counted[layout.LEDGER] == 0, "looking costs nothing"


# ── the pen ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_line_is_added_and_never_changed(world: World) -> None:
    kinds: set[type] = set()

    async def look(table: str, changes: Sequence[Change]) -> None:
        if table == layout.LEDGER:
            kinds.update(map(type, changes))

    world.store.before = look
    await world.hears(person("7"))
    await world.hears(person("7", end=YESTERDAY))
    await note(world.engine, layout.own_id("hr", "7"), "", "freeze", by="it@contoso.nl", because="on leave")
    assert kinds == {Insert}


async def test_told_again_a_line_is_the_same_line(world: World) -> None:
    own = layout.own_id("hr", "7")
    entry = Entry(at=START, person=own, place="entra", verb="held", operation="one", reason="limit")
    await write(world.engine, [entry])
    await write(world.engine, [replace(entry, reason="other"), replace(entry, operation="two")])
    await write(world.engine, [replace(entry, at=START + HOUR)])
    assert [(line.operation, line.reason) for line in await world.lines("7")] == [("one", "limit"), ("two", "limit")]
    assert len([line async for line in all_lines(world.engine)]) == 2


async def test_the_whole_ledger_is_read_between_two_moments(world: World) -> None:
    await world.hears(person("7"), person("8"))
    world.clock.now += HOUR
    await world.hears(person("7", department="Sales"), person("8"))
    whole = [line async for line in all_lines(world.engine)]
    late = [line async for line in all_lines(world.engine, since=START + HOUR)]
    early = [line async for line in all_lines(world.engine, until=START + HOUR)]
    assert sorted(map(str, [*early, *late])) == sorted(map(str, whole))
    assert {line.person for line in late} == {layout.own_id("hr", "7")}


# ── what is never in it ──────────────────────────────────────────────────────────────────────────────────────────


async def test_no_value_of_a_sensitive_attribute_is_ever_in_it(open_world: Any) -> None:
    world: World = await open_world(attributes=SENSITIVE)
    await world.hears(person("7", mobile=SECRET))
    world.clock.now += HOUR
    await world.hears(person("7", mobile=f"{SECRET}-2", department="Sales"))
    world.directory.losing = {Verb.UPDATE}
    world.clock.now += HOUR
    await world.hears(person("7", mobile=f"{SECRET}-3"))
    world.directory.declined = {"mobile"}
    world.clock.now += HOUR
    await world.hears(person("7", mobile=f"{SECRET}-4"))
    await world.settle(HOUR)
    rows = [row async for row in world.store.everything(layout.LEDGER)]
    assert not [row for row in rows if SECRET in str(row)]
    updates = [line for line in await writes(world, "7") if line.verb == "update"]
    assert updates[0].attributes == {"department": "changed", "mobile": "changed"}
    assert updates[0].values == {"department": ("Care", "Sales")}


async def test_what_hr_says_is_told_by_the_names_of_fields_only(world: World) -> None:
    await world.hears(person("7", street=SECRET))
    world.clock.now += HOUR
    await world.hears(person("7", street=f"{SECRET}-2"))
    rows = [row async for row in world.store.everything(layout.LEDGER)]
    assert not [row for row in rows if SECRET in str(row)]
    assert (await world.lines("7"))[-1].attributes == {"street": "changed"}


async def test_a_leaver_of_long_ago_who_never_had_anything_is_not_told_of_beyond_hr(world: World) -> None:
    await world.hears(person("7", end=TODAY.replace(year=2020)))
    assert told(await world.lines("7")) == [("appeared", "")]


def test_actions_keep_values_only_where_an_undo_needs_them() -> None:
    from shared.ledger import kept

    live = Account(id="a", enabled=True, attributes={"x": "1", "y": "2"})
    assert kept(Action(verb=Verb.UPDATE, attributes={"x": "3", "z": None}), live, {"z"}) == {"x": ("1", "3")}
    assert kept(Action(verb=Verb.CREATE, attributes={"x": "3"}), live, set()) == {}
    assert kept(Action(verb=Verb.UPDATE, attributes={"x": "3"}), None, set()) == {}
