"""How a language writes its own letters without them, and every other alphabet we know in plain Latin letters.

Sources: for German, DIN 5007 and ICAO Doc 9303; for Danish and Norwegian, the passports of both countries and ICAO;
for Swedish and Finnish, what registries of names under .se and .fi do; for all others, letters lose their diacritics.
«icao» is the table of the machine readable zone of passports (ICAO Doc 9303 Part 3, 8th edition, section 6 A).
Greek and Cyrillic are read in every language (see greek.py and cyrillic.py). Other scripts stay as they are.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from shared.names import greek
from shared.names.casing import DOTTED, lower_invariant
from shared.names.cyrillic import BULGARIAN, GENERAL, UKRAINIAN, Cyrillic, is_cyrillic

WITHOUT_BASE = {
    "æ": "ae", "Æ": "AE", "ø": "oe", "Ø": "OE", "œ": "oe", "Œ": "OE", "ß": "ss", "ẞ": "SS", "ł": "l", "Ł": "L",
    "ı": "i", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ĳ": "ij", "Ĳ": "IJ",
}  # fmt: skip
"""Latin letters that Unicode does not decompose. Entra's table is silent on œ without a macron, đ, ð, þ and ĳ."""
_GENERAL = {
    **{letter: written for letter, written in WITHOUT_BASE.items() if letter == letter.lower()},
    "ħ": "h", "ŋ": "n", "ŧ": "t", "ə": "a", "ĸ": "k",
}  # fmt: skip
_DANISH = {"æ": "ae", "ø": "oe", "å": "aa"}
_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}

LETTERS: Mapping[str, Mapping[str, str]] = {
    "bg": {},
    "cs": {},
    "da": _DANISH,
    "de": _GERMAN,
    "el": {},
    "en": {},
    "es": {"ñ": "n"},
    "fi": {"å": "a", "ä": "a", "ö": "o"},
    "fr": {"œ": "oe", "æ": "ae", "ç": "c"},
    "hu": {"ő": "o", "ű": "u"},
    "icao": {**_GERMAN, **_DANISH},
    "is": {"ð": "d", "þ": "th", "æ": "ae", "ö": "o"},
    "it": {},
    "nb": _DANISH,
    "nl": {"ĳ": "ij"},
    "nn": _DANISH,
    "no": _DANISH,
    "pl": {"ł": "l"},
    "pt": {},
    "ro": {},
    "ru": {},
    "sk": {},
    "sv": {"å": "a", "ä": "a", "ö": "o"},
    "tr": {"ı": "i", "ş": "s", "ğ": "g", "ç": "c", "ö": "o", "ü": "u"},
    "uk": {},
}
"""Language → its letters, in lower case; a letter that is not listed loses its diacritics."""
LANGUAGES = tuple(LETTERS)
_CYRILLIC = {"uk": UKRAINIAN, "bg": BULGARIAN}


@dataclass(frozen=True, slots=True)
class Spelling:
    """One language's way of writing names in plain Latin letters. Calling it twice changes nothing more."""

    language: str
    letters: Mapping[str, str]
    cyrillic: Cyrillic
    dotted: bool

    def __call__(self, text: str) -> str:
        """`text` in the letters a to z wherever its letters are Latin, Greek or Cyrillic; all else stays."""
        if text.isascii():
            return text
        composed, out, at = unicodedata.normalize("NFC", text), [], 0
        while at < len(composed):
            written, count = self._letter(composed, at)
            out.append(_cased(written, composed, at, count))
            at += count
        return unicodedata.normalize("NFC", _without_marks("".join(out)))

    def _letter(self, text: str, at: int) -> tuple[str, int]:
        """What the letter at `at` is written as, in lower case, and how many letters of `text` that takes."""
        character = text[at]
        if character.isascii():
            return character, 1
        small = lower_invariant(character)
        if small in self.letters:
            return self.letters[small], 1
        if is_cyrillic(character):
            return self.cyrillic.in_latin(text, at)
        if greek.is_greek(character):
            return greek.in_latin(text, at)
        return character, 1


def spelling_of(locale: str) -> Spelling:
    """The spelling of a language or locale, such as nl, nl-BE or nb_NO.

    Raises ValueError, with the languages there are, for any other.
    """
    language = locale.replace("_", "-").split("-")[0].casefold()
    if language not in LETTERS:
        raise ValueError(f"there is no spelling for this language; there are {', '.join(LANGUAGES)}")
    letters = {**_GENERAL, **LETTERS[language]}
    return Spelling(language, letters, _CYRILLIC.get(language, GENERAL), language in DOTTED)


def _cased(written: str, text: str, at: int, count: int) -> str:
    """`written` in the case of the letters it stands for: all capitals among capitals, else one."""
    character = text[at]
    if not character.isupper() or written == character:
        return written
    near = text[at + count : at + count + 1] or text[max(0, at - 1) : at]
    return written.upper() if character == "Ĳ" or near.isupper() else written.capitalize()


def _without_marks(text: str) -> str:
    """Latin letters lose the marks that stand on them; other scripts keep theirs."""
    out: list[str] = []
    latin = False
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.combining(character):
            if not latin:
                out.append(character)
            continue
        latin = character.isascii() and character.isalpha()
        out.append(character)
    return "".join(out)
