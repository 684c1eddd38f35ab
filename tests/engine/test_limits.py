"""Limits by what: one attribute, one kind of entitlement, one department, and what is urgent ahead of everything."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from engine_world import DAY, HOUR, KINDS, MANAGER, YESTERDAY, World, person, policy

from shared import codec, layout
from shared import engine as production
from shared.desired import desired
from shared.engine import targeting
from shared.errors import Reason
from shared.layout import Hop
from shared.model import Desired, Verb
from shared.policy import Approvals
from shared.store import Change

SOME = [str(number) for number in range(100, 110)]
PLAIN: dict[str, Any] = {
    "attributes": {"employeeId": "[employeeId]", "department": "[department]", "userPrincipalName": "[name]"},
    "grants": [],
}


def without(world: World, *verbs: Verb) -> None:
    assert not set(verbs) & set(world.directory.verbs())


# ── an attribute ─────────────────────────────────────────────────────────────────────────────────────────────────

BOSSES: dict[str, Any] = {
    **PLAIN,
    "attributes": {**PLAIN["attributes"], "jobTitle": "[title]", "manager": "[manager]"},
    "limits": {"update:manager": {"run": 3}},
}


async def two_teams(open_world: Any) -> World:
    world: World = await open_world(kinds=(*KINDS, MANAGER), **BOSSES)
    await world.hears(person("1"), person("2"), *(person(name, manager="1") for name in SOME))
    await world.settle(HOUR)
    assert {one.attributes.get("manager") for one in map(world.directory.of, SOME)} == {world.directory.of("1").id}
    return world


async def test_a_first_import_gives_everybody_a_manager_whatever_the_limit(open_world: Any) -> None:
    world = await two_teams(open_world)
    assert await world.held() == []


async def test_of_an_update_only_the_attribute_over_its_limit_waits(open_world: Any) -> None:
    world = await two_teams(open_world)
    world.directory.writes.clear()
    await world.hears(person("1"), person("2"), *(person(name, manager="2", title="cook") for name in SOME))
    assert {write.what for write in world.directory.writes} == {"jobTitle"}
    assert {(one.what, one.reason) for one in await world.held()} == {("update:manager", Reason.LIMIT)}
    assert len(await world.held()) == len(SOME)
    await world.hours(3)
    assert len(world.directory.writes) == len(SOME), "nothing is written again"
    assert await world.approve_all() == len(SOME)
    await world.work()
    assert {one.attributes["manager"] for one in map(world.directory.of, SOME)} == {world.directory.of("2").id}
    assert await world.held() == []


async def test_what_is_permitted_of_an_update_is_one_write(open_world: Any) -> None:
    world = await two_teams(open_world)
    world.directory.writes.clear()
    rest = [person(name, manager="1") for name in SOME[1:]]
    await world.hears(person("1"), person("2"), person("100", manager="2", title="cook"), *rest)
    assert [write.what for write in world.directory.writes] == ["jobTitle, manager"]


# ── an entitlement ───────────────────────────────────────────────────────────────────────────────────────────────

WITH_LICENCES: dict[str, Any] = {
    **PLAIN,
    "grants": [{"group": "Sales", "when": {"department": "Sales"}}, {"license": "E3", "when": {"department": "Sales"}}],
}


async def test_a_mass_removal_of_licences_waits_and_groups_are_taken_all_the_same(open_world: Any) -> None:
    world: World = await open_world(**WITH_LICENCES, limits={"revoke:license": {"run": 5}})
    await world.hears(*(person(name, department="Sales") for name in SOME))
    await world.hears(*(person(name, department="Care") for name in SOME))
    held = {(one.what, one.reason) for one in await world.held()}
    assert held == {("revoke:license", Reason.LIMIT)}
    for one in map(world.directory.of, SOME):
        assert {str(each.name) for each in one.entitlements} == {"E3"}


async def test_one_group_can_have_a_limit_of_its_own(open_world: Any) -> None:
    world: World = await open_world(**WITH_LICENCES, limits={"grant:group:Sales": {"run": 5}})
    await world.hears(*(person(name, department="Sales") for name in SOME))
    assert {one.what for one in await world.held()} == {"grant:group:Sales"}
    assert {frozenset(each.kind for each in world.directory.of(name).entitlements) for name in SOME} == {
        frozenset({"license"})
    }


async def test_a_name_with_signs_that_keys_use_can_be_limited(open_world: Any) -> None:
    name = "R&D | all: 100 %!"
    world: World = await open_world(
        **{**PLAIN, "grants": [{"group": name}]}, limits={f"grant:group:{name}": {"run": 0}}
    )
    await world.hears(person("7"))
    assert [(one.reason, one.approvable) for one in await world.held()] == [(Reason.LIMIT, True)]
    await world.approve_all()
    await world.work()
    assert [one.name for one in world.directory.of("7").entitlements] == [name]


async def test_an_entitlement_that_somebody_answers_for_is_asked_with_their_role(
    open_world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asking(*given: Any) -> Desired | None:
        new = desired(*given)
        return replace(new, asking={"group:Sales": "owner"}) if new else None

    monkeypatch.setattr(targeting, "desired", asking)
    world: World = await open_world(**WITH_LICENCES)
    await world.hears(person("7", department="Sales"))
    assert [(one.what, one.reason) for one in await world.held()] == [("grant:group:Sales", Reason.ENTITLEMENT)]
    row = await world.row("7", lambda own: layout.hold(own, "entra", "grant:group:Sales"))
    assert row is not None
    assert row.data["approver"] == "owner"
    assert [one.name for one in world.directory.of("7").entitlements] == ["E3"]
    owners = Approvals(owners={"group:Sales": ("somebody",)})
    world.engine = replace(world.engine, policy=world.engine.policy.model_copy(update={"approvals": owners}))
    await world.approve_all()
    await world.work()
    await world.hours(2)
    assert len(world.directory.of("7").entitlements) == 2
    assert await world.held() == []


# ── a department, and a slow leak ────────────────────────────────────────────────────────────────────────────────


async def test_a_department_is_counted_by_its_people_and_named_nowhere(open_world: Any) -> None:
    within = {"field": "department", "limits": {"disable": {"percent": 50}}}
    world: World = await open_world(**PLAIN, departments=within, limits={"disable": {}})
    care, office = SOME[:4], SOME[4:]
    everybody = {**dict.fromkeys(care, "Secret ward"), **dict.fromkeys(office, "Office")}
    await world.hears(*(person(name, department=where) for name, where in everybody.items()))
    leavers = {*care[:3], *office[:3]}
    await world.hears(
        *(person(name, YESTERDAY if name in leavers else None, where) for name, where in everybody.items())
    )
    assert {one.hr_id for one in await world.held()} == set(care[:3])
    assert world.directory.enabled() == {*care, *office[3:]}
    gates = [row async for row in world.store.everything(layout.GATES)]
    members = [row async for row in world.store.everything(layout.STATE) if row.key.startswith(layout.MEMBERS)]
    assert len(members) == len(SOME)
    assert not any("secret" in str(row.data).casefold() for row in (*gates, *members))


async def test_one_percent_a_day_for_two_weeks_is_stopped_within_the_first(open_world: Any) -> None:
    world: World = await open_world(**PLAIN, limits={"disable": {"day": 20, "week_percent": 5}})
    people = [str(number) for number in range(100, 200)]
    await world.hears(*map(person, people))
    for day in range(14):
        world.clock.now += DAY
        gone = set(people[: day + 1])
        await world.hears(*(person(name, world.clock.now.date() - DAY if name in gone else None) for name in people))
    assert len(people) - len(world.directory.enabled()) == 5 + 5, "five in each week, of which the rest is held"
    assert len({one.hr_id for one in await world.held()}) == 4


# ── another limit ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_waits_for_a_limit_is_decided_again_when_the_limit_is_another(open_world: Any) -> None:
    world: World = await open_world(**PLAIN, limits={"disable": {"day": 2}})
    await world.hears(*map(person, SOME))
    await world.hears(*(person(name, end=YESTERDAY) for name in SOME))
    world.renewed("second", policy(**{**PLAIN, "timing": {"create_before": 7}}, limits={"disable": {"day": 2}}))
    await world.hours(1)
    assert len(await world.held()) == len(SOME), "another policy with the same limits asks nothing again"
    world.renewed("third", policy(**PLAIN, limits={"disable": {"day": 9}}))
    await world.hours(1)
    assert len(world.directory.enabled()) == len(SOME), "ten are too many for nine as well"
    world.renewed("fourth", policy(**PLAIN, limits={"disable": {"day": 10}}))
    await world.hours(1)
    assert world.directory.enabled() == set()
    assert await world.held() == []


async def test_what_somebody_has_said_no_to_is_not_asked_again_by_another_limit(open_world: Any) -> None:
    world: World = await open_world(**PLAIN, limits={"disable": {"day": 0}})
    await world.hears(person("7"))
    await world.hears(person("7", end=YESTERDAY))

    def hold(own: str) -> str:
        return layout.hold(own, "entra", "disable")

    row = await world.row("7", hold)
    assert row is not None
    await world.put("7", hold, {**row.data, "rejected": {"by": "somebody"}})
    world.renewed("second", policy(**PLAIN, limits={"disable": {"day": 9}}))
    await world.hours(2)
    assert world.directory.enabled() == {"7"}


# ── urgent ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def dismissals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is dismissed leaves at once."""

    def dismissed(seen: Any, *given: Any) -> Desired | None:
        new = desired(seen, *given)
        return replace(new, urgent=bool(seen.facts.get("dismissed"))) if new else None

    monkeypatch.setattr(targeting, "desired", dismissed)


def fired(name: str) -> Any:
    return person(name, end=YESTERDAY, dismissed=True)


GROUPS: dict[str, Any] = {**PLAIN, "grants": [{"group": "All"}]}


@pytest.mark.usefixtures("dismissals")
async def test_a_dismissal_is_closed_while_its_cohort_is_still_gathering(open_world: Any) -> None:
    world: World = await open_world(**GROUPS)
    await world.hears(*map(person, SOME))

    closed: list[bool] = []

    async def look(table: str, changes: Sequence[Change]) -> None:
        await world.work()
        if any(change.key.startswith("cohort|") for change in changes):
            closed.append("100" not in world.directory.enabled())

    world.store.before = look
    await world.says(fired("100"), *map(person, SOME[1:]))
    world.store.before = None
    assert closed == [False, True], "when the cohort was opened, and when it was complete"
    await world.work()
    assert world.directory.of("100").entitlements == frozenset()
    assert await world.held() == []


@pytest.mark.usefixtures("dismissals")
async def test_a_dismissal_goes_on_while_a_mass_of_leavers_waits(open_world: Any) -> None:
    world: World = await open_world(**GROUPS, limits={"disable": {"day": 2}, "urgent": {"day": 1}})
    await world.hears(*map(person, SOME))
    await world.hears(fired("100"), *(person(name, end=YESTERDAY) for name in SOME[1:]))
    assert world.directory.enabled() == set(SOME[1:])
    assert {one.hr_id for one in await world.held()} == set(SOME[1:])
    await world.hours(2)
    assert world.directory.of("100").entitlements == frozenset()


@pytest.mark.usefixtures("dismissals")
async def test_more_dismissals_than_are_urgent_are_ordinary_leavers(open_world: Any) -> None:
    world: World = await open_world(**GROUPS, limits={"disable": {"day": 2}, "urgent": {"day": 3}})
    await world.hears(*map(person, SOME))
    await world.hears(*map(fired, SOME))
    assert len(world.directory.enabled()) == len(SOME) - 3
    assert {one.reason for one in await world.held()} == {Reason.LIMIT}
    used = [key.split("|")[1] for key in await world.reservations() if not key.startswith("use|revoke")]
    assert used == ["urgent"] * 3


@pytest.mark.usefixtures("dismissals")
async def test_an_urgent_decision_that_died_before_its_permit_is_made_again_and_counts_once(open_world: Any) -> None:
    world: World = await open_world(**GROUPS, limits={"urgent": {"day": 1}, "disable": {"day": 0}})
    await world.hears(person("100"))
    await world.says(fired("100"))
    own = layout.own_id("hr", "100")
    await production.map_person(world.engine, own)
    found = await world.mark(Hop.ADMIT, "100", "entra")
    assert found is not None

    async def stop(table: str, changes: Sequence[Change]) -> None:
        if any(change.key.startswith(layout.USES) for change in changes):
            raise ConnectionError

    world.store.after = stop
    with pytest.raises(ConnectionError):
        await production.admit_all(world.engine)
    world.store.after = None
    await world.work()
    await world.doors()
    assert world.directory.enabled() == set()
    assert codec.readable(found.data)
