"""Which contract speaks for a person on a day, and the facts that rules and expressions may use. Pure."""

from datetime import date
from math import isfinite

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

    def rank(contract: Contract) -> tuple[object, ...]:
        fte, hours = _number(contract.fields.get("fte")), _number(contract.fields.get("hours"))
        until = -(contract.end or date.max).toordinal()
        match state(contract, today):
            case "active":
                return (0, -fte, -hours, until, contract.start, contract.id)
            case "future":
                return (1, contract.start, -fte, -hours, until, contract.id)
        return (2, until, -fte, -hours, contract.start, contract.id)

    return tuple(sorted(person.contracts, key=rank))


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
