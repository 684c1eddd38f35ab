"""Initials: of given names, and as HR writes them; always with a dot behind each, until the dots are not wanted.

IJ is one letter at the start of a Dutch name when both are capitals (IJsbrand → IJ.), as Dutch has it; Ijeoma is I.
Names that are tied by a hyphen give an initial each (Jean-Pierre → J.P.).
"""

import re

from shared.names.casing import capitalised
from shared.names.cleaning import DASHES, clean
from shared.names.cutting import letters

_WORDS = re.compile(rf"[{DASHES}\s]+")
_LONGEST = 3
"""Letters of an initial that HR wrote with a dot behind it, such as Chr. or Th."""
_LIGATURES = str.maketrans({"Ĳ": "IJ", "ĳ": "ij"})


def initials_of(names: str, count: int = 0, dots: bool = True) -> str:
    """The initials of given names: "Jan Hendrik" → "J.H.".

    With `count` at most so many; without `dots` only the letters.
    """
    words = _WORDS.split(_plain(names).replace(".", " "))
    return _written([_initial(word) for word in words], count, dots)


def initials_in(text: str, count: int = 0, dots: bool = True) -> str:
    """The initials HR wrote, in one form: "J.H.", "j.h", "J H" and "JH" are "J.H.", and "Th.A." stays what it is.

    A word in capitals without a dot is a row of initials when nothing else is there, and a given name otherwise.
    """
    words = _WORDS.split(_plain(text))
    return _written([one for word in words for one in _initials(word, alone=len(words) == 1)], count, dots)


def read_initials(text: str, count: int = 0, dots: bool = True) -> str:
    """Initials of `text`, whether it holds initials (a dot, or one word of capitals only) or given names."""
    plain = _plain(text)
    written = "." in plain or (plain.isupper() and not _WORDS.search(plain))
    return (initials_in if written else initials_of)(text, count, dots)


def kept_initials(dotted: str, count: int = 0, dots: bool = True) -> str:
    """The first `count` of initials that already are in our form, or all of them for 0."""
    return _written([one for one in dotted.split(".") if one], count, dots)


def number_of(dotted: str) -> int:
    """How many initials there are in a text of our form."""
    return dotted.count(".")


def _plain(text: str) -> str:
    return clean(text).translate(_LIGATURES)


def _written(initials: list[str], count: int, dots: bool) -> str:
    found = [one for one in initials if one]
    kept = found[:count] if count > 0 else found
    return "".join(f"{one}." if dots else one for one in kept)


def _initial(word: str) -> str:
    """The first letter of a name, with its marks."""
    found = [letter for letter in letters(word) if letter[0].isalpha()]
    if "".join(found[:2]) == "IJ":
        return "IJ"
    return capitalised(found[0]) if found else ""


def _initials(word: str, alone: bool) -> list[str]:
    """The initials in one word of what HR calls initials."""
    if "." not in word:
        row = alone and word.isupper()
        return [_initial(letter) for letter in letters(word)] if row else [_initial(word)]
    found: list[str] = []
    *closed, rest = word.split(".")
    for part in closed:
        found += _closed(part)
    return [*found, _initial(rest)]


def _closed(part: str) -> list[str]:
    """What stands before a dot: one initial, a row of capitals, or a name."""
    found = [letter for letter in letters(part) if letter[0].isalpha()]
    if part.isupper() and part != "IJ":
        return found
    return [capitalised("".join(found)) if len(found) <= _LONGEST else _initial(part)]
