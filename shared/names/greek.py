"""Greek names in Latin letters, as Greek passports write them.

Source: ELOT 743:2001 type 2 (transcription), which is ISO 843 and the romanisation of the United Nations. ICAO Doc 9303
Part 3 has no table for Greek.
"""

import unicodedata
from collections.abc import Iterator

_LETTERS = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_PAIRS = {"ου": "ou", "γγ": "ng", "γξ": "nx", "γχ": "nch"}
_BEFORE_V = {"α": "a", "ε": "e", "η": "i"}
"""Vowels behind which υ is v, or f before a voiceless consonant and at the end of a word."""
_VOICELESS = frozenset("θκξπσςτφχψ")
_DIAERESIS = "\u0308"
_ACCENT = "\u0301"


def is_greek(character: str) -> bool:
    return _base(character) in _LETTERS


def in_latin(text: str, at: int) -> tuple[str, int]:
    """What the Greek letter at `at` is in Latin letters, in lower case, and how many letters of `text` that takes."""
    first, second = _base(text[at]), _base(text[at + 1 : at + 2])
    if not _are_one(text, at):
        return _LETTERS[first], 1
    if first + second in _PAIRS:
        return _PAIRS[first + second], 2
    if first + second == "μπ" and not text[max(0, at - 1) : at].isalpha():
        return "b", 2
    if first in _BEFORE_V and second == "υ":
        voiceless = _base(text[at + 2 : at + 3]) in _VOICELESS or not text[at + 2 : at + 3].isalpha()
        return _BEFORE_V[first] + ("f" if voiceless else "v"), 2
    return _LETTERS[first], 1


def _are_one(text: str, at: int) -> bool:
    """Whether two letters may be read as one: a diaeresis on the second or an accent on the first parts them."""
    first, second = (set(_marks(text[place : place + 1])) for place in (at, at + 1))
    return _ACCENT not in first and _DIAERESIS not in second


def _base(character: str) -> str:
    return unicodedata.normalize("NFD", character)[:1].lower()


def _marks(character: str) -> Iterator[str]:
    yield from unicodedata.normalize("NFD", character)[1:]
