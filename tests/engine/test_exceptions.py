"""Exceptions for one person begin and end on their days, stop at nothing but a leaver, and are told in the ledger."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from engine_world import DAY, HOUR, TODAY, YESTERDAY, World, group, killed_at, person

from shared import layout
from shared.engine import exceptions
from shared.errors import Misconfigured, Reason, Refused
from shared.exceptions import Exemption, Kind
from shared.layout import Hop
from shared.model import Entitlement, Verb

VAULT, SALES, ALL = group("Vault"), group("Sales"), group("All")


def exemption(
    kind: Kind, what: Entitlement | None = None, last: date = TODAY + 9 * DAY, first: date | None = None
) -> Exemption:
    target = "" if kind is Kind.FREEZE else "entra"
    return Exemption(
        kind=kind, target=target, entitlement=what, first=first, last=last, owner="boss", because="the audit"
    )


async def add(world: World, one: Exemption, hr_id: str = "7") -> None:
    await exceptions.add(world.engine, "hr", hr_id, one, "me")
    await world.work()


async def end(world: World, kind: Kind, what: str = "", target: str = "entra") -> None:
    await exceptions.end(world.engine, "hr", "7", kind, target, what, "me", "it is over")
    await world.work()


async def to(world: World, day: date) -> None:
    """That day comes, with all its timers."""
    world.clock.now += (day - world.engine.today) * 1
    await world.doors()
    await world.settle(HOUR)


def groups(world: World, hr_id: str = "7") -> set[str]:
    return {one.name for one in world.directory.of(hr_id).entitlements}


async def told(world: World) -> list[tuple[str, str]]:
    """Who did what with exceptions, as the ledger has it."""
    return [(line["verb"], line["by"]) for line in await world.ledger("7") if "exception" in line["verb"]]


async def test_a_group_beyond_the_rules_is_given_at_once_and_taken_away_the_day_after_the_end(world: World) -> None:
    await world.hears(person("7"))
    await add(world, exemption(Kind.GRANT, VAULT))
    assert groups(world) == {"All", "Vault"}
    world.directory.writes.clear()
    await to(world, TODAY + 9 * DAY)
    assert (groups(world), world.directory.writes) == ({"All", "Vault"}, [])
    await to(world, TODAY + 10 * DAY)
    assert (groups(world), world.directory.verbs()) == ({"All"}, [Verb.REVOKE])
    assert await exceptions.listed(world.engine) == []
    assert await told(world) == [("add exception", "me"), ("expire exception", "me")]
    assert {line["because"] for line in await world.ledger("7") if "exception" in line["verb"]} == {"the audit"}


async def test_it_begins_on_its_first_day_and_not_before(world: World) -> None:
    await world.hears(person("7"))
    await add(world, exemption(Kind.GRANT, VAULT, first=TODAY + 3 * DAY))
    assert groups(world) == {"All"}
    await to(world, TODAY + 2 * DAY)
    assert groups(world) == {"All"}
    await to(world, TODAY + 3 * DAY)
    assert groups(world) == {"All", "Vault"}


async def test_deny_wins_over_the_rules_and_over_a_grant(world: World) -> None:
    await world.hears(person("7", department="Sales"))
    assert groups(world) == {"All", "Sales"}
    await add(world, exemption(Kind.DENY, SALES))
    assert groups(world) == {"All"}
    await add(world, exemption(Kind.GRANT, SALES))
    assert groups(world) == {"All"}
    await end(world, Kind.DENY, "group:Sales")
    assert groups(world) == {"All", "Sales"}


async def test_what_others_gave_is_never_taken_by_a_deny(world: World) -> None:
    await world.hears(person("7"))
    there = world.directory.of("7")
    world.directory.changed_by_hand(there.id, entitlements=there.entitlements | {VAULT})
    await add(world, exemption(Kind.DENY, VAULT))
    await world.hours(1)
    assert groups(world) == {"All", "Vault"}


async def test_a_leaver_keeps_nothing_by_exception(world: World) -> None:
    await world.hears(person("7"))
    await add(world, exemption(Kind.GRANT, VAULT))
    await world.hears(person("7", end=YESTERDAY))
    assert (groups(world), world.directory.enabled()) == (set(), set())


async def test_whoever_is_excluded_is_never_disabled_nor_held_nor_put_right(world: World) -> None:
    await world.hears(person("7"))
    await add(world, exemption(Kind.EXCLUDE))
    world.directory.writes.clear()
    world.directory.changed_by_hand(world.directory.of("7").id, attributes={"employeeId": "7", "department": "X"})
    await world.hears(person("7", end=YESTERDAY))
    await world.hours(25)
    assert (world.directory.writes, await world.held(), world.directory.enabled()) == ([], [], {"7"})
    await to(world, TODAY + 10 * DAY)
    assert world.directory.enabled() == set()


async def test_an_account_that_is_gone_is_no_hold_while_its_person_is_excluded(world: World) -> None:
    await world.hears(person("7"))
    del world.directory.accounts[world.directory.of("7").id]
    await world.hours(25)
    assert await world.reasons() == {("7", Reason.ACCOUNT_GONE)}
    await add(world, exemption(Kind.EXCLUDE))
    await world.hours(25)
    assert await world.held() == []
    await end(world, Kind.EXCLUDE)
    assert await world.reasons() == {("7", Reason.ACCOUNT_GONE)}


async def test_whoever_is_excluded_is_not_given_an_account(world: World) -> None:
    await world.says(person("7"))
    await exceptions.add(world.engine, "hr", "7", exemption(Kind.EXCLUDE), "me")
    await world.work()
    assert world.directory.writes == []
    await end(world, Kind.EXCLUDE)
    assert world.directory.enabled() == {"7"}


async def test_nothing_changes_for_somebody_frozen_until_it_ends_and_then_everything_does(world: World) -> None:
    await world.hears(person("7"))
    await add(world, exemption(Kind.FREEZE))
    world.directory.writes.clear()
    await world.hears(person("7", department="Sales"))
    world.directory.changed_by_hand(world.directory.of("7").id, entitlements=frozenset())
    await world.hours(25)
    assert (world.directory.writes, await world.held()) == ([], [])
    row = await world.row("7", lambda own: layout.desired(own, "entra"))
    assert row is not None
    assert row.data["is"]["attributes"]["department"] == "Care", "the last one stays in force"
    await to(world, TODAY + 10 * DAY)
    assert world.directory.of("7").attributes["department"] == "Sales"
    assert groups(world) == {"All", "Sales"}


async def test_data_that_cannot_be_worked_out_is_no_hold_while_somebody_is_frozen(open_world: Any) -> None:
    title = {"value": 'FormatDateTime([title], , "yyyy", "yyyy")'}
    keys = {"employeeId": "[employeeId]", "userPrincipalName": "[name]", "jobTitle": title}
    world: World = await open_world(attributes=keys)
    await world.hears(replace_title(person("7"), "2020"))
    await add(world, exemption(Kind.FREEZE))
    await world.hears(replace_title(person("7"), "lost"))
    assert await world.held() == []
    await end(world, Kind.FREEZE, target="")
    assert await world.reasons() == {("7", Reason.MISSING_DATA)}
    world.directory.writes.clear()
    world.directory.changed_by_hand(world.directory.of("7").id, entitlements=frozenset())
    await world.hours(25)
    assert world.directory.verbs() == [Verb.GRANT], "what was wanted last is kept in line again"


def replace_title(one: Any, title: str) -> Any:
    (contract,) = one.contracts
    return replace(one, contracts=(replace(contract, fields={**contract.fields, "title": title}),))


async def test_a_worker_under_way_stops_when_its_person_is_frozen(world: World) -> None:
    async def frozen() -> None:
        await exceptions.add(world.engine, "hr", "7", exemption(Kind.FREEZE), "me")
        await world.work("changes")

    world.directory.after_write = frozen
    await world.hears(person("7"))
    await world.settle(2 * HOUR)
    await world.doors()
    assert world.directory.verbs() == [Verb.CREATE]


async def test_one_that_is_asked_for_again_takes_the_place_of_the_former(world: World) -> None:
    await world.hears(person("7"))
    await add(world, exemption(Kind.GRANT, VAULT, last=TODAY))
    await add(world, exemption(Kind.GRANT, VAULT))
    (one,) = await exceptions.listed(world.engine)
    assert (one.hr_id, one.by, one.exemption.last) == ("7", "me", TODAY + 9 * DAY)
    assert await told(world) == [("add exception", "me"), ("change exception", "me")]
    await to(world, TODAY + DAY)
    assert groups(world) == {"All", "Vault"}


async def test_who_ends_one_and_why_is_in_the_ledger(world: World) -> None:
    await world.hears(person("7"))
    await add(world, exemption(Kind.GRANT, VAULT))
    await end(world, Kind.GRANT, "group:Vault")
    assert groups(world) == {"All"}
    ended = [line for line in await world.ledger("7") if line["verb"] == "end exception"]
    said = [(line["by"], line["because"], line["entitlement"], line["owner"]) for line in ended]
    assert said == [("me", "it is over", "group:Vault", "boss")]
    with pytest.raises(Refused, match="no such exception"):
        await end(world, Kind.GRANT, "group:Vault")


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (exemption(Kind.FREEZE, last=YESTERDAY), "its last day, 2026-03-01, is past"),
        (exemption(Kind.FREEZE, last=TODAY + 400 * DAY), "more than 366 days"),
        (replace(exemption(Kind.FREEZE), owner=" "), "somebody who answers for it"),
        (exemption(Kind.GRANT, Entitlement("role", "x")), "entra cannot give role:x; it knows group:NAME"),
        (replace(exemption(Kind.EXCLUDE), target=""), "name one of the policy's targets: entra"),
        (replace(exemption(Kind.EXCLUDE), target="x"), "name one of the policy's targets: entra"),
    ],
)
async def test_what_no_exception_can_say_is_refused_in_a_sentence(world: World, one: Exemption, said: str) -> None:
    await world.hears(person("7"))
    with pytest.raises(Misconfigured, match=said):
        await exceptions.add(world.engine, "hr", "7", one, "me")
    assert await told(world) == []


async def test_somebody_hr_does_not_know_gets_none(world: World) -> None:
    with pytest.raises(Refused, match="hr knows nobody with the id 9"):
        await exceptions.add(world.engine, "hr", "9", exemption(Kind.FREEZE), "me")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 6))
async def test_wherever_the_process_ends_the_exception_is_carried_out_or_can_be_asked_again(
    world: World, moment: str, number: int
) -> None:
    await world.hears(person("7"))
    await killed_at(world, moment, number, lambda: add(world, exemption(Kind.GRANT, VAULT)))
    saved = bool(await exceptions.listed(world.engine))
    await world.hours(2)
    assert groups(world) == ({"All", "Vault"} if saved else {"All"})
    assert saved or await world.mark(Hop.MAP, "7") is None
    await add(world, exemption(Kind.GRANT, VAULT))
    assert groups(world) == {"All", "Vault"}
