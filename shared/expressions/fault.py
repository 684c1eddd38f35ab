"""The one error of the mapping language: what is wrong, where, and what to do; never a value of a person."""


class ExpressionError(Exception):
    """An expression that cannot be compiled, or cannot be evaluated for these facts.

    `line` and `column` count from 1 and are 0 while the place is unknown. `hint` says what to write instead, or is "".
    """

    def __init__(self, message: str, line: int = 0, column: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{hint}"

    def located(self, line: int, column: int, subject: str = "") -> "ExpressionError":
        """The same error with a place, and with `subject` before its message, unless it already has a place."""
        if self.line:
            return self
        return ExpressionError(f"{subject} {self.message}" if subject else self.message, line, column, self.hint)
