"""Regular expressions as customers write them (.NET), matched by RE2 in linear time; what RE2 lacks is refused at load.

Sources: Microsoft Learn, ".NET regular expressions quick reference" and "Substitutions"; the RE2 syntax page. `\\d`,
`\\w` and `\\s` mean Unicode characters, as in .NET. `\\b` knows ASCII words only, as in RE2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import re2

from shared.expressions.dotnet import translate
from shared.expressions.fault import ExpressionError
from shared.expressions.values import MAX_TEXT, bounded

MAX_PATTERN = 1_000
MAX_PIECES = 2_000
REFERENCE = re.compile(
    r"\$(?:(?P<escape>\$)|(?P<whole>&)|(?P<number>[0-9]{1,2})|\{(?P<name>\w{1,100})\}|(?P<odd>[`'+_]))"
)
EASY = re.compile(r"\[\^?(?:[A-Za-z0-9 _.,;:'/()@#+*!?<>=]|-(?!-))+\]\+?")
"""One class of plain characters, perhaps repeated: no engine has to go back in it, so the fastest one may take it."""
OPTIONS = re2.Options()
OPTIONS.log_errors = False

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern. `groups` maps .NET's group names and numbers to RE2's numbers."""

    regex: Any
    groups: dict[str, int]
    easy: re.Pattern[str] | None = None

    def group(self, name: str) -> int:
        """RE2's number of a group. Raises ExpressionError when the pattern has no such group."""
        if name not in self.groups:
            raise ExpressionError(f"names the group {name!r}, which the pattern does not have")
        return self.groups[name]

    def template(self, text: str) -> tuple[str | int, ...]:
        """A constant replacement as literal texts and group numbers: `$1`, `${name}`, `$&` and `$$` are understood."""
        pieces: list[str | int] = []
        last = 0
        for match in REFERENCE.finditer(text):
            pieces += [text[last : match.start()], self._reference(match)]
            last = match.end()
        pieces.append(text[last:])
        return tuple(piece for piece in pieces if piece != "")

    def _reference(self, match: re.Match[str]) -> str | int:
        if match["escape"]:
            return "$"
        if match["whole"]:
            return 0
        if match["odd"]:
            raise ExpressionError(f"uses ${match['odd']}, which is not supported", hint="name a group: ${name}")
        return self.group(match["number"] or match["name"])

    def whole(self, text: str) -> bool:
        """Whether the whole text matches."""
        return self.regex.fullmatch(_utf8(text)) is not None

    def swap(self, text: str, new: str) -> str:
        """Every match replaced by a text that is taken as it is."""
        if self.easy is None or len(text) * len(new) > MAX_TEXT:
            return self.replace(text, (new,))
        swapped, count = self.easy.subn(new.replace("\\", r"\\"), _valid(text))
        return bounded(swapped) if count else text

    def replace(self, text: str, pieces: tuple[str | int, ...]) -> str:
        """Every match replaced by the pieces; a group that took no part counts as empty."""
        subject, matches = self._matches(text)
        out: list[str | bytes] = []
        last = size = 0
        for match in matches:
            start, end = match.span()
            out.append(subject[last:start])
            for piece in pieces:
                taken = piece if isinstance(piece, str) else match.group(piece) or ""
                size += len(taken)
                out.append(taken)
            last = end
            if size > MAX_TEXT * 2:
                break
        if not out:
            return text
        out.append(subject[last:])
        return bounded("".join([part if isinstance(part, str) else part.decode() for part in out]))

    def replace_group(self, text: str, group: int, replacement: str) -> str:
        """The part of every match that the group took, replaced."""
        subject, matches = self._matches(text)
        out: list[str | bytes] = []
        last = size = 0
        for match in matches:
            start, end = match.span(group)
            if start >= 0:
                out += [subject[last:start], replacement]
                last = end
                size += len(replacement)
            if size > MAX_TEXT * 2:
                break
        out.append(subject[last:])
        return bounded("".join([part if isinstance(part, str) else part.decode() for part in out]))

    def extract(self, text: str, group: int) -> str | None:
        """What the group took in the first match, or None."""
        match = self.regex.search(_valid(text))
        return match.group(group) if match else None

    def _matches(self, text: str) -> tuple[str | bytes, Iterator[Any]]:
        """ASCII is searched as bytes: there the wrapper need not count characters, which is most of its time.

        The wrapper finds an empty match behind its last position twice; .NET finds it once.
        """
        subject = text.encode() if text.isascii() else _valid(text)
        return subject, _each_once(self.regex.finditer(subject))


def _each_once(matches: Iterator[Any]) -> Iterator[Any]:
    last = None
    for match in matches:
        if match.span() != last:
            yield match
        last = match.span()


def _valid(text: str) -> str:
    _utf8(text)
    return text


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ExpressionError("holds half a character (an unpaired surrogate)") from None


def compile_pattern(text: str) -> Pattern:
    """Raises ExpressionError for what is not a pattern, or is one that RE2 cannot match in linear time."""
    if len(text) > MAX_PATTERN:
        raise ExpressionError(f"is longer than {MAX_PATTERN} characters, the most a pattern may have")
    translated = translate(text)
    try:
        regex = re2.compile(_valid(translated.text), options=OPTIONS)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "unknown"
        raise ExpressionError(f"is not a pattern that can be used: {reason}") from None
    if translated.pieces > MAX_PIECES:
        raise ExpressionError(
            f"counts to more than {MAX_PIECES} characters when it is written out, which takes too long to match",
            hint="write * or + for a count that is large",
        )
    return Pattern(regex, {"0": 0, **translated.groups}, re.compile(text) if EASY.fullmatch(text) else None)
