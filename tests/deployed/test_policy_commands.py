"""`joinly policy` on a deployment: what goes live, whom it touches, who said so, and the way back."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from deployed_world import Said, World, joinly

from shared import layout
from shared.cli import policy_activating
from shared.policies import Policies

TITLE = ('jobTitle: "[title]"', 'jobTitle: Join(", ", [title], [location])')
NOTHING = ("customer: Contoso", "customer: Contoso  # renamed soon")
PEOPLE = 12
"""Everybody in service but the one whose account is protected."""


def pushed(world: World, *change: str) -> str:
    said = joinly("policy", "push", world.env, world.alter(*(change or TITLE)), "--json")
    assert said.code == 0, said.err
    return str(said.json["version"])


def activate(world: World, version: str, *words: object, typed: str | None = None) -> Said:
    return joinly("policy", "activate", world.env, version, "--because", "CHG-1042", *words, typed=typed)


def rollback(world: World, *words: object, typed: str | None = None) -> Said:
    return joinly("policy", "rollback", world.env, "--because", "wrong", *words, typed=typed)


def listed(world: World) -> dict[str, Any]:
    return joinly("policy", "list", world.env, "--json").json


def active(world: World) -> str:
    return str(listed(world)["active"])


def test_what_is_pushed_is_checked_named_and_not_active(world: World) -> None:
    first = active(world)
    file = world.alter(*TITLE)
    said = joinly("policy", "push", world.env, file)
    version = said.out.split(" is pushed as ")[1].split(".")[0]
    assert (said.code, said.err) == (0, "")
    assert f"`joinly policy activate {world.env} {version}` makes it active" in said.out
    assert " was pushed before as " in joinly("policy", "push", world.env, file).out
    assert joinly("policy", "show", world.env, version).out == file.read_text(encoding="utf-8")
    assert joinly("policy", "show", world.env).out == world.policy.read_text(encoding="utf-8")
    assert (active(world), {one["version"] for one in listed(world)["versions"]}) == (first, {first, version})


def test_every_mistake_is_named_with_its_place_and_nothing_is_pushed(world: World) -> None:
    file = world.alter("    correlate: [employeeId]", "    colour: blue\n    correlate: [employeeNumber]")
    said = joinly("policy", "push", world.env, file)
    lines = said.err.splitlines()
    assert said.code == 1
    assert any(f"{file}:" in line and "targets.entra.colour" in line for line in lines), said.err
    assert len(listed(world)["versions"]) == 1


def test_a_policy_for_another_tenant_is_refused_where_it_says_so(world: World) -> None:
    ours = world.outside.tenant.tenant.id
    file = world.alter(ours, "00000000-0000-4000-8000-000000000000")
    said = joinly("policy", "push", world.env, file)
    assert said.code == 1
    assert f"{file}:" in said.err
    assert "this is not the id of the tenant this app signs in to (JOINLY_TENANT)" in said.err


def test_a_difference_is_told_in_text_and_person_by_person_and_nothing_is_written(world: World) -> None:
    version = pushed(world)
    rows, writes = world.rows("state"), world.outside.tenant.tenant.writes
    world.asked.clear()
    said = joinly("policy", "diff", world.env, version)
    assert (said.code, said.err) == (0, "")
    assert '-      jobTitle: "[title]"\n+      jobTitle: Join(", ", [title], [location])\n' in said.out
    assert '      jobTitle  "Hoofd verkoop" → "Hoofd verkoop, Rotterdam"\n' in said.out
    assert said.out.endswith(f"\n{PEOPLE} people are touched: {PEOPLE} update.\n")
    assert max(world.asked.values()) <= 20, "each table is fetched once, however many people there are"
    assert (world.rows("state"), world.outside.tenant.tenant.writes, world.rung) == (rows, writes, [])


def test_a_file_is_compared_before_it_is_pushed_and_programs_get_no_value_of_anybody(world: World) -> None:
    said = joinly("policy", "diff", world.env, world.alter(*TITLE), "--json").json
    assert (said["people"], said["actions"], said["beyond_limits"]) == (PEOPLE, {"update": PEOPLE}, 0)
    assert said["plan"][0] == {"person": "000101", "target": "entra", "verb": "update", "attributes": ["jobTitle"]}
    assert "Rotterdam" not in str(said)


def test_only_the_texts_are_compared_without_any_right_to_the_state(world: World) -> None:
    world.secrets.clear()
    said = joinly("policy", "diff", world.env, world.alter(*TITLE), "--text")
    assert (said.code, "+      jobTitle: Join" in said.out, "touched" in said.out) == (0, True, False)
    assert not world.asked


def test_what_touches_nobody_is_activated_without_a_question(world: World) -> None:
    version = pushed(world, *NOTHING)
    said = activate(world, version)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Nobody is touched.\n")
    assert (
        f"{version} is active, by entra:els@contoso.nl/6c1d; the deployment goes by it within a minute.\n" in said.out
    )
    assert active(world) == version


@pytest.mark.parametrize(
    ("words", "typed", "code", "why"),
    [
        ((), None, 1, f"{PEOPLE} people are touched; nothing was changed. --yes {PEOPLE} says that this is meant"),
        (("--yes", PEOPLE - 1), None, 1, f"--yes {PEOPLE - 1} was said, and {PEOPLE} people are touched; nothing was"),
        ((), "12 please", 1, "that is another number; nothing was changed"),
        (("--yes", PEOPLE), None, 0, ""),
        (("--yes", 100), None, 0, ""),
        ((), str(PEOPLE), 0, "Type the number to go on: "),
    ],
)
def test_whoever_touches_people_says_how_many(
    world: World, words: tuple[object, ...], typed: str | None, code: int, why: str
) -> None:
    first, version = active(world), pushed(world)
    said = activate(world, version, *words, typed=typed)
    assert (said.code, why in said.err) == (code, True), said.err
    assert active(world) == (version if code == 0 else first)
    assert "Rotterdam" not in said.out, "a pipeline keeps what is printed"


def test_who_activated_what_and_why_is_in_the_history_and_in_the_ledger(world: World) -> None:
    first, version = active(world), pushed(world)
    activate(world, version, "--yes", PEOPLE)
    told = listed(world)["activations"]
    assert [(one["number"], one["version"], one["because"]) for one in told] == [
        (2, version, "CHG-1042"),
        (1, first, "the first"),
    ]
    assert f"  2  {version}  " in joinly("policy", "list", world.env).out
    (line,) = world.ledger("activate policy")
    assert (line["policy"], line["by"], line["because"]) == (version, "entra:els@contoso.nl/6c1d", "CHG-1042")
    assert (line["number"], line["previous"], line["people"]) == (2, first, PEOPLE)


def test_a_rollback_goes_to_the_one_before_with_the_same_care(world: World) -> None:
    first, version = active(world), pushed(world)
    activate(world, version, "--yes", PEOPLE)
    assert "--yes 12 says that this is meant" in rollback(world).err
    said = rollback(world, "--yes", PEOPLE)
    assert said.code == 0, said.err
    assert said.out.startswith(f"Back from {version}, which entra:els@contoso.nl/6c1d activated: CHG-1042\n{PEOPLE} ")
    assert active(world) == first
    assert listed(world)["activations"][0]["rollback"] is True
    assert [line["policy"] for line in world.ledger("roll back policy")] == [first]
    assert rollback(world).err == "joinly: no other policy was active before; there is nothing to go back to\n"


def test_what_is_beyond_the_limits_is_said_before_it_is_activated(world: World) -> None:
    version = pushed(world, "    correlate: [employeeId]", "    when: {location: Zwolle}\n    correlate: [employeeId]")
    said = joinly("policy", "diff", world.env, version, "--json").json
    assert said["beyond_limits"] > 0
    refused = activate(world, version)
    assert (refused.code, "are beyond the limits and wait for a yes." in refused.out) == (1, True)


def test_of_two_who_activate_at_once_one_is_told_who_was_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    version, meant = pushed(world, *NOTHING), policy_activating.meant
    other = pushed(world)

    async def meanwhile(*words: Any) -> Any:
        found = await meant(*words)
        policies: Policies = words[0].policies
        before = await policies.activation()
        await policies.activate(other, by="ann", at=datetime.now(UTC), because="CHG-1", after=before)
        return found

    monkeypatch.setattr(policy_activating, "meant", meanwhile)
    said = activate(world, version)
    assert said.code == 1
    assert f"joinly: ann activated {other} at " in said.err
    assert said.err.endswith("UTC: CHG-1; nothing was changed. Look again\n")
    assert active(world) == other
    assert world.ledger("activate policy") == []


def test_what_nobody_can_foresee_is_activated_only_when_told_so(world: World) -> None:
    version = pushed(world)
    world.secrets.clear()
    refused = activate(world, version, "--yes", 100)
    assert refused.code == 1
    assert "Nobody can say what it means: secret:joinly-hash-key: access denied" in refused.out
    assert "--unseen activates it all the same" in refused.err
    assert activate(world, version, "--unseen").code == 0
    assert active(world) == version
    (line,) = world.ledger("activate policy")
    assert "people" not in line


def test_over_rows_of_a_newer_version_nobody_can_foresee_anything(world: World) -> None:
    newer = {"schema": layout.SCHEMA + 1, "something": "else"}
    world.put(layout.STATE, layout.bucket("x"), layout.person("x"), newer)
    said = joinly("policy", "diff", world.env, world.alter(*TITLE))
    assert said.code == 1
    assert "Nobody can say what it means: a row has schema " in said.out


def test_an_active_policy_that_this_version_cannot_read_is_rolled_back_all_the_same(world: World) -> None:
    first, newer = active(world), world.policy.read_text(encoding="utf-8") + "moon_phases: true\n"
    asyncio.run(world.newer(newer))
    looked = joinly("holds", "list", world.env)
    assert looked.code == 1
    assert "moon_phases: this key is not known" in looked.err
    assert joinly("stop", world.env, "--because", "who wrote this").code == 0
    refused = rollback(world)
    assert (refused.code, "cannot be read by this version of Joinly" in refused.out) == (1, True)
    assert rollback(world, "--unseen").code == 0
    assert active(world) == first


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("diff", "ENV", "ffff"), "there is no version ffff"),
        (("diff", "ENV", "nowhere.yaml"), "nowhere.yaml: there is no such file"),
        (("activate", "ENV", "ffff", "--because", "x"), "there is no version ffff"),
        (
            ("push", "POLICY", "POLICY"),
            "policies are pushed to a data folder, such as .joinly/example, or to a deployment",
        ),
        (("push", "ENV", "ENV"), "it names a deployment, and this needs a policy's own file"),
    ],
)
def test_what_is_wrong_is_one_sentence(world: World, words: tuple[str, ...], said: str) -> None:
    given = [{"ENV": world.env, "POLICY": world.policy}.get(word, word) for word in words]
    found = joinly("policy", *given)
    assert (found.code, said in found.err, found.err.count("\n")) == (1, True, 1), found.err


def test_what_is_active_already_is_said(world: World) -> None:
    said = activate(world, active(world))
    assert (said.code, "is active already, since " in said.err) == (1, True)
