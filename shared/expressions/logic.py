"""Choices and tests. Only the branch that is chosen is evaluated; null and "" are both "nothing" in a test.

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings", IIF, Switch, Coalesce, Is….
"""

from datetime import datetime
from typing import Any, NoReturn

from shared.expressions.fault import ExpressionError
from shared.expressions.outcomes import IGNORE_ATTRIBUTE, Outcome
from shared.expressions.registry import Example, Facts, Family, Parameter, Slot, Term
from shared.expressions.values import Inner, Kind, is_empty, list_of, text_of

LOGIC = Family("Choices and tests")
CONDITION = Parameter("condition", Kind.TRUTH)
VALUE = Parameter("value", Kind.ANY)


def _branch(name: str) -> Parameter:
    return Parameter(name, Kind.RESULT, blank=True)


@LOGIC.lazy(
    "IIF",
    CONDITION,
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
    holds, yes, no = condition.run, when_true.run, when_false.run
    return lambda facts, now, seed: (yes if holds(facts, now, seed) else no)(facts, now, seed)


@LOGIC.lazy(
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
    table: dict[str, Term] = {}
    for key, value in zip(keys, values, strict=True):
        table.setdefault(key.value or "", value.run)

    def run(facts: Facts, now: datetime, seed: str) -> Any:
        return table.get(read(facts, now, seed) or "", otherwise)(facts, now, seed)

    return run


def _searching(read: Term, otherwise: Term, pairs: tuple[tuple[Term, Term], ...]) -> Term:
    def run(facts: Facts, now: datetime, seed: str) -> Any:
        text = read(facts, now, seed) or ""
        for key, value in pairs:
            if (key(facts, now, seed) or "") == text:
                return value(facts, now, seed)
        return otherwise(facts, now, seed)

    return run


@LOGIC.lazy(
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

    def run(facts: Facts, now: datetime, seed: str) -> Any:
        for source in runs:
            value = source(facts, now, seed)
            if not is_empty(value):
                return value
        return last(facts, now, seed)

    return run


@LOGIC.lazy(
    "Default",
    _branch("value"),
    _branch("fallback"),
    returns=Kind.RESULT,
    examples=(Example('Default([office], "Utrecht")', "Utrecht", {"office": None}),),
)
def default(value: Slot, fallback: Slot) -> Term:
    """The value, or the fallback when it is null or empty."""
    return coalesce(value, fallback)


@LOGIC.lazy(
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

    def run(facts: Facts, now: datetime, seed: str) -> Any:
        result = read(facts, now, seed)
        return IGNORE_ATTRIBUTE if is_empty(result) else result

    return run


@LOGIC.lazy(
    "And",
    CONDITION,
    repeats=1,
    returns=Kind.TRUTH,
    examples=(Example('And([a] = "1", [b] = "2")', "False", {"a": "1", "b": "3"}),),
)
def conjunction(*conditions: Slot) -> Term:
    """Whether all conditions hold; it stops at the first that does not. Not in Entra."""
    runs = tuple(condition.run for condition in conditions)

    def run(facts: Facts, now: datetime, seed: str) -> bool:
        for holds in runs:
            if not holds(facts, now, seed):
                return False
        return True

    return run


@LOGIC.lazy(
    "Or",
    CONDITION,
    repeats=1,
    returns=Kind.TRUTH,
    examples=(Example('Or([a] = "1", [b] = "2")', "True", {"a": "1", "b": "3"}),),
)
def disjunction(*conditions: Slot) -> Term:
    """Whether any condition holds; it stops at the first that does. Not in Entra."""
    runs = tuple(condition.run for condition in conditions)

    def run(facts: Facts, now: datetime, seed: str) -> bool:
        for holds in runs:
            if holds(facts, now, seed):
                return True
        return False

    return run


@LOGIC.strict("Not", CONDITION, returns=Kind.TRUTH, examples=(Example('Not("True")', "False"),))
def negation(condition: bool) -> bool:
    """True for False and the other way round. Null and empty text count as False."""
    return not condition


@LOGIC.strict(
    "In",
    VALUE,
    Parameter("choice", Kind.ANY),
    repeats=1,
    returns=Kind.TRUTH,
    examples=(
        Example('In([dep], "Sales", "Support")', "True", {"dep": "Sales"}),
        Example('In("VPN", [groups])', "False", {"groups": ("Mail", "Wifi")}),
    ),
)
def among(value: Inner, *choices: Inner) -> bool:
    """Whether the value equals one of the choices; a list counts as each of its values. Not in Entra."""
    text = text_of(value)
    return bool(text) and any(text in list_of(choice) for choice in choices)


@LOGIC.strict("IsNull", VALUE, returns=Kind.TRUTH, examples=(Example("IsNull([x])", "False", {"x": ""}),))
def is_null(value: Inner) -> bool:
    """Whether the attribute is absent or null."""
    return value is None


@LOGIC.strict("IsNullOrEmpty", VALUE, returns=Kind.TRUTH, examples=(Example("IsNullOrEmpty([x])", "True", {"x": ""}),))
def is_null_or_empty(value: Inner) -> bool:
    """Whether the value is null, empty text or an empty list."""
    return is_empty(value)


@LOGIC.strict("IsPresent", VALUE, returns=Kind.TRUTH, examples=(Example("IsPresent([x])", "True", {"x": "a"}),))
def is_present(value: Inner) -> bool:
    """Whether the value is neither null nor empty."""
    return not is_empty(value)


@LOGIC.strict("IsString", VALUE, returns=Kind.TRUTH, examples=(Example("IsString([x])", "False", {"x": 12}),))
def is_string(value: Inner) -> bool:
    """Whether the value is a text. Dates that functions make are text, as in Entra."""
    return isinstance(value, str | datetime)


@LOGIC.strict(
    "CBool", Parameter("value", Kind.TRUTH), returns=Kind.TRUTH, examples=(Example("CBool([x])", "True", {"x": "7"}),)
)
def as_truth(value: bool) -> bool:
    """True for a condition that holds and a number that is not 0; False for null."""
    return value


@LOGIC.lazy(
    "Redact", _branch("value"), returns=Kind.RESULT, examples=(Example('Redact("4711")', "4711"),)
)
def redact(value: Slot) -> Term:
    """The value itself. Entra hides it in its provisioning log; Joinly never logs values at all."""
    return value.run


@LOGIC.lazy(
    "Error",
    Parameter("message", Kind.TEXT, prepare=lambda message: message or ""),
    returns=Kind.ANY,
    folds=False,
    examples=(Example('IIF([id] = "", Error("no id"), [id])', "7", {"id": "7"}),),
)
def error(message: Slot) -> Term:
    """Stops with this message, a constant; the person waits until it is repaired."""

    def run(facts: Facts, now: datetime, seed: str) -> NoReturn:
        raise ExpressionError(f"says: {message.value}")

    return run


CONSTANTS: dict[str, Outcome | int] = {
    "IgnoreAttributeFlow": Outcome.IGNORE_ATTRIBUTE,
    "IgnoreObjectFlow": Outcome.IGNORE_OBJECT,
    "vbBinaryCompare": 0,
    "vbTextCompare": 1,
}
