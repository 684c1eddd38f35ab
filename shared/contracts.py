"""Which contract speaks for a person on a day, and the facts that rules and expressions may use. Pure."""

from datetime import date
from math import inf, isfinite
from typing import Any

from shared.model import Contract, Person, Value
from shared.policy import Dates, Least, Merit, Most, Order, SourcePolicy

ACTIVE, FUTURE, PAST = "active", "future", "past"


def state(contract: Contract, today: date) -> str:
    """`active` from its first day to its last one, inclusive; `future` before, `past` after."""
    if contract.covers(today):
        return ACTIVE
    return FUTURE if contract.start > today else PAST


def ranked(person: Person, source: SourcePolicy, today: date) -> tuple[Contract, ...]:
    """All contracts, the one that speaks for the person first: one that covers today, else the next to start, else the
    last to end.

    Among several the merits count that the source names, in their order: usually the larger employment (fte, then
    hours), then the one that ends last, then the one that began first. The lowest id comes last of all, so that no two
    runs disagree.
    """
    return tuple(sorted(person.contracts, key=lambda one: [value for _, value in _merits(one, source, today)]))


def reason(person: Person, source: SourcePolicy, today: date) -> str:
    """Why the first of `ranked` speaks for the person and not the second; "" for somebody without a contract."""
    first, *others = ranked(person, source, today) or (None,)
    if first is None:
        return ""
    if not others:
        return "it is the only one"
    pairs = zip(_merits(first, source, today), _merits(others[0], source, today), strict=False)
    return next((why for (why, one), (_, other) in pairs if one != other), "nothing tells it from the next")


def _merits(contract: Contract, source: SourcePolicy, today: date) -> list[tuple[str, Any]]:
    """What speaks for a contract, the weightiest first; of two contracts the smaller value wins."""
    chosen, last = [_merit(one, contract) for one in source.primary], ("it has the lowest id", contract.id)
    match state(contract, today):
        case "active":
            return [("it covers this day", 0), *chosen, last]
        case "future":
            comes = "none covers this day, and it comes next"
            return [(comes, 1), (comes, contract.start), *chosen, last]
    ended = "all have ended, and it ended last"
    return [(ended, 2), (ended, -_until(contract)), *chosen, last]


def _merit(merit: Merit, contract: Contract) -> tuple[str, float]:
    """In words, and as a number of which the smallest wins."""
    match merit:
        case Most(most=name):
            return f"it has the most {name}", -(_number(contract.fields.get(name)) or 0.0)
        case Least(least=name):
            number = _number(contract.fields.get(name))
            return f"it has the least {name}", inf if number is None else number
        case Order(of=name, order=values):
            return f"its {name} comes first", _place(contract.fields.get(name), values)
        case Dates.ENDS_LAST:
            return "it ends last", -_until(contract)
        case Dates.ENDS_FIRST:
            return "it ends first", _until(contract)
        case Dates.BEGAN_FIRST:
            return "it began first", contract.start.toordinal()
    return "it began last", -contract.start.toordinal()


def _until(contract: Contract) -> int:
    return (contract.end or date.max).toordinal()


def _place(value: Value, values: tuple[str, ...]) -> int:
    """Where a value stands among `values`, without regard to case; behind all of them when it is none."""
    folded = [one.casefold() for one in values]
    text = str(value).casefold()
    return folded.index(text) if text in folded else len(folded)


def primary(person: Person, source: SourcePolicy, today: date) -> Contract | None:
    """The contract that speaks for the person; None for somebody without any."""
    return next(iter(ranked(person, source, today)), None)


def _number(value: Value) -> float | None:
    """None for what is no number, so that every two contracts can be compared."""
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return number if isfinite(number) else None


def facts_of(person: Person, contract: Contract | None, today: date) -> dict[str, Value]:
    """The names expressions and conditions may use; a contract's field wins over a person's of the same name.

    The employee id is that of the record in which the contract stands.
    """
    facts: dict[str, Value] = dict(person.fields)
    if contract is not None:
        facts |= contract.fields
        facts["contractId"] = contract.id
        facts["contractStart"] = contract.start.isoformat()
        facts["contractEnd"] = contract.end.isoformat() if contract.end else None
        facts["contractState"] = state(contract, today)
    facts["employeeId"] = contract.hr_id if contract is not None and contract.hr_id else person.hr_id
    return facts
