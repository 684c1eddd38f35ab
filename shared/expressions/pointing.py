"""Shows where something stands in an expression: its line, and a caret under the place."""

WIDTH = 100
"""How much of a line is shown around the place."""


def pointed(source: str, line: int, column: int) -> str:
    """The line and, under it, a caret; line and column count from 1. Tabs are kept, so that the caret stands right.

    Of a long line only what is near is shown. What cannot be printed becomes �.
    """
    lines = source.split("\n")
    text = lines[min(max(line, 1), len(lines)) - 1]
    at = min(max(column, 1) - 1, len(text))
    start = max(0, min(at - WIDTH // 2, len(text) - WIDTH))
    before, after = ("…" if start else ""), ("…" if start + WIDTH < len(text) else "")
    shown = before + "".join(map(_printable, text[start : start + WIDTH])) + after
    indent = "".join("\t" if character == "\t" else " " for character in shown[: at - start + len(before)])
    return f"{shown}\n{indent}^"


def _printable(character: str) -> str:
    return character if character == "\t" or character.isprintable() else "�"
