"""One human whom two systems know: the account holds what the preferred one says, and it is told where from."""

import io
from dataclasses import replace
from typing import Any

import pytest
from engine_world import DAY, HR, TODAY, World, person, policy
from rich.console import Console

from shared import engine as production
from shared.cli.explanation import Veil, lines
from shared.cli.explanation_json import plain
from shared.model import Person
from shared.policy import Policy
from shared.precedence import Origin

EVERYBODY = {"most_gone": 100, "always_allowed": 100, "always_changed": 1000}
ATTRIBUTES = {
    "employeeId": "[employeeId]",
    "department": "[email]",
    "jobTitle": "[department]",
    "userPrincipalName": 'SelectUniqueValue([name], Join("", [name], "2"))',
}


def rules(precedence: dict[str, Any]) -> Policy:
    given = policy(attributes=ATTRIBUTES).model_dump(by_alias=True)
    sources = {name: {"connector": name, "plausible": EVERYBODY} for name in ("hr", "planning")}
    people = {"same": [{"all": ["badge"]}], "precedence": precedence}
    return Policy.model_validate({**given, "sources": sources, "people": people})


def known(hr_id: str, email: str | None = None, **given: Any) -> Person:
    one = person(hr_id, **given)
    mailed = {"email": email} if email is not None else {}
    return replace(one, fields={**one.fields, "name": "pat", "badge": "B1", **mailed})


class Both:
    """A customer with two systems that know the same people."""

    def __init__(self, world: World) -> None:
        self.world, self.planning = world, HR()

    def ruled(self, precedence: dict[str, Any]) -> None:
        sources = {"hr": self.world.hr, "planning": self.planning}
        self.world.engine = replace(
            self.world.engine, policy=rules(precedence), policy_hash=repr(precedence), sources=sources
        )

    async def say(self, hr: Person, planning: Person, first: str = "hr") -> None:
        self.world.hr.records, self.planning.records = [hr], [planning]
        for source in sorted(("hr", "planning"), key=lambda one: one != first):
            await production.detect(self.world.engine, source)
            await self.world.work()

    @property
    def mail(self) -> object:
        (account,) = self.world.directory.accounts.values()
        return account.attributes["department"]


@pytest.fixture
def both(world: World) -> Both:
    there = Both(world)
    there.ruled({"email": ["planning", "hr"]})
    return there


@pytest.mark.parametrize("first", ["hr", "planning"])
async def test_the_account_holds_what_the_preferred_system_says_whichever_was_read_first(
    both: Both, first: str
) -> None:
    await both.say(known("7", "hr@x.nl"), known("P7", "planning@x.nl"), first)
    assert both.mail == "planning@x.nl"
    both.world.directory.writes.clear()
    await both.world.hours(26)
    assert both.world.directory.writes == []


async def test_what_the_preferred_system_stops_saying_falls_through(both: Both) -> None:
    await both.say(known("7", "hr@x.nl"), known("P7", "planning@x.nl"))
    await both.say(known("7", "hr@x.nl"), known("P7"))
    assert both.mail == "hr@x.nl"


async def test_another_precedence_is_another_policy_and_changes_the_account(both: Both) -> None:
    await both.say(known("7", "hr@x.nl"), known("P7", "planning@x.nl"))
    both.ruled({"email": ["hr", "planning"]})
    await both.world.doors()
    assert both.mail == "hr@x.nl"


async def test_when_the_preferred_record_ends_in_its_source_the_account_stays_and_is_told_why(both: Both) -> None:
    await both.say(known("7", "hr@x.nl"), known("P7", "planning@x.nl", end=TODAY - DAY))
    assert both.mail == "planning@x.nl", "a record that ended is in the source still, and says so"
    assert both.world.directory.enabled() == {"7"}


async def test_an_explanation_says_where_each_fact_came_from(both: Both) -> None:
    await both.say(known("7", "hr@x.nl"), known("P7", "planning@x.nl", start=TODAY, department="Night"))
    (found,) = await production.explain(both.world.engine, "7")
    assert found.origins["email"] == Origin("planning", "P7", chosen=True)
    assert found.origins["badge"] == Origin("hr", "7")
    page = Console(file=io.StringIO(), width=200)
    told = [line.plain for line in lines(page, found, TODAY, "", Veil())]
    assert "  facts     of 7 in hr: badge, department, name, title" in told
    assert "  facts     of P7 in planning: email (precedence)" in told
    hidden = "\n".join(line.plain for line in lines(page, found, TODAY, "", Veil(whole=True)))
    assert "P7" not in hidden
    assert plain(found, TODAY, "", Veil())["facts"]["email"] == {
        "source": "planning",
        "person": "P7",
        "precedence": True,
    }


async def test_of_somebody_with_one_record_nothing_is_told(both: Both) -> None:
    await both.say(known("7", "hr@x.nl"), replace(known("P8", "p@x.nl"), fields={"name": "kim", "badge": "B2"}))
    (found,) = await production.explain(both.world.engine, "7")
    assert found.origins == {}
