"""What one attribute of a target can hold, and whether a value fits: asked before anything is sent. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from shared.model import Value


class Unique(StrEnum):
    """Among whom no two may hold the same value, compared without case."""

    NO = "no"
    ACCOUNTS = "accounts"
    """The accounts of this target."""
    ADDRESSES = "addresses"
    """All sign-in names, mail addresses and aliases of all targets: they are one namespace."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One attribute a target can hold, with the target's own limits."""

    name: str
    longest: int = 0
    """Characters; 0 means the target sets no limit of its own."""
    longest_local: int = 0
    """Characters before the @, for an address; 0 means the target sets no limit of its own."""
    refuses: str = ""
    """Characters that may not stand in a value; those of an address are counted before the @ only."""
    unique: Unique = Unique.NO
    reference: bool = False
    """Holds another account's id; set by a write of its own, after the account exists."""
    clearable: bool = True
    written: bool = True
    """Whether we may write it; what is only read tells who holds an identifier."""

    def misfit(self, value: Value) -> str:
        """Why the target would refuse `value`, in words that do not hold it; "" when it fits."""
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and (why := self._misfit(text)):
                return why
        return ""

    def _misfit(self, text: str) -> str:
        local, at, _ = text.rpartition("@")
        part = local if at and self.longest_local else text
        if self.longest and len(text) > self.longest:
            return f"has {len(text)} characters, and {self.longest} is the most"
        if self.longest_local and len(part) > self.longest_local:
            return f"has {len(part)} characters before the @, and {self.longest_local} is the most"
        if odd := next((letter for letter in part if letter in self.refuses), ""):
            return f"holds the character {odd if odd.isprintable() else f'U+{ord(odd):04X}'}, which may not stand there"
        return ""
