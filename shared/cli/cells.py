"""Lines of a CSV file: every value is one cell on one line, and no spreadsheet takes any for a formula."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from shared.cli import terminal

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula."""


def csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def cell(value: Any) -> str:
    """A value as one cell on one line that no spreadsheet takes for a formula."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = terminal.printable(text)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
