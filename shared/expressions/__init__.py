"""The mapping language: Microsoft Entra's provisioning expressions and a little more, pure and compiled once.

>>> from datetime import UTC, datetime
>>> mail = compile_expression('ToLower(Join(".", [given], [family]))', known={"given", "family"})
>>> mail({"given": "Anna", "family": "Visser"}, Scope(now=datetime(2025, 7, 30, tzinfo=UTC)))
'anna.visser'
"""

from shared.expressions.cautions import Caution
from shared.expressions.expression import Expression, compile_expression
from shared.expressions.fault import ExpressionError
from shared.expressions.grammar import parse
from shared.expressions.outcomes import ABSENT, IGNORE_ATTRIBUTE, IGNORE_OBJECT, Outcome, Result, first_free, listed
from shared.expressions.pointing import pointed
from shared.expressions.scope import Facts, Scope
from shared.expressions.syntax import unparse
from shared.expressions.trace import Step
from shared.model import Candidates

__all__ = [
    "ABSENT",
    "IGNORE_ATTRIBUTE",
    "IGNORE_OBJECT",
    "Candidates",
    "Caution",
    "Expression",
    "ExpressionError",
    "Facts",
    "Outcome",
    "Result",
    "Scope",
    "Step",
    "compile_expression",
    "first_free",
    "listed",
    "parse",
    "pointed",
    "unparse",
]
