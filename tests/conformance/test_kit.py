"""The kit itself: it misses no source, and says what to write where an adapter is missing."""

import pytest

from tests.conformance.reading import adapter, sources, subjects


@pytest.mark.parametrize("name", sources())
def test_every_source_has_an_adapter(name: str) -> None:
    assert adapter(name).FORMS


def test_every_form_of_a_source_is_a_subject() -> None:
    assert {("files", "csv"), ("personio", "v1"), ("personio", "v2")} <= set(subjects())


def test_a_source_without_an_adapter_fails_with_what_to_write() -> None:
    with pytest.raises(AssertionError, match=r"write tests/conformance/unheard\.py with FORMS and opened\(\)"):
        adapter("unheard")
