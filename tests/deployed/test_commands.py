"""Every command on a deployment: it works on its state and rings, or says in one sentence why it does not."""

from datetime import date, timedelta
from typing import Any

import pytest
from deployed_world import LEAVERS, World, joinly

from shared import layout, queues
from shared.cli import lock
from shared.engine.parts import NOBODY
from shared.layout import Hop

ELS = "entra:els@contoso.nl/6c1d"
SASKIA, EVA = "000105", "000112"
THERE = "The deployment carries it out now; `joinly history ENV"
LATER = f"{date.today() + timedelta(days=30)}"  # noqa: DTZ011 - some day to come
FEW = 30
"""Questions about one table that a command may ask, however many people there are."""


def own(hr_id: str) -> str:
    return layout.own_id("hr", hr_id)


def waiting(world: World, *words: object) -> list[dict[str, Any]]:
    return list(joinly("holds", "list", world.env, "--json", *words).json["holds"])


def name_of(world: World, hr_id: str) -> str:
    return next(str(one["fingerprint"]) for one in waiting(world) if one["person"] == hr_id)


def rows_of(world: World, hr_id: str) -> set[str]:
    prefix = layout.of(own(hr_id))
    return {row.key.removeprefix(prefix) for row in world.rows(layout.STATE) if row.key.startswith(prefix)}


def marked(world: World, hr_id: str) -> set[str]:
    return {
        row.key.split("|")[1]
        for row in world.rows(layout.STATE)
        if row.key.startswith("mark|") and own(hr_id) in row.key
    }


LOOKS: dict[str, tuple[str, ...]] = {
    "what waits": ("holds", "list", "ENV"),
    "what waits, for programs": ("holds", "list", "ENV", "--all", "--json"),
    "exceptions": ("exceptions", "list", "ENV"),
    "other records": ("records", "list", "ENV"),
    "history": ("history", "ENV", "--person", EVA),
    "runs": ("runs", "ENV"),
    "the ledger": ("ledger", "export", "ENV"),
    "one person": ("person", "show", "ENV", "--person", EVA),
    "what each app must be allowed": ("permissions", "ENV", "--json"),
}


@pytest.mark.parametrize("words", LOOKS.values(), ids=LOOKS.keys())
def test_looking_asks_a_few_questions_and_writes_nothing(world: World, words: tuple[str, ...]) -> None:
    said = joinly(*(world.env if word == "ENV" else word for word in words))
    assert (said.code, said.err) == (0, ""), said.err
    assert said.out
    assert max(world.asked.values(), default=0) <= FEW
    assert not world.outside.touched
    assert world.rung == []


def test_what_waits_is_shown_with_what_a_yes_would_do(world: World) -> None:
    some = waiting(world, "--reason", "limit")
    assert [one["person"] for one in some] == list(LEAVERS)
    world.asked.clear()
    said = joinly("holds", "show", world.env, some[0]["fingerprint"])
    assert (said.code, "- disable" in said.out) == (0, True), said.err
    assert max(world.asked.values(), default=0) <= FEW


def test_a_yes_is_saved_and_rung_for_and_the_deployment_does_it(world: World) -> None:
    writes = world.outside.tenant.tenant.writes
    said = joinly("holds", "approve", world.env, name_of(world, EVA), "--because", "he left")
    assert (said.code, said.err) == (0, "")
    there = THERE.replace("ENV", str(world.env))
    assert said.out == f"{ELS} approved 1 of 1.\n{there} --person ID` tells what it did.\n"
    assert world.rung == [(queues.PROVISIONING, f"{own(EVA)}|entra")]
    assert "permit|entra" in rows_of(world, EVA)
    assert world.outside.tenant.tenant.writes == writes
    assert [one["person"] for one in waiting(world, "--reason", "limit")] == list(LEAVERS[1:])
    assert any(ELS in str(line) and "he left" in str(line) for line in world.ledger("approve"))


def test_a_no_and_a_not_now_and_an_ask_again_are_saved(world: World) -> None:
    first, second = name_of(world, LEAVERS[0]), name_of(world, LEAVERS[1])
    assert joinly("holds", "reject", world.env, first, "--because", "she stays").code == 0
    assert joinly("holds", "snooze", world.env, second, "--until", LATER, "--because", "later").code == 0
    assert [one["person"] for one in waiting(world, "--reason", "limit")] == [LEAVERS[2]]
    assert joinly("holds", "reconsider", world.env, second, "--because", "now").code == 0
    assert len(waiting(world, "--reason", "limit")) == 2


def test_what_cannot_be_rung_for_is_saved_and_it_is_said_who_finds_it(world: World) -> None:
    world.outside.refuse("com.microsoft:server-busy")
    try:
        said = joinly("holds", "approve", world.env, name_of(world, EVA), "--because", "he left")
    finally:
        world.outside.refuse("")
    assert said.code == 0, said.err
    assert "It is saved, and the deployment finds it with its next sweep: queue provisioning: " in said.out
    assert "permit|entra" in rows_of(world, EVA)
    assert marked(world, EVA) == {Hop.PROVISION}


def test_somebody_is_blocked_and_it_is_seen_whether_it_is_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.cli.at_once.LOOKS", 2)
    monkeypatch.setattr("shared.cli.at_once.PAUSE", 0.01)
    said = joinly("block", world.env, "--person", SASKIA, "--because", "stolen laptop")
    assert said.code == 75
    assert "000105 is blocked, but " in said.out
    assert " on entra is NOT disabled yet.\nThe deployment carries it out now" in said.out
    assert world.rung == [(queues.PROVISIONING_NOW, f"{own(SASKIA)}|entra")]
    assert world.taken(*world.rung[0]) == 1
    assert "block" in rows_of(world, SASKIA)
    world.now_is(own(SASKIA), enabled=False)
    done = joinly("block", world.env, "--person", SASKIA, "--because", "stolen laptop")
    assert (done.code, "saskia.degraaf@contoso.nl on entra is disabled." in done.out) == (0, True), done.err
    assert joinly("exceptions", "list", world.env).out.startswith("Blocked (1)\n  000105  since ")
    lifted = joinly("unblock", world.env, "--person", SASKIA, "--because", "found")
    assert (lifted.code, "000105 is not blocked any longer." in lifted.out) == (0, True)
    assert "block" not in rows_of(world, SASKIA)


def test_a_block_by_the_name_of_an_account_asks_the_tenant_with_the_persons_own_sign_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.cli.at_once.LOOKS", 1)
    monkeypatch.setattr("shared.cli.at_once.PAUSE", 0.01)
    said = joinly("block", world.env, "--account", "saskia.degraaf@contoso.nl", "--because", "phishing")
    assert said.code == 75, said.err
    assert "block" in rows_of(world, SASKIA)


def test_a_lease_of_a_running_worker_is_not_taken_from_it_by_an_unblock(world: World) -> None:
    joinly("exceptions", "list", world.env)
    held = {**NOBODY, "owner": "worker", "until": "2099-01-01T00:00:00+00:00"}
    world.put(layout.STATE, layout.bucket(own(EVA)), layout.lease(own(EVA), "entra"), held)
    assert (
        joinly("unblock", world.env, "--person", SASKIA, "--because", "x").err == "joinly: this person is not blocked\n"
    )
    assert any(row.data.get("owner") == "worker" for row in world.rows(layout.STATE) if "|lease|" in row.key)


def test_writes_are_stopped_and_go_on(world: World) -> None:
    said = joinly("stop", world.env, "--because", "groups are emptied")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "Nothing is written to any target until `joinly resume`. The deployment stops within 15 seconds.\n"
    )
    (row,) = [row for row in world.rows(layout.GATES) if row.partition == layout.STOPS]
    assert row.key == layout.EVERYTHING
    assert joinly("stop", world.env, "--target", "x", "--because", "y").err.startswith("joinly: name one of the policy")
    resumed = joinly("resume", world.env, "--because", "a wrong export")
    assert resumed.code == 0
    assert resumed.out.startswith(f"Writes to all targets go on. {ELS} had stopped them: groups are emptied\n")
    assert [row for row in world.rows(layout.GATES) if row.partition == layout.STOPS] == []


def test_a_stop_is_heard_though_nobody_can_read_a_policy(world: World) -> None:
    world.lose_policies()
    said = joinly("stop", world.env, "--because", "now")
    assert (said.code, said.err) == (0, "")
    assert [row.key for row in world.rows(layout.GATES) if row.partition == layout.STOPS] == [layout.EVERYTHING]


ASKED: dict[str, tuple[tuple[str, ...], str]] = {
    "an exception": (
        ("exceptions", "add", "ENV", "--person", SASKIA, "--freeze", "--until", LATER, "--owner", "els"),
        "The deployment carries it out now",
    ),
    "names": (
        ("rename", "ENV", "--person", SASKIA, "--to", "userPrincipalName=s.degraaf@contoso.nl"),
        "000105 is to be renamed on entra: userPrincipalName.\nThe deployment carries it out now",
    ),
    "a link that is cut": (
        ("link", "cut", "ENV", "--person", SASKIA),
        "is no longer 000105's; it is left as it is.\nThe deployment carries it out now",
    ),
}


@pytest.mark.parametrize(("words", "what"), ASKED.values(), ids=ASKED.keys())
def test_what_is_asked_for_is_saved_and_rung_for_and_not_done_here(
    world: World, words: tuple[str, ...], what: str
) -> None:
    writes = world.outside.tenant.tenant.writes
    because = () if words[0] == "rename" else ("--because", "CHG-1")
    said = joinly(*(world.env if word == "ENV" else word for word in words), *because)
    assert (said.code, said.err) == (0, "")
    assert what in said.out
    assert world.rung != []
    assert marked(world, SASKIA)
    assert world.outside.tenant.tenant.writes == writes


def test_a_run_is_taken_back_by_the_deployment(world: World) -> None:
    run = joinly("runs", world.env, "--json").json["runs"][-1]["run"]
    shown = joinly("undo", world.env, "--run", run)
    assert (shown.code, "--apply does it." in shown.out) == (0, True), shown.err
    assert not world.outside.touched
    done = joinly("undo", world.env, "--run", run, "--apply")
    assert (done.code, "The deployment carries it out now" in done.out) == (0, True), done.err
    assert world.rung != []


def test_a_backup_holds_what_is_there_and_a_restore_brings_back_what_is_gone(world: World) -> None:
    file = world.folder / "backup.jsonl"
    saved = joinly("backup", world.env, file)
    assert saved.code == 0, saved.err
    world.lose(layout.IDENTIFIERS)
    world.asked.clear()
    said = joinly("restore", world.env, file)
    assert said.code == 0, said.err
    homes = {row.partition for row in world.rows(layout.IDENTIFIERS)}
    assert world.asked[layout.IDENTIFIERS] == len(homes), "rows of one partition go together"
    gone = sum(1 for line in file.read_text(encoding="utf-8").splitlines() if line.startswith('["identifiers"'))
    assert said.out.startswith(f"{gone} rows were missing and are back; ")
    assert len(world.rows(layout.IDENTIFIERS)) == gone
    assert joinly("restore", world.env, file).out.startswith("0 rows were missing and are back; ")


def test_a_doubted_answer_is_accepted_for_the_deployments_next_reading(world: World) -> None:
    said = joinly("accept", world.env, "--answer", "0123456789ab", "--source", "hr", "--because", "checked")
    assert (said.code, "the deployment goes by it when it next reads HR" in said.out) == (0, True), said.err


def test_a_preview_reads_hr_and_the_tenant_as_the_person_at_the_keyboard(world: World) -> None:
    writes = world.outside.tenant.tenant.writes
    said = joinly("preview", world.env)
    assert (said.code, said.err) == (0, "")
    assert "Nothing was written." in said.out
    assert (world.outside.touched, world.outside.tenant.tenant.writes, world.rung) == (set(), writes, [])
    coming = joinly("calendar", world.env, "--days", "7")
    assert coming.code == 0, coming.err
    told = joinly("explain", world.env, "--person", SASKIA)
    assert (told.code, "saskia" in told.out) == (0, True), told.err
    assert joinly("why", world.env, "--person", SASKIA, "--entitlement", "group:All staff").code == 0


def test_what_is_wrong_in_hr_is_looked_for_and_nothing_is_written(world: World) -> None:
    said = joinly("hr", "check", world.env)
    assert (said.code, "of hr" in said.out) == (0, True), said.err
    assert (world.outside.touched, world.rung) == (set(), [])


def test_while_the_deployment_reads_hr_somebody_may_look_at_it_too(world: World) -> None:
    (row,) = [row for row in world.rows(layout.SOURCES) if (row.partition, row.key) == ("hr", layout.LEASE)]
    world.put(layout.SOURCES, "hr", layout.LEASE, {**row.data, "until": "2099-01-01T00:00:00+00:00"})
    for words in (("explain", "--person", SASKIA), ("calendar",), ("preview",)):
        said = joinly(words[0], world.env, *words[1:])
        assert (said.code, said.err) == (0, ""), words
    assert world.outside.touched == {layout.SOURCES}


def test_a_preview_without_the_right_to_the_key_says_which_secret_it_is(world: World) -> None:
    world.secrets.clear()
    said = joinly("preview", world.env)
    assert (said.code, said.err) == (1, "joinly: secret:joinly-hash-key: access denied (Forbidden)\n")


def test_a_new_policy_is_previewed_against_the_deployment(world: World) -> None:
    file = world.alter('jobTitle: "[title]"', 'jobTitle: "[department]"')
    said = joinly("preview", file, "--against", world.env, "--json")
    assert said.code == 0, said.err
    assert {step["verb"] for step in said.json["plan"]} == {"update"}
    assert joinly("preview", world.env, "--against", world.policy, "--json").json["plan"] == []


REFUSED: dict[str, tuple[tuple[str, ...], int, str]] = {
    "to run": (("run", "ENV"), 1, "a deployment runs by itself; `joinly preview "),
    "to be validated": (("validate", "ENV"), 1, "it names a deployment, and this needs a policy's own file"),
    "another state": (("holds", "list", "ENV", "--data", "here"), 2, "names a deployment, which has its own state"),
    "a pretended day": (
        ("holds", "approve", "ENV", "0123456789ab", "--because", "x", "--on", "2026-12-01"),
        1,
        "a deployment lives today; --on is for looking only",
    ),
}


@pytest.mark.parametrize(("words", "code", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_a_deployment_does_not_do_is_one_sentence(
    world: World, words: tuple[str, ...], code: int, why: str
) -> None:
    said = joinly(*(world.env if word == "ENV" else word for word in words))
    assert (said.code, why in said.err) == (code, True), said.err
    assert not world.outside.touched


def test_nothing_is_locked(world: World) -> None:
    with lock.to_write(world.folder):
        assert joinly("holds", "list", world.env).code == 0
        assert joinly("holds", "approve", world.env, name_of(world, EVA), "--because", "he left").code == 0


def test_rows_of_a_newer_version_are_passed_by_and_a_preview_says_so(world: World) -> None:
    newer = {"schema": layout.SCHEMA + 1, "something": "else"}
    world.put(layout.STATE, layout.bucket(own(SASKIA)), layout.person(own(SASKIA)), newer)
    assert joinly("holds", "list", world.env).code == 0
    said = joinly("preview", world.env)
    assert said.code == 1
    assert said.err.startswith(f"joinly: {world.env}: a row has schema {layout.SCHEMA + 1}; this version reads")
