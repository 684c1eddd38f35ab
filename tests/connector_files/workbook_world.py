"""Workbooks as spreadsheets and HR systems write them, made with openpyxl and, where it cannot, by hand."""

import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from csv_world import COLUMNS, everyone, settings
from openpyxl import Workbook

from connectors.files.settings import Settings
from shared.model import Person, Rejected

BOOK = "export.xlsx"


def workbook(*rows: Iterable[Any], change: Callable[[Workbook], None] = lambda book: None) -> bytes:
    """One sheet with the usual header; `change` does the rest."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Medewerkers"
    for row in (COLUMNS, *rows):
        sheet.append(list(row))
    change(book)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def rewritten(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same package with one part changed; a part that is not there is added."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
        if part not in old.namelist():
            new.writestr(part, change(b""))
    return made.getvalue()


def calculated(content: bytes, cell: str, value: str, kind: str = "") -> bytes:
    """As a spreadsheet saves a formula: with the value it had."""
    attribute = f' t="{kind}"' if kind else ""

    def change(xml: bytes) -> bytes:
        text = xml.decode()
        start = text.index(f'<c r="{cell}"')
        end = text.index("</c>", start)
        formula = text[text.index("<f>", start) : text.index("</f>", start) + 4]
        return f'{text[:start]}<c r="{cell}"{attribute}>{formula}<v>{value}</v>{text[end:]}'.encode()

    return rewritten(content, "xl/worksheets/sheet1.xml", change)


def book_settings(**changes: Any) -> Settings:
    return settings(**{"path": BOOK, **changes})


async def read_book(folder: Path, content: bytes, **changes: Any) -> list[Person | Rejected]:
    wanted = book_settings(**changes)
    (folder / wanted.path).write_bytes(content)
    return await everyone(folder, wanted)
