"""Choices between values. Only the branch that is chosen is evaluated, and null and "" are both "no value".

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings", IIF, Switch and Coalesce; the
Workday and SuccessFactors guides show the Ignore… constants, and that Coalesce passes over "".
"""

from typing import Any, NoReturn

from shared.expressions.fault import ExpressionError
from shared.expressions.outcomes import IGNORE_ATTRIBUTE, Outcome
from shared.expressions.registry import Example, Family, Parameter, Slot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import Kind, is_empty

CHOICES = Family("Choices")


def _branch(name: str) -> Parameter:
    return Parameter(name, Kind.RESULT, blank=True)


@CHOICES.lazy(
    "IIF",
    Parameter("condition", Kind.TRUTH),
    _branch("whenTrue"),
    _branch("whenFalse"),
    returns=Kind.RESULT,
    examples=(
        Example('IIF([country] = "NL", "Utrecht", "Gent")', "Gent", {"country": "BE"}),
        Example('IIF([hours] >= 32, "full-time", "part-time")', "full-time", {"hours": "36"}),
    ),
)
def iif(condition: Slot, when_true: Slot, when_false: Slot) -> Term:
    """One of two values. A comparison with an attribute that is null or empty is false, whatever the operator."""
    holds = condition.run
    if when_true.constant and when_false.constant:
        this, that = when_true.value, when_false.value
        return lambda facts, scope: this if holds(facts, scope) else that
    yes, no = when_true.run, when_false.run
    return lambda facts, scope: (yes if holds(facts, scope) else no)(facts, scope)


@CHOICES.lazy(
    "Switch",
    Parameter("source", Kind.TEXT),
    _branch("default"),
    Parameter("key", Kind.TEXT, blank=True),
    _branch("value"),
    repeats=2,
    returns=Kind.RESULT,
    examples=(
        Example('Switch([dep], "Staff", "10", "Sales", "20", "Support")', "Support", {"dep": "20"}),
        Example('Switch([nick], [nick], "", [given])', "Anna", {"nick": "", "given": "Anna"}),
    ),
)
def switch(source: Slot, default: Slot, *pairs: Slot) -> Term:
    """The value behind the first key that equals the source, else the default. The key "" equals null too."""
    read, otherwise = source.run, default.run
    keys, values = pairs[::2], pairs[1::2]
    if not all(key.constant for key in keys):
        return _searching(read, otherwise, tuple((key.run, value.run) for key, value in zip(keys, values, strict=True)))
    table = {key.value or "": value for key, value in reversed([*zip(keys, values, strict=True)])}
    if default.constant and all(value.constant for value in values):
        answers, other = {key: value.value for key, value in table.items()}, default.value
        return lambda facts, scope: answers.get(read(facts, scope) or "", other)
    terms = {key: value.run for key, value in table.items()}
    return lambda facts, scope: terms.get(read(facts, scope) or "", otherwise)(facts, scope)


def _searching(read: Term, otherwise: Term, pairs: tuple[tuple[Term, Term], ...]) -> Term:
    def run(facts: Facts, scope: Scope) -> Any:
        text = read(facts, scope) or ""
        for key, value in pairs:
            if (key(facts, scope) or "") == text:
                return value(facts, scope)
        return otherwise(facts, scope)

    return run


@CHOICES.lazy(
    "Coalesce",
    _branch("source"),
    repeats=1,
    returns=Kind.RESULT,
    examples=(
        Example('Coalesce([nick], [given], "unknown")', "Anna", {"nick": "", "given": "Anna"}),
        Example('Coalesce([nick], "unknown")', "unknown"),
    ),
)
def coalesce(*sources: Slot) -> Term:
    """The first source that is not null or empty; when all are, the last one."""
    *runs, last = (source.run for source in sources)
    names = [source.fact for source in sources[:-1] if source.fact]
    if len(names) == len(runs):
        return _first_fact(names, last)

    def run(facts: Facts, scope: Scope) -> Any:
        for source in runs:
            value = source(facts, scope)
            if not is_empty(value):
                return value
        return last(facts, scope)

    return run


def _first_fact(names: list[str], last: Term) -> Term:
    def run(facts: Facts, scope: Scope) -> Any:
        for name in names:
            value = facts.get(name)
            if value or not is_empty(value):
                return value
        return last(facts, scope)

    return run


@CHOICES.lazy(
    "Default",
    _branch("value"),
    _branch("fallback"),
    returns=Kind.RESULT,
    examples=(Example('Default([office], "Utrecht")', "Utrecht", {"office": None}),),
)
def default(value: Slot, fallback: Slot) -> Term:
    """The value, or the fallback when it is null or empty. Not in Entra."""
    return coalesce(value, fallback)


@CHOICES.lazy(
    "IgnoreFlowIfNullOrEmpty",
    _branch("value"),
    ignores=True,
    returns=Kind.RESULT,
    examples=(
        Example("IgnoreFlowIfNullOrEmpty([title])", IGNORE_ATTRIBUTE, {"title": ""}),
        Example("IgnoreFlowIfNullOrEmpty([title])", "Dr.", {"title": "Dr."}),
    ),
)
def ignore_if_empty(value: Slot) -> Term:
    """The value; when it is null or empty the attribute is left alone instead of cleared."""
    read = value.run

    def run(facts: Facts, scope: Scope) -> Any:
        result = read(facts, scope)
        return IGNORE_ATTRIBUTE if is_empty(result) else result

    return run


@CHOICES.lazy("Redact", _branch("value"), returns=Kind.RESULT, examples=(Example('Redact("4711")', "4711"),))
def redact(value: Slot) -> Term:
    """The value itself. Entra hides it in its provisioning log; Joinly never logs values at all."""
    return value.run


@CHOICES.lazy(
    "Error",
    Parameter("message", Kind.TEXT, prepare=lambda message: message or ""),
    returns=Kind.ANY,
    folds=False,
    examples=(Example('IIF([id] = "", Error("no id"), [id])', "7", {"id": "7"}),),
)
def error(message: Slot) -> Term:
    """Stops with this message, a constant; the person waits until it is repaired. In Entra, only in cloud sync."""

    def run(facts: Facts, scope: Scope) -> NoReturn:
        raise ExpressionError(f"says: {message.value}")

    return run


CONSTANTS: dict[str, Outcome | int | str] = {
    "IgnoreAttributeFlow": Outcome.IGNORE_ATTRIBUTE,
    "IgnoreObjectFlow": Outcome.IGNORE_OBJECT,
    "vbBinaryCompare": 0,
    "vbTextCompare": 1,
    "CaseSensitive": 0,
    "CaseInsensitive": 1,
    "Unicode": "Unicode",
    "UTF8": "UTF8",
    "ASCII": "ASCII",
}
