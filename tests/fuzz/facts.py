"""Facts about a person and moments, read from an input: every kind of value HR can give, and the ends of each kind."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from shared.model import Value
from tests.fuzz.laws import CANARY
from tests.fuzz.reader import Reader, written

WORDS = (
    "",
    " ",
    "a",
    "Anna",
    "van den Berg",
    "True",
    "false",
    "0",
    "-7",
    "2.5",
    "&HFF",
    "9" * 30,
    "2025-02-28",
    "2025-02-28T23:59:60Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2/29/2024 1:00:00 PM",
    "٢٠٢٥-٠٢-٢٨",
    "İıſßẞŉǅﬃ",
    "e\u0301\u0323\u0301",
    "\u202eanna\u202c\u2066b\u2069\u200d\ufeff",
    "👩‍👩‍👧‍👦",
    "\ud83d",
    "\ude00\ud83d",
    "\x00\x1b[2J\r\n",
    "QQBuAG4AYQA=",
    "$1${name}$&",
    "a;b,c|d\te",
)
NUMBERS: tuple[int | float, ...] = (
    0,
    -1,
    42,
    10**18,
    10**30,
    -(10**400),
    0.8,
    -0.0,
    1e-300,
    1e22,
    1.7e308,
    float("inf"),
    float("-inf"),
    float("nan"),
)
MOMENTS = (
    datetime(2025, 7, 30, 12, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    datetime(2025, 3, 30, 2, 30),  # noqa: DTZ001
    datetime.min,  # noqa: DTZ901
    datetime.max,  # noqa: DTZ901
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-14))),
)
LONG = (100, 9_999, 10_001, 100_000)
HIDDEN_NUMBER = 4_711_471_147


def moment(reader: Reader) -> datetime:
    return reader.pick(MOMENTS)


def facts(reader: Reader, names: Iterable[str]) -> dict[str, Value]:
    """A value, or none at all, for each of the names."""
    found: dict[str, Value] = {}
    for name in names:
        match reader.below(12):
            case 0:
                continue
            case 1:
                found[name] = None
            case _:
                found[name] = value(reader)
    return found


def value(reader: Reader) -> Value:
    kinds: tuple[Any, ...] = (
        reader.text,
        lambda: reader.stretched(reader.pick(LONG)),
        lambda: reader.number(2),
        lambda: reader.pick(NUMBERS),
        reader.flag,
        lambda: tuple(reader.text() for _ in range(reader.below(4))),
        lambda: (reader.pick(WORDS),) * reader.pick((0, 1, 2, 1_001)),
        lambda: reader.pick(WORDS),
    )
    return reader.pick(kinds)()  # type: ignore[no-any-return]


def told(facts: Mapping[str, Any], names: Iterable[str]) -> bytes:
    """Bytes from which `facts` reads much the same: what seeds are made with."""
    return b"".join(_told(facts[name]) if name in facts else b"\0" for name in names)


def _told(given: Any) -> bytes:
    match given:
        case None:
            return b"\1"
        case bool():
            return written(2, 4, given)
        case int() if -(2**15) <= given < 2**15:
            return written(2, 2, given.to_bytes(2, "big", signed=True))
        case tuple() | list():
            return written(2, 5, min(len(given), 3), *map(str, given[:3]))
        case _:
            return written(2, 0, str(given))


def hidden(facts: Mapping[str, Value]) -> dict[str, Value]:
    """The same facts with something in every value that no message may repeat."""
    return {name: _hidden(value) for name, value in facts.items()}


def _hidden(value: Value) -> Value:
    match value:
        case str():
            return CANARY + value
        case tuple():
            return tuple(CANARY + item for item in value)
        case bool() | None:
            return value
        case _:
            return HIDDEN_NUMBER + 0.5 if isinstance(value, float) else HIDDEN_NUMBER
