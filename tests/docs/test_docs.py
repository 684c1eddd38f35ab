"""Documentation is true: commands run, links lead somewhere, generated pages are fresh, words are in the vocabulary."""

import inspect
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from docs.generate import DOCS, pages
from shared import model
from shared.cli import joinly

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("infra/*.md"), *ROOT.glob("local/*/README.md")]
)
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("name", pages())
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "it is old: run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)\b", text, re.MULTILINE))
    assert named <= targets


def test_the_commands_of_the_readme_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, in a folder of their own, as a newcomer would type them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    shutil.copytree(ROOT / "config", tmp_path / "config")
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    commands = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    assert len(commands) >= 5
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "joinly"
        done = CliRunner().invoke(joinly, words)
        assert (done.exit_code, done.stderr) == (0, ""), command
        assert done.stdout.strip(), command


def test_every_noun_is_in_the_vocabulary() -> None:
    nouns = [name for name, one in inspect.getmembers(model, inspect.isclass) if one.__module__ == model.__name__]
    words = (ROOT / "docs/vocabulary.md").read_text(encoding="utf-8")
    assert [noun for noun in nouns if not re.search(rf"\b{noun}\b", words)] == []


def test_every_reason_to_hold_is_explained_in_the_readme() -> None:
    from shared.errors import Reason

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [reason for reason in Reason if f"`{reason}`" not in readme] == []


def test_no_module_outgrows_four_hundred_lines() -> None:
    modules = [*ROOT.glob("shared/**/*.py"), *ROOT.glob("connectors/**/*.py"), *ROOT.glob("local/**/*.py")]
    assert [str(one) for one in modules if len(one.read_text(encoding="utf-8").splitlines()) > 400] == []


def test_every_module_says_what_it_is() -> None:
    modules = [*ROOT.glob("shared/**/*.py"), *ROOT.glob("connectors/**/*.py"), *ROOT.glob("local/**/*.py")]
    assert [str(one) for one in modules if not one.read_text(encoding="utf-8").startswith('"""')] == []
