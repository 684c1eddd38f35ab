"""The placeholders of a form: what each one shows, and which fact a source must give for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.names import family
from shared.names.family import FamilyName, Style
from shared.names.parts import Parts

BETWEEN = " - "
"""Stands between two family names in {family}."""

Read = Callable[[Parts, Style], str]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands in for one thing of a name.

    `needs` is the fact without which it would be empty for everybody, or "". `of_family` says that it shows a family
    name or its prefix, whose case follows from where it stands.
    """

    meaning: str
    read: Read
    needs: str = ""
    of_family: bool = False


def _leading(parts: Parts) -> FamilyName | None:
    return next(iter(family.used(parts)), None)


def _trailing(parts: Parts) -> FamilyName | None:
    return next(iter(family.used(parts)[1:]), None)


def _family(parts: Parts, style: Style) -> str:
    return BETWEEN.join(one.whole(style) for one in family.used(parts))


def _only_nick(parts: Parts, style: Style) -> str:
    return "" if parts.nick.casefold() == parts.given.casefold() else parts.nick


def _three(name: str, meaning: str, which: Callable[[Parts], FamilyName | None], needs: str) -> dict[str, Placeholder]:
    """A family name as a whole, its prefix, and the name without it."""

    def read(show: Callable[[FamilyName, Style], str]) -> Read:
        return lambda parts, style: show(found, style) if (found := which(parts)) else ""

    return {
        name: Placeholder(meaning, read(FamilyName.whole), needs, of_family=True),
        f"{name}.prefix": Placeholder("its prefix", read(FamilyName.small), needs, of_family=True),
        f"{name}.name": Placeholder(
            "the same without its prefix", read(lambda one, _: one.name), needs, of_family=True
        ),
    }


PLACEHOLDERS: Mapping[str, Placeholder] = MappingProxyType(
    {
        "nick": Placeholder(
            "what they are called: the nick name, else the given names", lambda p, _: p.nick or p.given, "givenName"
        ),
        "nick.only": Placeholder(
            "the nick name, when there is one that differs from the given names", _only_nick, "nickName"
        ),
        "given": Placeholder("the given names, else the nick name", lambda p, _: p.given or p.nick, "givenName"),
        "given.first": Placeholder(
            "the first of the given names", lambda p, _: (p.given or p.nick).partition(" ")[0], "givenName"
        ),
        "middle": Placeholder("the middle name", lambda p, _: p.middle, "middleName"),
        "initials": Placeholder("the initials, else those of the given names", lambda p, _: p.initials, "givenName"),
        "family": Placeholder("the family name or names they use", _family, "surname", of_family=True),
        **_three("leading", "the family name that stands first by their usage", _leading, "surname"),
        **_three("trailing", "the other family name they use, if they use two", _trailing, ""),
        **_three("birth", "the name of birth, whatever they use", family.birth, "surname"),
        **_three("partner", "the partner's name, whatever they use", family.partner, "partnerSurname"),
        "surname": Placeholder("the first surname of birth alone", lambda p, _: p.surname, "surname", of_family=True),
        "surname.second": Placeholder(
            "the second surname of birth, as in Spain", lambda p, _: p.second_surname, "secondSurname", of_family=True
        ),
    }
)
