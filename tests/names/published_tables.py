"""The published tables of Dutch naming conventions, read row by row, and the form that makes each row.

A rule is a form with what stands behind it. «Where» names a row: table, option, iteration and convention.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from shared.model import Series
from shared.names import Parts, Usage, compile_form, initials_in, mail_name, spelling_of

FILE = Path(__file__).resolve().parents[2] / ".." / "shared" / "conformance" / "dutch_names.md"
PERSON = Parts(
    nick="Janine", initials="J.H.C.", prefix="van den", surname="Boele", partner_prefix="de", partner_surname="Vries"
)
NL = spelling_of("nl")


@dataclass(frozen=True)
class Where:
    table: str
    option: int
    iteration: str
    convention: str


@dataclass(frozen=True)
class Rule:
    """A form, and the number that a second or later try puts behind it."""

    form: str
    number: int = 0
    opening: str = ""
    digits: int = 1
    ending: str = ""
    longest: int = 0
    initials: str = "J.H.C."
    """The tables speak of one person and cannot agree on her initials: J.H.C. or H.C."""

    def gives(self, convention: str, address: bool) -> str:
        person = replace(PERSON, initials=self.initials, usage=Usage(convention))
        name = compile_form(self.form)(person)
        stem = mail_name(name, NL) if address else name
        if not self.number:
            return stem
        series = Series(stem=stem, opening=self.opening, first=self.number, digits=self.digits, ending=self.ending)
        return series.at(0, self.longest)


def published() -> Iterator[tuple[Where, str]]:
    """Every row with a value, and the value without the domain."""
    table = option = iteration = ""
    again = 0
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"<!-- (\w+) -->", line):
            table = heading[1]
        elif heading := re.match(r"## \[Option (\d+)", line):
            option, iteration, again = heading[1], "", 0
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells or set(cells[0]) & {"-"} or cells[0] in ("Convention", "Iteration", "Input value"):
            continue
        if table in ("DisplayName", "Surname_Lastname"):
            iteration, convention, value = "First", cells[0], cells[1]
        elif table == "Initials":
            iteration, convention, value = "First", "B", cells[1]
        else:
            convention, value = cells[1], cells[2]
            again = again + 1 if cells[0] == "If also in use" else again
            iteration = f"{cells[0]} {again}" if cells[0] == "If also in use" else cells[0] or iteration
        for one in re.findall(r"[BP]+", convention):
            yield Where(table, int(option), iteration, one), value.removeprefix("[SMTP:").split("@")[0]


def initials(option: int) -> str:
    return initials_in("J.H.C.K.", 3) if option == 1 else initials_in("J.H.C.K.", 6, dots=False)


Rules = dict[str, Rule]
DISPLAY = {
    1: "{nick} {leading}[ – {trailing}]",
    2: "{leading.name}[ – {trailing}], {nick}[ {leading.prefix}]",
    3: "{leading.name}[–{trailing}] {initials} {leading.prefix}[ ({nick})]",
}
SURNAME = {1: "{leading}[ – {trailing}]", 2: "{leading.name}[ – {trailing}][, {leading.prefix}]"}
PARTED = "{initials:bare}.{leading.prefix:joined}.{leading.name}[-[{trailing.prefix:joined}.]{trailing.name}]"


def _letters(family: str, between: str, labels: dict[str, int], full: str, last: str = "") -> Rules:
    """More and more letters of the nick name, then all of them, then all of them with a number."""
    rules = {label: Rule(f"{{nick:{count}}}{between}{{{family}}}") for label, count in labels.items()}
    rules[full] = Rule(f"{{nick}}{between}{{{family}}}")
    return {**rules, last: Rule(f"{{nick}}{between}{{{family}}}", 2)} if last else rules


def _numbered(form: str, *numbers: int, digits: int = 1, **traits: str) -> Rules:
    labels = ("Second", "Third", "Fourth", "Tenth", "Eleventh")
    return {
        "First": Rule(form, **traits),
        **{label: Rule(form, number, digits=digits, **traits) for label, number in zip(labels, numbers, strict=False)},
    }


IN_USE = {"If in use": 1, "If also in use 1": 2, "If also in use 2": 5}
ADDRESSES: dict[int, Rules] = {
    1: _letters("birth", ".", IN_USE, "First", "If also in use 3"),
    2: _letters("birth", ".", {"Second": 1}, "First", "Third"),
    3: _letters("leading", ".", {"First": 1, "Second": 2}, "Third", "Fourth"),
    4: {
        **_letters("leading", ".", {"Third": 1, "Seventh": 5}, "First", "Eighth"),
        "Second": Rule("[{initials:several}{leading}]"),
    },
    5: _letters("birth", "", {"First": 1, "Second": 2}, "Seventh", "Eighth"),
    6: _letters("leading", "", {"First": 1, "Second": 2}, "Seventh", "Eighth"),
    7: {
        "First": Rule("{nick}.{birth}"),
        "Second": Rule("{nick}_{birth}"),
        "Third": Rule("{nick:1}.{birth}"),
        "Fourth": Rule("{nick:1}.{birth}", 2),
    },
    8: {
        "First": Rule("{nick}.{birth}"),
        "Second": Rule("{nick}_{birth}"),
        "Third": Rule("{nick}.{birth}", 2, digits=2),
        "Fourth": Rule("{nick}.{birth}", 3, digits=2),
    },
    9: _numbered("{nick:1}{leading}", 1, 2, 3),
    10: {
        **_letters("birth", ".", {"First": 1, "Third": 2, "Seventh": 5}, "Second"),
        "Eighth": Rule("{nick:1}.{birth}", 2),
    },
    11: _numbered("{nick:1}.{birth}", 1, 2),
    12: _numbered(PARTED, 2, 3, initials="H.C."),
}
MAIL: dict[int, Rules] = {
    **{option: ADDRESSES[option] for option in range(1, 11)},
    11: _numbered("{nick}.{leading:dotted}", 2, 3),
    12: _letters("leading", ".", {"Second": 1, "Third": 2, "Sixth": 5}, "First"),
    13: ADDRESSES[11],
    14: ADDRESSES[12],
}
SHORT = "{initials:1:bare}{birth.name:4}"
SAM: dict[int, Rules] = {
    1: _letters("birth", "", {"First": 1, "Second": 2}, "Sixth", "Seventh"),
    2: {
        "First": Rule("{nick}.{birth:dotted}"),
        "Second": Rule("{nick}.{birth:dotted}", 2, longest=20),
        "Third": Rule("{nick}.{birth:dotted}", 3, longest=20),
    },
    3: {
        "First": Rule("{nick}.{birth:dotted}"),
        "Second": Rule("{nick:1}.{birth:dotted}"),
        "Third": Rule("{nick:1}.{birth:dotted}", 2),
    },
    4: ADDRESSES[7],
    5: _letters("leading", "", {"First": 1, "Second": 2}, "Sixth", "Seventh"),
    6: _numbered("{nick:1}{birth}", 1, 2, 3),
    7: ADDRESSES[10],
    8: {
        "First": Rule(SHORT, initials="H.C."),
        "Second": Rule(SHORT, 2, longest=6, initials="H.C."),
        "Third": Rule(SHORT, 3, longest=6, initials="H.C."),
        "Tenth": Rule(SHORT, 10, longest=6, initials="H.C."),
        "Eleventh": Rule(SHORT, 11, longest=6, initials="H.C."),
    },
}
MAIL_NICKNAME = {
    1: _letters(
        "birth",
        ".",
        {"If in use": 1, **{f"If also in use {n}": n + 1 for n in range(1, 5)}},
        "First",
        "If also in use 5",
    )
}


def _common(option: int) -> Rules:
    marks = {1: (" ", 2, ""), 2: (" (", 2, ")"), 3: (" ", 1, "")}[option]
    form, who = DISPLAY[option], "H.C." if option == 3 else "J.H.C."
    opening, digits, ending = marks
    tried = {"Second": 2, "Third": 3}
    return {
        "First": Rule(form, initials=who),
        **{
            label: Rule(form, number, opening=opening, digits=digits, ending=ending, initials=who)
            for label, number in tried.items()
        },
    }


RULES: dict[str, dict[int, Rules]] = {
    "DisplayName": {
        option: {"First": Rule(form, initials="H.C." if option == 3 else "J.H.C.")} for option, form in DISPLAY.items()
    },
    "CommonName": {option: _common(option) for option in DISPLAY},
    "Surname_Lastname": {option: {"First": Rule(form)} for option, form in SURNAME.items()},
    "sAMAccountName": SAM,
    "mailNickName": MAIL_NICKNAME,
    "UserPrincipalName": ADDRESSES,
    "Mail": MAIL,
    "ProxyAddresses": ADDRESSES,
}
SHOWN = frozenset({"DisplayName", "CommonName", "Surname_Lastname"})
"""Tables of names that are shown and not spelled for addresses."""


def ours(where: Where) -> str:
    if where.table == "Initials":
        return initials(where.option)
    rule = RULES[where.table][where.option][where.iteration]
    return rule.gives(where.convention, address=where.table not in SHOWN)
