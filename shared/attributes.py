"""What one attribute of a target can hold, and whether a value fits: asked before anything is sent. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.model import Value


class Unique(StrEnum):
    """Among whom no two may hold the same value, compared without case; a target can look for whatever is unique."""

    NO = "no"
    ACCOUNTS = "accounts"
    """The accounts of this target."""
    RECORDED = "recorded"
    """Nobody, as the target sees it; the ledger knows them all the same, for a policy that tries until one is free."""
    ADDRESSES = "addresses"
    """All sign-in names, mail addresses and aliases of all targets: they are one namespace."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One attribute a target can hold, with the target's own limits.

    With `longest_local` it holds addresses: something, one @, something; what is said of letters is said of the part
    before the @ alone, as the domain is the target's own.
    """

    name: str
    longest: int = 0
    """Characters; 0 means the target sets no limit of its own."""
    longest_local: int = 0
    """Characters before the @; 0 means that it holds no addresses."""
    allows: str = ""
    """The only characters that may stand in a value; "" means that there is no such list."""
    refuses: str = ""
    """Characters that may not stand in a value."""
    between: str = ""
    """Characters that may only stand between two others: not first, not last, not twice in a row."""
    unique: Unique = Unique.NO
    reference: bool = False
    """Holds another account's id; set by a write of its own, after the account exists."""
    clearable: bool = True
    written: bool = True
    """Whether we may write it; what is only read tells who holds an identifier."""

    def misfit(self, value: Value) -> str:
        """Why the target would refuse `value`, in words that do not hold it; "" when it fits. "" itself means null."""
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and text and (why := self._too_long(text) or self._odd(text)):
                return why
        return ""

    def _too_long(self, text: str) -> str:
        if self.longest and len(text) > self.longest:
            return f"has {len(text)} characters, and {self.longest} is the most"
        local = len(text.rpartition("@")[0])
        if self.longest_local and local > self.longest_local:
            return f"has {local} characters before the @, and {self.longest_local} is the most"
        return ""

    def _odd(self, text: str) -> str:
        part = text
        if self.longest_local:
            part, _, domain = text.partition("@")
            if not part or not domain or "@" in domain:
                return "is no address: it needs one @, with something before and after it"
        for letter in part:
            if letter in self.refuses or (self.allows and letter not in self.allows):
                return f"holds the character {_shown(letter)}, which may not stand there"
        for letter in self.between:
            if part.startswith(letter) or part.endswith(letter) or letter * 2 in part:
                return f"holds the character {_shown(letter)} at an end, or twice in a row"
        return ""


def sharing(kinds: Mapping[str, Attribute], name: str) -> list[str]:
    """The attributes in which the same name may stand: an address may be another's sign-in name, mail or alias."""
    if name in kinds and kinds[name].unique is Unique.ADDRESSES:
        return [other for other, kind in kinds.items() if kind.unique is Unique.ADDRESSES]
    return [name]


def _shown(letter: str) -> str:
    return letter if letter.isprintable() and not letter.isspace() else f"U+{ord(letter):04X}"
