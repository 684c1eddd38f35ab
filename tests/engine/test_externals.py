"""Externals in the engine: asked once, whatever is interrupted; extended, ended, kept, restored, erased and told."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from engine_world import DAY, HOUR, HR, KINDS, MANAGER, TODAY, World, killed_at, opened, person, policy

from shared import engine as production
from shared import layout
from shared.engine.ledger import lines_of
from shared.errors import Misconfigured, Reason, Refused
from shared.holds import Answer
from shared.ledger import Entry
from shared.model import Account, Person, Rejected, Verb
from shared.policy import Policy
from shared.store import Delete

END = TODAY + 30 * DAY
ASKED = END - 14 * DAY
MINUTE = timedelta(minutes=1)
EXTERNAL = {"sponsor": "boss", "sponsors_in": "hr"}
EVERYBODY = {"most_gone": 100, "always_allowed": 100, "always_changed": 1000}


def rules(approvals: dict[str, Any] | None = None, people: dict[str, Any] | None = None, **external: Any) -> Policy:
    """The small customer with a source of externals beside HR."""
    given = policy().model_dump(by_alias=True)
    target = {**given["targets"]["entra"], "limits": {"disable": {}}}
    target["attributes"] = {**target["attributes"], "manager": "Coalesce([manager], [boss])"}
    guests = {"connector": "guests", "plausible": EVERYBODY, "external": {**EXTERNAL, **external}}
    hr = {"connector": "hr", "plausible": EVERYBODY}
    return Policy.model_validate(
        {
            "customer": "small",
            "time_zone": "UTC",
            "sources": {"hr": hr, "guests": guests},
            "targets": {"entra": target},
            "approvals": approvals or {},
            "people": people,
        }
    )


def external(hr_id: str = "x", end: date | None = END, boss: str | None = "1", **more: Any) -> Person:
    one = person(hr_id, end, **more)
    return replace(one, fields={**one.fields, "boss": boss})


@dataclass
class Externals:
    """The small customer's world, with externals."""

    world: World
    guests: HR

    @property
    def engine(self) -> production.Engine:
        return self.world.engine

    def ruled(self, found: Policy) -> None:
        sources = {"hr": self.world.hr, "guests": self.guests}
        self.world.engine = replace(self.engine, policy=found, sources=sources)

    async def say(self, *guests: Person | Rejected, hr: tuple[Person, ...] = (person("1"),)) -> None:
        """Both sources say this, and everything that follows at once is done."""
        self.world.hr.records, self.guests.records = list(hr), list(guests)
        self.world.clock.now += MINUTE
        await self.heard()

    async def heard(self) -> None:
        for source in self.engine.sources:
            await production.detect(self.engine, source)
        await self.world.work()

    async def to(self, day: date) -> None:
        """That day comes, with all its timers."""
        self.world.clock.now += day - self.engine.today
        await self.world.doors()
        await self.world.settle(HOUR)

    async def reasons(self) -> set[tuple[str, str]]:
        return await self.world.reasons()

    async def answer(self, what: str, by: str = "els") -> None:
        names = [one.name for one in await self.world.held() if one.reason == Reason.REVALIDATION]
        if what == "approve":
            await production.approve(self.engine, names, by)
        else:
            await production.reject(self.engine, names, by, "no longer needed")
        await self.world.work()

    async def extend(self, until: date, by: str = "els", hr_id: str = "x") -> None:
        self.world.clock.now += MINUTE
        await production.extend(self.engine, "guests", hr_id, until, by, "the work goes on")
        await self.world.work()

    async def row(self, hr_id: str = "x") -> Any:
        own = layout.own_id("guests", hr_id)
        found = await self.world.store.get(layout.STATE, layout.bucket(own), layout.extension(own))
        return found.data["is"] if found else None

    async def lines(self, hr_id: str = "x") -> list[Entry]:
        return [line async for line in lines_of(self.engine, layout.own_id("guests", hr_id))]


@pytest.fixture
async def there() -> AsyncIterator[Externals]:
    async with opened(kinds=(*KINDS, MANAGER)) as world:
        found = Externals(world, HR())
        found.ruled(rules())
        yield found


# ── asked ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_it_is_asked_once_on_its_day_though_nobody_says_anything_and_the_account_ends(there: Externals) -> None:
    await there.say(external())
    assert there.world.directory.enabled() == {"1", "x"}
    await there.to(ASKED - DAY)
    assert await there.reasons() == set()
    await there.to(ASKED)
    assert await there.reasons() == {("x", Reason.REVALIDATION)}
    (asked,) = await there.world.held()
    assert (asked.what, asked.place, asked.answer) == ("extend", "guests", Answer.EXTEND)
    assert asked.because == f"they end on {END}; a yes lets them stay until {END + 90 * DAY}"
    for _ in range(3):
        await there.to(there.engine.today + DAY)
    assert [(one.name, one.since) for one in await there.world.held()] == [(asked.name, asked.since)]
    assert [line.reason for line in await there.lines() if line.verb == "held"] == [Reason.REVALIDATION]
    await there.to(END + DAY)
    assert (await there.reasons(), there.world.directory.enabled()) == (set(), {"1"})


async def test_running_again_changes_no_row_while_it_waits(there: Externals) -> None:
    await there.say(external())
    await there.to(ASKED)

    async def rows() -> str:
        return json.dumps([[one.key, dict(one.data)] async for one in there.world.store.everything(layout.STATE)])

    before = await rows()
    await there.heard()
    await production.wake(there.engine)
    await production.renew(there.engine)
    await there.world.work()
    assert await rows() == before


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 7))
async def test_whatever_is_interrupted_it_is_asked_exactly_once(there: Externals, moment: str, number: int) -> None:
    await there.say(external())
    there.world.clock.now += ASKED - there.engine.today

    async def wakes() -> None:
        await production.wake(there.engine)
        await there.world.work()

    await killed_at(there.world, moment, number, wakes)
    there.world.clock.now += HOUR
    await there.world.doors()
    assert await there.reasons() == {("x", Reason.REVALIDATION)}
    assert [line.reason for line in await there.lines() if line.verb == "held"] == [Reason.REVALIDATION]


# ── answered ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_yes_extends_by_the_days_of_the_policy_and_is_asked_again_before_the_new_end(there: Externals) -> None:
    await there.say(external())
    await there.to(ASKED)
    await there.answer("approve")
    assert await there.reasons() == set()
    assert (await there.row())["until"] == (END + 90 * DAY).isoformat()
    await there.to(END + DAY)
    assert there.world.directory.enabled() == {"1", "x"}
    await there.to(END + 76 * DAY)
    assert await there.reasons() == {("x", Reason.REVALIDATION)}
    await there.answer("approve")
    await there.to(END + 91 * DAY)
    assert there.world.directory.enabled() == {"1", "x"}
    await there.to(END + 181 * DAY)
    assert there.world.directory.enabled() == {"1"}
    said = [(line.verb, line.by) for line in await there.lines() if line.by]
    assert said == [("approve extend", "els"), ("approve extend", "els")]


async def test_a_no_is_not_asked_again_and_the_account_ends_on_its_day(there: Externals) -> None:
    await there.say(external())
    await there.to(ASKED)
    await there.answer("reject")
    await there.to(END)
    assert (await there.reasons(), there.world.directory.enabled()) == (set(), {"1", "x"})
    await there.to(END + DAY)
    assert there.world.directory.enabled() == {"1"}
    assert [one for one in await production.holds(there.engine) if one.what == "extend"] == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 6))
async def test_a_yes_that_is_interrupted_is_heard_whole_or_asked_again(
    there: Externals, moment: str, number: int
) -> None:
    await there.say(external())
    await there.to(ASKED)
    await killed_at(there.world, moment, number, lambda: there.answer("approve"))
    there.world.clock.now += HOUR
    await there.world.doors()
    if await there.reasons():
        assert await there.row() is None
        await there.answer("approve")
    assert (await there.row())["until"] == (END + 90 * DAY).isoformat()
    await there.to(END + DAY)
    assert there.world.directory.enabled() == {"1", "x"}


async def test_a_word_that_comes_while_they_are_mapped_is_not_lost(there: Externals) -> None:
    await there.say(external())
    there.world.clock.now += ASKED - there.engine.today
    await production.wake(there.engine)

    said = False

    async def says_so(table: str, changes: object) -> None:
        nonlocal said
        if table == layout.STATE and not said:
            said = True
            await production.extend(there.engine, "guests", "x", END + 60 * DAY, "els", "the work goes on")

    there.world.store.before = says_so
    await there.world.work()
    there.world.store.before = None
    assert said
    assert await there.reasons() == set()
    await there.to(END + DAY)
    assert there.world.directory.enabled() == {"1", "x"}


async def test_a_chosen_day_counts_in_place_of_what_was_said_before_and_can_be_taken_back(there: Externals) -> None:
    await there.say(external())
    await there.extend(END + 100 * DAY)
    await there.extend(END + 50 * DAY)
    assert (await there.row())["until"] == (END + 50 * DAY).isoformat()
    await there.extend(END)
    assert await there.row() is None
    told = [(line.verb, line.by, line.because) for line in await there.lines() if line.by]
    days = (END + 100 * DAY, END + 50 * DAY, END)
    assert told == [(f"extend until {day}", "els", "the work goes on") for day in days]


async def test_what_cannot_be_extended_is_refused_with_the_reason(there: Externals) -> None:
    await there.say(external())
    for until, said in ((END - DAY, "their source says"), (TODAY + 366 * DAY, "more than 365 days ahead")):
        with pytest.raises(Refused, match=said):
            await there.extend(until)
    with pytest.raises(Refused, match="nobody in a source of externals"):
        await production.extend(there.engine, "hr", "1", END, "els", "x")
    with pytest.raises(Refused, match="nobody in a source of externals"):
        await production.extend(there.engine, "guests", "y", END, "els", "x")
    with pytest.raises(Refused, match="say why"):
        await production.extend(there.engine, "guests", "x", END + DAY, "els", " ")
    assert [line for line in await there.lines() if line.by] == []


async def test_another_end_of_the_source_takes_the_word_away_and_the_ledger_says_so(there: Externals) -> None:
    await there.say(external())
    await there.extend(END + 100 * DAY)
    await there.say(external(end=END + 40 * DAY))
    assert await there.row() is None
    told = [line.verb for line in await there.lines() if line.by]
    assert told == [f"extend until {END + 100 * DAY}", "lapse extension"]
    await there.say(external())
    assert await there.row() is None
    await there.to(END + DAY)
    assert there.world.directory.enabled() == {"1"}


# ── who may say so ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_policy_may_leave_it_to_the_sponsor_and_nobody_says_it_of_themselves(there: Externals) -> None:
    there.ruled(rules(approvals={"ask": {"revalidation": ["sponsor", "it"]}, "approvers": {"it": "tom"}}))
    await there.say(external())
    await there.to(ASKED)
    for by in ("els", "px"):
        with pytest.raises(Refused, match="you may not answer"):
            await there.answer("approve", by=by)
        with pytest.raises(Refused, match="you may not answer"):
            await there.extend(END + 30 * DAY, by=by)
    await there.extend(END + 30 * DAY, by="tom")
    await there.extend(END + 31 * DAY, by="p1")
    assert (await there.row())["by"] == "p1"


async def test_nobody_says_it_of_themselves_under_another_number_either(there: Externals) -> None:
    there.ruled(rules(people={"same": [{"all": ["badge"]}]}))
    boss, mo = person("1"), replace(person("7", end=END), fields={"name": "p7", "badge": "B7"})
    them = replace(external(end=END + 60 * DAY), fields={"name": "px", "badge": "B7", "boss": "1"})
    await there.say(them, hr=(boss, mo))
    await there.to(END + 50 * DAY)
    assert await there.reasons() == {("x", Reason.REVALIDATION)}
    assert there.world.directory.enabled() == {"1", "x"}
    with pytest.raises(Refused, match="about themselves"):
        await there.answer("approve", by="px")
    with pytest.raises(Refused, match="about themselves"):
        await there.extend(END + 70 * DAY, by="px")
    await there.answer("approve")
    await there.to(END + 61 * DAY)
    assert there.world.directory.enabled() == {"1", "x"}


async def test_where_two_people_must_say_yes_one_cannot_go_around_it(there: Externals) -> None:
    there.ruled(rules(approvals={"four_eyes": ["revalidation"]}))
    await there.say(external())
    await there.to(ASKED)
    with pytest.raises(Refused, match="asks two people"):
        await there.extend(END + 30 * DAY)
    await there.answer("approve", by="els")
    assert await there.row() is None
    await there.answer("approve", by="tom")
    assert (await there.row())["by"] == "tom"


async def test_the_one_who_is_asked_is_whoever_has_the_address_that_is_named(there: Externals) -> None:
    there.ruled(rules(approvals={"ask": {"revalidation": "sponsor"}}))
    await there.say(external(boss="p1@small.nl"), hr=(replace(person("1"), fields={"name": "p1@small.nl"}),))
    assert there.world.directory.enabled() == {"1", "x"}
    assert there.world.directory.of("x").attributes["manager"] == there.world.directory.of("1").id
    await there.to(ASKED)
    await there.answer("approve", by="P1@small.nl")
    assert (await there.row())["until"] == (END + 90 * DAY).isoformat()


# ── sponsors ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nobody_begins_before_hr_knows_the_sponsor_and_then_at_once(there: Externals) -> None:
    await there.say(external(boss="2"))
    assert there.world.directory.enabled() == {"1"}
    assert await there.reasons() == {("x", Reason.MISSING_DATA)}
    await there.say(external(boss="2"), hr=(person("1"), person("2")))
    assert there.world.directory.enabled() == {"1", "2", "x"}
    assert await there.reasons() == set()


async def test_an_account_that_is_there_already_is_left_alone_while_nobody_answers(there: Externals) -> None:
    there.world.directory.holds(Account(id="old", enabled=True, attributes={"employeeId": "x"}))
    await there.say(external(boss="2"))
    await there.to(TODAY + DAY)
    assert there.world.directory.accounts["old"].enabled
    assert await there.reasons() == {("x", Reason.MISSING_DATA)}


async def test_whoever_comes_back_needs_a_sponsor_as_well(there: Externals) -> None:
    await there.say(external())
    await there.to(END + DAY)
    assert there.world.directory.enabled() == {"1"}
    await there.say(external(end=END + 100 * DAY, boss="9"))
    assert (there.world.directory.enabled(), await there.reasons()) == ({"1"}, {("x", Reason.MISSING_DATA)})
    found = [one async for _, one in production.foresee(there.engine, END + 300 * DAY, "x")]
    assert found == [], "nothing is foreseen for whom nothing is begun"
    await there.say(external(end=END + 100 * DAY, boss="1"))
    assert (there.world.directory.enabled(), await there.reasons()) == ({"1", "x"}, set())


async def test_whoever_is_made_ready_begins_though_the_sponsor_has_left_and_is_asked_about(there: Externals) -> None:
    ahead = external(start=TODAY + 2 * DAY)
    await there.say(ahead)
    assert "x" in {one.attributes["employeeId"] for one in there.world.directory.accounts.values()}
    await there.say(ahead, hr=(person("1", end=TODAY),))
    await there.to(TODAY + 2 * DAY)
    assert (there.world.directory.enabled(), await there.reasons()) == ({"x"}, {("x", Reason.REVALIDATION)})


async def test_whose_sponsor_is_dismissed_is_asked_about_at_once_and_stays_until_the_end(there: Externals) -> None:
    await there.say(external())
    await there.say(external(), hr=(person("1", end=TODAY),))
    assert await there.reasons() == {("x", Reason.REVALIDATION)}
    await there.to(TODAY + DAY)
    assert there.world.directory.enabled() == {"x"}
    await there.answer("approve")
    assert await there.reasons() == set()
    await there.to(ASKED)
    assert await there.reasons() == {("x", Reason.REVALIDATION)}
    await there.to(END + DAY)
    assert there.world.directory.enabled() == set()


async def wakes(there: Externals, hr_id: str = "x") -> list[str]:
    """The days on which they are looked at again."""
    own, rows = layout.own_id("guests", hr_id), there.world.store.everything(layout.STATE)
    return [row.key.split("|")[1] async for row in rows if row.key.startswith(layout.WAKES) and row.key.endswith(own)]


async def test_an_address_that_nobody_has_is_looked_up_every_day_until_they_are_over(there: Externals) -> None:
    await there.say(external(boss="nobody@small.nl"))
    assert await wakes(there) == [(TODAY + DAY).isoformat()]
    (held,) = await there.world.held()
    assert (held.reason, "nobody@" in held.because) == (Reason.MISSING_DATA, False)
    await there.to(END + DAY)
    assert (await wakes(there), await there.reasons()) == ([(END + 21 * DAY).isoformat()], set())


async def test_an_external_cannot_be_the_sponsor_of_another_by_their_address(there: Externals) -> None:
    first = replace(external("y"), fields={"name": "py@small.nl", "boss": "1"})
    await there.say(first, external(boss="py@small.nl"))
    assert there.world.directory.enabled() == {"1", "y"}
    assert await there.reasons() == {("x", Reason.MISSING_DATA)}


# ── records ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_records_that_lack_something_stop_nobody_else_however_many_they_are(there: Externals) -> None:
    strict = {"most_gone": 0, "always_allowed": 0}
    found = rules()
    doubting = found.sources["guests"].plausible.model_copy(update=strict)
    guests = found.sources["guests"].model_copy(update={"plausible": doubting})
    there.ruled(found.model_copy(update={"sources": {**found.sources, "guests": guests}}))
    await there.say(*(external(name) for name in "uvwx"))
    await there.say(*(external(name, end=None) for name in "uvw"), external(title="chief"))
    assert await there.reasons() == {(name, Reason.MISSING_DATA) for name in "uvw"}
    assert there.world.directory.of("x").attributes["jobTitle"] == "chief"
    await there.to(END + DAY)
    assert there.world.directory.enabled() == {"1"}, "the end that was known counts"
    spoiled = [Rejected(hr_id=name, code="", because="unreadable") for name in "uvwx"]
    with pytest.raises(Misconfigured, match="can no longer be used"):
        await there.say(*spoiled)


# ── kept ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_said_survives_the_loss_of_the_state(there: Externals) -> None:
    await there.say(external())
    await there.extend(END + 60 * DAY)
    lines = [line async for line in production.backup(there.engine)]
    for table in layout.TABLES:
        for row in [row async for row in there.world.store.everything(table)]:
            await there.world.store.commit(table, row.partition, [Delete(row.key)])
    await production.restore(there.engine, lines)
    there.world.directory.writes.clear()
    await there.heard()
    await there.to(END + DAY)
    assert there.world.directory.writes == []
    assert there.world.directory.enabled() == {"1", "x"}


async def test_what_was_said_goes_with_the_person(there: Externals) -> None:
    await there.say(external())
    await there.extend(END + 10 * DAY)
    await there.to(END + 11 * DAY)
    await there.to(END + 40 * DAY)
    assert Verb.DELETE in there.world.directory.verbs()
    await there.say(external("z", end=END + 90 * DAY))
    assert "extension" in json.dumps(await production.about(there.engine, "guests", "x"))
    await production.erase(there.engine, "guests", "x", "somebody", "asked for it")
    own = layout.own_id("guests", "x")
    assert await there.row() is None
    assert [row.key async for row in there.world.store.everything(layout.STATE) if row.key.startswith(own)] == []


async def test_a_source_that_is_no_longer_one_of_externals_asks_nothing(there: Externals) -> None:
    await there.say(external())
    await there.to(ASKED)
    found = rules()
    plain = found.sources["guests"].model_copy(update={"external": None})
    there.ruled(found.model_copy(update={"sources": {**found.sources, "guests": plain}}))
    there.world.engine = replace(there.engine, policy_hash="second")
    await there.to(ASKED + DAY)
    assert await there.reasons() == set()


async def test_the_calendar_and_the_explanation_know_the_end_that_was_extended(there: Externals) -> None:
    await there.say(external())
    await there.extend(END + 20 * DAY)
    found = [one async for _, one in production.foresee(there.engine, END + 90 * DAY, "x")]
    assert next((one.day, one.actions[0].verb) for one in found if one.actions) == (END + 21 * DAY, Verb.DISABLE)
    (told,) = await production.explain(there.engine, "x")
    assert told.extension is not None
    assert (told.contracts[0].end, told.extension.by) == (END + 20 * DAY, "els")
