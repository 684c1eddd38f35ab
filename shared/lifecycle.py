"""Person + policy + day → how alive an account should be, and the next day on which that may change. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias

from shared.conditions import About
from shared.contracts import facts_of, state
from shared.expressions import Facts
from shared.facts import shift
from shared.model import Contract, Person, Stage
from shared.policy import Leave, LeaveAccount, LeaveEntitlements, SourcePolicy, TargetPolicy, Timing


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How alive an account should be and why, whether it may hold groups and licences, and whether it ended at once."""

    stage: Stage
    because: str
    entitled: bool = False
    urgent: bool = False

    @property
    def granting(self) -> Stage:
        """The stage by which rules give groups and licences."""
        return Stage.ACTIVE if self.entitled else min(self.stage, Stage.READY)


NOBODY = Standing(stage=Stage.DORMANT, because="no contract")


def standing(person: Person, source: SourcePolicy, timing: Timing, today: date) -> Standing:
    """How alive the person's account should be; missing from HR lowers it and never raises it."""
    found = _of_all([(contract, _of_one(person, contract, timing, today)) for contract in person.contracts], today)
    if (gone := gone_from(person, source)) is not None and gone <= today and found.stage >= Stage.DORMANT:
        because = f"missing from HR since {person.missing_since}"
        return replace(found, stage=Stage.DORMANT, because=because, entitled=False)
    return found


def _of_all(each: Sequence[tuple[Contract, Standing]], today: date) -> Standing:
    """Of several contracts the highest stage counts; of those that are over, the last one says how it ended."""
    found = max(each, key=lambda pair: _weight(pair[0], pair[1], today))[1] if each else NOBODY
    over = [(contract.end, one) for contract, one in each if contract.end and (one.urgent or contract.end < today)]
    if over and found.stage is Stage.DORMANT:
        last = max(over, key=lambda pair: (pair[0], pair[1].urgent))[1]
        return last if last.urgent else found
    return found


def _weight(contract: Contract, one: Standing, today: date) -> tuple[Stage, bool, bool, bool, str]:
    """Of two contracts that ask for the same, the one that covers the day says why."""
    return one.stage, one.entitled, not one.urgent, contract.covers(today), one.because


def _of_one(person: Person, contract: Contract, timing: Timing, today: date) -> Standing:
    """Where one contract is in its life, by the days, the endings and the leaves that its own facts ask for."""
    if not timing.asks:
        found, because = stage(contract, timing, today)
        return Standing(stage=found, because=because, entitled=found is Stage.ACTIVE)
    facts = facts_of(person, contract, today)
    about = About(facts=facts, today=today, contracts=(facts,))
    found, because = stage(contract, timing.of(about), today)
    if found is not Stage.ABSENT and contract.end is not None and timing.at_once and timing.at_once.holds(about):
        return Standing(stage=Stage.DORMANT, because=f"left at once, last day {contract.end}", urgent=True)
    leave = leave_on(timing, about) if found is Stage.ACTIVE else None
    if leave is None:
        return Standing(stage=found, because=because, entitled=found is Stage.ACTIVE)
    disabled = leave.account is LeaveAccount.DISABLE
    return Standing(
        stage=Stage.READY if disabled else Stage.ACTIVE,
        because="on leave",
        entitled=leave.entitlements is LeaveEntitlements.KEEP,
    )


def stage(contract: Contract, timing: Timing, today: date) -> tuple[Stage, str]:
    """Where one contract is in its life by its dates alone, and why."""
    if contract.end is None or today <= shift(contract.end, timing.disable_after):
        if today < shift(contract.start, -timing.create_before):
            return Stage.DORMANT, f"starts {contract.start}"
        if today < shift(contract.start, -timing.enable_before):
            return Stage.READY, f"starts {contract.start}"
        return Stage.ACTIVE, "in service"
    if timing.delete_after is None or today <= shift(contract.end, timing.delete_after):
        return Stage.DORMANT, f"left {contract.end}"
    return Stage.ABSENT, f"left {contract.end}"


def leave_on(timing: Timing, about: About) -> Leave | None:
    """The leave of this day, first and last day inclusive; None for somebody who is at work."""
    return next((one for one in timing.leave if one.when.holds(about) and _lasts(one, about.facts, about.today)), None)


def _lasts(leave: Leave, facts: Facts, today: date) -> bool:
    first, last = _day(facts, leave.begins), _day(facts, leave.ends)
    begun = leave.begins is None or (first is not None and first <= today)
    return begun and (last is None or today <= last)


def _day(facts: Facts, name: str | None) -> date | None:
    """The day that a fact holds; None for what is no day."""
    try:
        return date.fromisoformat(str(facts.get(name))[:10]) if name else None
    except ValueError:
        return None


def next_change(person: Person, source: SourcePolicy, targets: Mapping[str, TargetPolicy], today: date) -> date | None:
    """The first day after `today` on which `desired` may differ for some target though HR says nothing.

    That is the first day on which the standing on some target or the state of some contract differs, and tomorrow
    where the account is alive and some rule reads what day it is. On every day before it nothing does.
    """
    now = _aspects(person, source, targets, today)
    alive = [name for name, (found, *_) in now[0].items() if found >= Stage.READY]
    if today < date.max and any(targets[name].reads_the_day for name in alive):
        return today + timedelta(1)
    days = {day for target in targets.values() for one in person.contracts for day in _days(person, one, target, today)}
    if (gone := gone_from(person, source)) is not None:
        days.add(gone)
    ahead = sorted(day for day in days if day > today)
    return next((day for day in ahead if _aspects(person, source, targets, day) != now), None)


Aspects: TypeAlias = tuple[Mapping[str, tuple[Stage, bool, bool]], tuple[str, ...]]


def _aspects(person: Person, source: SourcePolicy, targets: Mapping[str, TargetPolicy], day: date) -> Aspects:
    """Everything that a date alone decides."""
    each = {name: standing(person, source, target.timing, day) for name, target in targets.items()}
    stages = {name: (one.stage, one.entitled, one.urgent) for name, one in each.items()}
    return stages, tuple(state(contract, day) for contract in person.contracts)


def _days(person: Person, contract: Contract, target: TargetPolicy, today: date) -> Iterator[date]:
    """The days on which something may begin or end for a contract as it is today; others may follow from those."""
    facts = facts_of(person, contract, today) if target.timing.asks else {}
    timing = target.timing.of(About(facts=facts, today=today, contracts=(facts,)))
    yield from target.timing.days(facts)
    yield shift(contract.start, -timing.create_before)
    yield shift(contract.start, -timing.enable_before)
    yield contract.start
    if contract.end is not None:
        yield shift(contract.end, 1)
        yield shift(contract.end, timing.disable_after + 1)
        if timing.delete_after is not None:
            yield shift(contract.end, timing.delete_after + 1)
    for leave in timing.leave:
        if (first := _day(facts, leave.begins)) is not None:
            yield first
        if (last := _day(facts, leave.ends)) is not None:
            yield shift(last, 1)


def gone_from(person: Person, source: SourcePolicy) -> date | None:
    """The day from which somebody who is missing from HR counts as a leaver; None while they do not."""
    if person.missing_since is None or source.leave_when_missing_for is None:
        return None
    return shift(person.missing_since, source.leave_when_missing_for)
