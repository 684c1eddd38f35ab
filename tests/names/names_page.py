"""The tables of docs/names.md, by their headings, so that every example on the page can be executed."""

import json
import re
from pathlib import Path

from shared.names import Parts, parts_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "names.md"
TEXT = PAGE.read_text(encoding="utf-8")
CONVENTIONS = ("B", "BP", "P", "PB")


def tables(*heading: str) -> list[list[dict[str, str]]]:
    """Every table with exactly these columns; code marks are taken off the cells."""
    found: list[list[dict[str, str]]] = []
    lines = TEXT.splitlines()
    for at, line in enumerate(lines):
        if _cells(line) == list(heading) and lines[at + 1].startswith("|---"):
            rows = []
            for row in lines[at + 2 :]:
                if not row.startswith("|"):
                    break
                rows.append(dict(zip(heading, _cells(row), strict=True)))
            found.append(rows)
    return found


def rows(*heading: str) -> list[dict[str, str]]:
    return [row for table in tables(*heading) for row in table]


def janine() -> dict[str, str]:
    """The facts of the person the page is about."""
    block = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert block
    return json.loads(block[1])


def parts(text: str) -> Parts:
    return parts_of(json.loads(text))


def forms() -> list[str]:
    """Every form on the page, once."""
    tabled = [row["form"] for heading in _HEADINGS for row in rows(*heading)]
    return list(dict.fromkeys(tabled + [row["placeholder"] for row in rows(*_PLACEHOLDERS)]))


_PLACEHOLDERS = ("placeholder", "what it shows", "here", "needs")
_HEADINGS = (
    ("facts", "form", "shows"),
    ("modifier", "what it does", "form", "shows"),
    ("form", *CONVENTIONS),
    ("facts", "form", "style", "shows"),
)


def _cells(line: str) -> list[str]:
    if not line.startswith("|"):
        return []
    return [cell.strip().removeprefix("`").removesuffix("`") for cell in line.strip().strip("|").split("|")]
