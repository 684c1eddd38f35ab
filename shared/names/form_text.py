"""The text of a form → its items, or one error that says at which column what is wrong and what was probably meant."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NoReturn

from shared.names.form_parts import Group, Item, Piece, Separator, Words, pieces
from shared.names.modifiers import CAPITAL, INITIALS_ONLY, MEANINGS, Modifiers, clash
from shared.names.placeholders import PLACEHOLDERS

LONGEST = 500
DEEPEST = 4
MOST_LETTERS = 100

_PLACEHOLDER = re.compile(r"\{([^{}\[\]]*)\}")
_PAIRS = {"(": ")", "<": ">", "«": "»", "‹": "›"}
_BRACKETS = "".join(_PAIRS) + "".join(_PAIRS.values()) + '"“”„'
"""Marks that come in pairs: they are words, since half of a pair may not stay behind."""


def read_form(text: str) -> tuple[Item, ...]:
    """The items of a form. Raises ValueError with the column, counted from 1, for whatever can never work."""
    if len(text) > LONGEST:
        _fail(LONGEST, f"a form has at most {LONGEST} characters")
    for at, character in enumerate(text):
        if unicodedata.category(character)[0] == "C":
            _fail(at, "an invisible character stands here; type it again")
    items = _Reader(text).items()
    if not pieces(items):
        _fail(0, "a form needs a placeholder, such as {nick}")
    return items


class _Reader:
    """Reads from left to right; `at` is where it is."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def items(self, opened: int | None = None) -> tuple[Item, ...]:
        """Up to the bracket that closes the group opened at `opened`, or the end."""
        found: list[tuple[int, Item]] = []
        while self.at < len(self.text):
            start = self.at
            match self.text[start]:
                case "{":
                    found.append((start, self._placeholder()))
                case "[":
                    found.append((start, self._group()))
                case "]" if opened is not None:
                    break
                case "]" | "}":
                    _fail(start, f"nothing was opened that this {self.text[start]} could close")
                case _:
                    found += [(start, item) for item in self._literal()]
        if opened is None:
            _check_words(found)
        elif self.at == len(self.text):
            _fail(opened, "this [ is never closed")
        _check_pairs(found)
        return tuple(item for _, item in found)

    def _literal(self) -> Iterable[Item]:
        start = self.at
        self.at = next((at for at in range(start, len(self.text)) if self.text[at] in "{}[]"), len(self.text))
        return _split(self.text[start : self.at])

    def _group(self) -> Group:
        start = self.at
        if self.text[: start + 1].count("[") - self.text[:start].count("]") > DEEPEST:
            _fail(start, f"groups stand at most {DEEPEST} deep in each other")
        self.at += 1
        group = Group(self.items(opened=start))
        self.at += 1
        if not any(isinstance(item, Piece) for item in group.items):
            _fail(start, "a group in [ ] needs a placeholder of its own, with which it comes and goes")
        return group

    def _placeholder(self) -> Piece:
        start = self.at
        match = _PLACEHOLDER.match(self.text, start)
        if match is None:
            _fail(start, "this { is never closed")
        self.at = match.end()
        name, *words = match[1].split(":")
        if name not in PLACEHOLDERS:
            _fail(start, f"there is no {{{name}}}{_near(name, PLACEHOLDERS, '{{{}}}')}")
        column = start + 1 + len(name)
        return Piece(name, _modifiers(name, words, column))


def _modifiers(name: str, words: list[str], at: int) -> Modifiers:
    count, names = 0, set()
    for word in words:
        if word.isdecimal() and word.isascii():
            count = int(word)
            if not 1 <= count <= MOST_LETTERS:
                _fail(at, f"a number of letters is between 1 and {MOST_LETTERS}")
        elif word not in MEANINGS or word == "n":
            _fail(at, f"there is no modifier {word!r}{_near(word, MEANINGS)}; there are {', '.join(MEANINGS)}")
        elif word in INITIALS_ONLY and name != "initials":
            _fail(at, f"{word} is for {{initials}} only")
        elif word == CAPITAL and not PLACEHOLDERS[name].of_family:
            _fail(at, f"{word} is for family names only")
        else:
            names.add(word)
        at += 1 + len(word)
    if both := clash(frozenset(names)):
        _fail(at, f"{both} cannot be meant together")
    return Modifiers(count, frozenset(names))


def _split(text: str) -> Iterable[Item]:
    """Separator, words, separator; what of these is there."""
    solid = [at for at, character in enumerate(text) if character.isalnum() or character in _BRACKETS]
    if not solid:
        return [Separator(text)]
    first, last = solid[0], solid[-1] + 1
    found: list[Item] = [Separator(text[:first])] if first else []
    found.append(Words(text[first:last]))
    return [*found, Separator(text[last:])] if last < len(text) else found


def _check_words(found: list[tuple[int, Item]]) -> None:
    """Words between placeholders would stay behind when one of these is missing, so they stand in a group."""
    solid = [at for at, (_, item) in enumerate(found) if isinstance(item, Piece | Group)]
    for at, (start, item) in enumerate(found):
        if isinstance(item, Words) and solid and solid[0] < at < solid[-1]:
            _fail(start, "words and brackets between placeholders stand in a group, as in {nick}[ ({initials})]")


def _check_pairs(found: list[tuple[int, Item]]) -> None:
    opened: list[tuple[int, str]] = []
    for start, item in found:
        for character in item.text if isinstance(item, Words) else "":
            if character in _PAIRS:
                opened.append((start, _PAIRS[character]))
            elif character in _PAIRS.values() and (not opened or opened.pop()[1] != character):
                _fail(start, f"nothing was opened that this {character} could close")
    if opened:
        _fail(opened[0][0], f"the bracket that closes this one, {opened[0][1]}, is missing")


def _near(name: str, choices: Iterable[str], form: str = "{}") -> str:
    by_fold = {choice.casefold(): choice for choice in choices}
    found = get_close_matches(name.casefold(), by_fold, 1, cutoff=0.5)
    return f" (did you mean {form.format(by_fold[found[0]])}?)" if found else ""


def _fail(at: int, message: str) -> NoReturn:
    raise ValueError(f"column {at + 1}: {message}")
