"""SelectUniqueValue: values to try in order; who takes the first free one is decided by whoever can see what is taken.

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings": two rules or more,
outermost only.
"""

from datetime import datetime

from shared.expressions.outcomes import Candidates
from shared.expressions.registry import Example, Facts, Family, Parameter, Slot, Term
from shared.expressions.values import Kind

UNIQUENESS = Family("Uniqueness")


@UNIQUENESS.lazy(
    "SelectUniqueValue",
    Parameter("rule1", Kind.TEXT),
    Parameter("rule2", Kind.TEXT),
    repeats=1,
    root=True,
    returns=Kind.RESULT,
    examples=(
        Example(
            'SelectUniqueValue(Join(".", [given], [family]), Join(".", Left([given], 1), [family]))',
            ["anna.visser", "a.visser"],
            {"given": "anna", "family": "visser"},
        ),
    ),
)
def select_unique_value(*rules: Slot) -> Term:
    """The values of all rules in order, without nulls, empties and repeats; the first that nobody holds is used."""
    runs = tuple(rule.run for rule in rules)

    def run(facts: Facts, now: datetime, seed: str) -> Candidates:
        return Candidates.of(rule(facts, now, seed) for rule in runs)

    return run
