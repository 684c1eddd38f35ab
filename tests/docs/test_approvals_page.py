"""The page on approvals is true: its commands do what they say, in order, and its policy is one."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors import manifest
from shared.checks.policy import check
from shared.cli import joinly
from shared.policy_file import PolicyInvalid, load

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "approvals.md").read_text(encoding="utf-8")
LAST, VANISHING = "000120", "000170"
"""The last of the example's people who are in this test, and the one who vanishes next week."""


def test_the_commands_of_the_page_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    _fewer(tmp_path / "config")
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    commands = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    assert len(commands) >= 10
    for command in commands:
        program, *words = shlex.split(command.replace("FINGERPRINT", _vanished()))
        assert program == "joinly"
        done = CliRunner().invoke(joinly, words)
        assert (done.exit_code, done.stderr) == (0, ""), command
        assert done.stdout.strip(), command
    assert "1 disabled" in done.stdout, "the last command says yes to a leaver"


def _fewer(config: Path) -> None:
    """Only the first of the example's people, so that it is done in a moment."""
    for file in (config / "hr").glob("people*.csv"):
        head, *lines = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        file.write_text(
            head + "".join(line for line in lines if line[:6] <= LAST or line[:6] == VANISHING), encoding="utf-8"
        )
    policy = config / "example.yaml"
    text = policy.read_text(encoding="utf-8")
    assert "minimum_rows: 150" in text
    policy.write_text(text.replace("minimum_rows: 150", "minimum_rows: 10"), encoding="utf-8")


def _vanished() -> str:
    """The fingerprint of the one who is missing; "" before anything has run."""
    words = ["holds", "list", "config/example.yaml", "--all", "--reason", "vanished", "--json"]
    done = CliRunner().invoke(joinly, words)
    found = json.loads(done.stdout)["holds"] if done.exit_code == 0 else []
    return str(found[0]["fingerprint"]) if found else ""


def test_the_policy_of_the_page_is_one() -> None:
    (part,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    found = load((ROOT / "config" / "example.yaml").read_text(encoding="utf-8") + part)
    check(found, manifest)
    with pytest.raises(PolicyInvalid, match="approvers has no role itt"):
        check(
            load((ROOT / "config" / "example.yaml").read_text(encoding="utf-8") + part.replace(": it\n", ": itt\n")),
            manifest,
        )
