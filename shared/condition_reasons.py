"""Why a condition does not hold for somebody: the first test that fails, in words. Pure."""

from collections.abc import Collection
from datetime import date

from shared.conditions import Condition, Test
from shared.model import Attributes, Value

HIDDEN = "•••"
"""Stands for the value of a fact that nobody may be shown."""


def failing(condition: Condition, facts: Attributes, secret: Collection[str] = ()) -> str:
    """The first thing that is not so; "" when the condition holds. Facts named in `secret` keep their value."""
    for name, test in condition.tests.items():
        if not test.holds(facts.get(name)):
            return f"{name} is {_shown(name, facts.get(name), secret)}, and must be {_asked(test)}"
    if condition.any_of is not None and not any(one.holds(facts) for one in condition.any_of):
        return "none of these is so: " + "; ".join(failing(one, facts, secret) for one in condition.any_of)
    if condition.none_of is not None and condition.none_of.holds(facts):
        return f"it is not for whom {described(condition.none_of)}"
    return ""


def described(condition: Condition) -> str:
    """A condition in words; "anybody" for one that asks nothing."""
    parts = [f"{name} is {_asked(test)}" for name, test in condition.tests.items()]
    if condition.any_of is not None:
        parts.append("(" + " or ".join(map(described, condition.any_of)) + ")")
    if condition.none_of is not None:
        parts.append(f"not ({described(condition.none_of)})")
    return " and ".join(parts) or "anybody"


def _asked(test: Test) -> str:
    """Everything a test asks."""
    said = []
    for name in Test.model_fields:
        wanted = getattr(test, name)
        match name, wanted:
            case _, None:
                continue
            case "one_of", tuple():
                said.append(" or ".join(map(_word, wanted)))
            case "present", bool():
                said.append("present" if wanted else "absent")
            case _:
                said.append(f"{name.replace('_', ' ')} {_word(wanted)}")
    return " and ".join(said)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _shown(name: str, value: Value, secret: Collection[str]) -> str:
    if value in (None, "", ()):
        return "absent"
    if name in secret:
        return HIDDEN
    return ", ".join(value) if isinstance(value, tuple) else _word(value)
