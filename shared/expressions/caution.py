"""Something in an expression that can be evaluated and is hardly what was meant; the policy is used all the same."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caution:
    """What is odd, where (counted from 1), and what to write instead, or ""."""

    message: str
    line: int
    column: int
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"line {self.line}, column {self.column}: {self.message}{hint}"
