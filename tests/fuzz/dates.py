"""Dates as text and the formats they are read and written with.

Only ExpressionError is raised, every moment is in UTC, and what is written with fixed widths is read back.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from shared.expressions import ExpressionError
from shared.expressions.datetext import date_text, read_civil, read_date
from shared.expressions.formats import SPECIFIERS, DateFormat, compile_format, readable_format
from tests.fuzz.facts import MOMENTS, WORDS
from tests.fuzz.laws import CANARY, Target, discreet, law, printable
from tests.fuzz.reader import Reader, written

FIRST = datetime(1, 1, 1, tzinfo=UTC)
MICROSECONDS = (datetime.max.replace(tzinfo=UTC) - FIRST) // timedelta(microseconds=1)
FIXED_WIDTH = re.compile(r"(?:(?<![dMyHmsf])(?:dd|MM|yy|yyyy|HH|mm|ss|f{1,7})(?![dMyHmsf])|[-/.: ,T])*")
FORMATS = (
    ("yyyy-MM-dd", "2025-03-09"),
    ("M/d/yyyy h:mm:ss tt", "3/9/2025 4:05:06 pm"),
    ("yyyyMMddHHmmss.fZ", "20250309040506.7Z"),
    ("dddd d MMMM yy", "Sunday 9 march 25"),
    ("yyyy-MM-ddTHH:mmK", "2025-03-09T01:00+02:00"),
    ("yyyy-MM-dd HH:mm z", "2025-03-09 01:00 +2"),
    ("'d'\\d\"d\" %d yyyy", "ddd 9 2025"),
    ("ddd MMM yyyy fffffff t zzz", "Sun Mar 2025 0000001 A -14:00"),
)


def check(data: bytes) -> None:
    reader = Reader(data)
    text, form = reader.text(), reader.text()
    moment = _moment(reader)
    for read in (read_date, read_civil):
        for written_date in (text, date_text(moment), moment.isoformat()):
            _read(read, written_date)
    law(_read(read_date, date_text(moment)) == moment.replace(microsecond=0), "a date is not read as it was written")
    for compile_ in (compile_format, readable_format):
        try:
            compiled = compile_(form)
        except ExpressionError as error:
            printable(str(error), form, "a refusal")
            continue
        _formatted(compiled, form, text, moment)


def _moment(reader: Reader) -> datetime:
    if reader.flag():
        return FIRST + timedelta(microseconds=reader.number(8) % MICROSECONDS)
    picked = reader.pick(MOMENTS)
    return picked.astimezone(UTC) if picked.tzinfo and 1 < picked.year < 9999 else picked.replace(tzinfo=UTC)


def _formatted(compiled: DateFormat, form: str, text: str, moment: datetime) -> None:
    once = compiled.write(moment)
    law(compiled.write(moment) == once, "a date is written in two ways")
    if compiled.readable:
        _read(compiled.read, text)
        back = _read(compiled.read, once)
        if FIXED_WIDTH.fullmatch(form):
            law(back is not None and compiled.write(back) == once, "a date is not read as it was written")


def _read(read: Callable[[str], datetime], text: str) -> datetime | None:
    """The moment, or None when the text is refused, which repeats nothing of it."""
    try:
        read(CANARY + text)
    except ExpressionError as error:
        discreet(str(error), "", "an error")
    try:
        found = read(text)
    except ExpressionError:
        return None
    law(found.tzinfo is UTC, "a moment is not in UTC")
    law(read(text) == found, "a text is read in two ways")
    return found


def seeds() -> Iterator[bytes]:
    for form, text in FORMATS:
        yield written(text, form, 0, 0)
        yield written(text, form, 1, bytes(range(1, 9)))
    for number, word in enumerate(WORDS):
        yield written(word, "yyyy-MM-dd", 0, number)


TARGET = Target(
    check=check,
    seeds=seeds,
    words=(*SPECIFIERS, "%", "\\", "'", '"', "+14:00", "-0930", "Z", "T24:00", " PM", "0001-01-01", "9999-12-31", "٣"),
    longest=300,
)
