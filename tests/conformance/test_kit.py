"""The kit itself: it misses no source, and says what to write where an adapter is missing."""

import pytest

from tests.conformance.reading import adapter, sources, subjects


def test_every_source_is_a_subject() -> None:
    assert {name for name, _ in subjects()} == set(sources())
    assert {"files", "personio"} <= set(sources())


def test_a_source_without_an_adapter_fails_with_what_to_write() -> None:
    with pytest.raises(AssertionError, match=r"write tests/conformance/unheard\.py with FORMS and opened\(\)"):
        adapter("unheard")
