"""What HR typed → what a name may hold: visible characters in one form, and nothing where HR meant nothing.

Letters are never changed: combining marks stay, and so do apostrophes of every kind. Zero-width and bidirectional
marks go, also the zero-width non-joiner of Persian, because two accounts that look the same must be the same.
"""

import re
import unicodedata

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})
"""General categories: control, format (zero-width, bidirectional), half characters, private use."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")
"""Characters of other categories that nobody can see."""
_NOTHING = frozenset({"undefined", "(undefined)", "(null)", "n/a", "n.a.", "n.v.t.", "nvt"})
"""What programs and people write for nothing, in any case."""
_NOTHING_AS_WRITTEN = frozenset({"null", "NULL", "NaN"})
"""Likewise, but Null and Nan are names that people bear."""
_EMPTY_BRACKETS = re.compile(r"\(\W*\)|\[\W*\]|\{\W*\}")
_EDGES = " ,;:/\\|_-‐‑‒–—―−·•*"
"""What may not be left at either end of a name."""
DASHES = "-‐‑‒–—―−"
OPENING = "(<«‹“„"
CLOSING = ")>»›”"
"""Brackets and quotes that leave no space inside."""
APOSTROPHES = "'’‘ʼʻ`´′＇"


def clean(text: str) -> str:
    """`text` in Unicode form NFC, without invisible characters, empty brackets and dangling separators; "" for nothing.

    A text without one letter or digit is nothing, and so are the words undefined, null, n/a and the like. Cleaning
    twice is cleaning once.
    """
    if not text:
        return ""
    bare = visible(text)
    while (shorter := _EMPTY_BRACKETS.sub(" ", bare)) != bare:
        bare = shorter
    bare = _trimmed(bare)
    return "" if is_nothing(bare) else bare


def visible(text: str) -> str:
    """`text` in form NFC without invisible characters, every run of white space as one space."""
    if not (text.isascii() and text.isprintable()):
        seen = "".join(c for c in text if c.isspace() or not (c in _BLANK or unicodedata.category(c) in _DROPPED))
        text = unicodedata.normalize("NFC", seen)
    return " ".join(text.split())


def clean_prefix(text: str) -> str:
    """`text` as `clean` makes it, with the dash or apostrophe that ties a prefix to its name: Al-, d', 't."""
    if not text:
        return ""
    bare = visible(text)
    tied = "-" if bare[-1:] in tuple(DASHES) and bare[-2:-1].isalpha() else ""
    kept = clean(text)
    return kept + tied if kept else ""


def is_nothing(text: str) -> bool:
    """Whether `text` only stands for a missing value."""
    return not any(map(str.isalnum, text)) or text in _NOTHING_AS_WRITTEN or text.casefold() in _NOTHING


def tidy(text: str) -> str:
    """`text` in form NFC with single spaces, and no separator left at either end."""
    return " ".join(unicodedata.normalize("NFC", text).split()).strip(_EDGES)


def straight(text: str) -> str:
    """`text` with every kind of apostrophe as ' and every kind of dash as -, for identifiers."""
    return text.translate(_STRAIGHT)


_STRAIGHT = {**dict.fromkeys(map(ord, APOSTROPHES), "'"), **dict.fromkeys(map(ord, DASHES), "-")}


def _trimmed(text: str) -> str:
    """Without separators at the ends, dots at the start, and marks that have nothing to stand on."""
    before = None
    while text != before:
        before = text
        text = " ".join(text.strip(_EDGES).lstrip(".").split())
        while text and unicodedata.category(text[0])[0] == "M":
            text = text[1:]
    return text
