"""Why somebody has something or does not: each rule that could give it, what stands in the way, and what was written.

Rules are those of today's policy and facts those HR gives now, for whatever day is asked; what was written comes from
the ledger. Nothing is written.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from shared import codec, layout
from shared.condition_reasons import described, failing
from shared.desired import View, level, view
from shared.engine.dependents import facts_today, manager_of
from shared.engine.humans import whole
from shared.engine.ledger import lines_of
from shared.engine.parts import Engine
from shared.engine.records import human_of
from shared.engine.undoing import standing
from shared.entitlements import entitled
from shared.errors import Misconfigured, Refused, TryLater
from shared.inverse import Undone
from shared.ledger import Entry, Outcome, named, narrowed
from shared.lifecycle import Standing
from shared.model import Entitlement, Link, Stage, Verb
from shared.policy import Policy, TargetPolicy
from shared.store import Row

SWITCHES = frozenset({Verb.CREATE, Verb.CORRELATE, Verb.ENABLE, Verb.DISABLE, Verb.DELETE, Verb.RESTORE, Verb.RENAME})


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule that could give it: where it stands, for whom it is, and why it gives nothing ("" when it does)."""

    place: str
    asks: str
    fails: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """What is to be said of one thing on one target."""

    source: str
    target: str
    entitlement: str
    """"" when the account itself is asked after."""
    stage: Stage
    because: str
    contract: str
    rules: tuple[Rule, ...]
    wanted: bool
    """Whether the policy wants it on that day."""
    has: bool | None
    """Whether they have it now, and on another day what the ledger says; None when nobody knows."""
    ours: bool
    """Whether Joinly gave it."""
    undone: Undone | None
    waits: tuple[str, ...]
    """Reasons for which something of theirs waits there."""
    lines: tuple[Entry, ...]


class Day(StrEnum):
    """Where the day that is asked after stands."""

    PAST = "past"
    TODAY = "today"
    FUTURE = "future"


def day_of(engine: Engine, now: datetime) -> Day:
    """Whether the engine's day is over or still to come, as the real clock says."""
    today = now.astimezone(engine.policy.time_zone).date()
    if engine.today == today:
        return Day.TODAY
    return Day.PAST if engine.today < today else Day.FUTURE


def hidden_facts(policy: Policy) -> frozenset[str]:
    """Facts that make up a value which nobody may be shown."""
    sensitive = (one for target in policy.targets.values() for one in target.attributes.values() if one.sensitive)
    return frozenset[str]().union(*(one.value.names | one.value.optional for one in sensitive))


async def why(engine: Engine, hr_id: str, wanted: str, now: datetime) -> list[Why]:
    """What is to be said of an entitlement ("Sales", "group Sales"), or of the account itself for "".

    One answer for each source that knows the person, and each target where it is known. `now` is the real clock's.
    """
    found, known = [], set[str]()
    for source in engine.policy.sources:
        own = await human_of(engine, source, hr_id)
        rows = {} if own in known else await engine.rows_of(own)
        known.add(own)
        row, person = rows.get(layout.person(own)), await whole(engine, own, rows)
        if row is None or person is None:
            continue
        home = str(row.data["source"])
        seen = view(person, engine.policy.sources[home], engine.policy, engine.today, seed=own)
        manager = await facts_today(engine, await manager_of(engine, seen.source or home, own, seen.facts))
        seen = replace(seen, scope=replace(seen.scope, manager=manager))
        until = datetime.combine(engine.today + timedelta(days=1), time(), engine.policy.time_zone).astimezone(UTC)
        told = [entry async for entry in lines_of(engine, own) if entry.at < until]
        for target, rules in engine.policy.targets.items():
            found += [
                await _one(engine, own, source, target, one, seen, rows, told, now)
                for one in _meant(wanted, target, rules, _given(seen, rules), told)
            ]
    return found


def _meant(
    wanted: str, target: str, rules: TargetPolicy, given: frozenset[Entitlement], told: list[Entry]
) -> Sequence[Entitlement | None]:
    """The entitlements of a target that the name could mean; [None] when the account itself is asked after."""
    if not wanted:
        return [None]
    known = {grant.entitlement for grant in rules.grants if grant.entitlement is not None} | given
    known |= {Entitlement(*one.entitlement.split(":", 1)) for one in told if one.place == target and one.entitlement}
    names = {wanted.casefold(), wanted.replace(" ", ":", 1).casefold()}
    return sorted(one for one in known if one.name.casefold() in names or named(one).casefold() in names)


def _given(seen: View, rules: TargetPolicy) -> frozenset[Entitlement]:
    """What the rules give them, by names that may be made of their facts."""
    return frozenset(entitled(rules, seen.about, level(seen, rules).granting).given)


async def _one(
    engine: Engine,
    own: str,
    source: str,
    target: str,
    one: Entitlement | None,
    seen: View,
    rows: dict[str, Row],
    told: list[Entry],
    now: datetime,
) -> Why:
    policy, name = engine.policy.targets[target], named(one)
    found = level(seen, policy)
    stage = found.stage
    row, held = rows.get(layout.link(own, target)), rows.get(layout.desired(own, target))
    link = codec.LINK.load(row.data) if row else Link()
    lines = [narrowed(entry, entitlement=name) for entry in told if entry.place == target and _about(entry, one)]
    rules = tuple(_rules(seen, policy, found, one, hidden_facts(engine.policy)))
    return Why(
        source=source,
        target=target,
        entitlement=name,
        stage=stage,
        because=found.because,
        contract=str(seen.facts.get("contractId") or ""),
        rules=rules,
        wanted=any(not rule.fails for rule in rules) if one else stage >= Stage.READY,
        has=_had(lines) if day_of(engine, now) is Day.PAST else await _has(engine, target, link, one),
        ours=one in link.granted if one else bool(link.account),
        undone=standing(rows.get(layout.undone(own, target)), int(held.data["version"])) if held else None,
        waits=tuple(_waits(rows, own, target)),
        lines=tuple(lines),
    )


def _rules(
    seen: View, policy: TargetPolicy, found: Standing, one: Entitlement | None, secret: Collection[str]
) -> list[Rule]:
    scope = failing(policy.when, seen.about, secret)
    if one is None:
        return [Rule(place="when", asks=described(policy.when), fails=scope)]
    outside = f"outside the target's scope: {scope}" if scope else ""
    rights = entitled(policy, seen.about, found.granting)
    places = {origin.number for origin in rights.given.get(one, ())}
    early = f"not at this stage: {found.stage.name}, {found.because}"
    return [
        Rule(
            place=f"grants.{number}",
            asks=described(grant.when),
            fails="" if number in places else outside or failing(grant.when, seen.about, secret) or early,
        )
        for number, grant in enumerate(policy.grants)
        if grant.may_be(one)
    ]


def _about(entry: Entry, one: Entitlement | None) -> bool:
    """Whether a line tells of it: a write, or what somebody or a rule decided of it."""
    if one is None:
        return entry.verb in SWITCHES or bool(entry.by)
    return named(one) in (entry.entitlement, *entry.beside.get("gains", ()), *entry.beside.get("loses", ()))


async def _has(engine: Engine, target: str, link: Link, one: Entitlement | None) -> bool | None:
    """What the target says now; None when it cannot be asked."""
    if not link.account:
        return False
    try:
        live = await engine.targets[target].read(link.account, frozenset({one} if one else ()))
    except (TryLater, Misconfigured, Refused):
        return None
    return live is not None and (one is None or one in live.entitlements)


def _waits(rows: dict[str, Row], own: str, target: str) -> list[str]:
    prefix = layout.holds(own, target)
    return sorted({str(row.data["reason"]) for key, row in rows.items() if key.startswith(prefix)})


def _had(lines: list[Entry]) -> bool | None:
    """What the last write there says; None when none is told of."""
    gives = (Verb.GRANT, Verb.CREATE, Verb.CORRELATE, Verb.RESTORE, Verb.ENABLE, Verb.DISABLE, Verb.RENAME)
    last = next((entry for entry in reversed(lines) if entry.outcome in (Outcome.DONE, Outcome.FOUND)), None)
    return None if last is None else last.verb in gives
