"""A target for a preview: asked everything, told nothing, and answering what the target itself would have answered."""

import sys
from collections.abc import AsyncIterator
from typing import Any, Never

import pytest
from core_world import ROOT

from connectors.entra import MANIFEST
from shared.connector import DirectoryPage
from shared.errors import Reason, Refused, TryLater
from shared.model import Account, Action, Entitlement, Value, Verb
from shared.planning import same
from shared.rehearsal import Rehearsal

sys.path.insert(0, str(ROOT / "tests" / "connector_entra"))

from entra_world import NOBODY, World, opened, person

KINDS = {kind.name: kind for kind in MANIFEST.attributes}
SALES, STAFF = Entitlement("group", "Sales"), Entitlement("group", "Staff")
NAMED = frozenset({SALES, STAFF})
E3 = Entitlement("license", "E3")
"""The entitlements that plans speak of; Entra reports each group by its id as well."""
GONE = "not there"
"""Entra says «later» of an account it does not see, because it may appear; a rehearsal knows that it will not."""


class Sealed:
    """A target that can be asked; telling it anything is the failure these tests look for."""

    def __init__(self, target: Any) -> None:
        self.find, self.read = target.find, target.read
        self.changes, self.deleted, self.stock = target.changes, target.deleted, target.stock

    async def apply(self, account: str, action: Action) -> Never:
        raise AssertionError("the target was told something")


class Pair:
    """The same deeds on a simulated tenant and, rehearsed, on another like it; every answer must be the same."""

    def __init__(self, real: World, other: World) -> None:
        self.real, self.other = real, other
        self.rehearsal = Rehearsal(Sealed(other.target), KINDS)
        self.ids: dict[str, tuple[str, str]] = {}
        """A name → the account's id in the tenant and in the rehearsal."""

    async def do(self, name: str, verb: Verb, entitlement: Entitlement | None = None, **attributes: Value) -> str:
        """What both answered: "", or why it was not done."""
        action = Action(verb=verb, attributes=attributes, entitlement=entitlement)
        answers, ids = [], []
        for place, target in enumerate((self.real.target, self.rehearsal)):
            try:
                ids.append(await target.apply(self.ids[name][place] if name in self.ids else "", action))
                answers.append("")
            except TryLater:
                answers.append(GONE)
            except Refused as refused:
                told = f"{refused.reason} {refused.attribute}".strip()
                answers.append(GONE if refused.reason is Reason.ACCOUNT_GONE else told)
        assert answers[0] == answers[1]
        if len(ids) == 2:
            assert name not in self.ids or tuple(ids) == self.ids[name]
            self.ids[name] = (ids[0], ids[1])
        await self.alike()
        return answers[0]

    async def alike(self) -> None:
        back = {rehearsed: real for real, rehearsed in self.ids.values()}
        for real, rehearsed in self.ids.values():
            one, other = await self.real.target.read(real), await self.rehearsal.read(rehearsed)
            assert (one is None) is (other is None)
            if one is None or other is None:
                continue
            assert (one.enabled, one.entitlements & NAMED) == (other.enabled, other.entitlements & NAMED)
            for name in one.attributes.keys() | other.attributes.keys():
                if not KINDS[name].written:
                    continue  # what follows from other attributes is the target's own doing
                there = other.attributes.get(name)
                assert same(one.attributes.get(name), back.get(str(there), there)), name

        stocks = [await self.real.target.stock(), await self.rehearsal.stock()]
        counted = [{one: left for one, left in stock.items() if one == E3} for stock in stocks]
        assert counted[0] == counted[1]

    async def found(self, attribute: str, value: str) -> set[str]:
        """The names of the accounts that both find."""
        answers = [await target.find(attribute, value) for target in (self.real.target, self.rehearsal)]
        names = [
            {name for name, ids in self.ids.items() if ids[place] in {one.id for one in answer}}
            for place, answer in enumerate(answers)
        ]
        assert len(answers[0]) == len(answers[1])
        assert names[0] == names[1]
        return names[0]


def furnished(world: World) -> str:
    """Two groups, and an account that was there before; its id is the same in every tenant of a test."""
    world.tenant.add_group("Sales")
    staff = world.tenant.add_group("Staff")
    old = str(world.tenant.add_user(employeeId="old", userPrincipalName="old@contoso.nl", department="Sales"))
    world.tenant.add_member(staff, old)
    return old


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with opened() as real, opened() as other:
        found = Pair(real, other)
        found.ids["old"] = (furnished(real), furnished(other))
        yield found
        assert other.sent.writes() == []


async def test_a_whole_life_is_rehearsed_as_it_would_be_lived(pair: Pair) -> None:
    await pair.do("boss", Verb.CREATE, **person("boss"))
    await pair.do("anna", Verb.CREATE, **person("anna"), department="Sales")
    assert await pair.found("employeeId", "hr-anna") == {"anna"}
    await pair.do("anna", Verb.UPDATE, jobTitle="Buyer", department=None, otherMails=("a@example.com",))
    await pair.do("anna", Verb.GRANT, SALES)
    await pair.do("anna", Verb.GRANT, SALES)
    await pair.do("anna", Verb.GRANT, STAFF)
    await pair.do("anna", Verb.REVOKE, STAFF)
    await pair.do("anna", Verb.REVOKE, STAFF)
    await pair.do("anna", Verb.ENABLE)
    await pair.do("anna", Verb.UPDATE, employeeId="hr-2")
    assert await pair.found("employeeId", "hr-anna") == set()
    assert await pair.found("employeeId", "hr-2") == {"anna"}
    await pair.do("anna", Verb.DISABLE)
    await pair.do("anna", Verb.DELETE)
    assert await pair.found("employeeId", "hr-2") == set()
    for verb in (Verb.DELETE, Verb.DISABLE):
        assert await pair.do("anna", verb) == ""
    for verb in (Verb.ENABLE, Verb.UPDATE):
        assert await pair.do("anna", verb, jobTitle="Buyer") == GONE
    await pair.do("anna", Verb.RESTORE)
    assert await pair.found("employeeId", "hr-2") == {"anna"}
    await pair.do("anna", Verb.ENABLE)


async def test_seats_are_counted_as_they_would_be(pair: Pair) -> None:
    for world in (pair.real, pair.other):
        world.tenant.add_sku("E3", 5)
    await pair.do("anna", Verb.CREATE, **person("anna"))
    await pair.do("anna", Verb.UPDATE, usageLocation="NL")
    for verb in (Verb.GRANT, Verb.GRANT, Verb.REVOKE, Verb.REVOKE, Verb.GRANT):
        await pair.do("anna", verb, E3)
    assert (await pair.rehearsal.stock())[E3] == 4
    await pair.do("anna", Verb.DELETE)


async def test_an_account_that_was_there_is_changed_in_the_rehearsal_only(pair: Pair) -> None:
    assert await pair.found("employeeId", "old") == {"old"}
    await pair.do("old", Verb.CORRELATE)
    await pair.do("old", Verb.UPDATE, department=None, employeeId="new")
    await pair.do("old", Verb.REVOKE, STAFF)
    await pair.do("old", Verb.GRANT, SALES)
    await pair.do("old", Verb.DISABLE)
    assert (await pair.found("employeeId", "old"), await pair.found("employeeId", "new")) == (set(), {"old"})
    await pair.do("old", Verb.DELETE)
    assert await pair.found("employeeId", "new") == set()
    await pair.do("old", Verb.RESTORE)
    untouched = await pair.other.read(pair.ids["old"][1])
    assert (untouched.enabled, untouched.attributes["employeeId"], untouched.entitlements & NAMED) == (
        True,
        "old",
        {STAFF},
    )


@pytest.mark.parametrize("name", ["old@contoso.nl", "OLD@contoso.nl", "anna@contoso.nl", "ANNA@contoso.nl"])
async def test_a_name_that_somebody_holds_is_taken_in_any_case(pair: Pair, name: str) -> None:
    await pair.do("anna", Verb.CREATE, **person("anna"))
    given = {**person("other"), "userPrincipalName": name}
    assert await pair.do("other", Verb.CREATE, **given) == "taken userPrincipalName"
    assert "other" not in pair.ids
    assert await pair.do("other", Verb.CREATE, **person("other")) == ""


async def test_every_unique_attribute_is_asked_for_and_no_other(pair: Pair) -> None:
    await pair.do("anna", Verb.CREATE, **person("anna"), mail="a@contoso.nl")
    given = {**person("other"), "mail": "A@contoso.nl"}
    with pytest.raises(Refused, match="mail is taken") as refused:
        await pair.rehearsal.apply("", Action(verb=Verb.CREATE, attributes=given))
    assert (refused.value.reason, refused.value.attribute) == (Reason.TAKEN, "mail")
    await pair.rehearsal.apply("", Action(verb=Verb.CREATE, attributes={**person("third"), "mail": None}))


async def test_a_name_is_free_again_once_its_holder_was_renamed_in_the_rehearsal(pair: Pair) -> None:
    await pair.do("old", Verb.UPDATE, userPrincipalName="older@contoso.nl")
    assert await pair.do("anna", Verb.CREATE, **{**person("anna"), "userPrincipalName": "old@contoso.nl"}) == ""


async def test_nobody_is_found_by_nothing(pair: Pair) -> None:
    await pair.do("anna", Verb.CREATE, **person("anna"))
    assert await pair.found("mail", "") == set()


@pytest.mark.parametrize(
    ("verb", "expected"),
    [(Verb.DELETE, ""), (Verb.DISABLE, ""), (Verb.ENABLE, GONE), (Verb.UPDATE, GONE)],
)
async def test_an_account_that_nobody_knows_is_gone(pair: Pair, verb: Verb, expected: str) -> None:
    pair.ids["nobody"] = (NOBODY, NOBODY)
    assert await pair.do("nobody", verb, department="Sales") == expected


async def test_what_lies_in_the_targets_own_bin_comes_back_empty_handed(pair: Pair) -> None:
    """What it holds cannot be asked; the next real look says it."""
    await pair.other.apply(pair.ids["old"][1], Verb.DELETE)
    pair.other.sent.requests.clear()
    id = pair.ids["old"][1]
    assert await pair.rehearsal.apply(id, Action(verb=Verb.RESTORE)) == id
    assert await pair.rehearsal.read(id) == Account(id=id, enabled=False)


async def test_the_changes_of_the_directory_are_those_of_the_target(pair: Pair) -> None:
    pages: list[list[DirectoryPage]] = []
    for target in (pair.other.target, pair.rehearsal):
        pages.append([page async for page in target.changes("")])
    assert [page.accounts for page in pages[0]] == [page.accounts for page in pages[1]] != []
