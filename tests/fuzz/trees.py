"""Syntax trees read from an input: calls with the right number of arguments, mostly of the right kinds."""

from shared.expressions.choices import CONSTANTS
from shared.expressions.comparison import OPERATORS
from shared.expressions.library import FUNCTIONS
from shared.expressions.registry import REQUIRED, Function, Parameter
from shared.expressions.syntax import Attribute, Call, Compare, Empty, Name, Node, Number, Text
from shared.expressions.values import Kind
from tests.fuzz.facts import WORDS
from tests.fuzz.reader import Reader

DEEPEST = 60
DATES = ("2025-02-28", "0001-01-01T00:00:00Z", "9999-12-31 23:59:59", "2/29/2024 1:00:00 PM", "2025-03-30+02:00")
ATTRIBUTES = ("a", "b", "given name", "x.y", 'mails[type eq "work"].value', "defaultDomain")
NAMES = (*sorted(CONSTANTS), "Other_1")
CALLED = sorted(FUNCTIONS)
COMPARED = sorted(OPERATORS)
MEANT: dict[Kind, tuple[Text | Number, ...]] = {
    Kind.NUMBER: (Number(1), Number(-1), Number(0), Number(3_000_000), Number(10**17), Number(-(10**29)), Text("&HFF")),
    Kind.DATE: tuple(map(Text, DATES)),
    Kind.CIVIL: tuple(map(Text, DATES)),
    Kind.TRUTH: (Text("true"), Text(""), Number(0)),
}
CONSTANT_WORDS = {
    "interval": ("d", "m", "yyyy", "ww", "h", "n", "s"),
    "regexPattern": ("a", "(?<g>[a-z]*)", r"\d+|(?<g>\w)", "", "(?i)ı|(é)*", r"\b"),
    "pattern": ("a.*", r"\w*", r"\p{Lu}", "(a|b)*c?"),
    "regexGroupName": ("g", "1", "0"),
    "dateTimeStyles": ("", "AssumeUniversal", "None,AllowInnerWhite"),
    "inputFormat": ("yyyy-MM-dd", "M/d/yyyy h:mm:ss tt", "d MMMM yy", "yyyyMMddHHmmss.fK"),
    "outputFormat": ("yyyyMMdd", "d MMM yy HH:mm", "dddd tt zzz fffffff"),
    "format": ("dd-MM-yyyy", "'week' d"),
    "culture": ("nl-NL", "tr"),
    "locale": ("de", "sv", "nl"),
    "message": ("stop",),
    "charsToAvoid": ("", "abc", "0123456789"),
}


def tree(reader: Reader, depth: int = 0) -> Node:
    """What may stand in a slot: a comparison or an operand."""
    if depth < DEEPEST and reader.below(8) == 7:
        return Compare(reader.pick(COMPARED), _operand(reader, depth + 1), _operand(reader, depth + 1))
    return _operand(reader, depth)


def _operand(reader: Reader, depth: int) -> Node:
    kind = reader.below(16)
    if kind > 6 and depth < DEEPEST:
        return _call(reader, FUNCTIONS[reader.pick(CALLED)], depth + 1)
    match kind:
        case 1 | 2:
            return Text(reader.pick(WORDS))
        case 3:
            return Text(reader.text())
        case 4:
            return Number(reader.number(2))
        case 5:
            return Number(reader.number(2) / 8)
        case 6:
            return Name(reader.pick(NAMES))
        case _:
            return Attribute(reader.pick(ATTRIBUTES))


def _call(reader: Reader, function: Function, depth: int) -> Call:
    count = len(function.parameters)
    if function.repeats:
        count += function.repeats * reader.below(3)
    elif count > function.least:
        count = function.least + reader.below(count - function.least + 1)
    slots = tuple(_slot(reader, function.parameter(at), depth) for at in range(count))
    return Call(function.name, () if slots == (Empty(),) else slots)


def _slot(reader: Reader, parameter: Parameter, depth: int) -> Node:
    if (parameter.default is not REQUIRED or parameter.blank) and reader.flag():
        return Empty()
    if parameter.prepare is None:
        return _meant(reader, parameter.kind, depth)
    if parameter.kind is Kind.NUMBER:
        return Number(reader.below(12))
    return Text(reader.text() if reader.flag() else reader.pick(CONSTANT_WORDS.get(parameter.name, WORDS)))


def _meant(reader: Reader, kind: Kind, depth: int) -> Node:
    """Something of the kind that is asked for, or anything at all."""
    if kind in MEANT and reader.once_in(3):
        return reader.pick(MEANT[kind])
    return tree(reader, depth)
