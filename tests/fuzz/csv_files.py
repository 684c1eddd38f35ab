"""CSV exports of HR, byte by byte: people and what is rejected, or Misconfigured; no message repeats a cell.

The pure parts are tried by themselves too: a cell and a date raise what they document and nothing else.
"""

import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connectors.files.cells import Absent, Cell, Damaged, Unreadable, clean, number, sound, truth
from connectors.files.dates import Dates, UnreadableDate, checked
from connectors.files.forms import origin_of, read
from connectors.files.people import people
from connectors.files.settings import Settings
from shared.errors import Misconfigured
from shared.model import Person, Rejected, Value
from tests.fuzz.facts import WORDS
from tests.fuzz.laws import CANARY, Target, discreet, law
from tests.fuzz.reader import Reader, written

NAME = "export.csv"
ENCODINGS = ("auto", "utf-8", "cp1252", "utf-16")
DELIMITERS = ("auto", ";", ",", "|", "tab")
FORMATS = (("dd-mm-yyyy",), ("yyyy-mm-dd", "d-m-yyyy"), ("yyyymmdd",), ("m/d/yyyy", "dd.mm.yyyy"))
DATES = Dates.of(FORMATS[0], ["31-12-9999"])
HEADER = "Nr;Naam;In;Uit;Uren;Vast;Chef;Status"
LINES = (
    HEADER,
    f"7;{CANARY} Núñez;01-02-2020;;36,5;Ja;8;A",
    f"8;{CANARY};1-3-2021;31-12-9999;40;nee;;A",
    f'9;"{CANARY}; de ""Wit""\nx";2021-03-01;2026-12-31;0,8;1;7;I',
    f"10;{CANARY};=1+1;#N/B;1,2E+05;x;;?",
    f"7;{CANARY} Núñez;01-02-2023;;;;;A",
    "Totaal;4",
)


def check(data: bytes) -> None:
    reader = Reader(data)
    if reader.once_in(8):
        _parts(reader)
        return
    settings = _settings(reader)
    if settings is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NAME
        file.write_bytes(reader.rest())
        lawful(file, settings)


def lawful(file: Path, settings: Settings) -> None:
    """Holds everything that is read of a file to the laws."""
    first = _read(file, settings)
    law(_read(file, settings) == first, "the second reading is another")


def _settings(reader: Reader) -> Settings | None:
    given: dict[str, Any] = {
        "path": NAME,
        "encoding": reader.pick(ENCODINGS),
        "delimiter": reader.pick(DELIMITERS),
        "rows": reader.pick(("contract", "person")),
        "key": "Nr",
        "person": {"name": {"column": "Naam", "required": reader.flag()}},
        "contract": {
            "start": "In",
            "end": "Uit",
            "manager": "Chef",
            "fields": {"hours": {"column": "Uren", "type": "number"}, "fixed": {"column": "Vast", "type": "boolean"}},
        },
        "active": {"column": "Status", "values": ["A"], "inactive": ["I"] if reader.flag() else []},
        "complete": reader.pick(({}, {"trailer": "Totaal"}, {"trailer": "Totaal", "trailer_counts_rows": True})),
        "footers": reader.pick(((), ("Totaal",))),
        "date_formats": reader.pick(FORMATS),
        "most_bad_rows": reader.pick((1.0, 0.05)),
    }
    try:
        return Settings.model_validate(given)
    except ValidationError:
        return None


def _read(file: Path, settings: Settings) -> list[Person | Rejected] | str:
    try:
        origin = origin_of(settings, file.name)
        everyone = list(people(list(read(file, settings, origin)), settings, origin))
    except Misconfigured as error:
        discreet(str(error), "", "an error")
        return str(error)
    law(len({one.hr_id for one in everyone}) == len(everyone), "somebody is there twice")
    for one in everyone:
        _sound(one)
    return everyone


def _sound(one: Person | Rejected) -> None:
    if isinstance(one, Rejected):
        discreet(one.because, "", "a rejection")
        return
    law(0 < len(one.hr_id) <= 64 and clean(one.hr_id) == one.hr_id, "an HR id is no id")
    law(len({contract.id for contract in one.contracts}) == len(one.contracts), "two contracts have one number")
    for contract in one.contracts:
        law(contract.end is None or contract.start <= contract.end, "a contract ends before it starts")
        law(all(map(_is_clean, contract.fields.values())), "a field is not clean")
    law(all(map(_is_clean, one.fields.values())), "a field is not clean")


def _is_clean(value: Value) -> bool:
    return not isinstance(value, str) or (clean(value) == value and value != "")


def _parts(reader: Reader) -> None:
    text = reader.text()
    _only(Unreadable, lambda: sound(CANARY + text, 100))
    _only(Unreadable, lambda: sound(text, 100))
    law(clean(clean(text)) == clean(text), "a clean text can be cleaned")
    for decimal in ",.":
        _only(Unreadable, lambda decimal=decimal: number(text, clean(text), decimal))  # type: ignore[misc]
    _only(Unreadable, lambda: truth(text))
    _typed(reader)
    formats = [reader.text() for _ in range(reader.below(3))]
    try:
        dates = Dates.of(checked(formats), [reader.text()])
    except ValueError:
        return
    found = _only(UnreadableDate, lambda: dates.day(text))
    law(found is None or isinstance(found, date), "a date is something else")


def _typed(reader: Reader) -> None:
    """Cells as workbooks and JSON have them."""
    whole = reader.number(9)
    day = datetime.fromordinal(1 + whole % date.max.toordinal()) + timedelta(seconds=reader.below(3))
    cells: tuple[Cell, ...] = (whole, whole / 7, float(whole), whole * 1e300, bool(whole % 2), day, day.date(), None)
    for cell in (*cells, Absent.ABSENT, Damaged("no")):
        text = _only(Unreadable, lambda cell=cell: sound(cell, 100))  # type: ignore[misc]
        law(text is None or (isinstance(text, str) and clean(text) == text), "a typed cell is no clean text")
        if text:
            _only(Unreadable, lambda cell=cell, text=text: number(cell, text, ","))  # type: ignore[misc]
    found = _only(UnreadableDate, lambda: DATES.typed(day))
    law(found is None or found == day.date(), "a day is another day")


def _only(allowed: type[Exception], call: Callable[[], Any]) -> Any:
    try:
        return call()
    except allowed as error:
        discreet(str(error), "", "an error")
        return None


def seeds() -> Iterator[bytes]:
    text = "\r\n".join([*LINES, ""])
    for at, encoding in enumerate(("utf-8", "utf-8-sig", "cp1252", "utf-16")):
        yield written(0, (0, 0, 2, 3)[at], 0, 0, 0, 1, 0, 1, 1, 0, text.encode(encoding))
    for at, delimiter in enumerate((";", ",", "|", "\t"), 1):
        lines = [line.replace(";", delimiter) for line in LINES[:3]]
        yield written(0, 0, at, 0, 1, 0, 0, 0, 0, 1, "\n".join(lines).encode())
    yield written(0, 0, 0, 1, 0, 0, 2, 0, 0, 0, "\n".join([*LINES[:3], "Totaal;2", ""]).encode())
    yield written(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "\n".join(['"sep=;"', *LINES[:2], ";;;;;;;", HEADER, ""]).encode())
    for word in WORDS:
        yield written(1, word, 2, "dd-mm-yyyy", "yyyymmdd", "31-12-9999")


TARGET = Target(
    check=check,
    seeds=seeds,
    words=(
        *(";", ",", "|", "\t", '"', '""', "\n", "\r\n", "\r", "sep=;", "Totaal", HEADER, "\ufeff", "\x00", "\u00ad"),
        *("=1", "#N/B", "#REF!", "1E+05", "31-12-9999", "00:00", " 00:00:00.0", "yyyy", "dd", "mm", "Ã©", "\ufffd"),
        *("€", "\u0085", "\u2028", "\x1c", "\x0b", "Ja", "waar"),
    ),
    longest=2_000,
    share=2,
)
