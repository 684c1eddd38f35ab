"""What dates, leave and dismissal make of a person, in the fewest words: the engine is held against it."""

from datetime import date, timedelta

from customer import CREATE_BEFORE, DELETE_AFTER, ENABLE_BEFORE, MISSING_FOR

from shared.model import Contract, Person, Stage


def should_be(person: Person, today: date) -> Stage:
    """How alive the account of somebody with one contract should be."""
    (contract,) = person.contracts
    missing = person.missing_since
    if missing is not None and today >= missing + timedelta(MISSING_FOR):
        return min(_by_dates(contract, today), Stage.DORMANT)
    return _by_dates(contract, today)


def _by_dates(contract: Contract, today: date) -> Stage:
    start, end, fields = contract.start, contract.end, contract.fields
    if end is not None and today > end + timedelta(DELETE_AFTER):
        return Stage.ABSENT
    if end is not None and (today > end or fields.get("dismissed") == "yes"):
        return Stage.DORMANT
    if today < start - timedelta(CREATE_BEFORE):
        return Stage.DORMANT
    if today < start - timedelta(ENABLE_BEFORE) or on_leave(contract, today):
        return Stage.READY
    return Stage.ACTIVE


def on_leave(contract: Contract, today: date) -> bool:
    first, last = contract.fields.get("leaveBegins"), contract.fields.get("leaveEnds")
    return bool(first) and str(first) <= today.isoformat() and (not last or today.isoformat() <= str(last))
