"""What is wrong in HR as people read it on a terminal, and as programs and spreadsheets do."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from shared.cli import terminal
from shared.cli.cells import cell, csv_line
from shared.facts import items, text_of
from shared.model import Attributes
from shared.quality.findings import TITLES, Finding, Kind, Severity

MOST = 10
"""Findings named of each kind; the others are counted. One more is named rather than counted."""

COLOURS = {Severity.HOLDS: "bold red", Severity.CORRECT: "bold yellow", Severity.LOOK: "bold cyan"}
MEANS = {
    Severity.HOLDS: "waits until it is corrected",
    Severity.CORRECT: "to be corrected",
    Severity.LOOK: "to be looked at",
}
COLUMNS = ("severity", "kind", "source", "id", "contract", "facts", "what", "do", "others", "link")


@dataclass(frozen=True, slots=True)
class Line:
    """A finding as it is shown: with the page where it is corrected, "" for none, and the values that may be seen."""

    finding: Finding
    link: str
    values: Attributes

    @property
    def whose(self) -> str:
        return self.finding.hr_id or "(all)"

    @property
    def said(self) -> str:
        """The values, as one text."""
        return ", ".join(f"{name}={shown(value)}" for name, value in self.values.items())


def shown(value: Any) -> str:
    return " / ".join(map(text_of, items(value))) or "(empty)"


def plain(line: Line) -> dict[str, Any]:
    """One finding for programs."""
    one = line.finding
    said: dict[str, Any] = {
        "severity": one.severity,
        "kind": one.kind,
        "source": one.source,
        "id": one.hr_id,
        "contract": one.contract,
        "facts": list(one.facts),
        "what": one.what,
        "do": one.do,
        "others": list(one.others),
        "link": line.link,
    }
    return {**said, "values": dict(line.values)} if line.values else said


def report_csv(lines: Sequence[Line], *, values: bool) -> str:
    """The whole report; every cell is safe to open in a spreadsheet."""
    columns = (*COLUMNS, "values") if values else COLUMNS
    rows = [csv_line(columns)]
    for line in lines:
        said = {**plain(line), "values": line.said}
        texts = [" ".join(each) if isinstance(each := said[name], list) else str(each) for name in columns]
        rows.append(csv_line([cell(text) for text in texts]))
    return "".join(rows)


def report_lines(page: Console, people: Mapping[str, int], lines: Sequence[Line], everyone: bool) -> list[Text]:
    """The whole page."""
    groups = grouped(lines)
    shown_lines = [line for kind, some in groups for line in _group(page, kind, some, everyone)]
    return [Text(summary(people, lines), style="bold"), *shown_lines]


def grouped(lines: Sequence[Line]) -> list[tuple[tuple[Severity, Kind], list[Line]]]:
    """By how bad and what it is, in the order of the report."""
    groups: dict[tuple[Severity, Kind], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.finding.severity, line.finding.kind), []).append(line)
    return list(groups.items())


def summary(people: Mapping[str, int], lines: Sequence[Line]) -> str:
    read = " and ".join(f"{terminal.counted(count, 'person', 'people')} of {name}" for name, count in people.items())
    if not lines:
        return f"Nothing is wrong in {read}."
    counts = Counter(line.finding.severity for line in lines)
    waiting = {(line.finding.source, line.finding.hr_id) for line in lines if line.finding.severity is Severity.HOLDS}
    said = [terminal.counted(len(lines), "finding", "findings"), f"{read} read"]
    if waiting:
        said.append(f"{terminal.counted(len(waiting), 'person waits', 'people wait')} until it is corrected")
    said += [f"{counts[one]:,} {MEANS[one]}" for one in (Severity.CORRECT, Severity.LOOK) if counts[one]]
    return " · ".join(said)


def _group(page: Console, kind: tuple[Severity, Kind], some: Sequence[Line], everyone: bool) -> Iterator[Text]:
    severity, what = kind
    yield Text()
    yield Text.assemble((f"{TITLES[what]} ({len(some):,})", COLOURS[severity]), (f"  {MEANS[severity]}", "dim"))
    advice = list(dict.fromkeys(line.finding.do for line in some))
    if len(advice) == 1:
        yield terminal.hanging(page, Text("  "), Text(terminal.printable(advice[0]), style="dim"))
    named = some if everyone or len(some) <= MOST + 1 else some[:MOST]
    sources = len({line.finding.source for line in some}) > 1
    rows = [(line.whose, line.finding.source if sources else "", _told(line, beside=len(advice) > 1)) for line in named]
    yield from terminal.table(page, rows, 2)
    if len(named) < len(some):
        yield Text(f"  … and {len(some) - len(named):,} more; --all names everyone", style="dim")


def _told(line: Line, *, beside: bool) -> str:
    one = line.finding
    parts = [one.sentence if beside else one.what]
    if one.others:
        parts.append(f"also {', '.join(one.others)}")
    if line.said:
        parts.append(line.said)
    if line.link:
        parts.append(line.link)
    return " · ".join(parts)
