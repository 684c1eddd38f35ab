"""What is recorded of a request and its answer: shapes, names of fields and a system's own words, and nothing else."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from xml.etree.ElementTree import Element, tostring

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from shared.scrubbing import Stand

OWN = "https://recorded.invalid"
"""Stands for the system's own address in links; whoever replays puts the address there that was asked."""

LONGEST_WORD = 100
"""Characters of a value that a system calls its own; a longer one is text that somebody wrote."""

NAME = re.compile(r"[@$]?[A-Za-z_][\w.:-]{0,99}(@odata\.\w{1,40})?")
"""What the key of an object looks like when it is a name and no value."""

ROUTE = re.compile(r"[A-Za-z][A-Za-z_-]{0,40}|v[0-9]{1,2}(\.[0-9]{1,2})*")
"""A segment of a link that is a word of the system's own, and no id."""

VERSION, LIST, WORD = re.compile(r"v[0-9]{1,2}(\.[0-9]{1,2})*"), re.compile(r"([,;|])"), re.compile(r"[^\W_]{4,}")
"""Of a request: a segment that names a version, what parts a list, and a word long enough to be somebody's."""

TRUTHS = frozenset({"true", "false"})
"""What XML and tables know only as text."""

PLACES = frozenset({"limit", "offset", "page", "pagenumber", "pagesize", "size", "skip", "take", "top", "count"})
"""Parameters that count records and pages; their numbers are nobody's."""


@dataclass(frozen=True, slots=True)
class Scrub:
    """One recording's way with what passes. `kept` are ends of paths in an answer, such as `metadata.total_elements`,
    whose values are the system's own words and numbers.
    """

    stand: Stand
    kept: frozenset[str]

    def path(self, path: str) -> str:
        """The path of a request: what stood in an answer before is replaced, the rest came from settings and code."""
        return "/".join(quote(self._asked(unquote(part)), safe="") for part in path.split("/"))

    def query(self, query: str) -> str:
        pairs = parse_qsl(query, keep_blank_values=True)
        return urlencode([(key, value if counts(key, value) else self._asked(value)) for key, value in pairs])

    def body(self, content: bytes, kind: str) -> str | None:
        """The body of an answer as text, or None for a form that is not known, which is left out."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None
        if not text.strip():
            return ""
        try:
            return json.dumps(self.json(json.loads(text, parse_constant=_no_json)), ensure_ascii=False)
        except (ValueError, RecursionError):
            pass
        if text.lstrip().startswith("<"):
            return self._xml(text) if "xml" in kind else None
        return self._table(text) if "csv" in kind else None

    def json(self, value: Any, where: str = "") -> Any:
        if isinstance(value, Mapping):
            names = {key: key if NAME.fullmatch(key) else self.stand.text(key) for key in value}
            return {names[key]: self.json(inner, f"{where}.{names[key]}") for key, inner in value.items()}
        if isinstance(value, list):
            return [self.json(inner, where) for inner in value]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._text(value, where)
        return value if self._keeps(where) else self.stand.number(value)

    def _text(self, text: str, where: str) -> str:
        if text.strip().casefold() in TRUTHS:
            return text
        if "://" not in text:
            return text if self._keeps(where) and len(text) <= LONGEST_WORD else self.stand.text(text)
        followed = self.link(text)  # its ids and cursors are known from here on, whether it is kept or not
        return followed if self._keeps(where) else self.stand.text(text)

    def link(self, address: str) -> str:
        """A link to a page of the system: its words stay, every id and cursor in it is replaced."""
        parts = urlsplit(address)
        path = "/".join(one if ROUTE.fullmatch(one) else self.stand.text(one) for one in unquote(parts.path).split("/"))
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        query = urlencode([(key, value if counts(key, value) else self.stand.text(value)) for key, value in pairs])
        return OWN + path + (f"?{query}" if query else "")

    def _keeps(self, where: str) -> bool:
        parts = where.split(".")
        return any(".".join(parts[-length:]) in self.kept for length in range(1, min(4, len(parts)) + 1))

    def _asked(self, text: str) -> str:
        """Part of a request; of a list of ids each on its own, and of a text made of several every word."""
        if VERSION.fullmatch(text):
            return text
        known = self.stand.known(text)
        if known is not None:
            return known
        listed = LIST.split(text)
        if any(self.stand.known(one) for one in listed):
            return "".join(self.stand.known(one) or one for one in listed)
        return WORD.sub(lambda found: self.stand.known(found[0]) or found[0], text)

    def _xml(self, text: str) -> str | None:
        """Names of elements and attributes stay; what stands in them is replaced like a value of JSON."""
        try:
            root = ElementTree.fromstring(text)
        except (ElementTree.ParseError, DefusedXmlException):
            return None
        self._element(root, "")
        return tostring(root, encoding="unicode")

    def _element(self, element: Element, above: str) -> None:
        where = f"{above}.{element.tag.rpartition('}')[2]}"
        for name, value in element.attrib.items():
            element.set(name, self._text(value, f"{where}.{name.rpartition('}')[2]}"))
        element.text = self._text(element.text, where) if element.text else None
        for inner in element:
            self._element(inner, where)
            inner.tail = self._text(inner.tail, where) if inner.tail else None

    def _table(self, text: str) -> str:
        """Comma-separated values below a first line of names."""
        first = text.splitlines()[0]
        delimiter = max(";,\t|", key=first.count)
        head, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        made = io.StringIO(newline="")
        csv.writer(made, delimiter=delimiter, lineterminator="\r\n").writerows(
            [head, *(self._cells(head, row) for row in rows)]
        )
        return made.getvalue()

    def _cells(self, head: Sequence[str], row: Sequence[str]) -> list[str]:
        names = [*head, *[""] * len(row)]
        return [self._text(cell, name) for name, cell in zip(names, row, strict=False)]


def counts(key: str, value: str) -> bool:
    return key.lstrip("$").casefold() in PLACES and value.isdecimal()


def _no_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
