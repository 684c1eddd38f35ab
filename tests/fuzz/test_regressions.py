"""Every input that once broke a law is checked again, one by one, on any machine."""

from pathlib import Path

import pytest

from tests.fuzz.campaign import REGRESSIONS
from tests.fuzz.findings import smallest
from tests.fuzz.targets import TARGETS, checked

INPUTS = sorted(REGRESSIONS.glob("*/*"))


@pytest.mark.parametrize("path", INPUTS, ids=[f"{path.parent.name}/{path.name}" for path in INPUTS])
def test_what_once_broke_a_law_does_so_no_longer(path: Path) -> None:
    checked(TARGETS[path.parent.name], path.read_bytes())


def test_an_input_is_made_as_small_as_it_can_be() -> None:
    assert smallest(lambda data: b"a" in data and b"z" in data, bytes(range(256)) * 3) == b"az"
