"""The number of calls that the page about connectors tells is what is counted at the simulators."""

import pytest

from tests.conformance.calls import counted, written
from tests.conformance.reading import adapted


@pytest.mark.slow
@pytest.mark.parametrize("name", adapted())
async def test_the_calls_of_a_source_are_as_written(name: str) -> None:
    assert written().get(name) == await counted(name), f"count anew: python -m tests.conformance.calls {name}"
