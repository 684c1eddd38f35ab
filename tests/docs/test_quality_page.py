"""What docs/hr/quality.md and the part on precedence of docs/humans.md show can be used, and what they say is so."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from shared.cli import joinly
from shared.forbidden import BSN, NATIONAL, PLENTY, SHARE
from shared.policy import People, SourcePolicy
from shared.quality.findings import Kind
from shared.quality.record import EARLIEST, LATEST, OLDEST, YOUNGEST
from shared.quality.spelling import RARE, TIMES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "hr" / "quality.md").read_text(encoding="utf-8")
HUMANS = (ROOT / "docs" / "humans.md").read_text(encoding="utf-8")
DAY = "2026-11-23"
"""The day the example is run on."""


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Each command of the page with the line it answers, "" for none."""
    lines = [line for block in blocks(PAGE, "console") for line in block.splitlines()]
    places = [at for at, line in enumerate(lines) if line.startswith("$ ")]
    ends = [*places[1:], len(lines)]
    return [(lines[at][2:], "\n".join(lines[at + 1 : end])) for at, end in zip(places, ends, strict=True)]


@pytest.mark.parametrize(("command", "answer"), commands())
def test_a_command_on_the_page_says_what_the_page_says(
    command: str, answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(command)
    assert program == "joinly"
    said = CliRunner().invoke(joinly, [*words, "--on", DAY], standalone_mode=False)
    assert said.exception is None
    assert said.output.startswith(answer)
    for name in ("--html", "--csv"):
        if name in words:
            assert (tmp_path / words[words.index(name) + 1]).stat().st_size > 100


def test_there_are_commands_on_the_page() -> None:
    assert len(commands()) == 3


def test_what_a_source_may_say_of_its_quality_is_as_shown() -> None:
    (piece,) = blocks(PAGE, "yaml")
    found = SourcePolicy.model_validate(YAML(typ="safe").load(piece)["sources"]["hr"])
    assert found.quality.unique == ("email", "badge")
    assert len(found.quality.departments) == 3


def test_whose_word_goes_first_is_said_as_shown() -> None:
    *_, piece = blocks(HUMANS, "yaml")
    found = People.model_validate(YAML(typ="safe").load(piece)["people"])
    assert found.precedence["email"].sources == ("planning", "hr")
    assert found.precedence["phone"].skips_null
    assert "## Whose word goes first\n" in HUMANS


def test_every_kind_of_finding_is_on_the_page_and_no_other() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(Kind)


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    assert (BSN.enough, NATIONAL.enough, SHARE, PLENTY) == (6, 4, 0.9, 30)
    assert (EARLIEST, LATEST, YOUNGEST, OLDEST, RARE, TIMES) == (1900, 2200, 13, 100, 2, 5)
