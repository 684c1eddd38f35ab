"""Cyrillic names in Latin letters, as passports write them.

Sources: ICAO Doc 9303 Part 3 (8th edition, 2021), section 6 B, for every language without rules of its own here; the
Cabinet of Ministers of Ukraine, resolution 55 of 27 January 2010; the Bulgarian Transliteration Act of 2009. Passports
of both countries follow these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_ICAO = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "ѓ": "g", "д": "d", "ђ": "d", "е": "e", "ё": "e", "є": "ie",
    "ж": "zh", "з": "z", "ѕ": "dz", "и": "i", "і": "i", "ї": "i", "й": "i", "ј": "j", "к": "k", "ќ": "k", "л": "l",
    "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "у": "u",
    "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "џ": "dz", "ш": "sh", "щ": "shch", "ъ": "ie", "ы": "y",
    "ь": "", "э": "e", "ю": "iu", "я": "ia", "ѫ": "u", "ѵ": "y",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cyrillic:
    """The rules of one language: letters, at the start of a word, at its end, and read together."""

    letters: Mapping[str, str] = field(default_factory=lambda: _ICAO)
    initial: Mapping[str, str] = field(default_factory=dict)
    together: Mapping[str, str] = field(default_factory=dict)
    endings: Mapping[str, str] = field(default_factory=dict)

    def in_latin(self, text: str, at: int) -> tuple[str, int]:
        """What the letter at `at` is in Latin letters, in lower case, and how many letters of `text` that takes."""
        two, letter = text[at : at + 2].lower(), text[at].lower()
        if two in self.endings and not text[at + 2 : at + 3].isalpha():
            return self.endings[two], 2
        if two in self.together:
            return self.together[two], 2
        if letter in self.initial and not _in_a_word(text, at):
            return self.initial[letter], 1
        return self.letters[letter], 1


def _in_a_word(text: str, at: int) -> bool:
    """Whether a letter stands before; an apostrophe parts syllables, not words."""
    before = text[:at].rstrip("'’ʼ")
    return bool(before) and before[-1].isalpha()


GENERAL = Cyrillic()
UKRAINIAN = Cyrillic(
    letters={**_ICAO, "г": "h", "и": "y"},
    initial={"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"},
    together={"зг": "zgh"},
)
BULGARIAN = Cyrillic(
    letters={**_ICAO, "й": "y", "х": "h", "щ": "sht", "ъ": "a", "ь": "y", "ю": "yu", "я": "ya"},
    endings={"ия": "ia"},
)


def is_cyrillic(character: str) -> bool:
    return character.lower() in _ICAO
