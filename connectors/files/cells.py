"""One cell: cleaned of what nobody can see, refused when a spreadsheet or a wrong encoding has damaged it.

Nothing is ever replaced by a guess: a cell is read as it is, or it is `Unreadable` and says why. A CSV file has texts
only; workbooks and JSON have numbers, truths and days too.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import TypeAlias

_INVISIBLE = dict.fromkeys(
    # soft hyphen, zero-width and direction marks, direction overrides, word joiners, byte order mark
    [0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF]
)
_ERROR_MARK = re.compile(
    r"#(?:N/A|N/B|NV|VERW!|REF!|BEZUG!|WAARDE!|VALUE!|WERT!|DEEL/0!|DIV/0!|NAAM\?|NAME\?|GETAL!|NUM!|ZAHL!"
    r"|LEEG!|NULL!|OVERLOOP!|SPILL!|#{0,254})",
    re.IGNORECASE,
)
"""What a Dutch, English or German spreadsheet shows for an error, or for a column that is too narrow."""
_SCIENTIFIC = re.compile(r"-?[0-9](?:[.,][0-9]{1,20})?E[+-][0-9]{2,3}")
_NUMBERS = {
    ",": re.compile(r"(-?[0-9]{1,12})(?:,([0-9]{1,9}))?"),
    ".": re.compile(r"(-?[0-9]{1,12})(?:\.([0-9]{1,9}))?"),
}
_WORDS = {
    **dict.fromkeys(("waar", "ja", "j", "true", "yes", "y", "1"), True),
    **dict.fromkeys(("onwaar", "nee", "n", "false", "no", "0"), False),
}


EXACT = 10**15
"""Spreadsheets and JSON readers keep fifteen digits of a number and no more."""
SHORTENED = "a spreadsheet has shortened this number; format the column as text and export again"


class Unreadable(ValueError):
    """The cell cannot be used; the message is for HR and does not repeat what the cell holds."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """What stands for a cell that a form could not read, and why, in words for HR."""

    because: str


class Absent(Enum):
    """What stands for a cell that a record of JSON does not have, which is not the same as an empty one."""

    ABSENT = "absent"


Cell: TypeAlias = str | bool | int | float | datetime | date | Damaged | Absent | None
"""A cell as its form gives it; None is an empty one."""


def bare(cell: Cell) -> str:
    """A cell as text to compare by, whatever is wrong with it; "" for an empty one."""
    match cell:
        case str():
            return clean(cell)
        case Damaged():
            return "?"
        case None | Absent.ABSENT:
            return ""
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)


def clean(text: str) -> str:
    """`text` in Unicode form NFC, without invisible characters, every run of white space as one space, trimmed."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    return " ".join(text.split())


def sound(cell: Cell, longest: int) -> str:
    """The cell as text, cleaned, when nothing has damaged it; "" for an empty one. Raises `Unreadable`."""
    match cell:
        case str():
            return _sound(cell, longest)
        case Damaged():
            raise Unreadable(cell.because)
        case None | Absent.ABSENT:
            return ""
        case bool():
            return str(cell).lower()
        case int():
            return str(cell)
        case float():
            return _digits(cell)
        case datetime() if cell.time() != time():
            return cell.isoformat(" ", "seconds")
        case _:
            return cell.isoformat()[:10]


def _digits(number: float) -> str:
    """A number as people write it: 123.0 is 123."""
    if not math.isfinite(number) or abs(number) >= EXACT:
        raise Unreadable(SHORTENED)
    return str(int(number)) if number.is_integer() else repr(number)


def _sound(text: str, longest: int) -> str:
    bare = clean(text)
    if len(bare) > longest:
        raise Unreadable(f"the cell is longer than {longest} characters; shorten it")
    if bare.startswith("="):
        raise Unreadable("the cell holds a formula; export values only")
    if _ERROR_MARK.fullmatch(bare):
        raise Unreadable("the cell holds a spreadsheet's error mark; repair the formula or the column width")
    if _SCIENTIFIC.fullmatch(bare):
        raise Unreadable(SHORTENED)
    if "\N{REPLACEMENT CHARACTER}" in bare:
        raise Unreadable("a letter was lost when the file was made; export again as UTF-8")
    if not bare.isascii() and _was_decoded_wrongly(bare):
        raise Unreadable("letters were garbled when the file was made (UTF-8 read as Windows-1252); export again")
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co") for letter in bare):
        raise Unreadable("the cell holds a control character or an unknown letter; type it again")
    return bare


def number(cell: Cell, text: str, decimal: str) -> int | float:
    """The cell as a number; one that is `text` has `decimal` as its decimal sign. Whole numbers are `int`.

    Raises `Unreadable`.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return int(cell) if isinstance(cell, int) or cell.is_integer() else cell
    match = _NUMBERS[decimal].fullmatch(text)
    if match is None:
        raise Unreadable(f"this is no number; write digits only, with «{decimal}» before decimals")
    fraction = (match[2] or "").rstrip("0")
    return float(f"{match[1]}.{fraction}") if fraction else int(match[1])


def truth(text: str) -> bool:
    """Ja/Nee, J/N, WAAR/ONWAAR, true/false, yes/no or 1/0, in any case; raises `Unreadable`."""
    found = _WORDS.get(text.casefold())
    if found is None:
        raise Unreadable("write Ja or Nee (or J/N, WAAR/ONWAAR, true/false)")
    return found


def _was_decoded_wrongly(text: str) -> bool:
    """Whether `text` is UTF-8 that something read as Windows-1252: the way back yields other, valid text."""
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False
