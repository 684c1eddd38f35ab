"""Values inside an expression, read as what a function asks for: text, a number, a date, a truth or a list.

Inside, a date is a UTC datetime; outside it is text. Messages here complete the sentence "… is not a date" and never
hold the value itself.
"""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

from shared.expressions.datetext import date_text, read_civil, read_date
from shared.expressions.fault import ExpressionError
from shared.model import Value

Inner: TypeAlias = Value | datetime

MAX_TEXT = 10_000
"""No text an expression makes is longer than this, so nesting cannot grow without end."""
MAX_NUMBER = 10**30
INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")
HEXADECIMAL = re.compile(r"&[Hh][0-9A-Fa-f]{1,24}")


class Kind(Enum):
    """What a function wants in an argument slot, or gives back."""

    TEXT = "text"
    NUMBER = "number"
    AMOUNT = "number or null"
    """What some functions give back; no slot asks for it."""
    DATE = "date"
    CIVIL = "civil date"
    TRUTH = "condition"
    LIST = "list"
    ANY = "value"
    SERIES = "series"
    """Numbered values, which only SelectUniqueValue understands."""
    RESULT = "result"
    """Whatever the expression may answer, Ignore… included."""


def bounded(text: str) -> str:
    """The text itself; raises ExpressionError when it is longer than MAX_TEXT."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"makes a text longer than {MAX_TEXT} characters")
    return text


def is_empty(value: object) -> bool:
    return value is None or value == "" or value == ()


def one(value: Inner) -> str | bool | int | float | datetime | None:
    """A list of one stands for its value and an empty list for null."""
    if not isinstance(value, tuple):
        return value
    if len(value) > 1:
        raise ExpressionError("has several values where one is expected", hint="use Join, Item or In")
    return value[0] if value else None


def text_of(value: Inner) -> str | None:
    single = one(value)
    if single is None or isinstance(single, str):
        return single
    if isinstance(single, datetime):
        return date_text(single)
    if isinstance(single, bool):
        return "True" if single else "False"
    return _digits(single)


def _digits(number: int | float) -> str:
    if not -MAX_NUMBER < number < MAX_NUMBER:
        raise ExpressionError("is too large a number")
    if isinstance(number, int):
        return str(number)
    return str(int(number)) if number.is_integer() else format(Decimal(repr(number)), "f")


def numeric(value: Inner) -> int | float | None:
    """The number a value is or spells, else None."""
    if isinstance(value, str):
        return _spelled(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if -MAX_NUMBER < value < MAX_NUMBER else None


def _spelled(text: str) -> int | float | None:
    if INTEGER.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text):
        return float(text)
    return int(text[2:], 16) if HEXADECIMAL.fullmatch(text) else None


def whole_number(value: Inner) -> int:
    number = numeric(one(value))
    if number is None or number != int(number):
        raise ExpressionError("is not a whole number")
    return int(number)


def date_of(value: Inner) -> datetime | None:
    return read_date(value) if value.__class__ is str and value else _moment(value, read_date)


def as_moment(value: Inner) -> datetime | None:
    """The moment a value is or spells, else None."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        return read_date(value)
    except ExpressionError:
        return None


def civil_of(value: Inner) -> datetime | None:
    """The date as it is written, whatever its offset, at midnight; null for empty text."""
    return _moment(value, read_civil)


def _moment(value: Inner, read: Callable[[str], datetime]) -> datetime | None:
    match one(value):
        case None | "":
            return None
        case datetime() as moment:
            return moment
        case str() as text:
            return read(text)
        case _:
            raise ExpressionError("is not a date", hint="write dates as text, such as 2025-07-30")


def truth_of(value: Inner) -> bool:
    """True, False, a number (not zero) or a text that says one of these; null and "" are False."""
    match one(value):
        case bool() as truth:
            return truth
        case None | "":
            return False
        case str() as text if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case other:
            number = numeric(other)
            if number is None:
                raise ExpressionError("is neither true nor false", hint='compare it: [status] = "Active"')
            return number != 0


def list_of(value: Inner) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    text = text_of(value)
    return (text,) if text else ()


CONVERT: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: text_of,
    Kind.NUMBER: whole_number,
    Kind.DATE: date_of,
    Kind.CIVIL: civil_of,
    Kind.TRUTH: truth_of,
    Kind.LIST: list_of,
}
