"""Functions that say where something stands: positions and words count from 1, and 0 is nowhere.

Sources: Microsoft Entra ID, "Reference for writing expressions for attribute mappings", and Microsoft Entra Connect
Sync, "Functions Reference".
"""

from shared.expressions.fault import ExpressionError
from shared.expressions.letters import lower_invariant
from shared.expressions.registry import Example, Family, Parameter
from shared.expressions.values import Kind

FINDING = Family("Find")
TEXT, SOUGHT = Parameter("text", Kind.TEXT), Parameter("sought", Kind.TEXT)
COMPARE = Parameter("compare", Kind.NUMBER, default=0)
ADDRESSES = {"addresses": ("smtp:a@fabrikam.nl", "SMTP:b@fabrikam.nl")}


def _same_case(text: str, sought: str, compare: int) -> tuple[str, str]:
    return (lower_invariant(text), lower_invariant(sought)) if compare else (text, sought)


@FINDING.strict(
    "InStr",
    TEXT,
    SOUGHT,
    Parameter("start", Kind.NUMBER, default=1),
    COMPARE,
    returns=Kind.NUMBER,
    examples=(
        Example('InStr("anna.visser", ".")', "5"),
        Example('InStr("Anna", "a", 1, vbTextCompare)', "1"),
        Example('InStr("Anna", "x")', "0"),
    ),
)
def position(text: str | None, sought: str | None, start: int, compare: int) -> int:
    """Where `sought` begins, from `start` on, or 0. Upper and lower case differ unless vbTextCompare is given."""
    if start < 1:
        raise ExpressionError("has a start before the first character", hint="positions count from 1")
    if text is None or sought is None:
        return 0
    text, sought = _same_case(text, sought, compare)
    return text.find(sought, start - 1) + 1


@FINDING.strict(
    "InStrRev",
    TEXT,
    SOUGHT,
    Parameter("start", Kind.NUMBER, default=None),
    COMPARE,
    returns=Kind.NUMBER,
    examples=(Example('InStrRev("abbcdbbbef", "bb")', "7"), Example('InStrRev("abbcdbbbef", "bb", 5)', "2")),
)
def last_position(text: str | None, sought: str | None, start: int | None, compare: int) -> int:
    """Where the last `sought` begins that ends at `start` or before it, or 0. In Entra, only in Connect Sync."""
    if start is not None and start < 1:
        raise ExpressionError("has a start before the first character", hint="positions count from 1")
    if text is None or sought is None:
        return 0
    text, sought = _same_case(text, sought, compare)
    return text.rfind(sought, 0, start) + 1


@FINDING.strict(
    "Contains",
    Parameter("attribute", Kind.LIST),
    SOUGHT,
    COMPARE,
    returns=Kind.NUMBER,
    examples=(
        Example('Contains([addresses], "SMTP:")', "2", ADDRESSES),
        Example('Mid(Item([addresses], Contains([addresses], "SMTP:")), 6, 99)', "b@fabrikam.nl", ADDRESSES),
        Example('Contains([addresses], "smtp:B", CaseInsensitive)', "2", ADDRESSES),
    ),
)
def containing(values: tuple[str, ...], sought: str | None, compare: int) -> int:
    """The number of the first value that holds `sought`, or 0. In Entra, only in Connect Sync."""
    if not sought:
        return 0
    pairs = (_same_case(value, sought, compare) for value in values)
    return next((at for at, (value, wanted) in enumerate(pairs, 1) if wanted in value), 0)


@FINDING.strict(
    "Word",
    Parameter("source", Kind.TEXT),
    Parameter("number", Kind.NUMBER),
    Parameter("delimiters", Kind.TEXT),
    returns=Kind.TEXT,
    examples=(Example('Word("Anna;Maria Theresia", 2, " ;")', "Maria"), Example('Word("Anna", 4, " ")', "")),
)
def word(source: str | None, number: int, delimiters: str | None) -> str:
    """The word with that number, where any character of `delimiters` parts words; "" when there is none."""
    text, first, *others = source or "", *(delimiters or " ")
    for other in others:
        text = text.replace(other, first)
    words = [part for part in text.split(first) if part]
    return words[number - 1] if 1 <= number <= len(words) else ""
