"""SelectUniqueValue: values to try in order; who takes the first free one is decided by whoever can see what is taken.

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings": two rules or more,
outermost only.
"""

from shared.expressions.registry import Example, Family, Parameter, Slot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import Kind
from shared.model import Candidates

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
    """The value of every rule, in order; the first that is not empty and that nobody holds is used.

    A rule that gives nothing keeps its place, so that several attributes can be tried in step.
    """
    runs = tuple(rule.run for rule in rules)

    def run(facts: Facts, scope: Scope) -> Candidates:
        return Candidates(values=tuple([rule(facts, scope) or "" for rule in runs]))

    return run
