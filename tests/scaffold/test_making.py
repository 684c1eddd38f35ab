"""A new connector: the walk of CONTRIBUTING on a copy of this project, and names that cannot be used."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import connectors
from tests.scaffold.making import NotMade, made

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns(
    *(".git", ".venv*", ".joinly", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__"),
    *("build", "*.egg-info", ".import_linter_cache", "node_modules"),
)


def walk() -> list[list[str]]:
    """The commands under «Adding an HR system», in order."""
    chapter = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Adding an HR system")[2]
    block = re.search(r"```console\n(.*?)```", chapter, re.DOTALL)
    assert block
    return [shlex.split(line.removeprefix("$ ")) for line in block[1].splitlines()]


@pytest.mark.slow
def test_who_follows_the_walk_has_a_connector_that_passes_everything(tmp_path: Path) -> None:
    """With this interpreter's own tools; nothing is installed."""
    copy = shutil.copytree(ROOT, tmp_path / "joinly", ignore=LEFT_BEHIND)
    commands = walk()
    assert [words[:2] for words in commands] == [["make", "connector"], ["make", "docs"], ["make", "try"]]
    for program, *words in commands:
        run = [program, "-o", ".venv/dev", f"BIN={Path(sys.executable).parent}", *words]
        done = subprocess.run(run, cwd=copy, capture_output=True, text=True, timeout=120)  # noqa: S603
        assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d\d passed", done.stdout)
    assert "## sprout (source)" in (copy / "docs/connectors.md").read_text(encoding="utf-8")
    assert '"connectors.sprout"' in (copy / "pyproject.toml").read_text(encoding="utf-8")


def test_every_connector_is_in_the_contract_that_they_do_not_know_each_other() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert [name for name in connectors.names() if f'"connectors.{name}"' not in project] == []


@pytest.mark.parametrize("name", ["", "Topdesk", "top-desk", "acme", "9lives", "../elsewhere", "a" * 21, "two__words"])
def test_a_name_that_cannot_be_used_writes_nothing(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotMade, match="a short lower-case word"):
        made(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["personio", "files"])
def test_a_connector_that_is_there_is_not_written_over(name: str) -> None:
    with pytest.raises(NotMade, match="is there already"):
        made(ROOT, name)


def test_no_word_of_the_template_is_left(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    files = made(tmp_path, "top_desk")
    assert len(files) > 10
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "acme" not in text.casefold()
        assert "scaffold" not in text
    assert "secret:top-desk-id" in (tmp_path / "docs/hr/top_desk.md").read_text(encoding="utf-8")
    assert "# Setting up TopDesk" in (tmp_path / "docs/hr/top_desk.md").read_text(encoding="utf-8")
