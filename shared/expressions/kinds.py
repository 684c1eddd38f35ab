"""What can never be read as what: refused while loading, since it would fail for everybody.

Text may spell a number, a date or a truth, and a list may hold one value, so only these pairs are certain.
"""

from datetime import datetime

from shared.expressions.registry import Slot
from shared.expressions.values import Kind, as_moment, is_empty, numeric

NAMES = {
    Kind.NUMBER: "a whole number",
    Kind.AMOUNT: "a whole number",
    Kind.DATE: "a date",
    Kind.CIVIL: "a date",
    Kind.TRUTH: "True or False",
}
_FILE_TIME = "DateFromNum makes a date of a Windows file time"
IMPOSSIBLE: dict[tuple[Kind, Kind], str] = {
    (Kind.NUMBER, Kind.DATE): _FILE_TIME,
    (Kind.NUMBER, Kind.CIVIL): _FILE_TIME,
    (Kind.AMOUNT, Kind.DATE): _FILE_TIME,
    (Kind.AMOUNT, Kind.CIVIL): _FILE_TIME,
    (Kind.TRUTH, Kind.DATE): "write IIF to choose between two dates",
    (Kind.TRUTH, Kind.CIVIL): "write IIF to choose between two dates",
    (Kind.TRUTH, Kind.NUMBER): "write IIF(…, 1, 0)",
    (Kind.DATE, Kind.NUMBER): "NumFromDate makes a number of a date, and DateDiff one of two dates",
    (Kind.DATE, Kind.TRUTH): "compare it, or ask IsPresent",
}
"""(what a function gives, what a slot wants) → what to write instead."""

EVERY_ORDER = frozenset({"text", "number", "date"})


def unordered(left: Slot, right: Slot) -> str:
    """Why `< <= > >=` between the two fails for everybody, or ""."""
    if not (_orders(left) and _orders(right)):
        return "True and False have no order"
    return "" if _orders(left) & _orders(right) else "values of these two kinds have no order"


def _orders(slot: Slot) -> frozenset[str]:
    """As what its values can be ordered."""
    if slot.constant:
        return _orders_of_constant(slot.value)
    match slot.made:
        case Kind.TRUTH:
            return frozenset()
        case Kind.NUMBER | Kind.AMOUNT:
            return frozenset({"number"})
        case Kind.DATE:
            return frozenset({"date"})
        case _:
            return EVERY_ORDER


def _orders_of_constant(value: object) -> frozenset[str]:
    match value:
        case bool():
            return frozenset()
        case int() | float():
            return frozenset({"number"})
        case datetime():
            return frozenset({"date"})
        case str() if not is_empty(value):
            spelled = {"number": numeric(value), "date": as_moment(value)}
            return frozenset({"text", *(order for order, read in spelled.items() if read is not None)})
        case _:
            return EVERY_ORDER
