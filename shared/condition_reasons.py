"""Why a condition does not hold for somebody: the first test that fails, in words. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from shared.conditions import About, Condition, Test
from shared.facts import FromToday, Item, text_of
from shared.model import Value

HIDDEN = "•••"
"""Stands for the value of a fact that nobody may be shown."""


def failing(condition: Condition, about: About, secret: Collection[str] = ()) -> str:
    """The first thing that is not so; "" when the condition holds. Facts named in `secret` keep their value."""
    for name, test in condition.tests.items():
        value = about.facts.get(name)
        if not test.holds(value, about.today):
            return f"{name} is {_shown(name, value, secret)}, and must be {_asked(test)}"
    for one in condition.all_of or ():
        if said := failing(one, about, secret):
            return said
    if condition.any_of is not None and not any(one.holds(about) for one in condition.any_of):
        return "none of these is so: " + "; ".join(failing(one, about, secret) for one in condition.any_of)
    if condition.none_of is not None and condition.none_of.holds(about):
        return f"it is not for whom {described(condition.none_of)}"
    if condition.one_contract is not None and not _some_contract(condition.one_contract, about):
        return f"no contract in force is one of which {described(condition.one_contract)}"
    return ""


def _some_contract(condition: Condition, about: About) -> bool:
    return any(condition.holds(replace(about, facts=facts)) for facts in about.contracts)


def described(condition: Condition) -> str:
    """A condition in words; "anybody" for one that asks nothing."""
    parts = [f"{name} is {_asked(test)}" for name, test in condition.tests.items()]
    parts += [described(one) for one in condition.all_of or ()]
    if condition.any_of is not None:
        parts.append("(" + " or ".join(map(described, condition.any_of)) + ")")
    if condition.none_of is not None:
        parts.append(f"not ({described(condition.none_of)})")
    if condition.one_contract is not None:
        parts.append(f"of some contract {described(condition.one_contract)}")
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


def _word(value: Item | date | FromToday) -> str:
    return str(value) if isinstance(value, FromToday) else text_of(value)


def _shown(name: str, value: Value, secret: Collection[str]) -> str:
    if value in (None, "", ()):
        return "absent"
    if name in secret:
        return HIDDEN
    return ", ".join(value) if isinstance(value, tuple) else _word(value)
