"""Functions that change letters: case, diacritics and national spellings.

Sources: Microsoft Entra ID, "Reference for writing expressions for attribute mappings" (ToLower, PCase and the table of
NormalizeDiacritics). .NET changes case one character at a time, so a text never changes length.
"""

import re
import unicodedata
from functools import lru_cache

from shared.expressions.fault import ExpressionError
from shared.expressions.registry import Example, Family, Parameter
from shared.expressions.values import Kind, bounded

LETTERS = Family("Letters")
SOURCE = Parameter("source", Kind.TEXT)

WITHOUT_BASE = {
    "æ": "ae", "Æ": "AE", "ø": "oe", "Ø": "OE", "œ": "oe", "Œ": "OE", "ß": "ss", "ẞ": "SS", "ł": "l", "Ł": "L",
    "ı": "i", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ĳ": "ij", "Ĳ": "IJ",
}  # fmt: skip
"""Latin letters that Unicode does not decompose. Entra's table is silent on œ without a macron, đ, ð, þ and ĳ."""
_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_DANISH = {"æ": "ae", "ø": "oe", "å": "aa"}
SPELLINGS: dict[str, dict[str, str]] = {
    "de": _GERMAN,
    "nl": {},
    "da": _DANISH,
    "no": _DANISH,
    "nb": _DANISH,
    "nn": _DANISH,
    "sv": {"å": "a", "ä": "a", "ö": "o"},
}
CULTURE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
DOTTED = {"tr", "az"}
"""Languages in which I and ı, and İ and i, are pairs."""


def lower_invariant(text: str) -> str:
    return text.lower() if text.isascii() else "".join([_single(c, c.lower()) for c in text])


def upper_invariant(text: str) -> str:
    return text.upper() if text.isascii() else "".join([_single(c, c.upper()) for c in text])


def _single(character: str, changed: str) -> str:
    return changed if len(changed) == 1 else character


def _culture(name: str | None) -> bool:
    """Whether the culture pairs dotted and dotless i; raises ExpressionError for what is not a culture's name."""
    if name and not CULTURE.fullmatch(name):
        raise ExpressionError("is not the name of a culture", hint='write something like "nl-NL"')
    return (name or "").split("-")[0].lower() in DOTTED


CULTURE_PARAMETER = Parameter("culture", Kind.TEXT, default=False, prepare=_culture)


@LETTERS.strict(
    "ToLower",
    SOURCE,
    CULTURE_PARAMETER,
    returns=Kind.TEXT,
    examples=(Example('ToLower("Anna.VISSER")', "anna.visser"), Example('ToLower("ISIK", "tr-TR")', "ısık")),
)
def to_lower(source: str | None, dotted: bool) -> str | None:
    """In lower case, by the rules of the culture if one is given."""
    if source is None:
        return None
    return lower_invariant(source.replace("I", "ı").replace("İ", "i") if dotted else source)


@LETTERS.strict("ToUpper", SOURCE, CULTURE_PARAMETER, returns=Kind.TEXT, examples=(Example('ToUpper("nl")', "NL"),))
def to_upper(source: str | None, dotted: bool) -> str | None:
    """In upper case, by the rules of the culture if one is given."""
    if source is None:
        return None
    return upper_invariant(source.replace("i", "İ").replace("ı", "I") if dotted else source)


@lru_cache(maxsize=2048)
def _separates(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "PSZ" or category in ("Cc", "Cf")


@LETTERS.strict(
    "PCase",
    SOURCE,
    Parameter("wordSeparators", Kind.TEXT, default=None),
    returns=Kind.TEXT,
    examples=(Example('PCase("ANNA-MARIA DE VRIES")', "Anna-Maria De Vries"), Example('PCase("a-b c", "-")', "A-B c")),
)
def proper_case(source: str | None, separators: str | None) -> str | None:
    """Every word with a capital and the rest in lower case; words are parted by any space, punctuation or symbol.

    With `wordSeparators` only these characters part words.
    """
    if source is None:
        return None
    out = []
    first = True
    for character in lower_invariant(source):
        out.append(upper_invariant(character) if first else character)
        first = character in separators if separators else not character.isalnum() and _separates(character)
    return "".join(out)


@LETTERS.strict(
    "NormalizeDiacritics",
    SOURCE,
    returns=Kind.TEXT,
    examples=(
        Example('NormalizeDiacritics("Chloë Groß-Łaska")', "Chloe Gross-Laska"),
        Example('NormalizeDiacritics("Jørgen Müller")', "Joergen Muller"),
    ),
)
def normalize_diacritics(source: str | None) -> str | None:
    """Latin letters without diacritics: é is e, ü is u, ø is oe, æ is ae, ß is ss. Other scripts stay as they are."""
    if source is None or source.isascii():
        return source
    out: list[str] = []
    for character in unicodedata.normalize("NFD", source):
        latin = bool(out) and out[-1][-1:].isascii() and out[-1][-1:].isalpha()
        if not (latin and unicodedata.combining(character)):
            out.append(WITHOUT_BASE.get(character, character))
    return bounded(unicodedata.normalize("NFC", "".join(out)))


def _spelling(locale: str | None) -> dict[str, str]:
    language = (locale or "").replace("_", "-").split("-")[0].lower()
    if language not in SPELLINGS:
        raise ExpressionError("is a language without a spelling here", hint=f"choose one of {', '.join(SPELLINGS)}")
    return SPELLINGS[language]


@LETTERS.strict(
    "Transliterate",
    SOURCE,
    Parameter("locale", Kind.TEXT, prepare=_spelling),
    returns=Kind.TEXT,
    examples=(
        Example('Transliterate("Jürgen Groß", "de")', "Juergen Gross"),
        Example('Transliterate("Åse Sørensen", "da")', "Aase Soerensen"),
        Example('Transliterate("Åsa Öberg", "sv")', "Asa Oberg"),
    ),
)
def transliterate(source: str | None, spelling: dict[str, str]) -> str | None:
    """Spelled as that language does without its own letters (de, nl, da, no, sv); other diacritics are dropped.

    Not in Entra.
    """
    if source is None or source.isascii():
        return source
    text = unicodedata.normalize("NFC", source)
    spelled = [_spell(text, at, spelling) for at in range(len(text))]
    return normalize_diacritics(bounded("".join(spelled)))


def _spell(text: str, at: int, spelling: dict[str, str]) -> str:
    character = text[at]
    written = spelling.get(_single(character, character.lower()))
    if written is None:
        return character
    if not character.isupper():
        return written
    near = text[at + 1 : at + 2] or text[max(0, at - 1) : at]
    return written.upper() if near.isupper() else written.capitalize()
