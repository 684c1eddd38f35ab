"""The pages for operators are true: their commands, typed in order, say what the page shows."""

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from cli_world import PROJECT, joinly, small_place

ALSO = {"humans": "\npeople: {same: []}\n"}
"""What the policy of a page has beside the example's."""


def sessions(page: Path) -> list[tuple[str, list[str]]]:
    """Each command of a page with the lines it shows below it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


@pytest.mark.parametrize("name", ["care", "exceptions", "externals", "emergency", "humans"])
def test_the_commands_of_a_page_do_what_it_shows(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = small_place(tmp_path / "config")
    with place.policy.open("a", encoding="utf-8") as policy:
        policy.write(ALSO.get(name, ""))
    monkeypatch.chdir(tmp_path)
    for variable in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
    told = sessions(PROJECT / "docs" / f"{name}.md")
    assert len(told) >= 5
    for command, shown in told:
        program, *words = shlex.split(command)
        assert program == "joinly"
        said = joinly(*words)
        assert (said.code, said.err) == (0, ""), command
        assert [line for line in shown if line not in said.out] == [], f"{command}{os.linesep}{said.out}"
