"""docs/exchange.md is true: its policy is loaded, and its commands, typed in order, say what the page shows."""

import re
import shlex
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from cli_world import PROJECT, joinly

TEXT = (PROJECT / "docs" / "exchange.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    (found,) = re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)
    return str(found)


def test_the_commands_do_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policy.yaml").write_text(block("yaml"), encoding="utf-8")
    (tmp_path / "people.csv").write_text(block("csv"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for variable in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
    sessions = block("console").split("$ ")[1:]
    assert len(sessions) == 6
    for session in sessions:
        command, *shown = session.splitlines()
        said = joinly(*shlex.split(command)[1:])
        assert (said.code, said.err) == (0, ""), f"{command}\n{said}"
        found = [" ".join(line.split()) for line in said.out.splitlines()]
        missing = [line for line in shown if not any(" ".join(line.split()) in one for one in found)]
        assert missing == [], f"{command}\n{said.out}"
