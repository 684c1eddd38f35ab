"""Commands that the pages for operators name exist, with the options they are given; links to sections lead to one."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from shared.cli import joinly

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / f"{name}.md" for name in ("deploy", "runbook", "threats")] + [ROOT / "infra" / "README.md"]
SECRETS = (ROOT / "infra" / "secrets.sh").read_text()
PARAMETERS = set(re.findall(r"^param (\w+) ", (ROOT / "infra" / "main.bicep").read_text(), re.MULTILINE))


def commands(page: Path) -> Iterator[str]:
    """Everything between backticks, and every line of a block of code, that begins with one of our programs."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += [line.strip() for line in re.findall(r"^ {4}(.*)$", text, re.MULTILINE)]
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for line in (*lines, *inline):
        if re.match(r"(\./)?(joinly|infra/\w+\.sh)\b", line.lstrip("$ ")):
            yield line.lstrip("$ ").partition(" #")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_exists_with_the_options_it_is_given(page: Path) -> None:
    for line in commands(page):
        program, *words = shlex.split(line.replace("…", "x"))
        if program.startswith("infra/"):
            assert (ROOT / program).is_file(), line
            if program == "infra/secrets.sh" and words:
                assert f"  {words[0]})" in SECRETS, line
            continue
        found: click.Command = joinly
        while isinstance(found, click.Group) and words and not words[0].startswith("-"):
            assert words[0] in found.commands, line
            found = found.commands[words.pop(0)]
        options = {option for one in found.params for option in (*one.opts, *one.secondary_opts)}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= options | {"--help"}, line
        if [word for word in words if not word.startswith("--")]:
            needed = [set(one.opts) for one in found.params if one.required and isinstance(one, click.Option)]
            assert [names for names in needed if not names & given] == [], line


def test_commands_are_found_at_all() -> None:
    assert len(list(commands(PAGES[0]))) >= 15
    assert len(list(commands(PAGES[1]))) >= 15


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_link_to_a_section_leads_to_one(page: Path) -> None:
    for name, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", page.read_text(encoding="utf-8")):
        target = page.parent / name if name else page
        headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_parameter_of_the_templates_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"`param (\w+)", page.read_text(encoding="utf-8")))
    named |= set(re.findall(r"parameter `(\w+)`", page.read_text(encoding="utf-8")))
    assert named <= PARAMETERS
