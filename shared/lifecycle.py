"""Person + policy + day → what one target should hold, and the next day on which that may change. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from shared.errors import Reason, Refused
from shared.expressions import (
    ABSENT,
    IGNORE_ATTRIBUTE,
    IGNORE_OBJECT,
    Candidates,
    Expression,
    ExpressionError,
    Result,
    Scope,
)
from shared.model import Attributes, Contract, Desired, Person, Stage, Value
from shared.policy import Mode, OnNull, SourcePolicy, TargetPolicy, Timing


def desired(
    person: Person, source: SourcePolicy, target: TargetPolicy, today: date, zone: ZoneInfo, seed: str
) -> Desired | None:
    """What `target` should hold for `person` on `today`, a civil date in `zone`; None when a mapping says «leave it».

    `seed` makes random-looking values stable for this person. Raises `Refused` with `MISSING_DATA`, naming the
    attribute, when an expression cannot be evaluated for this person.
    """
    contract = primary(person, today)
    facts = facts_of(person, contract)
    level, because = stage_of(person, source, target.timing, today)
    if level > Stage.DORMANT and not target.when.holds(facts):
        level, because = Stage.DORMANT, "outside the target's scope"
    now = datetime.combine(today, time(), zone)
    wanted = target.attributes if level >= Stage.READY else {name: target.attributes[name] for name in target.correlate}
    values: dict[str, Value] = {}
    initial: dict[str, Value] = {}
    candidates: dict[str, tuple[str, ...]] = {}
    for name, mapping in wanted.items():
        try:
            value: Result = _evaluate(name, mapping.value, facts, now, seed)
        except Refused:
            if level >= Stage.READY:
                raise
            continue  # somebody who leaves must not stay because a value cannot be worked out
        if value is IGNORE_OBJECT:
            return None
        if value is ABSENT or value is IGNORE_ATTRIBUTE:
            continue
        if value in (None, "", ()) and mapping.null is OnNull.KEEP:
            continue
        if isinstance(value, Candidates):
            candidates[name] = tuple(dict.fromkeys(text for text in value.values if text))
        else:
            (initial if mapping.mode is Mode.CREATE_ONLY else values)[name] = value
    grants = target.grants if level is Stage.ACTIVE else ()
    return Desired(
        stage=level,
        keys={name: value for name in target.correlate if (value := values.get(name, initial.get(name)))},
        attributes=values if level >= Stage.READY else {},
        initial=initial,
        candidates=candidates,
        entitlements=frozenset(grant.entitlement for grant in grants if grant.when.holds(facts)),
        because=because,
    )


def _evaluate(name: str, expression: Expression, facts: Attributes, now: datetime, seed: str) -> Result:
    try:
        return expression(facts, Scope(now=now, seed=f"{seed}/{name}"))
    except ExpressionError as error:
        raise Refused(f"{name} cannot be worked out: {error}", Reason.MISSING_DATA, name) from error


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


def primary(person: Person, today: date) -> Contract | None:
    """The contract that speaks for the person: one that covers today, else the next to start, else the last to end.

    Among several the larger employment wins (fte, then hours), then the one that ends last, then the one that started
    first, then the lowest id: the field's usual order, with a last tie-break so that no two runs disagree.
    """

    def rank(contract: Contract) -> tuple[object, ...]:
        fte, hours = _number(contract.fields.get("fte")), _number(contract.fields.get("hours"))
        until = -(contract.end or date.max).toordinal()
        if contract.covers(today):
            return (0, -fte, -hours, until, contract.start, contract.id)
        if contract.start > today:
            return (1, contract.start, -fte, -hours, until, contract.id)
        return (2, until, -fte, -hours, contract.start, contract.id)

    return min(person.contracts, key=rank, default=None)


def _number(value: Value) -> float:
    """How much of an employment it is; 0 for what is no number, so that every two contracts can be compared."""
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return 0.0
    return number if isfinite(number) else 0.0


def facts_of(person: Person, contract: Contract | None) -> dict[str, Value]:
    """The names expressions and conditions may use; a contract's field wins over a person's of the same name."""
    facts: dict[str, Value] = dict(person.fields)
    if contract is not None:
        facts |= contract.fields
        facts["contractId"] = contract.id
        facts["contractStart"] = contract.start.isoformat()
        facts["contractEnd"] = contract.end.isoformat() if contract.end else None
    facts["employeeId"] = person.hr_id
    return facts
