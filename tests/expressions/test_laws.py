"""Properties: nothing but ExpressionError escapes, nothing is remembered, and printing a tree loses nothing."""

from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.expressions import (
    ABSENT,
    Candidates,
    ExpressionError,
    Outcome,
    compile_expression,
    first_free,
    parse,
    unparse,
)
from shared.expressions.grammar import MAX_DIGITS
from shared.expressions.library import FUNCTIONS
from shared.expressions.registry import Function, Parameter
from shared.expressions.syntax import Attribute, Call, Compare, Empty, Name, Node, Number, Text
from shared.expressions.values import MAX_TEXT, Kind

NOW = datetime(2025, 7, 30, 12, tzinfo=UTC)
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
    "message": ["stop"],
    "charsToAvoid": ["", "abc"],
}


def _argument(parameter: Parameter, deeper: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
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
    arguments = [draw(_argument(function.parameter(at), deeper)) for at in range(count)]
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


@settings(max_examples=400)
@given(st.text(max_size=80) | st.lists(PIECES, max_size=14).map("".join))
@example("[a]\x00")
@example('"\ud800"')
@example("\u00a0[a]\u2028")
@example("&H")
@example("-")
def test_compiling_any_text_raises_nothing_but_an_expression_error(text: str) -> None:
    refused = None
    try:
        compile_expression(text)
    except ExpressionError as error:
        refused = error
    assert refused is None or (refused.line >= 1 and refused.column >= 1)


@settings(max_examples=600)
@given(SENSIBLE, FACTS, st.text(max_size=5))
def test_evaluating_raises_nothing_but_an_expression_error_and_remembers_nothing(
    tree: Node, facts: dict, seed: str
) -> None:
    source = unparse(tree)
    before = dict(facts)
    outcomes = []
    for _ in range(2):
        try:
            expression = compile_expression(source)
            outcomes += [expression(facts, NOW, seed), expression(facts, NOW, seed)]
        except ExpressionError as error:
            outcomes += [str(error)] * 2
    assert all(repr(outcome) == repr(outcomes[0]) for outcome in outcomes)
    assert repr(facts) == repr(before)


@settings(max_examples=300)
@given(SENSIBLE.filter(lambda tree: not isinstance(tree, Attribute)), FACTS)
def test_what_leaves_an_expression_is_text_a_list_null_an_outcome_or_candidates(tree: Node, facts: dict) -> None:
    try:
        answer = compile_expression(unparse(tree))(facts, NOW)
    except ExpressionError:
        return
    assert answer is not ABSENT
    assert answer is None or isinstance(answer, str | tuple | Outcome | Candidates)
    if isinstance(answer, str):
        assert len(answer) <= MAX_TEXT


@given(SENSIBLE, FACTS, FACTS)
def test_facts_that_are_not_named_do_not_matter(tree: Node, facts: dict, others: dict) -> None:
    try:
        expression = compile_expression(unparse(tree))
    except ExpressionError:
        return
    noise = {name: value for name, value in others.items() if name not in expression.names}
    kept = {name: value for name, value in facts.items() if name in expression.names}

    def answer(given: dict) -> str:
        try:
            return repr(expression(given, NOW))
        except ExpressionError as error:
            return str(error)

    assert answer({**noise, **kept}) == answer(kept)


COUNTED = [(f, at) for f in FUNCTIONS.values() for at, p in enumerate(f.parameters) if p.kind is Kind.NUMBER]


@settings(deadline=None)
@given(st.data(), st.sampled_from([-(10**29), -(2**63) - 1, 2**63, 10**29]))
def test_no_number_is_too_large_or_too_small_for_a_function(data: st.DataObject, size: int) -> None:
    for function, place in COUNTED:
        arguments = [data.draw(_argument(parameter, st.just(Text("7")))) for parameter in function.parameters]
        arguments[place] = Number(size)
        try:
            compile_expression(unparse(Call(function.name, tuple(arguments))))({}, NOW)
        except ExpressionError:
            continue


@settings(max_examples=400)
@given(ANY_TREE)
def test_a_printed_tree_is_parsed_back_as_it_was(tree: Node) -> None:
    assert parse(unparse(tree)) == tree


@given(st.from_regex(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?|&H[0-9A-F]{1,30}", fullmatch=True))
@example(f"{'9' * 29}.9")
@example(f"&H{'F' * 30}")
def test_a_number_is_parsed_as_it_was_printed_or_refused(text: str) -> None:
    try:
        tree = parse(text)
    except ExpressionError:
        return
    assert parse(unparse(tree)) == tree


@given(st.lists(TEXTS, min_size=2, max_size=6), st.lists(TEXTS, max_size=4))
def test_the_first_free_value_is_a_candidate_nobody_holds(texts: list[str], taken: list[str]) -> None:
    facts = {f"n{at}": text for at, text in enumerate(texts)}
    rules = ", ".join(f"[{name}]" for name in facts)
    candidates = compile_expression(f"SelectUniqueValue({rules})")(facts, NOW)
    assert isinstance(candidates, Candidates)
    folded = [value.casefold() for value in candidates.values]
    assert len(set(folded)) == len(folded)
    assert set(folded) == {text.casefold() for text in texts if text}
    free = first_free(candidates, taken)
    held = {value.casefold() for value in taken}
    expected = [text for text in texts if text and text.casefold() not in held]
    assert free == (expected[0] if expected else None)
