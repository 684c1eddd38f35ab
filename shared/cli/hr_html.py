"""What is wrong in HR as one page for a browser or a printer: everything from outside is escaped, nothing is loaded."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import escape

from shared.cli.hr_page import MEANS, Line, grouped, summary
from shared.cli.terminal import printable
from shared.quality.findings import TITLES, Kind, Severity

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, "Segoe UI", Arial, sans-serif; color: #1d2330; background: #fff;
       max-width: 70rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; break-after: avoid; }
p { margin: .25rem 0 .6rem; color: #4a5263; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d9dde5;
         overflow-wrap: anywhere; }
th { font-weight: 600; border-bottom: 2px solid #aab1bf; }
th:first-child { width: 7rem; }
td:first-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
.mark { display: inline-block; font-size: .8rem; font-weight: 600; padding: .1rem .5rem; margin-left: .5rem;
        border: 1px solid; border-radius: 1rem; vertical-align: middle; }
.holds { color: #9c1c1c; } .correct { color: #7a5300; } .look { color: #1c5a8a; }
a { color: #1c5a8a; }
@page { margin: 16mm; }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt; } a { color: inherit; } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load for it: nothing."""


def document(customer: str, day: date, people: Mapping[str, int], lines: Sequence[Line]) -> str:
    """The whole page."""
    title = f"{_text(customer)}: what is wrong in HR"
    parts = "".join(_section(kind, some) for kind, some in grouped(lines))
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<meta name='referrer' content='no-referrer'>"
        f"<title>{title}</title><style>{STYLE}</style></head><body>"
        f"<h1>{title}</h1><p>{day.isoformat()} · {_text(summary(people, lines))}</p>{parts}</body></html>\n"
    )


def _section(kind: tuple[Severity, Kind], some: Sequence[Line]) -> str:
    severity, what = kind
    mark = f"<span class='mark {severity}'>{MEANS[severity]}</span>"
    columns = [("id", True), ("source", len({one.finding.source for one in some}) > 1), ("what", True)]
    columns += [("what to do", True), ("also", any(one.finding.others for one in some))]
    columns += [("values", any(one.values for one in some))]
    shown = [name for name, wanted in columns if wanted]
    head = "".join(f"<th scope='col'>{name}</th>" for name in shown)
    rows = "".join(f"<tr>{''.join(_cells(one, shown))}</tr>" for one in some)
    return (
        f"<section><h2>{TITLES[what]} ({len(some):,}){mark}</h2>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _cells(line: Line, columns: Sequence[str]) -> Iterator[str]:
    one = line.finding
    texts = {
        "source": one.source,
        "what": one.what,
        "what to do": one.do,
        "also": ", ".join(one.others),
        "values": line.said,
    }
    for name in columns:
        yield f"<td>{_whose(line) if name == 'id' else _text(texts[name])}</td>"


def _whose(line: Line) -> str:
    """The id, leading to the page of the record where there is one; no other kind of link is ever followed."""
    if not line.link.startswith("https://"):
        return _text(line.whose)
    return f"<a href='{escape(line.link)}' rel='noreferrer'>{_text(line.whose)}</a>"


def _text(given: str) -> str:
    return escape(printable(given))
