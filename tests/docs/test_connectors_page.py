"""The page about connectors leaves nothing out: every setting means something, every source tells what it costs."""

from typing import Literal

import pytest
from pydantic import BaseModel, Field

import connectors
from docs.assumptions import LOCAL, assumed
from docs.connectors_page import page
from docs.meanings import Setting, settings
from tests.conformance.reading import adapted

SOURCES = [name for name in connectors.names() if connectors.manifest(name).source]


@pytest.mark.parametrize("name", connectors.names())
def test_every_setting_of_a_connector_has_a_meaning(name: str) -> None:
    silent = [one.name for one in settings(connectors.manifest(name).settings) if not one.meaning]
    assert silent == [], f"write a docstring under it, in the settings of {name}"


@pytest.mark.parametrize("name", adapted())
def test_a_source_tells_what_a_read_costs(name: str) -> None:
    assert f"\n| {name}" in page(), "run `make docs`"


@pytest.mark.parametrize("name", [name for name in SOURCES if (LOCAL / name).is_dir()])
def test_a_source_tells_what_is_assumed_of_it(name: str) -> None:
    assert assumed(name), f"say in local/{name}/README.md which behaviours are verified and which assumed"


class Inner(BaseModel):
    """What is within.

    And more about it.
    """

    deep: int = 1
    """How deep."""


class Outer(BaseModel):
    plain: Literal["a", "b"]
    """Over
    two lines."""
    told: int = Field(default=1, description="By its description.")
    silent: int = 2
    one: Inner | None = None
    many: dict[str, Inner] = {}
    """Many of what was listed already."""


class Several(BaseModel):
    many: dict[str, tuple[Inner, ...]]
    """Each under a name."""


def test_settings_are_told_with_those_within_them() -> None:
    assert settings(Outer) == [
        Setting("plain", True, "Over two lines."),
        Setting("told", False, "By its description."),
        Setting("silent", False, ""),
        Setting("one", False, "What is within."),
        Setting("one.deep", False, "How deep."),
        Setting("many", False, "Many of what was listed already."),
    ]
    assert [one.name for one in settings(Several)] == ["many", "many.….deep"]
