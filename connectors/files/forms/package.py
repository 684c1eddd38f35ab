"""A workbook's package, looked at before it is unpacked: no bomb, no macros, and what of a sheet is no plain table.

openpyxl reads values in passing and says neither which cells are merged nor which formulas were never calculated.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from shared.errors import Misconfigured

_PARTS = 10_000
_BLOCK = 1 << 20
_OVERLAP = 512
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,200}?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


@dataclass(frozen=True, slots=True)
class Oddities:
    """What of a sheet is no plain table: the rows (first to last) of merged cells, and whether there are formulas."""

    merged: tuple[tuple[int, int], ...] = ()
    formulas: bool = False

    def merges(self, row: int) -> bool:
        return any(first <= row <= last for first, last in self.merged)


def refuse_dangerous(path: Path, most_unpacked_bytes: int, file: str) -> None:
    """Raises `Misconfigured` for a package that is damaged, no workbook, has macros, or would be too large unpacked."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Misconfigured(f"{file} is damaged or cut off; deliver the workbook again") from None
    names = {part.filename.casefold() for part in parts}
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > most_unpacked_bytes:
        raise Misconfigured(
            f"{file} would be larger than {most_unpacked_bytes:,} bytes unpacked; raise most_unpacked_bytes if that is "
            "right"
        )
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Misconfigured(f"{file} holds macros; save it as .xlsx, without them")
    if "xl/workbook.bin" in names:
        raise Misconfigured(f"{file} is a binary workbook (.xlsb); save it as .xlsx")
    if "xl/workbook.xml" not in names:
        raise Misconfigured(f"{file} is an archive and no workbook (.xlsx); deliver the export itself")


def oddities(path: Path, part: str) -> Oddities:
    """Those of the sheet that is this part of the package; bytes are searched, and nothing is built of them."""
    merged: set[tuple[int, int]] = set()
    formulas = False
    with zipfile.ZipFile(path) as package, package.open(part) as raw:
        for block in _blocks(raw):
            merged.update((int(found[2]), int(found[4])) for found in _MERGED.finditer(block))
            formulas = formulas or _FORMULA.search(block) is not None
    return Oddities(tuple(sorted(merged)), formulas)


def _blocks(raw: IO[bytes]) -> Iterator[bytes]:
    before = b""
    while block := raw.read(_BLOCK):
        yield before + block
        before = block[-_OVERLAP:]
