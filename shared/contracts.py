"""Which contract speaks for a person on a day, and the facts that rules and expressions may use. Pure."""

from datetime import date
from math import isfinite
from typing import Any

from shared.model import Contract, Person, Value

ACTIVE, FUTURE, PAST = "active", "future", "past"


def state(contract: Contract, today: date) -> str:
    """`active` from its first day to its last one, inclusive; `future` before, `past` after."""
    if contract.covers(today):
        return ACTIVE
    return FUTURE if contract.start > today else PAST


def ranked(person: Person, today: date) -> tuple[Contract, ...]:
    """All contracts, the one that speaks for the person first: one that covers today, else the next to start, else the
    last to end.

    Among several the larger employment wins (fte, then hours), then the one that ends last, then the one that started
    first, then the lowest id: the field's usual order, with a last tie-break so that no two runs disagree.
    """
    return tuple(sorted(person.contracts, key=lambda one: [value for _, value in _merits(one, today)]))


def reason(person: Person, today: date) -> str:
    """Why the first of `ranked` speaks for the person and not the second; "" for somebody without a contract."""
    first, *others = ranked(person, today) or (None,)
    if first is None:
        return ""
    if not others:
        return "it is the only one"
    pairs = zip(_merits(first, today), _merits(others[0], today), strict=False)
    return next((why for (why, one), (_, other) in pairs if one != other), "nothing tells it from the next")


def _merits(contract: Contract, today: date) -> list[tuple[str, Any]]:
    """What speaks for a contract, the weightiest first; of two contracts the smaller value wins."""
    fte = ("it has the most fte", -_number(contract.fields.get("fte")))
    hours = ("it has the most hours", -_number(contract.fields.get("hours")))
    until = ("it ends last", -(contract.end or date.max).toordinal())
    since, last = ("it began first", contract.start), ("it has the lowest id", contract.id)
    match state(contract, today):
        case "active":
            return [("it covers this day", 0), fte, hours, until, since, last]
        case "future":
            comes = "none covers this day, and it comes next"
            return [(comes, 1), (comes, contract.start), fte, hours, until, last]
    ended = "all have ended, and it ended last"
    return [(ended, 2), (ended, until[1]), fte, hours, since, last]


def primary(person: Person, today: date) -> Contract | None:
    """The contract that speaks for the person; None for somebody without any."""
    return next(iter(ranked(person, today)), None)


def _number(value: Value) -> float:
    """How much of an employment it is; 0 for what is no number, so that every two contracts can be compared."""
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return 0.0
    return number if isfinite(number) else 0.0


def facts_of(person: Person, contract: Contract | None, today: date) -> dict[str, Value]:
    """The names expressions and conditions may use; a contract's field wins over a person's of the same name."""
    facts: dict[str, Value] = dict(person.fields)
    if contract is not None:
        facts |= contract.fields
        facts["contractId"] = contract.id
        facts["contractStart"] = contract.start.isoformat()
        facts["contractEnd"] = contract.end.isoformat() if contract.end else None
        facts["contractState"] = state(contract, today)
    facts["employeeId"] = person.hr_id
    return facts
