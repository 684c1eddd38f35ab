"""Every source reads everybody, and says why it does so (ADR 22)."""

import pytest

import connectors


@pytest.mark.parametrize("name", [name for name in connectors.names() if connectors.manifest(name).source])
def test_every_source_says_what_there_is_for_reading_only_what_has_changed(name: str) -> None:
    assert connectors.manifest(name).read_whole.endswith(".")
