"""Expressions and facts for properties: calls of the right shape, mostly of the right kinds, and any tree at all."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from shared.expressions import Scope, unparse
from shared.expressions.grammar import MAX_DIGITS
from shared.expressions.library import FUNCTIONS
from shared.expressions.registry import Function, Parameter
from shared.expressions.syntax import Attribute, Call, Compare, Empty, Name, Node, Number, Text
from shared.expressions.values import Kind

NOW = datetime(2025, 7, 30, 12, tzinfo=UTC)
SCOPE = Scope(now=NOW)
NAMES = st.sampled_from(["a", "b", "given name", "x.y", 'mails[type eq "work"].value'])
WORDS = st.sampled_from(
    [
        "",
        " ",
        "a",
        "aé",
        "True",
        "false",
        "0",
        "7",
        "-3",
        "2.5",
        "&HF",
        "2025-02-28",
        "2/29/2024 1:00:00 PM",
        "Ærø Ğ",
        "a,b",
    ]
)
TEXTS = WORDS | st.text(max_size=8)
VALUES = st.none() | TEXTS | st.booleans() | st.integers() | st.floats() | st.lists(TEXTS, max_size=3).map(tuple)
FACTS = st.dictionaries(NAMES, VALUES)
SCOPES = st.builds(
    Scope,
    now=st.just(NOW),
    seed=st.text(max_size=5),
    contracts=st.lists(FACTS, max_size=3).map(tuple),
    manager=st.none() | FACTS,
    tables=st.just({"t": {"a": "1", "7": "seven", "Ærø Ğ": ""}}),
)
PIECES = st.sampled_from(
    [
        "Join(",
        "IIF(",
        "Switch(",
        "[a]",
        "[b",
        '"x"',
        '"',
        ",",
        ")",
        "(",
        " ",
        "= ",
        "<>",
        "&HF",
        "-1",
        "\\",
        "Guid()",
        "é",
        "IgnoreAttributeFlow",
    ]
)
FIXED = {
    "interval": ["d", "m", "yyyy", "ww", "h", "n", "s"],
    "regexPattern": ["a", "(?<g>[a-z]*)", r"\d+|(?<g>\w)"],
    "pattern": ["a.*", r"\w*"],
    "regexGroupName": ["g"],
    "dateTimeStyles": ["", "AssumeUniversal"],
    "inputFormat": ["yyyy-MM-dd", "M/d/yyyy h:mm:ss tt"],
    "outputFormat": ["yyyyMMdd", "d MMM yy HH:mm"],
    "format": ["dd-MM-yyyy"],
    "culture": ["nl-NL", "tr"],
    "locale": ["de", "sv"],
    "form": ["{nick} {family}", "[{initials:several}.]{leading.name}"],
    "style": ["nl", "be"],
    "dots": ["true", "false"],
    "message": ["stop"],
    "charsToAvoid": ["", "abc"],
    "table": ["t", "missing"],
    "zeros": ["0", " (00)"],
    "characters": ["a:b", "é:e,x:"],
    "encoding": ["UTF8"],
    "ignore": ["", "DC"],
}


def argument(parameter: Parameter, deeper: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    if parameter.prepare is not None:
        if parameter.kind is Kind.NUMBER:
            return st.integers(0, 5).map(Number)
        return st.sampled_from(FIXED[parameter.name]).map(Text)
    if parameter.kind is Kind.NUMBER:
        return st.integers(-3, 400).map(Number) | deeper
    if parameter.kind is Kind.TRUTH:
        return st.builds(Compare, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), deeper, deeper) | deeper
    return deeper


@st.composite
def calls(draw: st.DrawFn, deeper: st.SearchStrategy[Node]) -> Node:
    """A call with the right number of arguments, mostly of the right kinds."""
    function: Function = draw(st.sampled_from(sorted(FUNCTIONS.values(), key=lambda f: f.name)))
    count = draw(st.integers(function.least, len(function.parameters)))
    count += function.repeats * draw(st.integers(0, 2)) if count == len(function.parameters) else 0
    arguments = [draw(argument(function.parameter(at), deeper)) for at in range(count)]
    for at in range(function.least, count):
        if not function.repeats and draw(st.booleans()):
            arguments[at] = Empty()
    return Call(function.name, tuple(arguments))


LEAVES: st.SearchStrategy[Node] = NAMES.map(Attribute) | TEXTS.map(Text) | st.integers(-99, 99).map(Number)
SENSIBLE = st.recursive(LEAVES, calls, max_leaves=12)
NUMBERS = (
    st.integers(-(10**29), 10**29) | st.floats(-1e14, 1e14).filter(lambda f: len(unparse(Number(f))) <= MAX_DIGITS)
).map(Number)


def _trees(deeper: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Calls of anything with anything; only a single empty slot is never written, since `x()` has no slots."""
    comparisons = st.builds(Compare, st.sampled_from(["=", "<=", "<>"]), deeper, deeper)
    slots = st.lists(deeper | comparisons | st.just(Empty()), max_size=4)
    given_slots = slots.map(lambda given: () if given == [Empty()] else tuple(given))
    return st.builds(Call, st.sampled_from(["Join", "No_Such", "x"]), given_slots)


ANY_TREE: st.SearchStrategy[Node] = st.recursive(
    NAMES.map(Attribute) | st.text().map(Text) | NUMBERS | st.sampled_from(["vbTextCompare", "Other_1"]).map(Name),
    _trees,
    max_leaves=20,
)
