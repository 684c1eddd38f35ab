"""`joinly policy` on a data folder: versions are pushed, activated and rolled back; a run goes by the active one."""

import shutil
from pathlib import Path

import pytest
from cli_world import DAY, Place, Said, joinly

PEOPLE = 16
LATER = "2026-11-24"


@pytest.fixture
def home(place: Place) -> Place:
    """A data folder with the export that the policy reads: paths in a pushed policy start in the data folder."""
    shutil.copytree(place.folder / "hr", place.data / "hr")
    return place


def policy(home: Place, what: str, *words: object) -> Said:
    return joinly("policy", what, home.data, *words)


def pushed(home: Place, file: Path) -> str:
    said = policy(home, "push", file, "--json")
    assert said.code == 0, said.err
    return str(said.json["version"])


def activate(home: Place, version: str, *words: object, on: str = DAY) -> Said:
    return policy(home, "activate", version, "--because", "CHG-1042", "--on", on, *words)


def run(home: Place, on: str = DAY) -> Said:
    return joinly("run", home.data, "--on", on, "--json")


def test_a_run_goes_by_the_active_policy_and_back_by_the_one_before(home: Place) -> None:
    first = pushed(home, home.policy)
    refused = activate(home, first)
    assert (refused.code, f"--yes {PEOPLE} says that this is meant" in refused.err) == (1, True), refused.err
    assert activate(home, first, "--yes", PEOPLE).code == 0
    assert run(home).json["actions"]["create"] == PEOPLE

    home.alter('jobTitle: "[title]"', 'jobTitle: "[department]"', name="new.yaml")
    second = pushed(home, home.folder / "new.yaml")
    told = policy(home, "diff", second, "--on", LATER, "--json").json
    assert (told["from"], told["to"], told["actions"]) == (first, second, {"update": PEOPLE})
    assert run(home, LATER).json["actions"] == {}, "pushing changes nothing"
    assert activate(home, second, "--yes", PEOPLE, on=LATER).code == 0
    assert run(home, LATER).json["actions"] == {"update": PEOPLE}

    back = policy(home, "rollback", "--because", "wrong", "--yes", PEOPLE, "--on", LATER)
    assert (back.code, f"{first} is active, by local:" in back.out) == (0, True), back.err
    assert run(home, LATER).json["actions"] == {"update": PEOPLE}
    history = policy(home, "list", "--json").json["activations"]
    assert [(one["version"], one["rollback"]) for one in history] == [(first, True), (second, False), (first, False)]
    ledger = joinly("ledger", "export", home.data, "--json").out
    assert ledger.count('"activate policy"') == 2
    assert ledger.count('"roll back policy"') == 1


def test_every_other_command_finds_the_active_policy_in_the_folder(home: Place) -> None:
    activate(home, pushed(home, home.policy), "--yes", PEOPLE)
    assert run(home).code == 0
    assert joinly("holds", "list", home.data).code == 0
    assert joinly("history", home.data, "--person", "000105").code == 0
    assert joinly("preview", home.data, "--on", DAY, "--json").json["plan"] == []


def test_before_one_is_active_it_is_said_how_to_have_one(home: Place) -> None:
    pushed(home, home.policy)
    said = run(home)
    assert said.err == "joinly: no policy is active; `joinly policy push` one and `joinly policy activate` it\n"
    assert policy(home, "list").out.endswith("\nNone is active.\n")


def test_a_folder_without_policies_is_no_policy(home: Place) -> None:
    assert joinly("run", home.data).err == f"joinly: {home.data}: it is a folder; name the policy's own file\n"
    assert policy(home, "list").out == "No policy was pushed yet.\n"


def test_mistakes_are_those_that_validate_names(home: Place) -> None:
    home.alter("    correlate: [employeeId]", "    colour: blue\n    correlate: [employeeId]", name="new.yaml")
    file = home.folder / "new.yaml"
    validated, said = joinly("validate", file), policy(home, "push", file)
    assert (said.code, said.err) == (validated.code, validated.err)
    assert said.err.startswith(f"{file}:")
    assert "targets.entra.colour: this key is not known" in said.err
