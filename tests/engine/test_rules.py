"""Rules in the running engine: what is only said about somebody costs no write, days are remembered, and what excludes
each other never meets on one account.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine_world import DAY, START, TODAY, World, group, person, policy

from shared import codec, layout
from shared.errors import Reason
from shared.layout import Hop
from shared.model import Desired, Verb

APART = {
    "grants": [
        {"group": "Enters", "when": {"department": "Clerks"}, "after": 30},
        {"group": "Pays", "when": {"department": "Payers"}},
    ],
    "exclusive": [{"of": [{"group": "Enters"}, {"group": "Pays"}]}],
}


async def saved(world: World, hr_id: str = "7") -> tuple[int, Desired]:
    row = await world.row(hr_id, lambda own: layout.desired(own, "entra"))
    assert row is not None
    return int(row.data["version"]), codec.DESIRED.load(row.data)


async def test_another_rule_or_contract_that_gives_the_same_is_noted_and_nothing_is_done(open_world: Any) -> None:
    world: World = await open_world()
    await world.hears(person("7"))
    version, before = await saved(world)
    assert before.reasons == {"group:All": "grants.0 (contract c)"}
    done = len(world.directory.writes)
    other = person("7")
    await world.hears(replace(other, contracts=(replace(other.contracts[0], id="d"),)))
    again, now = await saved(world)
    assert (again, now.reasons) == (version, {"group:All": "grants.0 (contract d)"})
    assert len(world.directory.writes) == done
    assert await world.mark(Hop.PROVISION, "7", "entra") is None


async def test_a_person_is_looked_at_again_on_the_day_after_what_is_kept(open_world: Any) -> None:
    world: World = await open_world(grants=[{"group": "Sales", "when": {"department": "Sales"}, "after": 2}])
    await world.hears(person("7", department="Sales"))
    await world.hears(person("7", department="Care"))
    _, kept = await saved(world)
    assert kept.until == {"group:Sales": TODAY + DAY}
    mapped = await world.row("7", layout.mapped)
    assert mapped is not None
    assert mapped.data["wake"] == str(TODAY + 2 * DAY)
    assert await world.row("7", lambda own: layout.wake(TODAY + 2 * DAY, own)) is not None
    await world.hours(24 + 16)
    assert group("Sales") in world.directory.of("7").entitlements
    await world.hours(8)
    assert world.directory.of("7").entitlements == frozenset()


async def test_what_excludes_it_must_be_gone_before_anything_is_granted(open_world: Any) -> None:
    """Also when taking it away waits for a yes: nobody ever has both."""
    world: World = await open_world(**APART, limits={"revoke": {"day": 0}})
    await world.hears(person("7", department="Clerks"))
    await world.hears(person("7", department="Payers"))
    await world.doors()
    assert world.directory.of("7").entitlements == {group("Enters")}
    assert await world.reasons() == {("7", Reason.LIMIT), ("7", Reason.CONFLICT)}
    assert await world.approve_all() == 1
    await world.work()
    await world.hours(1)
    assert world.directory.of("7").entitlements == {group("Pays")}
    assert await world.reasons() == set()


async def test_what_waits_for_a_decision_about_rules_survives_everything_else_that_is_done(open_world: Any) -> None:
    both = [{"group": "Enters"}, {"group": "Pays"}]
    world: World = await open_world(grants=[*both, {"group": "All"}], exclusive=[{"of": both}])
    await world.hears(person("7"))
    assert await world.reasons() == {("7", Reason.CONFLICT)}
    assert world.directory.of("7").entitlements == {group("All")}
    await world.hears(person("7", title="head"))
    await world.hours(1)
    assert await world.reasons() == {("7", Reason.CONFLICT)}
    assert not [one for one in await world.held() if one.approvable]
    world.renewed("second", policy(grants=[*both, {"group": "All"}]))
    await world.doors()
    assert await world.reasons() == set()
    assert world.directory.of("7").entitlements == {group("All"), group("Enters"), group("Pays")}


async def test_a_name_that_cannot_be_used_waits_and_everything_else_goes_on(open_world: Any) -> None:
    world: World = await open_world(grants=[{"group": "All"}, {"group": "Dept-{department}"}])
    await world.hears(person("7", department="x" * 300))
    assert await world.reasons() == {("7", Reason.INVALID_VALUE)}
    assert world.directory.of("7").entitlements == {group("All")}
    await world.hears(person("7", department="Care"))
    assert await world.reasons() == set()
    assert world.directory.of("7").entitlements == {group("All"), group("Dept-Care")}


async def test_leave_to_create_a_missing_group_reaches_the_target(open_world: Any) -> None:
    world: World = await open_world(grants=[{"group": "Dept-{department}", "create": "yes"}, {"group": "All"}])
    seen: list[tuple[str, bool, str]] = []
    apply = world.directory.apply

    async def watched(account: str, action: Any) -> str:
        if action.verb is Verb.GRANT:
            seen.append((str(action.entitlement), action.may_create, action.rule))
        return await apply(account, action)

    world.directory.apply = watched
    await world.hears(person("7", department="Care"))
    assert seen == [
        ("group:All", False, "grants.1 (contract c)"),
        ("group:Dept-Care", True, "grants.0 (contract c)"),
    ]


async def test_a_day_counted_from_today_wakes_the_person_on_that_day_and_no_other(open_world: Any) -> None:
    world: World = await open_world(grants=[{"group": "New", "when": {"contractStart": {"at_least": "today - 2"}}}])
    await world.hears(person("7", start=TODAY))
    assert world.directory.of("7").entitlements == {group("New")}
    mapped = await world.row("7", layout.mapped)
    assert mapped is not None
    assert mapped.data["wake"] == str(TODAY + timedelta(3))
    await world.hours(3 * 24)
    assert world.clock.now - START == timedelta(3)
    assert world.directory.of("7").entitlements == frozenset()
