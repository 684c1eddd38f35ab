"""What is assumed of an HR system: the rows of its simulator's README whose status says so, for a pilot to tick off."""

import re
from collections.abc import Sequence
from pathlib import Path

LOCAL = Path(__file__).parents[1] / "local"
CELLS = re.compile(r"(?<!\\)\|")


def assumed(name: str) -> Sequence[tuple[str, str]]:
    """Behaviour and status of each row that is not wholly verified; none where there is no simulator of that name."""
    readme = LOCAL / name / "README.md"
    if not readme.exists():
        return ()
    tables = [line for line in readme.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in CELLS.split(line)[1:-1]] for line in tables]
    return [
        (" – ".join(reversed(row[:-1])), row[-1]) for row in rows if len(row) > 1 and "assumed" in row[-1].casefold()
    ]
