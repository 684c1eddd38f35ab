"""SelectUniqueValue: values to try in order; who takes the first free one is decided by whoever can see what is taken.

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings": two rules or more,
outermost only.
"""

import re

from shared.expressions.fault import ExpressionError
from shared.expressions.registry import Example, Family, Parameter, Slot, Spot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import Kind
from shared.model import Candidates, Series

UNIQUENESS = Family("Uniqueness")
ZEROS = re.compile(r"([^0@]{0,10})(0{1,10})([^0@]{0,10})")
NAMES = {"given": "anna", "family": "visser"}


@UNIQUENESS.lazy(
    "SelectUniqueValue",
    Parameter("rule1", Kind.TEXT),
    Parameter("rule2", Kind.TEXT),
    repeats=1,
    spot=Spot.OUTERMOST,
    returns=Kind.RESULT,
    examples=(
        Example(
            'SelectUniqueValue(Join(".", [given], [family]), Join(".", Left([given], 1), [family]))',
            ["anna.visser", "a.visser"],
            NAMES,
        ),
    ),
)
def select_unique_value(*rules: Slot) -> Term:
    """The value of every rule, in order; the first that is not empty and that nobody holds is used.

    A rule that gives nothing keeps its place, so that several attributes can be tried in step.
    """
    *runs, last = (rule.run for rule in rules)
    if rules[-1].made is not Kind.SERIES:
        runs, last = [*runs, last], lambda facts, scope: None

    def run(facts: Facts, scope: Scope) -> Candidates:
        values = tuple([rule(facts, scope) or "" for rule in runs])
        return Candidates(values=values, series=last(facts, scope))

    return run


def _first(number: int) -> int:
    if not 0 <= number <= 1_000_000:
        raise ExpressionError("is not between 0 and 1000000")
    return number


def _around(zeros: str | None) -> tuple[str, int, str]:
    match = ZEROS.fullmatch(zeros or "")
    if match is None:
        raise ExpressionError(
            "does not say where the number stands", hint='write one run of zeros: "0", "00", "-0" or " (00)"'
        )
    return match[1], len(match[2]), match[3]


@UNIQUENESS.lazy(
    "Numbered",
    Parameter("text", Kind.TEXT),
    Parameter("first", Kind.NUMBER, default=2, prepare=_first),
    Parameter("zeros", Kind.TEXT, default=("", 1, ""), prepare=_around),
    spot=Spot.LAST_RULE,
    folds=False,
    returns=Kind.SERIES,
    examples=(
        Example(
            'SelectUniqueValue(Join(".", [given], [family]), Numbered(Join(".", [given], [family])))',
            ["anna.visser", "anna.visser2", "anna.visser3", "…"],
            NAMES,
        ),
        Example(
            'SelectUniqueValue([mail], Numbered([mail], 1, "-00"))',
            ["av@fabrikam.nl", "av-01@fabrikam.nl", "av-02@fabrikam.nl", "…"],
            {"mail": "av@fabrikam.nl"},
        ),
    ),
)
def numbered(text: Slot, first: Slot, zeros: Slot) -> Term:
    """The text with a number that counts on for ever, from `first` on; only as the last rule of SelectUniqueValue.

    `zeros` is a constant with one run of zeros, which is the number with at least so many digits, and what stands
    around it. It comes before the last @ of the text, else at its end. A null or empty text gives nothing.

    Not in Entra.
    """
    read, number, (opening, digits, closing) = text.run, first.value, zeros.value

    def run(facts: Facts, scope: Scope) -> Series | None:
        value = read(facts, scope) or ""
        before, at, after = value.rpartition("@")
        stem, ending = (before, closing + at + after) if at else (value, closing)
        if not stem:
            return None
        return Series(stem=stem, opening=opening, first=number, digits=digits, ending=ending)

    return run
