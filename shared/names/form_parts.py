"""What a form is made of: placeholders, separators, words and groups. A form is a row of these, read once, at load."""

from dataclasses import dataclass
from typing import TypeAlias

from shared.names.family import Style, standing_first
from shared.names.modifiers import CAPITAL, Modifiers
from shared.names.parts import Parts
from shared.names.placeholders import PLACEHOLDERS


@dataclass(frozen=True, slots=True)
class Separator:
    """Spaces and punctuation: shown only between two things that are there."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """Letters, digits, brackets and quotes, which are shown as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One placeholder with its modifiers."""

    name: str
    modifiers: Modifiers

    @property
    def of_family(self) -> bool:
        return PLACEHOLDERS[self.name].of_family

    def shown(self, parts: Parts, style: Style, first: bool = False) -> str:
        """What stands here for this person, "" for nothing; `first` says that nothing of the name stands before it."""
        text = PLACEHOLDERS[self.name].read(parts, style)
        if self.of_family and (CAPITAL in self.modifiers.names or (first and style is Style.NL)):
            text = standing_first(text)
        return self.modifiers.initials(text) if self.name == "initials" else self.modifiers.text(text)


@dataclass(frozen=True, slots=True)
class Group:
    """A row in [ ]: it is there only when every placeholder that stands directly in it has a value."""

    items: tuple["Item", ...]

    def holds(self, parts: Parts, style: Style) -> bool:
        return all(item.shown(parts, style) for item in self.items if isinstance(item, Piece))


Item: TypeAlias = Separator | Words | Piece | Group


def pieces(items: tuple[Item, ...]) -> tuple[Piece, ...]:
    """Every placeholder in `items`, also those of groups."""
    found: list[Piece] = []
    for item in items:
        if isinstance(item, Group):
            found += pieces(item.items)
        elif isinstance(item, Piece):
            found.append(item)
    return tuple(found)
