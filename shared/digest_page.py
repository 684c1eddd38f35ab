"""A digest as plain text and as HTML, line by line the same; nothing in it is ever taken for markup. Pure."""

from dataclasses import dataclass
from html import escape

from shared.digest import Digest, Line

MOST = 20
"""People named in one line; the others are counted."""

STYLE = "font-family:Segoe UI,Arial,sans-serif;font-size:14px;color:#222"
FOOT = "Answer with joinly holds, or in the pages of the app. Names and values are shown there and never mailed."


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """The same in two forms; whoever reads it chooses."""

    subject: str
    text: str
    html: str


def letter(one: Digest) -> Letter:
    return Letter(subject=subject(one), text=text(one), html=html(one))


def subject(one: Digest) -> str:
    press = " (something presses)" if one.pressing else ""
    return f"Joinly, {_plain(one.customer)}: what waits on {one.day}{press}"


def text(one: Digest) -> str:
    lines = [subject(one), ""]
    for part in one.parts:
        lines += [part.title, *(f"- {_line(line)}" for line in part.lines), ""]
    return "\n".join([*lines, FOOT, ""])


def html(one: Digest) -> str:
    parts = [f"<h2>{escape(part.title)}</h2><ul>{''.join(map(_item, part.lines))}</ul>" for part in one.parts]
    head = f"<h1 style='font-size:18px'>{escape(subject(one))}</h1>"
    return f"<!DOCTYPE html><html lang='en'><body style='{STYLE}'>{head}{''.join(parts)}<p>{FOOT}</p></body></html>"


def _item(line: Line) -> str:
    said = escape(_line(line))
    return f"<li><strong>{said}</strong></li>" if line.pressing else f"<li>{said}</li>"


def _line(line: Line) -> str:
    if not line.people:
        return _plain(line.text)
    named = ", ".join(_plain(one) for one in line.people[:MOST])
    more = f" and {len(line.people) - MOST:,} more" if len(line.people) > MOST else ""
    return f"{_plain(line.text)}: {named}{more}"


def _plain(given: str) -> str:
    """On one line, without anything that cannot be printed."""
    return "".join(letter for letter in " ".join(given.split()) if letter.isprintable())
