"""A .NET pattern rewritten for RE2: named groups, escapes and Unicode classes; what has no equal is refused.

Sources: Microsoft Learn, "Regular expression language - quick reference", "Grouping constructs" (named groups are
numbered after the unnamed ones) and "Character classes"; the RE2 syntax page.
"""

import re
from dataclasses import dataclass, field
from typing import NoReturn

from shared.expressions.fault import ExpressionError

DIGIT, WORD, SPACE = r"\p{Nd}", r"\p{L}\p{Mn}\p{Nd}\p{Pc}", r"\s\x{0B}\x{85}\p{Z}"
CLASSES = {
    "d": DIGIT,
    "D": r"\P{Nd}",
    "w": WORD,
    "W": r"\p{Mc}\p{Me}\p{Nl}\p{No}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\p{S}\p{Z}\p{C}",
    "s": SPACE,
    "S": r"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}\x{00}-\x{08}\x{0E}-\x{1F}\x{7F}-\x{84}\x{86}-\x{9F}",
}
PLAIN = {"t": r"\t", "n": r"\n", "r": r"\r", "f": r"\f", "v": r"\v", "a": r"\a", "e": r"\x{1B}"}
ANCHORS = {"b": r"\b", "B": r"\B", "A": r"\A", "z": r"\z", "Z": r"\z"}
NUMERIC = re.compile(r"x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|0(?P<o>[0-7]{0,2})")
GROUP_NAME = re.compile(r"(?:P?<(?P<angle>[A-Za-z_]\w{0,31})>|'(?P<quote>[A-Za-z_]\w{0,31})')", re.ASCII)
FLAGS = re.compile(r"[ims]{0,3}(?:-[ims]{1,3})?[:)]")
PROPERTY = re.compile(r"[pP]\{\w{1,30}\}", re.ASCII)
COUNT = re.compile(r"\{(?P<least>[0-9]{1,6})(?:,(?P<most>[0-9]{0,6}))?\}")
NO_PIECE = frozenset("*+?|^$")
REFUSED = (
    ("<=", "looking behind (?<=…)"),
    ("<!", "looking behind (?<!…)"),
    ("=", "looking ahead (?=…)"),
    ("!", "looking ahead (?!…)"),
    (">", "an atomic group (?>…)"),
    ("(", "a conditional group (?(…)…)"),
)


@dataclass(slots=True)
class Translated:
    """The pattern for RE2, and RE2's number for each .NET group name or number.

    `pieces` is how many characters and classes it has once everything counted is written out: matching takes as long
    as text and pieces multiplied.
    """

    text: str = ""
    groups: dict[str, int] = field(default_factory=dict)
    pieces: int = 0


@dataclass(slots=True)
class _Reader:
    """Reads a pattern from left to right; `at` is the character being read.

    `pieces` are those of every group that is open, the whole pattern first, and `last` those that a count would repeat.
    """

    pattern: str
    at: int = 0
    captures: list[str] = field(default_factory=list)
    pieces: list[int] = field(default_factory=lambda: [0])
    last: int = 0

    def peek(self, text: str, ahead: int = 0) -> bool:
        return self.pattern.startswith(text, self.at + ahead)

    def take(self, count: int = 1) -> str:
        taken = self.pattern[self.at : self.at + count]
        self.at += count
        return taken

    def add(self, pieces: int) -> None:
        self.last = pieces
        self.pieces[-1] += pieces

    def repeat(self, times: int) -> None:
        self.pieces[-1] -= self.last
        self.add(self.last * times)

    def close(self) -> None:
        if len(self.pieces) > 1:
            self.add(self.pieces.pop())

    def refuse(self, what: str, hint: str = "") -> NoReturn:
        raise ExpressionError(
            f"uses {what} at character {self.at + 1} of the pattern, which is not supported", hint=hint
        )


def translate(pattern: str) -> Translated:
    """Raises ExpressionError naming the character at which something cannot be matched in linear time."""
    reader = _Reader(pattern)
    out: list[str] = []
    while reader.at < len(pattern):
        if reader.peek("\\"):
            out.append(_escape(reader, inside=False))
            reader.add(1)
        elif reader.peek("["):
            out.append(_class(reader))
            reader.add(1)
        elif reader.peek("("):
            out.append(_group(reader))
        elif count := COUNT.match(pattern, reader.at):
            reader.repeat(int(count["most"] or count["least"]))
            out.append(reader.take(len(count[0])))
        else:
            out.append(_character(reader))
    return Translated("".join(out), _numbers(reader.captures), sum(reader.pieces))


def _character(reader: _Reader) -> str:
    if reader.peek(")"):
        reader.close()
    elif reader.pattern[reader.at] not in NO_PIECE:
        reader.add(1)
    return reader.take()


def _numbers(captures: list[str]) -> dict[str, int]:
    unnamed = [index for index, name in enumerate(captures, 1) if not name]
    named = {name: index for index, name in enumerate(captures, 1) if name}
    return {str(number): index for number, index in enumerate([*unnamed, *named.values()], 1)} | named


def _group(reader: _Reader) -> str:
    if reader.peek("?#", 1):
        return _comment(reader)
    if not reader.peek("?", 1):
        reader.pieces.append(0)
        reader.captures.append("")
        return reader.take()
    for start, what in REFUSED:
        if reader.peek(start, 2):
            reader.refuse(what, "take what you need in a group and name it in the replacement")
    if named := GROUP_NAME.match(reader.pattern, reader.at + 2):
        name = named["angle"] or named["quote"]
        if name in reader.captures:
            reader.refuse(f"a second group named {name}", "put what may stand there in one group: (?<name>a|b)")
        reader.at = named.end()
        reader.pieces.append(0)
        reader.captures.append(name)
        return f"(?P<{name}>"
    flags = FLAGS.match(reader.pattern, reader.at + 2)
    if flags is None:
        reader.refuse("a group of an unknown kind")
    if flags[0].endswith(":"):
        reader.pieces.append(0)
    return reader.take(2 + len(flags[0]))


def _comment(reader: _Reader) -> str:
    end = reader.pattern.find(")", reader.at)
    if end < 0:
        reader.refuse("a comment without an end")
    reader.at = end + 1
    return ""


def _class(reader: _Reader) -> str:
    start = reader.at
    out = [reader.take()]
    if reader.peek("^"):
        out.append(reader.take())
    if reader.peek("]"):
        out.append("\\" + reader.take())
    while not reader.peek("]"):
        if reader.at >= len(reader.pattern):
            reader.at = start
            reader.refuse("a class without a closing bracket")
        if reader.peek("\\"):
            out.append(_escape(reader, inside=True))
        elif reader.peek("-["):
            reader.refuse("a class minus a class", "list the characters")
        else:
            out.append(("\\" if reader.peek("[") else "") + reader.take())
    return "".join([*out, reader.take()])


def _escape(reader: _Reader, *, inside: bool) -> str:
    letter = reader.pattern[reader.at + 1 : reader.at + 2]
    if number := NUMERIC.match(reader.pattern, reader.at + 1):
        reader.at = number.end()
        code = int(number["o"] or "0", 8) if number["o"] is not None else int(number["x"] or number["u"], 16)
        return f"\\x{{{code:X}}}"
    if prop := PROPERTY.match(reader.pattern, reader.at + 1):
        reader.at = prop.end()
        return f"\\{prop[0]}"
    if letter in CLASSES and letter:
        written = CLASSES[letter] if inside else f"[{CLASSES[letter]}]"
    elif letter in PLAIN:
        written = PLAIN[letter]
    elif letter in ANCHORS and not (inside and letter != "b"):
        written = r"\x{08}" if inside else ANCHORS[letter]
    elif letter and letter.isascii() and not letter.isalnum() and letter != "_":
        written = f"\\{letter}"
    elif letter and not letter.isascii():
        written = letter
    else:
        what = "a backreference" if letter == "k" or letter.isdigit() else f"the escape \\{letter}"
        reader.refuse(what)
    reader.take(2)
    return written
