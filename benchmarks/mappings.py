"""30 typical mappings of one person, each three times: our language, hand-written Python, and a Python-like text.

The text is what simpleeval and Jinja2 both read; FUNCTIONS are the Python functions registered with them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.model import Value

NOW = datetime(2025, 7, 30, 12, tzinfo=UTC)
Row = Mapping[str, Value]
Hand = Callable[[Row], object]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One mapping in its three forms."""

    expression: str
    hand: Hand
    text: str


def person(number: int) -> dict[str, Value]:
    """One of many made-up people; some fields are missing or null for some."""
    return {
        "number": f"{number:05d}",
        "given": ("Anna", "Jurriën", "Zoë", "Mohammed", "Bram")[number % 5],
        "nick": ("", "Jur", None, "Mo", "")[number % 5],
        "prefix": ("de", "", "van den", None, "")[number % 5],
        "family": ("Visser", "Groß", "Berg", "El Amrani", "Smit")[number % 5],
        "title": ("Nurse", "Developer", None, "Analyst")[number % 4],
        "department": ("SALES", "HR", "IT", "CARE", "OPS")[number % 5],
        "country": ("NL", "BE", "DE")[number % 3],
        "city": ("Utrecht", "Gent", "Kleve")[number % 3],
        "hours": ("36", "24", "40")[number % 3],
        "phone": ("030 123 45 67", "+32 9 123 45 67", "")[number % 3],
        "start": ("2019-03-01", "2025-09-01")[number % 2],
        "end": (None, "2026-12-31")[number % 2],
        "groups": (("Mail", "Wifi"), ("Mail",), ())[number % 3],
    }


def _plain(text: str) -> str:
    if text.isascii():
        return text
    text = text.replace("ß", "ss")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _joined(separator: str, *parts: object) -> str:
    return separator.join([str(part) for part in parts if part])


def _compact(row: Row) -> str:
    return _plain(_joined(".", row["given"], row["prefix"], row["family"]).replace(" ", ""))


def _days(start: Value) -> int:
    return datetime.fromisoformat(str(start)).toordinal() - NOW.toordinal()


def _american(text: Value) -> str | None:
    if not text:
        return None
    day = datetime.fromisoformat(str(text))
    return f"{day.month}/{day.day}/{day.year} 12:00:00 AM"


def _pick(source: str, default: str, *pairs: str) -> str:
    return dict(zip(pairs[::2], pairs[1::2], strict=True)).get(source, default)


FUNCTIONS: dict[str, Callable[..., object]] = {
    "american": _american,
    "days": _days,
    "int": int,
    "joined": _joined,
    "pick": _pick,
    "plain": _plain,
    "sub": re.sub,
}

NAMES = {"SALES": "Sales", "HR": "Human Resources", "IT": "Technology", "CARE": "Care"}
OFFICES = {"NL": "Utrecht", "BE": "Gent"}
ZONES = {"Utrecht": "OU=Utrecht", "Gent": "OU=Gent"}

MAPPINGS = [
    Mapped("[given]", lambda r: r["given"], "given"),
    Mapped("[family]", lambda r: r["family"], "family"),
    Mapped("[title]", lambda r: r["title"], "title"),
    Mapped("[city]", lambda r: r["city"], "city"),
    Mapped("[number]", lambda r: r["number"], "number"),
    Mapped('"Fabrikam"', lambda r: "Fabrikam", '"Fabrikam"'),
    Mapped(
        'Join(" ", [given], [prefix], [family])',
        lambda r: _joined(" ", r["given"], r["prefix"], r["family"]),
        'joined(" ", given, prefix, family)',
    ),
    Mapped(
        'Join(", ", [family], [given])',
        lambda r: _joined(", ", r["family"], r["given"]),
        'joined(", ", family, given)',
    ),
    Mapped('Append([number], "@fabrikam.nl")', lambda r: f"{r['number']}@fabrikam.nl", 'number + "@fabrikam.nl"'),
    Mapped(
        'ToLower(Append([number], "@fabrikam.nl"))',
        lambda r: f"{r['number']}@fabrikam.nl".lower(),
        '(number + "@fabrikam.nl").lower()',
    ),
    Mapped(
        'ToLower(NormalizeDiacritics(StripSpaces(Join(".", [given], [prefix], [family]))))',
        lambda r: _compact(r).lower(),
        'plain(joined(".", given, prefix, family).replace(" ", "")).lower()',
    ),
    Mapped(
        'Append(NormalizeDiacritics(StripSpaces(Join(".", [given], [prefix], [family]))), "@fabrikam.nl")',
        lambda r: f"{_compact(r)}@fabrikam.nl",
        'plain(joined(".", given, prefix, family).replace(" ", "")) + "@fabrikam.nl"',
    ),
    Mapped(
        'IIF([country] = "NL", "nl-NL", "en-US")',
        lambda r: "nl-NL" if r["country"] == "NL" else "en-US",
        '"nl-NL" if country == "NL" else "en-US"',
    ),
    Mapped(
        'IIF([hours] >= 36, "full-time", "part-time")',
        lambda r: "full-time" if int(str(r["hours"])) >= 36 else "part-time",
        '"full-time" if int(hours) >= 36 else "part-time"',
    ),
    Mapped(
        'IIF(IsPresent([prefix]), "yes", "no")', lambda r: "yes" if r["prefix"] else "no", '"yes" if prefix else "no"'
    ),
    Mapped("Coalesce([nick], [given])", lambda r: r["nick"] or r["given"], "nick or given"),
    Mapped('Coalesce([title], "Employee")', lambda r: r["title"] or "Employee", 'title or "Employee"'),
    Mapped('Default([phone], "14030")', lambda r: r["phone"] or "14030", 'phone or "14030"'),
    Mapped("Mid([family], 1, 3)", lambda r: str(r["family"])[:3], "family[:3]"),
    Mapped("ToUpper(Left([given], 1))", lambda r: str(r["given"])[:1].upper(), "given[:1].upper()"),
    Mapped(
        'Join("", Left([given], 1), Left([family], 7))',
        lambda r: str(r["given"])[:1] + str(r["family"])[:7],
        "given[:1] + family[:7]",
    ),
    Mapped(
        'Switch([department], "Other", "SALES", "Sales", "HR", "Human Resources", "IT", "Technology", "CARE", "Care")',
        lambda r: NAMES.get(str(r["department"]), "Other"),
        'pick(department, "Other", "SALES", "Sales", "HR", "Human Resources", "IT", "Technology", "CARE", "Care")',
    ),
    Mapped(
        'Switch([country], "Kleve", "NL", "Utrecht", "BE", "Gent")',
        lambda r: OFFICES.get(str(r["country"]), "Kleve"),
        'pick(country, "Kleve", "NL", "Utrecht", "BE", "Gent")',
    ),
    Mapped(
        'Join(",", Switch([city], "OU=Other", "Utrecht", "OU=Utrecht", "Gent", "OU=Gent"), "DC=fabrikam")',
        lambda r: f"{ZONES.get(str(r['city']), 'OU=Other')},DC=fabrikam",
        'pick(city, "OU=Other", "Utrecht", "OU=Utrecht", "Gent", "OU=Gent") + ",DC=fabrikam"',
    ),
    Mapped(
        'IIF(In("Wifi", [groups]), "guest", "none")',
        lambda r: "guest" if "Wifi" in (r["groups"] or ()) else "none",  # type: ignore[operator]
        '"guest" if "Wifi" in groups else "none"',
    ),
    Mapped("Item([groups], 1)", lambda r: (r["groups"] or (None,))[0], "groups[0] if groups else None"),  # type: ignore[index]
    Mapped(
        'Replace([phone], , "[ -]+", , "", , )',
        lambda r: re.sub("[ -]+", "", str(r["phone"])),
        'sub("[ -]+", "", phone)',
    ),
    Mapped("PCase([department])", lambda r: str(r["department"]).title(), "department.title()"),
    Mapped(
        'IIF(DateDiff("d", Now(), CDate([start])) <= 14, "True", "False")',
        lambda r: "True" if _days(r["start"]) <= 14 else "False",
        '"True" if days(start) <= 14 else "False"',
    ),
    Mapped("CDate([end])", lambda r: _american(r["end"]), "american(end)"),
]
