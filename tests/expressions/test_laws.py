"""Properties: nothing but ExpressionError escapes, nothing is remembered, and printing a tree loses nothing."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.expressions import (
    ABSENT,
    Candidates,
    ExpressionError,
    Outcome,
    Scope,
    compile_expression,
    first_free,
    parse,
    unparse,
)
from shared.expressions.library import FUNCTIONS
from shared.expressions.syntax import Attribute, Call, Node, Number, Text
from shared.expressions.values import MAX_TEXT, Kind
from tests.effort import effort
from tests.expressions.trees import ANY_TREE, FACTS, PIECES, SCOPE, SCOPES, SENSIBLE, TEXTS, argument

pytestmark = pytest.mark.slow


@settings(max_examples=effort(120, 4_000))
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


@settings(max_examples=effort(150, 6_000))
@given(SENSIBLE, FACTS, SCOPES)
def test_evaluating_raises_nothing_but_an_expression_error_and_remembers_nothing(
    tree: Node, facts: dict, scope: Scope
) -> None:
    source = unparse(tree)
    before = repr((facts, scope))
    outcomes = []
    for _ in range(2):
        try:
            expression = compile_expression(source)
            outcomes += [expression(facts, scope), expression(facts, scope)]
        except ExpressionError as error:
            outcomes += [str(error)] * 2
    assert all(repr(outcome) == repr(outcomes[0]) for outcome in outcomes)
    assert repr((facts, scope)) == before


@settings(max_examples=effort(150, 6_000))
@given(SENSIBLE, FACTS, SCOPES)
def test_the_fast_form_and_the_careful_form_give_the_same_answer_or_both_fail(
    tree: Node, facts: dict, scope: Scope
) -> None:
    try:
        expression = compile_expression(unparse(tree))
    except ExpressionError:
        return

    def outcome(run: Callable[[], object]) -> str:
        try:
            return repr(run())
        except ExpressionError:
            return "an error"

    assert outcome(lambda: expression.finish(expression.fast(facts, scope))) == outcome(
        lambda: expression.careful(facts, scope)
    )


@settings(max_examples=effort(120, 4_000))
@given(SENSIBLE, FACTS, SCOPES)
def test_an_explanation_ends_in_the_answer_or_its_error(tree: Node, facts: dict, scope: Scope) -> None:
    try:
        expression = compile_expression(unparse(tree))
    except ExpressionError:
        return
    step = expression.explain(facts, scope)
    value, error = None, ""
    try:
        value = expression(facts, scope)
    except ExpressionError as failed:
        error = str(failed)
    assert (step.text, repr(step.value), step.error) == (unparse(tree), repr(value), error)


@settings(max_examples=effort(100, 3_000))
@given(SENSIBLE.filter(lambda tree: not isinstance(tree, Attribute)), FACTS, SCOPES)
def test_what_leaves_an_expression_is_text_a_list_null_an_outcome_or_candidates(
    tree: Node, facts: dict, scope: Scope
) -> None:
    try:
        answer = compile_expression(unparse(tree))(facts, scope)
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
            return repr(expression(given, SCOPE))
        except ExpressionError as error:
            return str(error)

    assert answer({**noise, **kept}) == answer(kept)


@given(st.integers(0, 16**24 - 1))
def test_a_hexadecimal_number_is_printed_as_one_that_can_be_parsed(number: int) -> None:
    tree = parse(f"&H{number:X}")
    assert parse(unparse(tree)) == tree


COUNTED = [(f, at) for f in FUNCTIONS.values() for at, p in enumerate(f.parameters) if p.kind is Kind.NUMBER]


@settings(max_examples=effort(25, 500))
@given(st.data(), st.sampled_from([-(10**29), -(2**63) - 1, 2**63, 10**29]))
def test_no_number_is_too_large_or_too_small_for_a_function(data: st.DataObject, size: int) -> None:
    for function, place in COUNTED:
        arguments = [data.draw(argument(parameter, st.just(Text("7")))) for parameter in function.parameters]
        arguments[place] = Number(size)
        try:
            compile_expression(unparse(Call(function.name, tuple(arguments))))({}, SCOPE)
        except ExpressionError:
            continue


@settings(max_examples=effort(120, 4_000))
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
    candidates = compile_expression(f"SelectUniqueValue({rules})")(facts, SCOPE)
    assert isinstance(candidates, Candidates)
    assert candidates.values == tuple(texts)
    free = first_free(candidates, taken)
    held = {value.casefold() for value in taken}
    expected = [text for text in texts if text and text.casefold() not in held]
    assert free == (expected[0] if expected else None)
