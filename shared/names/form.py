"""A form: how a name is put together, such as «{nick} {family}»; compiled once, it shows person after person.

Separators stand only between two things that are there. Where something between them is missing, the first separator
that would stand there is used; at the ends none is left. A group in [ ] goes whole when a placeholder in it has no
value. When no placeholder has a value, the form shows nothing.
"""

from dataclasses import dataclass, field

from shared.names.cleaning import CLOSING, OPENING, tidy
from shared.names.cutting import shortened
from shared.names.family import Style
from shared.names.form_parts import Group, Item, Piece, Separator, Words, pieces
from shared.names.form_text import read_form
from shared.names.parts import Parts
from shared.names.placeholders import PLACEHOLDERS


@dataclass(frozen=True, slots=True)
class Form:
    """What compile_form returns; two are equal when they were compiled of the same."""

    text: str
    style: Style
    longest: int
    items: tuple[Item, ...] = field(compare=False, repr=False)
    is_field: bool = field(compare=False, repr=False)
    """Whether it shows family names only, as the field «surname» does: then nothing makes a prefix stand first."""

    def __call__(self, parts: Parts) -> str:
        """The name of one person in this form, in Unicode form NFC, or "" when nothing of it is there."""
        line = _Line(parts, self.style, self.is_field)
        line.add(self.items)
        shown = tidy(line.text()) if line.pieces else ""
        return shortened(shown, self.longest) if self.longest else shown

    @property
    def needs(self) -> frozenset[str]:
        """The facts that some source must give, or the form would miss something for everybody."""
        return frozenset(PLACEHOLDERS[piece.name].needs for piece in pieces(self.items)) - {""}


def compile_form(text: str, style: Style = Style.NL, longest: int = 0) -> Form:
    """A form that can be shown for any number of people; `longest` bounds what it shows (0: not at all).

    Raises ValueError for what is no form: it names the column, counted from 1, and often what was meant.
    """
    if longest < 0:
        raise ValueError("the longest a name may be is a positive number of characters, or 0 for any")
    items = read_form(text)
    words = any(isinstance(item, Words) for item in items)
    return Form(text, style, longest, items, not words and all(piece.of_family for piece in pieces(items)))


class _Line:
    """The line that is being written: what is there so far, and the separator that waits for what comes next."""

    def __init__(self, parts: Parts, style: Style, is_field: bool) -> None:
        self.pieces = 0
        self._parts, self._style, self._is_field = parts, style, is_field
        self._out: list[str] = []
        self._gap = ""
        self._complete = True

    def add(self, items: tuple[Item, ...]) -> None:
        for item in items:
            match item:
                case Separator(text):
                    self._gap = self._gap or text
                case Words(text):
                    self._solid(text)
                case Piece():
                    self._piece(item)
                case Group():
                    if item.holds(self._parts, self._style):
                        self.add(item.items)
                    else:
                        self._complete = False

    def text(self) -> str:
        """The line, with a separator at its end only when it is the form's own and nothing is missing before it."""
        return "".join(self._out) + (self._gap if self._complete else "")

    def _piece(self, piece: Piece) -> None:
        shown = piece.shown(self._parts, self._style, first=not self.pieces and not self._is_field)
        if shown:
            self.pieces += 1
            self._solid(shown)
        else:
            self._complete = False

    def _solid(self, text: str) -> None:
        tied = not self._out or self._out[-1][-1] in OPENING or text[0] in CLOSING
        self._out += [text] if tied else [self._gap, text]
        self._gap, self._complete = "", True
