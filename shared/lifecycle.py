"""Person + policy + day → how alive an account should be, and the next day on which that may change. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from shared.model import Contract, Person, Stage
from shared.policy import SourcePolicy, Timing


def stage_of(person: Person, source: SourcePolicy, timing: Timing, today: date) -> tuple[Stage, str]:
    """How alive the person's account should be, and why; of several contracts the highest stage counts."""
    level, because = max(
        (stage(one, timing, today) for one in person.contracts), default=(Stage.DORMANT, "no contract")
    )
    if (gone := _counts_as_gone(person, source)) is not None and gone <= today and level >= Stage.DORMANT:
        return Stage.DORMANT, f"missing from HR since {person.missing_since}"
    return level, because


def stage(contract: Contract, timing: Timing, today: date) -> tuple[Stage, str]:
    """Where one contract is in its life, and why."""
    if contract.end is None or today <= _shift(contract.end, timing.disable_after):
        if today < _shift(contract.start, -timing.create_before):
            return Stage.DORMANT, f"starts {contract.start}"
        if today < _shift(contract.start, -timing.enable_before):
            return Stage.READY, f"starts {contract.start}"
        return Stage.ACTIVE, "in service"
    if timing.delete_after is None or today <= _shift(contract.end, timing.delete_after):
        return Stage.DORMANT, f"left {contract.end}"
    return Stage.ABSENT, f"left {contract.end}"


def next_change(person: Person, source: SourcePolicy, timings: Mapping[str, Timing], today: date) -> date | None:
    """The first day after `today` on which `desired` may differ for some target though HR says nothing."""
    days = {day for timing in timings.values() for contract in person.contracts for day in _days(contract, timing)}
    if (gone := _counts_as_gone(person, source)) is not None:
        days.add(gone)
    return min((day for day in days if day > today), default=None)


def _days(contract: Contract, timing: Timing) -> Iterator[date]:
    yield _shift(contract.start, -timing.create_before)
    yield _shift(contract.start, -timing.enable_before)
    yield contract.start
    if contract.end is not None:
        yield _shift(contract.end, 1)
        yield _shift(contract.end, timing.disable_after + 1)
        if timing.delete_after is not None:
            yield _shift(contract.end, timing.delete_after + 1)


def _counts_as_gone(person: Person, source: SourcePolicy) -> date | None:
    if person.missing_since is None or source.leave_when_missing_for is None:
        return None
    return _shift(person.missing_since, source.leave_when_missing_for)


def _shift(day: date, days: int) -> date:
    """`days` later, or the calendar's own end: 31-12-9999 is how many systems write «never»."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max if days > 0 else date.min
