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
from shared.names.casing import DOTTED, lower, upper
from shared.names.casing import lower_invariant as lower_invariant
from shared.names.casing import upper_invariant as upper_invariant
from shared.names.spelling import LANGUAGES, WITHOUT_BASE, Spelling, spelling_of

LETTERS = Family("Letters")
SOURCE = Parameter("source", Kind.TEXT)

CULTURE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


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
    return None if source is None else lower(source, dotted)


@LETTERS.strict("ToUpper", SOURCE, CULTURE_PARAMETER, returns=Kind.TEXT, examples=(Example('ToUpper("nl")', "NL"),))
def to_upper(source: str | None, dotted: bool) -> str | None:
    """In upper case, by the rules of the culture if one is given."""
    return None if source is None else upper(source, dotted)


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


def spelling(locale: str | None) -> Spelling:
    """The spelling of a locale; raises ExpressionError, with the languages there are, for one that is not known."""
    try:
        return spelling_of(locale or "")
    except ValueError:
        hint = f"choose one of {', '.join(LANGUAGES)}"
        raise ExpressionError("is a language without a spelling here", hint=hint) from None


@LETTERS.strict(
    "Transliterate",
    SOURCE,
    Parameter("locale", Kind.TEXT, prepare=spelling),
    returns=Kind.TEXT,
    examples=(
        Example('Transliterate("Jürgen Groß", "de")', "Juergen Gross"),
        Example('Transliterate("Åse Sørensen", "da")', "Aase Soerensen"),
        Example('Transliterate("Åsa Öberg", "sv")', "Asa Oberg"),
        Example('Transliterate("Юлія Згурська", "uk")', "Yuliia Zghurska"),
    ),
)
def transliterate(source: str | None, spelled: Spelling) -> str | None:
    """In plain Latin letters, as that language spells its own letters without them; other diacritics are dropped.

    Greek and Cyrillic are read in every language; other scripts stay. "icao" spells as passports do. Not in Entra.
    """
    return None if source is None else bounded(spelled(source))
