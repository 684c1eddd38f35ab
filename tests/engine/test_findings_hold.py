"""What is wrong in one record holds that person alone, under the words that HR is shown; everybody else goes on."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from engine_world import DAY, TODAY, World, person, policy

from shared.errors import Reason
from shared.model import Contract, Person
from shared.quality.findings import Severity
from shared.quality.record import of_record

NAMED = {
    "employeeId": "[employeeId]",
    "surname": "[surname]",
    "userPrincipalName": 'SelectUniqueValue([name], Join("", [name], "2"))',
}


def twice(hr_id: str) -> Person:
    one = person(hr_id)
    other = replace(one.contracts[0], fields={"department": "Sales", "title": "aide"})
    return replace(one, contracts=(*one.contracts, other))


def dated(hr_id: str, start: date, end: date | None) -> Person:
    one = person(hr_id)
    return replace(one, contracts=(replace(one.contracts[0], start=start, end=end),))


def called(hr_id: str, surname: str | None, **given: Any) -> Person:
    one = person(hr_id, **given)
    return replace(one, fields={**one.fields, "surname": surname})


WRONG = {
    "an end before the start": dated("8", date(2026, 1, 1), date(2025, 1, 1)),
    "a start before there were computers": dated("8", date(206, 1, 1), None),
    "an end after everybody's": dated("8", date(2026, 1, 1), date(2926, 1, 1)),
    "two contracts of one number": twice("8"),
    "no surname": called("8", " "),
}


@pytest.fixture
def named(world: World) -> World:
    world.renewed("named", policy(attributes=NAMED))
    return world


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_a_wrong_record_waits_by_itself(named: World, wrong: Person) -> None:
    await named.hears(called("7", "Bos"), wrong, called("9", "Vos"))
    assert named.directory.enabled() == {"7", "9"}
    (held,) = await named.held()
    (found,) = [
        one for one in of_record(wrong, named.engine.asked("hr"), named.engine.today) if one.severity is Severity.HOLDS
    ]
    assert (held.hr_id, held.reason, held.because) == ("8", found.reason, found.sentence)


async def test_a_surname_that_is_emptied_renames_nobody(named: World) -> None:
    await named.hears(called("7", "Bos"))
    named.directory.writes.clear()
    await named.hears(called("7", None))
    assert await named.reasons() == {("7", Reason.MISSING_DATA)}
    assert named.directory.writes == []
    await named.hears(called("7", "Bos"))
    assert await named.reasons() == set()


async def test_a_leaver_leaves_without_a_surname(named: World) -> None:
    await named.hears(called("7", "Bos"))
    await named.hears(called("7", None, end=TODAY - DAY))
    assert named.directory.enabled() == set()


async def test_a_contract_withdrawn_before_its_first_day_is_no_mistake(named: World) -> None:
    coming = dated("8", TODAY + DAY, None)
    coming = replace(coming, fields={**coming.fields, "surname": "Bos"})
    await named.hears(coming)
    contract = Contract(id="c", start=TODAY + DAY, end=TODAY, fields=coming.contracts[0].fields)
    await named.hears(replace(coming, contracts=(contract,)))
    await named.hours(60)
    assert await named.reasons() == set()
    assert named.directory.enabled() == set()


async def test_never_is_no_wrong_day(named: World) -> None:
    one = dated("8", date(2026, 1, 1), date(9999, 12, 31))
    await named.hears(replace(one, fields={**one.fields, "surname": "Bos"}))
    assert named.directory.enabled() == {"8"}


async def test_nobody_waits_for_a_surname_that_the_policy_does_not_read(world: World) -> None:
    await world.hears(called("8", ""))
    assert world.directory.enabled() == {"8"}


async def test_a_surname_that_the_source_always_gives_is_missed_when_it_is_absent(named: World) -> None:
    named.engine = replace(named.engine, facts={"hr": frozenset({"surname"})})
    await named.hears(person("8"), called("9", "Vos"))
    assert await named.reasons() == {("8", Reason.MISSING_DATA)}
    assert named.directory.enabled() == {"9"}
