"""The page on externals is true: what it writes of a policy is one, with the days that count when they are left out."""

import re
from pathlib import Path

from ruamel.yaml import YAML

from connectors import manifest
from shared.checks.policy import check
from shared.policy import External
from shared.policy_file import load

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "externals.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_days_of_the_page_are_those_that_count_when_they_are_left_out() -> None:
    written = YAML(typ="safe", pure=True).load(BLOCKS[0])["sources"]["guests"]["external"]
    assert External.model_validate(written) == External(sponsor="manager", sponsors_in="hr")


def test_the_approvals_of_the_page_fit_the_example() -> None:
    check(load((ROOT / "config" / "externals.yaml").read_text(encoding="utf-8") + BLOCKS[1]), manifest)
