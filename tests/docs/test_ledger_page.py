"""The page about the ledger is true: its commands run in order, and say what it shows."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from shared.cli import joinly

ROOT = Path(__file__).resolve().parents[2]


def _fewer_people(config: Path) -> None:
    """The example with its first sixty people, which say the same in less time."""
    shutil.copytree(ROOT / "config", config)
    for export in (config / "hr").glob("*.csv"):
        lines = export.read_text(encoding="utf-8").splitlines(keepends=True)
        export.write_text("".join(lines[:61]), encoding="utf-8")
    policy = config / "example.yaml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("minimum_rows: 150", "minimum_rows: 10"), "utf-8")


def test_the_commands_of_the_page_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    _fewer_people(tmp_path / "config")
    page = (ROOT / "docs/ledger.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    shown = re.search(r"\n    000142\n(.*?)\n```console", page, re.DOTALL)
    assert shown
    said = ""
    for command in [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]:
        program, *words = shlex.split(command)
        assert program == "joinly"
        done = CliRunner().invoke(joinly, words)
        assert (done.exit_code, done.stderr) == (0, ""), command
        assert done.stdout.strip(), command
        said += done.stdout if words[0] == "history" else ""
    timeless = [re.sub(r"^\d\d:\d\d  ", "", line.strip()) for line in said.splitlines()]
    lines = [re.sub(r"^\d\d:\d\d  ", "", line.strip()) for line in shown[1].splitlines() if line.strip()]
    assert [line for line in lines if line not in timeless] == []
