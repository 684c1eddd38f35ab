"""Functions that cut, pad and trim text. Positions count from 1, and null stays null unless it says otherwise.

Source of what Entra's functions do: Microsoft Entra ID, "Reference for writing expressions for attribute mappings".
"""

from shared.expressions.fault import ExpressionError
from shared.expressions.registry import Example, Family, Parameter, Slot
from shared.expressions.scope import Term
from shared.expressions.values import MAX_TEXT, Kind, bounded

TEXT = Family("Text")
SOURCE = Parameter("source", Kind.TEXT)
COUNT = Parameter("count", Kind.NUMBER)
PADDING = Parameter("padding", Kind.TEXT, default=" ")


@TEXT.strict(
    "Append",
    SOURCE,
    Parameter("suffix", Kind.TEXT),
    returns=Kind.TEXT,
    examples=(Example('Append([login], "-adm")', "jvisser-adm", {"login": "jvisser"}),),
)
def append(source: str | None, suffix: str | None) -> str | None:
    """The suffix behind the source. A null counts as empty; two nulls are null."""
    if source is None or suffix is None:
        return source or suffix
    text = source + suffix
    return text if len(text) <= MAX_TEXT else bounded(text)


@TEXT.strict(
    "Left",
    SOURCE,
    COUNT,
    returns=Kind.TEXT,
    examples=(Example('Left("Visser", 3)', "Vis"), Example('Left("Visser", 0)', "")),
)
def left(source: str | None, count: int) -> str:
    """The first characters; all of them when the count is negative or too large. Null gives an empty text."""
    text = source or ""
    return text if count < 0 else text[:count]


@TEXT.strict("Right", SOURCE, COUNT, returns=Kind.TEXT, examples=(Example('Right("00042", 2)', "42"),))
def right(source: str | None, count: int) -> str:
    """The last characters; all of them when the count is negative or too large. Null gives an empty text.

    In Entra, only in Connect Sync.
    """
    text = source or ""
    return text if count < 0 else text[max(0, len(text) - count) :]


@TEXT.strict(
    "Mid",
    SOURCE,
    Parameter("start", Kind.NUMBER),
    Parameter("length", Kind.NUMBER),
    returns=Kind.TEXT,
    examples=(Example('Mid("Visser", 2, 3)', "iss"), Example('Mid("Visser", 5, 40)', "er")),
)
def mid(source: str | None, start: int, length: int) -> str | None:
    """The part that begins at `start`; past the end it is what is left."""
    if start < 1:
        raise ExpressionError("has a start before the first character", hint="positions count from 1")
    return None if source is None else source[start - 1 : start - 1 + max(0, length)]


@TEXT.strict("Len", SOURCE, returns=Kind.NUMBER, examples=(Example('Len("Visser")', "6"),))
def length_of(source: str | None) -> int:
    """The number of characters; 0 for null. In Entra, only in Connect Sync."""
    return len(source or "")


@TEXT.strict("Trim", SOURCE, returns=Kind.TEXT, examples=(Example('Trim("  de Vries ")', "de Vries"),))
def trim(source: str | None) -> str | None:
    """Without white space at both ends. In Entra, only in cloud sync."""
    return None if source is None else source.strip()


@TEXT.strict("LTrim", SOURCE, returns=Kind.TEXT, examples=(Example('LTrim("  Vries")', "Vries"),))
def left_trim(source: str | None) -> str | None:
    """Without white space at the beginning. In Entra, only in Connect Sync."""
    return None if source is None else source.lstrip()


@TEXT.strict("RTrim", SOURCE, returns=Kind.TEXT, examples=(Example('RTrim("Vries  ")', "Vries"),))
def right_trim(source: str | None) -> str | None:
    """Without white space at the end. In Entra, only in Connect Sync."""
    return None if source is None else source.rstrip()


@TEXT.strict(
    "PadLeft",
    SOURCE,
    Parameter("length", Kind.NUMBER),
    PADDING,
    returns=Kind.TEXT,
    examples=(Example('PadLeft([number], 6, "0")', "000042", {"number": 42}),),
)
def pad_left(source: str | None, length: int, padding: str | None) -> str:
    """The padding character before the source until it has `length` characters. In Entra, only in Connect Sync."""
    return "" if source is None else source.rjust(_width(length), _padding(padding))


@TEXT.strict(
    "PadRight",
    SOURCE,
    Parameter("length", Kind.NUMBER),
    PADDING,
    returns=Kind.TEXT,
    examples=(Example('PadRight("AB", 4, "x")', "ABxx"),),
)
def pad_right(source: str | None, length: int, padding: str | None) -> str:
    """The padding character behind the source until it has `length` characters. In Entra, only in Connect Sync."""
    return "" if source is None else source.ljust(_width(length), _padding(padding))


def _width(length: int) -> int:
    if length > MAX_TEXT:
        raise ExpressionError(f"makes a text longer than {MAX_TEXT} characters")
    return max(0, length)


def _padding(padding: str | None) -> str:
    if padding is None or len(padding) != 1:
        raise ExpressionError("pads with one character, no more and no less")
    return padding


@TEXT.strict("StripSpaces", SOURCE, returns=Kind.TEXT, examples=(Example('StripSpaces("van den Berg")', "vandenBerg"),))
def strip_spaces(source: str | None) -> str | None:
    """Without any space (U+0020)."""
    return None if source is None else source.replace(" ", "")


@TEXT.lazy("CStr", SOURCE, returns=Kind.TEXT, examples=(Example("CStr([fte])", "0.8", {"fte": 0.8}),))
def as_text(source: Slot) -> Term:
    """The value as text: a truth is True or False, a date is M/d/yyyy h:mm:ss tt."""
    return source.run
