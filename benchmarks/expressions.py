"""30 typical mappings per person, and hand-written Python that does the same: `python -m benchmarks.expressions`.

Prints microseconds per person for both and their ratio, after checking that both give the same answers.
"""

import re
import sys
import timeit
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from shared.expressions import Expression, Scope, compile_expression
from shared.model import Value

NOW = datetime(2025, 7, 30, 12, tzinfo=UTC)
SCOPE = Scope(now=NOW)
Row = Mapping[str, Value]
Hand = Callable[[Row], object]


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


def _days(row: Row) -> int:
    return datetime.fromisoformat(str(row["start"])).toordinal() - NOW.toordinal()


def _american(text: Value) -> str | None:
    if not text:
        return None
    day = datetime.fromisoformat(str(text))
    return f"{day.month}/{day.day}/{day.year} 12:00:00 AM"


NAMES = {"SALES": "Sales", "HR": "Human Resources", "IT": "Technology", "CARE": "Care"}
OFFICES = {"NL": "Utrecht", "BE": "Gent"}
ZONES = {"Utrecht": "OU=Utrecht", "Gent": "OU=Gent"}

MAPPINGS: list[tuple[str, Hand]] = [
    ("[given]", lambda r: r["given"]),
    ("[family]", lambda r: r["family"]),
    ("[title]", lambda r: r["title"]),
    ("[city]", lambda r: r["city"]),
    ("[number]", lambda r: r["number"]),
    ('"Fabrikam"', lambda r: "Fabrikam"),
    ('Join(" ", [given], [prefix], [family])', lambda r: _joined(" ", r["given"], r["prefix"], r["family"])),
    ('Join(", ", [family], [given])', lambda r: _joined(", ", r["family"], r["given"])),
    ('Append([number], "@fabrikam.nl")', lambda r: f"{r['number']}@fabrikam.nl"),
    ('ToLower(Append([number], "@fabrikam.nl"))', lambda r: f"{r['number']}@fabrikam.nl".lower()),
    (
        'ToLower(NormalizeDiacritics(StripSpaces(Join(".", [given], [prefix], [family]))))',
        lambda r: _compact(r).lower(),
    ),
    (
        'Append(NormalizeDiacritics(StripSpaces(Join(".", [given], [prefix], [family]))), "@fabrikam.nl")',
        lambda r: f"{_compact(r)}@fabrikam.nl",
    ),
    ('IIF([country] = "NL", "nl-NL", "en-US")', lambda r: "nl-NL" if r["country"] == "NL" else "en-US"),
    (
        'IIF([hours] >= 36, "full-time", "part-time")',
        lambda r: "full-time" if int(str(r["hours"])) >= 36 else "part-time",
    ),
    ('IIF(IsPresent([prefix]), "yes", "no")', lambda r: "yes" if r["prefix"] else "no"),
    ("Coalesce([nick], [given])", lambda r: r["nick"] or r["given"]),
    ('Coalesce([title], "Employee")', lambda r: r["title"] or "Employee"),
    ('Default([phone], "14030")', lambda r: r["phone"] or "14030"),
    ("Mid([family], 1, 3)", lambda r: str(r["family"])[:3]),
    ("ToUpper(Left([given], 1))", lambda r: str(r["given"])[:1].upper()),
    ('Join("", Left([given], 1), Left([family], 7))', lambda r: str(r["given"])[:1] + str(r["family"])[:7]),
    (
        'Switch([department], "Other", "SALES", "Sales", "HR", "Human Resources", "IT", "Technology", "CARE", "Care")',
        lambda r: NAMES.get(str(r["department"]), "Other"),
    ),
    ('Switch([country], "Kleve", "NL", "Utrecht", "BE", "Gent")', lambda r: OFFICES.get(str(r["country"]), "Kleve")),
    (
        'Join(",", Switch([city], "OU=Other", "Utrecht", "OU=Utrecht", "Gent", "OU=Gent"), "DC=fabrikam")',
        lambda r: f"{ZONES.get(str(r['city']), 'OU=Other')},DC=fabrikam",
    ),
    ('IIF(In("Wifi", [groups]), "guest", "none")', lambda r: "guest" if "Wifi" in (r["groups"] or ()) else "none"),  # type: ignore[operator]
    ("Item([groups], 1)", lambda r: (r["groups"] or (None,))[0]),  # type: ignore[index]
    ('Replace([phone], , "[ -]+", , "", , )', lambda r: re.sub("[ -]+", "", str(r["phone"]))),
    ("PCase([department])", lambda r: str(r["department"]).title()),
    (
        'IIF(DateDiff("d", Now(), CDate([start])) <= 14, "True", "False")',
        lambda r: "True" if _days(r) <= 14 else "False",
    ),
    ("CDate([end])", lambda r: _american(r["end"])),
]


def main() -> None:
    people = [person(number) for number in range(200)]
    compiled: list[Expression] = [compile_expression(source) for source, _ in MAPPINGS]
    hands = [hand for _, hand in MAPPINGS]
    for expression, hand in zip(compiled, hands, strict=True):
        for row in people:
            if expression(row, SCOPE) != hand(row):
                sys.exit(f"{expression.source} and its hand-written twin differ for number {row['number']}")

    def ours() -> None:
        for row in people:
            for expression in compiled:
                expression(row, SCOPE)

    def theirs() -> None:
        for row in people:
            for hand in hands:
                hand(row)

    rounds = 5
    best = [min(timeit.repeat(run, number=1, repeat=rounds * 4)) / len(people) * 1e6 for run in (ours, theirs)]
    load = timeit.timeit(lambda: [compile_expression(source) for source, _ in MAPPINGS], number=rounds) / rounds * 1e3
    sys.stdout.write(
        f"{len(MAPPINGS)} mappings per person: {best[0]:.1f} µs; hand-written Python {best[1]:.1f} µs;"
        f" ratio {best[0] / best[1]:.2f}\ncompiling all {len(MAPPINGS)}: {load:.1f} ms\n"
    )


if __name__ == "__main__":
    main()
