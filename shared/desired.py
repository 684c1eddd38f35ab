"""Person + policy + day → what one target should hold: stage, values, candidates and entitlements. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from shared.conditions import About
from shared.contracts import ACTIVE, facts_of, ranked
from shared.entitlements import entitled, with_rights
from shared.errors import Reason, Refused
from shared.expressions import (
    ABSENT,
    IGNORE_ATTRIBUTE,
    IGNORE_OBJECT,
    Candidates,
    ExpressionError,
    Facts,
    Result,
    Scope,
)
from shared.identifiers import basis
from shared.lifecycle import Standing, standing
from shared.model import Attributes, Desired, Person, Stage, Value
from shared.policy import AttributePolicy, Default, Mode, OnNull, Policy, Rename, SourcePolicy, TargetPolicy

EMPTY = (None, "", ())


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One person on one day, as rules see them: the facts of the contract that speaks for them, and what is around."""

    person: Person
    rules: SourcePolicy
    today: date
    facts: Facts
    scope: Scope
    about: About
    source: str = ""
    """The source of the record that speaks, where it is another one than the person's own."""


def view(
    person: Person, rules: SourcePolicy, policy: Policy, today: date, *, seed: str, manager: Facts | None = None
) -> View:
    """`today` is a civil date of the customer; `seed` makes random-looking values stable for this person."""
    contracts = ranked(person, rules, today)
    scope = Scope(
        now=_midnight(today, policy.time_zone),
        seed=seed,
        contracts=tuple(facts_of(person, one, today) for one in contracts),
        manager=manager,
        tables=policy.tables,
    )
    facts = scope.contracts[0] if contracts else facts_of(person, None, today)
    in_force = tuple(one for one in scope.contracts if one["contractState"] == ACTIVE) or (facts,)
    about = About(facts=facts, today=today, contracts=in_force)
    source = contracts[0].source if contracts else ""
    return View(person=person, rules=rules, today=today, facts=facts, scope=scope, about=about, source=source)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


@dataclass(slots=True)
class Values:
    """What a target's mappings give, by what becomes of it."""

    by_mode: Mapping[Mode, dict[str, Value]] = field(default_factory=lambda: {mode: {} for mode in Mode})
    candidates: dict[str, Candidates] = field(default_factory=dict)

    def key(self, name: str) -> Value:
        return next((values[name] for values in self.by_mode.values() if name in values), None)


def level(view: View, target: TargetPolicy) -> Standing:
    """How alive the account should be on this target, and why."""
    found = standing(view.person, view.rules, target.timing, view.today)
    if found.stage > Stage.DORMANT and not target.when.holds(view.about):
        return Standing(stage=Stage.DORMANT, because="outside the target's scope")
    return found


def desired(view: View, name: str, target: TargetPolicy) -> Desired | None:
    """What the target called `name` should hold for this person on this day; None when a mapping says «leave it».

    Raises `Refused` with `MISSING_DATA`, naming the attribute, when an expression cannot be evaluated for them.
    """
    found = level(view, target)
    alive = found.stage >= Stage.READY
    values = _values(view, name, target, alive=alive)
    if values is None:
        return None
    wanted = Desired(
        stage=found.stage,
        keys={key: value for key in target.correlate if (value := values.key(key))},
        attributes=values.by_mode[Mode.ENFORCE] if alive else {},
        changing=values.by_mode[Mode.ON_CHANGE] if alive else {},
        lacking=values.by_mode[Mode.IF_EMPTY] if alive else {},
        initial=values.by_mode[Mode.CREATE_ONLY],
        candidates=values.candidates,
        basis=_basis(view, target, values),
        because=found.because,
        urgent=found.urgent,
        follows=None if target.follows is None else "",
    )
    return with_rights(wanted, entitled(target, view.about, found.granting), target)


def keys(view: View, name: str, target: TargetPolicy) -> Attributes:
    """The values by which an account on the target called `name` is known to be theirs."""
    values = _values(view, name, target, alive=False)
    found = {key: values.key(key) for key in target.correlate} if values else {}
    return {key: value for key, value in found.items() if value}


def _values(view: View, target_name: str, target: TargetPolicy, *, alive: bool) -> Values | None:
    """Of somebody who leaves only the keys are worked out, and not even they may stand in the way of leaving."""
    found = Values()
    refused: Refused | None = None
    wanted = target.attributes if alive else {name: target.attributes[name] for name in target.correlate}
    for name, mapping in wanted.items():
        try:
            value = evaluated(view, f"{target_name}/{name}", name, mapping)
        except Refused as error:
            refused = refused or error
            continue
        if value is IGNORE_OBJECT:  # whoever is left alone is not asked for what they lack
            return None
        if value is ABSENT or value is IGNORE_ATTRIBUTE:
            continue
        if isinstance(value, Candidates):
            found.candidates[name] = value
        elif not isinstance(value, type(ABSENT)):
            found.by_mode[mapping.mode][name] = value
    if refused is not None and alive:
        raise refused
    return found


def scoped(view: View, place: str, mapping: AttributePolicy) -> Scope:
    """The scope of one attribute; `place` tells random-looking values of different attributes apart."""
    if not mapping.value.seeded:
        return view.scope
    return replace(view.scope, seed=f"{view.scope.seed}/{place}")


def evaluated(view: View, place: str, name: str, mapping: AttributePolicy) -> Result:
    """One attribute's value after its null policy.

    Raises `Refused` with `MISSING_DATA` when it cannot be worked out for this person.
    """
    try:
        value = mapping.value(view.facts, scoped(view, place, mapping))
    except ExpressionError as error:
        raise Refused(f"{name} cannot be worked out: {error}", Reason.MISSING_DATA, name) from error
    if isinstance(value, Candidates) and not any(value.values) and not (value.series and value.series.stem):
        raise Refused(f"no rule gives a value for {name}; HR must give what it is made of", Reason.MISSING_DATA, name)
    if value not in EMPTY:
        return value
    match mapping.null:
        case Default(default=default):
            return default
        case OnNull.KEEP:
            return IGNORE_ATTRIBUTE
    return value


def _basis(view: View, target: TargetPolicy, values: Values) -> str:
    """What the names follow from; "" when nobody is ever renamed, or there is no name."""
    if target.names.rename is Rename.NEVER or not values.candidates:
        return ""
    tried = [target.attributes[name].value for name in values.candidates]
    return basis(view.facts, frozenset[str]().union(*(one.names | one.optional for one in tried)))
