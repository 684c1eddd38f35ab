"""The table of transitions in docs/lifecycle.md is whole, and says of every cell which story shows it, and truly."""

import re

import pytest
from story_file import ROOT, product_names, product_story
from transitions import EVENTS

PAGE = ROOT / "docs" / "lifecycle.md"
SITUATIONS = ("no record", "future", "prepared", "active", "on leave", "grace", "left", "deleted", "gone")
IMPOSSIBLE = "*cannot be*: "


def table() -> dict[tuple[str, str], tuple[str, str]]:
    """(situation, event) → what follows and what shows it."""
    _, _, text = PAGE.read_text(encoding="utf-8").partition("## The table of transitions")
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for part in text.split("\n### ")[1:]:
        situation, _, rows = part.partition("\n")
        for row in re.findall(r"^\| (?!what happens |-)(.*) \|$", rows, re.MULTILINE):
            event, follows, shown = row.split(" | ")
            assert (situation, event) not in found, "a cell is there twice"
            found[situation, event] = follows, shown
    return found


TABLE = table()


def shown(cell: tuple[str, str]) -> list[str]:
    return re.findall(r"\[(\w+)\]\(\.\./tests/stories/\1\.yaml\)", TABLE[cell][1])


@pytest.mark.parametrize("situation", SITUATIONS)
def test_no_cell_is_missing_and_none_is_empty(situation: str) -> None:
    """Every cell names a story and says what follows, or says why it cannot be."""
    assert [event for where, event in TABLE if where == situation and event not in EVENTS] == []
    assert [event for event in EVENTS if (situation, event) not in TABLE] == []
    for event in EVENTS:
        follows, stories = TABLE[situation, event]
        assert follows.removeprefix(IMPOSSIBLE).strip(" –"), (situation, event)
        assert follows.startswith(IMPOSSIBLE) is (stories == "–"), (situation, event)
        assert bool(shown((situation, event))) is (stories != "–"), (situation, event)


def test_there_is_no_situation_that_nobody_explains() -> None:
    assert {situation for situation, _ in TABLE} == set(SITUATIONS)


def test_a_story_says_that_it_covers_what_the_table_says_it_shows_and_nothing_else() -> None:
    """What a story says it covers is checked while it is lived."""
    told = {(cell, name) for name in product_names() for step in product_story(name).steps for cell in step.covers}
    assert told == {(cell, name) for cell in TABLE for name in shown(cell)}
