"""How lines reach a reader: colour and width where somebody looks, whole lines in a pipe, nothing that steers."""

from collections.abc import Iterable, Iterator, Sequence

import click
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

NARROW = 24
"""Columns below which a text is not wrapped beside its heading."""

GAP = 2


def console() -> Console:
    """Standard output as it is now; `NO_COLOR` and `TERM=dumb` are heeded."""
    return Console(highlight=False, markup=False, emoji=False)


def show(page: Console, lines: Iterable[Text]) -> None:
    """Print all lines at once, so that nobody ever reads half a page."""
    with page.capture() as captured:
        for line in lines:
            page.print(line, soft_wrap=True)
    click.echo(captured.get().lstrip("\n"), nl=False, color=True)


def hanging(page: Console, lead: Text, body: Text) -> Text:
    """`lead` and `body` on one line or, on a terminal where that is too long, with `body` wrapped beside it."""
    room = page.width - lead.cell_len
    if not page.is_terminal or room < NARROW:
        return Text.assemble(lead, body)
    wrapped = body.wrap(page, room)
    indent = "\n" + " " * lead.cell_len
    for line in wrapped:
        line.rstrip()
    return Text.assemble(lead, Text(indent).join(wrapped))


def table(page: Console, rows: Sequence[Sequence[str]], indent: int) -> Iterator[Text]:
    """Rows with their columns aligned; the last column is wrapped where it must be."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*(row[:-1] for row in cells), strict=True)]
    for row in cells:
        lead = " " * indent
        for cell, width in zip(row, widths, strict=False):
            lead += cell + " " * (width - cell_len(cell) + GAP) if width else ""
        if row[-1]:
            yield hanging(page, Text(lead), Text(row[-1]))
        else:
            yield Text(lead.rstrip())


def printable(text: str) -> str:
    """`text` with whatever is no visible character spelled out: it may come from HR."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
