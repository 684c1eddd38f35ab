"""docs/lifecycle.md: what it writes of a policy is a policy."""

import re

import pytest
from core_world import ROOT, target
from ruamel.yaml import YAML

from shared.policy import SourcePolicy

PAGE = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
PIECES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("piece", PIECES)
def test_every_piece_of_a_policy_on_the_page_loads(piece: str) -> None:
    given = YAML(typ="safe", pure=True).load(piece)
    assert set(given) <= {"timing", "sources"}
    target(timing=given.get("timing", {}))
    for source in given.get("sources", {}).values():
        SourcePolicy.model_validate({"connector": "hr", **source})


def test_the_page_says_the_usual_order_of_merits() -> None:
    usual = ", ".join(f"`{one}`" for one in ("{most: fte}", "{most: hours}", "ends_last", "began_first"))
    assert f"Left out, it is {usual}." in " ".join(PAGE.split())
    explicit = [{"most": "fte"}, {"most": "hours"}, "ends_last", "began_first"]
    assert SourcePolicy(connector="hr") == SourcePolicy.model_validate({"connector": "hr", "primary": explicit})


def test_there_are_pieces_of_a_policy_on_the_page() -> None:
    assert len(PIECES) >= 5
