"""The benchmark compares like with like: every way of doing the mappings gives the same answers."""

import pytest

from benchmarks.expressions import WAYS, difference
from benchmarks.mappings import MAPPINGS


@pytest.mark.parametrize("name", WAYS)
def test_every_way_answers_what_the_hand_written_one_answers(name: str) -> None:
    assert difference(WAYS[name](), WAYS["hand-written Python"]()) == ""


def test_a_way_that_answers_differently_is_named_with_the_mapping() -> None:
    answers = WAYS["hand-written Python"]()
    assert difference(lambda row: [*answers(row)[:-1], "other"], answers) == "CDate([end]) for number 00000"


def test_there_are_thirty_mappings() -> None:
    assert len(MAPPINGS) == 30
