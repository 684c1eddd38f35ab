"""Family names: which ones a person uses and in which order, and the case of a prefix where it stands.

In the Netherlands a prefix is small behind a given name, initials or another family name, and takes a capital where
it stands first (Janine van den Boele, mevrouw Van den Boele); d' and 't stay small. In Belgium, and in most other
countries, it stays as the register of births has it. Sources: onzetaal.nl/taalloket/hoofdletters-namen-nederland and
taaladvies.net/mevrouw-van-der-ven-van-dijk.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.names.casing import capitalised
from shared.names.cleaning import APOSTROPHES, DASHES
from shared.names.parts import Parts
from shared.names.usage import Usage

_DUTCH = frozenset(
    {
        *("aan", "af", "bij", "boven", "buiten", "de", "den", "der", "die", "het", "in", "onder", "op", "over"),
        *("'s", "'t", "te", "ten", "ter", "tot", "uijt", "uit", "van", "ver", "voor"),
    }
)
"""Words of prefixes that the Dutch register writes small; a prefix with any other word keeps HR's case."""


class Style(StrEnum):
    """Whose rules the case of a prefix follows."""

    NL = "nl"
    """Small behind another part of the name, a capital where it stands first."""
    BE = "be"
    """As HR has it, wherever it stands."""


@dataclass(frozen=True, slots=True)
class FamilyName:
    """One family name, such as «van den» «Boele»."""

    prefix: str = ""
    name: str = ""

    def whole(self, style: Style) -> str:
        """The name with its prefix, which is tied to it when it ends in an apostrophe or a dash: d'Artagnan."""
        prefix = self.small(style)
        between = "" if not prefix or prefix[-1] in APOSTROPHES + DASHES else " "
        return prefix + between + self.name

    def small(self, style: Style) -> str:
        """The prefix as it stands behind another part of the name."""
        words = self.prefix.casefold().replace("’", "'").split()
        return self.prefix.lower() if style is Style.NL and _DUTCH.issuperset(words) else self.prefix


def birth(parts: Parts) -> FamilyName | None:
    """The name of birth with both surnames where there are two; None when HR gives none."""
    name = " ".join(filter(None, (parts.surname, parts.second_surname)))
    return FamilyName(parts.prefix, name) if name else None


def partner(parts: Parts) -> FamilyName | None:
    return FamilyName(parts.partner_prefix, parts.partner_surname) if parts.partner_surname else None


def used(parts: Parts) -> tuple[FamilyName, ...]:
    """The one or two family names the person uses, in order; a name that HR does not give is replaced by the other."""
    own, theirs = birth(parts), partner(parts)
    match parts.usage:
        case Usage.B:
            wanted = [own]
        case Usage.P:
            wanted = [theirs]
        case Usage.PB:
            wanted = [theirs, own]
        case Usage.BP:
            wanted = [own, theirs]
    given = [one for one in wanted if one]
    return tuple(given or [one for one in (own, theirs) if one][:1])


def standing_first(text: str) -> str:
    """`text`, a family name or prefix, where nothing of the name stands before it in Dutch: with a capital.

    The short forms d' and 't never take one.
    """
    tied = text[:1] in APOSTROPHES or text[1:2] in tuple(APOSTROPHES)
    return text if not text or tied else capitalised(text)
