"""Externals at the command line: who waits, what a yes does, a chosen day, and one sentence for what is wrong."""

# ruff: noqa: E501 - each mistake stands on one line with the whole sentence it is told in

import shutil
from pathlib import Path

import pytest
from cli_world import Place, Said, joinly, new_place

MILAN, SASKIA = "X-204", "000201"
BEFORE, ASKED = "2026-11-19", "2026-11-20"
WHY = ("--because", "the work goes on")


def said(place: Place, command: str, *words: object, on: str = ASKED) -> Said:
    first, *more = command.split()
    return joinly(first, *more, place.folder / "externals.yaml", "--data", place.data, "--on", on, *words)


@pytest.fixture(scope="module")
def once_asked(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The example with externals on the day on which the first of them is asked about, not to be touched."""
    place = new_place(tmp_path_factory.mktemp("externals") / "example")
    for day in (BEFORE, ASKED):
        assert said(place, "run", on=day).code == 0
    return place


@pytest.fixture
def asked(once_asked: Place, tmp_path: Path) -> Place:
    """The same, to do with as one likes."""
    shutil.copytree(once_asked.folder, tmp_path / "example")
    return Place(tmp_path / "example")


def fingerprint(place: Place) -> str:
    (one,) = said(place, "holds list", "--reason", "revalidation", "--json").json["holds"]
    assert (one["person"], one["a_yes"], one["place"]) == (MILAN, "extend", "guests")
    return str(one["fingerprint"])


def test_a_yes_says_until_when_and_the_history_names_whoever_said_it(asked: Place) -> None:
    shown = said(asked, "holds show", fingerprint(asked)).out
    assert "they end on 2026-12-18; a yes lets them stay until 2027-03-18" in shown
    assert "a yes  they stay as it says, and no longer" in shown
    done = said(asked, "holds approve", fingerprint(asked), *WHY)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0].endswith(" approved 1 of 1.")
    assert "X-204: they end on 2026-12-18; a yes lets them stay until 2027-03-18" in done.out
    assert "could not be done" not in done.out
    history = joinly("history", asked.folder / "externals.yaml", "--data", asked.data, "--person", MILAN).out
    assert "approve extend; the work goes on" in history
    assert "extended  18 December 2026 → 18 March 2027 by local:" in said(asked, "explain", "--person", MILAN).out


def test_a_chosen_day_answers_the_question_and_is_explained(asked: Place) -> None:
    done = said(asked, "extend", "--person", MILAN, "--until", "2027-01-31", *WHY)
    assert (done.code, done.out, done.err) == (0, "X-204 stays until 31 January 2027.\n", "")
    assert "revalidation" not in said(asked, "holds list").out
    explained = said(asked, "explain", "--person", MILAN).out
    assert "18 December 2026 → 31 January 2027 by local:" in explained
    veiled = said(asked, "explain", "--person", MILAN, "--redact").out
    assert "the work goes on" not in veiled
    assert "31 January 2027" not in veiled.split("extended")[1].splitlines()[0]


@pytest.mark.parametrize(
    ("person", "until", "why"),
    [
        (SASKIA, "2027-01-31", "nobody in guests has the id 000201"),
        (MILAN, "2027-11-21", "X-204 cannot be extended: 2027-11-21 is more than 365 days ahead; extend it less, and again when it is needed"),
        (MILAN, "2026-12-01", "X-204 cannot be extended: their source says 2026-12-18, which is later; an earlier end is set there"),
    ],
)  # fmt: skip
def test_what_cannot_be_extended_is_one_sentence(asked: Place, person: str, until: str, why: str) -> None:
    done = said(asked, "extend", "--person", person, "--until", until, *WHY)
    assert (done.code, done.out, done.err) == (1, "", f"joinly: {why}\n")


def test_a_policy_without_externals_extends_nobody(kept: Place) -> None:
    words = ("--data", kept.data, "--person", "000105", "--until", "2099-01-01", *WHY)
    done = joinly("extend", kept.policy, *words)
    assert (done.code, done.out) == (1, "")
    assert done.err == "joinly: 000105 is nobody in a source of externals; HR says how long they stay\n"


def test_the_calendar_tells_programs_what_will_be_asked(asked: Place) -> None:
    found = said(asked, "calendar", "--days", "220", "--json").json
    asks = [(day["day"], one["person"], one["asks"]) for day in found["days"] for one in day["people"] if "asks" in one]
    leaves = (
        "they end on 2027-06-30, and their sponsor is 000202, whose last day is 2027-03-31; a yes lets them stay until "
    )
    assert asks == [("2027-03-03", "X-205", f"{leaves}2027-06-30"), ("2027-06-02", "X-205", f"{leaves}2027-09-28")]
