"""Custom date formats as .NET writes them, read once at load into what reads and writes a date.

Source: Microsoft Learn, "Custom date and time format strings", with the invariant culture and UTC.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.expressions.datetext import assemble
from shared.expressions.fault import ExpressionError

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TOKENS = re.compile(
    r"""(?P<specifier>([dMyhHmsfFtzKg])\2*)|'(?P<single>[^']*)'|"(?P<double>[^"]*)"|\\(?P<escaped>.)|(?P<literal>[^'"\\%])""",
    re.DOTALL,
)
TWO_DIGIT_YEAR_MAX = 2049
SAME_PART = {"short": "year", "named": "month"}
"""Fields that say what another field says: together in one format they could contradict each other."""

Write = Callable[[datetime], str]


def _padded(name: str, width: int) -> Write:
    return lambda moment: f"{getattr(moment, name):0{width}d}"


def _fraction(width: int) -> Write:
    return lambda moment: f"{moment.microsecond:06d}0"[:width]


def _hour12(width: int) -> Write:
    return lambda moment: f"{moment.hour % 12 or 12:0{width}d}"


@dataclass(frozen=True, slots=True)
class Specifier:
    """One run of letters: how it is written, the pattern that reads it, and the field it fills ("" for none)."""

    write: Write
    read: str
    field: str = ""


SPECIFIERS: dict[str, Specifier] = {
    "d": Specifier(_padded("day", 1), r"\d{1,2}", "day"),
    "dd": Specifier(_padded("day", 2), r"\d{2}", "day"),
    "ddd": Specifier(lambda m: DAYS[m.weekday()][:3], "|".join(day[:3] for day in DAYS)),
    "dddd": Specifier(lambda m: DAYS[m.weekday()], "|".join(DAYS)),
    "M": Specifier(_padded("month", 1), r"\d{1,2}", "month"),
    "MM": Specifier(_padded("month", 2), r"\d{2}", "month"),
    "MMM": Specifier(lambda m: MONTHS[m.month - 1][:3], "|".join(month[:3] for month in MONTHS), "named"),
    "MMMM": Specifier(lambda m: MONTHS[m.month - 1], "|".join(MONTHS), "named"),
    "yy": Specifier(lambda m: f"{m.year % 100:02d}", r"\d{2}", "short"),
    "yyyy": Specifier(_padded("year", 4), r"\d{4}", "year"),
    "H": Specifier(_padded("hour", 1), r"\d{1,2}", "hour"),
    "HH": Specifier(_padded("hour", 2), r"\d{2}", "hour"),
    "h": Specifier(_hour12(1), r"\d{1,2}", "hour"),
    "hh": Specifier(_hour12(2), r"\d{1,2}", "hour"),
    "m": Specifier(_padded("minute", 1), r"\d{1,2}", "minute"),
    "mm": Specifier(_padded("minute", 2), r"\d{2}", "minute"),
    "s": Specifier(_padded("second", 1), r"\d{1,2}", "second"),
    "ss": Specifier(_padded("second", 2), r"\d{2}", "second"),
    **{"f" * width: Specifier(_fraction(width), rf"\d{{{width}}}", "fraction") for width in range(1, 8)},
    "t": Specifier(lambda m: "AM"[:1] if m.hour < 12 else "PM"[:1], "[AaPp]", "half"),
    "tt": Specifier(lambda m: "AM" if m.hour < 12 else "PM", "[AaPp][Mm]", "half"),
    "z": Specifier(lambda m: "+0", r"[+-]\d{1,2}", "offset"),
    "zz": Specifier(lambda m: "+00", r"[+-]\d{2}", "offset"),
    "zzz": Specifier(lambda m: "+00:00", r"[+-]\d{2}:?\d{2}", "offset"),
    "K": Specifier(lambda m: "Z", r"(?:Z|[+-]\d{2}:?\d{2})?", "offset"),
}
"""`hh` also reads one digit, because documented mappings read `M/d/yyyy h:mm:ss tt` text with it."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A compiled format."""

    writers: tuple[str | Write, ...]
    reader: re.Pattern[str]
    fields: tuple[str, ...]

    def write(self, moment: datetime) -> str:
        return "".join([part if isinstance(part, str) else part(moment) for part in self.writers])

    def read(self, text: str) -> datetime:
        """The moment in UTC; parts the format lacks are the first month or day, or zero.

        Raises ExpressionError when the text does not have this form or names no day.
        """
        match = self.reader.fullmatch(text) if len(text) <= 100 else None
        if match is None:
            raise ExpressionError("is not a date in the format that is given")
        field: dict[str, str | None] = dict(zip(self.fields, match.groups(), strict=True))
        try:
            return assemble(_numbered(field))
        except (ValueError, OverflowError):
            raise ExpressionError("is not a date that exists") from None

    @property
    def readable(self) -> bool:
        parts = [SAME_PART.get(field, field) for field in self.fields]
        return "year" in parts and len(set(parts)) == len(parts)


def _numbered(field: dict[str, str | None]) -> dict[str, str | None]:
    if named := field.pop("named", None):
        names = [month[: len(named)].lower() for month in MONTHS]
        field["month"] = str(names.index(named.lower()) + 1)
    if short := field.pop("short", None):
        year = 2000 + int(short)
        field["year"] = str(year if year <= TWO_DIGIT_YEAR_MAX else year - 100)
    if offset := field.get("offset"):
        field["offset"] = offset if offset == "Z" or len(offset) > 2 else f"{offset[0]}0{offset[1]}"
    return field


def compile_format(text: str) -> DateFormat:
    """Raises ExpressionError for an empty, a standard (one letter) or an unknown format."""
    if len(text) > 100 or (len(text) == 1 and text.isalpha()) or not text:
        raise ExpressionError("is not a custom date format", hint='write something like "yyyy-MM-dd"')
    writers: list[str | Write] = []
    pattern: list[str] = []
    fields: list[str] = []
    at = 0
    while at < len(text):
        at += text[at] == "%"
        token = TOKENS.match(text, at)
        if token is None:
            raise ExpressionError(f"has something that is not a date format at character {at + 1}")
        at = token.end()
        if letters := token["specifier"]:
            _specify(letters, writers, pattern, fields)
        else:
            literal = token[token.lastgroup or 0]
            writers.append(literal)
            pattern.append(re.escape(literal))
    return DateFormat(tuple(writers), re.compile("".join(pattern), re.ASCII | re.IGNORECASE), tuple(fields))


def _specify(letters: str, writers: list[str | Write], pattern: list[str], fields: list[str]) -> None:
    if letters[0] in "dM":
        letters = letters[:4]
    specifier = SPECIFIERS.get(letters)
    if specifier is None:
        raise ExpressionError(f"uses {letters}, which is not supported in a date format")
    writers.append(specifier.write)
    pattern.append(f"({specifier.read})" if specifier.field else f"(?:{specifier.read})")
    if specifier.field:
        fields.append(specifier.field)


def readable_format(text: str) -> DateFormat:
    """A format that dates can be read with: it has a year, and no part twice."""
    compiled = compile_format(text)
    if not compiled.readable:
        raise ExpressionError("cannot be read with: it needs a year, and each part once")
    return compiled


def midnight(moment: datetime) -> datetime:
    """The civil date of a moment in the zone it carries, as midnight UTC."""
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
