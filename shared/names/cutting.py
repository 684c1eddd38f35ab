"""Shorter texts: letters are never parted from their marks, and names are cut at a word wherever one fits."""

import re
import unicodedata
from collections.abc import Iterator

from shared.names.cleaning import tidy

_DANGLING = re.compile(
    r"(?:^|\s)(?:[-–—(«]+|(?:van|de|den|der|het|'t|ten|ter|te|tot|in|op|von|vom|zu|zum|zur|du|des|da|do|dos|la|le|el|y))$"
)
"""What may not stand at the end of a name that was cut: a prefix without its name, or an opening bracket."""


def letters(text: str) -> Iterator[str]:
    """`text` one letter at a time, each with the combining marks (general category M) that stand on it."""
    held = ""
    for character in text:
        if held and unicodedata.category(character)[0] != "M":
            yield held
            held = ""
        held += character
    if held:
        yield held


def first_letters(text: str, count: int) -> str:
    """The first `count` letters of `text`, from its first letter or digit on, without a separator at the end."""
    kept = list(letters(text))
    start = next((at for at, letter in enumerate(kept) if letter[0].isalnum()), len(kept))
    return tidy("".join(kept[start : start + count])).rstrip(".'’")


def shortened(text: str, longest: int) -> str:
    """`text` in at most `longest` characters, cut behind a word, or inside one where no word fits.

    Nothing dangles: a prefix without its name, a separator or a bracket that was opened goes too.
    """
    if len(text) <= longest:
        return text
    head = text[: longest + 1]
    cut = tidy(head[: head.rindex(" ")]) if " " in head else _within(text, longest)
    whole = cut[: cut.rindex("(")] if cut.count("(") > cut.count(")") else cut
    while (shorter := tidy(_DANGLING.sub("", whole))) != whole:
        whole = shorter
    return whole or _within(text, longest)


def _within(text: str, longest: int) -> str:
    kept = ""
    for letter in letters(text):
        if len(kept) + len(letter) > longest:
            break
        kept += letter
    return tidy(kept)
