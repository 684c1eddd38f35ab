"""Names that were really given are written into HR's own records, and nothing else ever happens to those."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from engine_world import DAY, YESTERDAY, Directory, World, person, policy

from shared import engine as production
from shared.attributes import Attribute
from shared.engine import blocking
from shared.errors import Misconfigured, Reason
from shared.layout import own_id
from shared.model import Account, Person, Verb
from shared.policy import Policy, TargetPolicy

RECORDS = "hr-records"
KINDS = {name: Attribute(name=name) for name in ("email", "login", "department")}
RULES: Mapping[str, Any] = {
    "connector": "hr",
    "writes_back": "hr",
    "attributes": {"email": "[entra.userPrincipalName]", "login": "ToUpper([entra.userPrincipalName], )"},
}


class Written:
    """A small customer with a second target: the records of the HR that is read."""

    def __init__(self, world: World, **rules: Any) -> None:
        self.world, self.records = world, Directory()
        self.world.engine = replace(
            world.engine,
            policy=self.policy(**rules),
            targets={**world.engine.targets, RECORDS: self.records},
            attributes={**world.engine.attributes, RECORDS: KINDS},
        )

    def policy(self, source: Mapping[str, Any] | None = None, **rules: Any) -> Policy:
        usual = policy(source, names={"rename": "automatic"})
        more = TargetPolicy.model_validate({**RULES, **rules})
        return usual.model_copy(update={"targets": {**usual.targets, RECORDS: more}})

    def holds(self, hr_id: str, **attributes: Any) -> None:
        """HR has a record of that number."""
        there = self.records.accounts.get(hr_id, Account(id=hr_id, enabled=True))
        self.records.accounts[hr_id] = replace(there, attributes={**there.attributes, **attributes})

    async def hears(self, *people: Person) -> None:
        """HR says this of people, and has a record of each."""
        for one in people:
            self.holds(one.hr_id)
        await self.world.hears(*people)

    def shows(self, hr_id: str, name: str = "email") -> Any:
        return self.records.accounts[hr_id].attributes.get(name)

    def wrote(self) -> list[tuple[Verb, str, str]]:
        return [tuple(write) for write in self.records.writes if write.verb is not Verb.CORRELATE]  # type: ignore[misc]


@pytest.fixture
def written(world: World) -> Written:
    return Written(world)


def called(hr_id: str, name: str, **known: Any) -> Person:
    return replace(person(hr_id, **known), fields={"name": name})


async def test_the_name_that_was_given_is_written_once_the_account_is_there(written: Written) -> None:
    await written.hears(called("1", "ann"), called("2", "ann"))
    given = {hr_id: written.world.directory.of(hr_id).attributes["userPrincipalName"] for hr_id in ("1", "2")}
    assert sorted(given.values()) == ["ann", "ann2"], "two people cannot have one name"
    assert {hr_id: written.shows(hr_id) for hr_id in ("1", "2")} == given
    assert written.shows("1", "login") == str(given["1"]).upper()


async def test_nothing_is_written_while_there_is_no_account(written: Written) -> None:
    written.world.directory.failing.add(Verb.CREATE)
    await written.hears(called("1", "ann"))
    assert written.records.writes == []
    written.world.directory.failing.clear()
    await written.world.settle(timedelta(minutes=5))
    assert written.shows("1") == "ann"


async def test_somebody_without_an_account_elsewhere_is_left_alone(open_world: Any) -> None:
    world: World = await open_world(when={"department": "Sales"})
    written = Written(world)
    rules = policy(when={"department": "Sales"})
    world.engine = replace(
        world.engine, policy=rules.model_copy(update={"targets": {**rules.targets, RECORDS: TargetPolicy(**RULES)}})
    )
    await written.hears(called("1", "ann"))
    assert written.records.writes == []


async def test_an_echo_is_not_written_again(written: Written) -> None:
    await written.hears(called("1", "ann"))
    before = len(written.records.writes)
    heard = replace(called("1", "ann"), fields={"name": "ann", "email": "ann", "login": "ANN"})
    await written.world.hears(heard)
    await written.world.hours(25)
    assert len(written.records.writes) == before


async def test_a_rename_reaches_hr(written: Written) -> None:
    await written.hears(called("1", "ann"))
    await written.world.hears(called("1", "bea"))
    assert written.world.directory.of("1").attributes["userPrincipalName"] == "bea"
    assert written.shows("1") == "bea"
    assert [write[2] for write in written.wrote()] == ["email, login", "email, login"]


async def test_a_name_that_was_refused_never_reaches_hr(written: Written) -> None:
    written.world.directory.holds(Account(id="x", enabled=True, attributes={"userPrincipalName": "bea"}))
    written.world.directory.hidden.add("x")
    await written.hears(called("1", "ann"))
    seen = set[str]()

    async def looks() -> None:
        seen.add(str(written.shows("1")))
        written.records.after_write = looks

    written.records.after_write = looks
    await written.world.hears(called("1", "bea"))
    await written.world.settle(timedelta(hours=1))
    assert written.shows("1") == "bea2"
    assert seen == {"bea2"}


async def test_what_somebody_else_wrote_into_hr_is_put_right_when_hr_shows_it(written: Written) -> None:
    await written.hears(called("1", "ann"))
    written.holds("1", email="wrong")
    await written.world.hears(replace(called("1", "ann"), fields={"name": "ann", "email": "wrong"}))
    assert written.shows("1") == "ann"
    assert written.wrote()[-1] == (Verb.UPDATE, "1", "email")


async def test_records_are_not_patrolled_because_every_poll_reads_them(written: Written) -> None:
    await written.hears(called("1", "ann"))
    written.holds("1", email="wrong")
    await written.world.hours(25)
    assert written.shows("1") == "wrong"


async def test_a_leavers_record_stays_as_it_is(written: Written) -> None:
    await written.hears(called("1", "ann"))
    before = len(written.records.writes)
    await written.world.hears(called("1", "ann", end=YESTERDAY))
    await written.world.hours(48)
    assert not written.world.directory.of("1").enabled
    assert len(written.records.writes) == before
    assert written.records.accounts["1"].enabled


async def test_a_leaver_who_was_never_written_is_not_even_looked_for(written: Written) -> None:
    written.world.directory.holds(Account(id="x", enabled=True, attributes={"employeeId": "1"}))
    await written.hears(called("1", "ann", end=YESTERDAY))
    await written.world.approve_all()
    await written.world.work()
    assert written.records.writes == []


async def test_a_record_that_vanished_is_left_alone(written: Written) -> None:
    await written.hears(called("1", "ann"))
    del written.records.accounts["1"]
    await written.world.hears(called("1", "bea"))
    await written.world.hours(30)
    assert "1" not in written.records.accounts
    assert await written.world.held() == []


async def test_a_record_that_is_not_there_yet_holds_nobody(written: Written) -> None:
    await written.world.hears(called("1", "ann"))
    await written.world.hours(30)
    assert written.records.writes == []
    assert await written.world.held() == []


async def test_somebody_who_is_blocked_keeps_their_record(written: Written) -> None:
    await written.hears(called("1", "ann"))
    before = len(written.records.writes)
    await blocking.block(written.world.engine, own_id("hr", "1"), "somebody", "because", strip=True)
    await written.world.doors()
    await written.world.hours(30)
    assert not written.world.directory.of("1").enabled
    assert written.records.accounts["1"].enabled
    assert len(written.records.writes) == before


async def test_explaining_shows_the_name_and_where_it_comes_from(written: Written) -> None:
    await written.hears(called("1", "ann"))
    (explained,) = await production.explain(written.world.engine, "1")
    (back,) = [one for one in explained.targets if one.target == RECORDS]
    assert {one.name: (one.value, one.written, one.problem) for one in back.attributes} == {
        "email": ("ann", "ann", ""),
        "login": ("ANN", "ANN", ""),
    }


async def test_who_blocks_somebody_need_not_read_hr(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app that blocks has no secret of the target that writes into HR."""
    await written.hears(called("1", "ann"))

    async def refuses(account: str, among: object = None) -> Account | None:
        raise Misconfigured("this app has none of its secrets")

    monkeypatch.setattr(written.records, "read", refuses)
    assert await blocking.protected(written.world.engine, own_id("hr", "1")) == {}


async def test_what_is_written_when_it_changes_is_left_to_hr_in_between(world: World) -> None:
    written = Written(world, attributes={"email": {"value": "[entra.userPrincipalName]", "mode": "on_change"}})
    await written.hears(called("1", "ann"))
    written.holds("1", email="hr@example.test")
    await world.hears(replace(called("1", "ann"), fields={"name": "ann", "email": "hr@example.test"}))
    assert written.shows("1") == "hr@example.test"
    await world.hears(replace(called("1", "bea"), fields={"name": "bea", "email": "hr@example.test"}))
    assert written.shows("1") == "bea"


async def test_it_may_be_observed_first(world: World) -> None:
    written = Written(world, mode="observe")
    await written.hears(called("1", "ann"))
    assert written.records.writes == []
    assert ("1", Reason.OBSERVED) in await world.reasons()
    world.renewed("second", written.policy())
    await world.doors()
    assert written.shows("1") == "ann"


async def test_limits_hold_as_for_any_target(world: World) -> None:
    written = Written(world, limits={"update": {"day": 2}})
    await written.hears(*(called(str(number), f"p{number}") for number in range(1, 6)))
    await world.settle(timedelta(minutes=10))
    assert len(written.wrote()) <= 2
    assert {reason for _, reason in await world.reasons()} == {Reason.LIMIT}
    await world.approve_all()
    await world.work()
    assert len(written.wrote()) == 5


async def test_a_value_that_hr_declines_is_held_and_the_others_are_written(written: Written) -> None:
    written.records.declined.add("email")
    await written.hears(called("1", "ann"))
    assert (written.shows("1"), written.shows("1", "login")) == (None, "ANN")
    assert await written.world.reasons() == {("1", Reason.INVALID_VALUE)}


async def test_a_lost_answer_is_found_and_not_written_twice(written: Written) -> None:
    written.records.losing.add(Verb.UPDATE)
    await written.hears(called("1", "ann"))
    await written.world.settle(timedelta(hours=2))
    assert written.shows("1") == "ann"
    assert len(written.wrote()) == 1


async def test_our_own_echo_does_not_make_an_answer_unbelievable(world: World) -> None:
    """Everybody's mail changes in HR at once, because we wrote it there."""
    written = Written(world)
    world.engine = replace(world.engine, policy=written.policy({"plausible": {"always_changed": 3}}))
    people = [replace(called(str(n), f"p{n}"), fields={"name": f"p{n}", "email": None, "room": "1"}) for n in range(20)]
    await written.hears(*people)
    assert written.shows("7") == "p7"
    echo = [replace(one, fields={**one.fields, "email": one.fields["name"]}) for one in people]
    await world.hears(*echo)
    news = [replace(one, fields={**one.fields, "room": "2"}) for one in echo]
    with pytest.raises(production.Doubted, match="something else about room of 20 people"):
        await world.says(*news)


async def test_a_record_keeps_nobody_from_being_forgotten(written: Written) -> None:
    world = written.world
    await written.hears(called("1", "ann"), called("2", "bea"))
    await written.hears(called("1", "ann", end=YESTERDAY), called("2", "bea"))
    world.clock.now += 25 * DAY
    await world.doors()
    await world.settle(timedelta(hours=1))
    await world.hears(called("2", "bea"))
    assert await production.erase(world.engine, "hr", "1", "somebody", "asked for it")
