"""Where every value of one person comes from today: contract, facts, each step, what we wrote. Nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from shared import codec, contracts, layout
from shared.attributes import Attribute
from shared.desired import EMPTY, View, evaluated, level, scoped, view
from shared.engine import blocking, exceptions, extensions, members
from shared.engine.answering import as_decided
from shared.engine.dependents import facts_today, manager_of
from shared.engine.humans import known_records
from shared.engine.parts import Engine
from shared.engine.records import human_of
from shared.entitlements import Origin, entitled, handed_over, with_rights
from shared.errors import Refused
from shared.exceptions import Block, Exemption
from shared.expressions import Candidates, Result, Step
from shared.externals import Extension, standing
from shared.identifiers import fits
from shared.layout import Hop
from shared.lifecycle import Standing
from shared.model import Contract, Desired, Entitlement, Link, Person, Stage, Value
from shared.policy import AttributePolicy, SourcePolicy, TargetPolicy
from shared.precedence import Origin as Precedent
from shared.precedence import blended, origins
from shared.store import Row
from shared.writeback import with_names


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """One attribute: its rule, each step, the value after its null policy, and what was last written or issued."""

    name: str
    rule: AttributePolicy
    step: Step
    value: Result
    problem: str
    """Why there is no value; "" when there is one."""
    written: Value
    """What we last wrote there, of a reference the HR id of whom it points to; None when we never did."""
    outdated: bool
    """Whether what was issued is none of the values that the rule gives now."""
    also_read: Mapping[str, Value]
    """Facts that functions may take unasked, such as the parts of a name, and that are no steps of their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """A group, licence or role that rules give today, or gave before and that is kept for a while."""

    entitlement: Entitlement
    origins: tuple[Origin, ...]
    """The rules that give it, and by which contracts; none when it is only kept."""
    until: date | None
    """The last day on which it is kept."""
    withheld: str
    """Why it is not given though a rule gives it; "" when it is."""
    awaited: bool = False
    """Whether they wait for it, to be granted it together with others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OnTarget:
    target: str
    stage: Stage
    because: str
    account: str
    former: Mapping[str, str]
    """The names that were borne before the last rename."""
    attributes: tuple[Explained, ...]
    rights: tuple[Right, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    person: Person
    source: str
    contracts: tuple[Contract, ...]
    """The one that speaks for the person first."""
    why: str
    """Why that one does."""
    manager: str
    """The HR id of the manager, "" when HR names none."""
    manager_known: bool
    targets: tuple[OnTarget, ...]
    exemptions: tuple[Exemption, ...] = ()
    """Exceptions of today."""
    block: Block | None = None
    origins: Mapping[str, Precedent] = field(default_factory=dict)
    """Of a human with several records: the record that each fact comes from."""
    extension: Extension | None = None
    """Why somebody who is not in HR stays longer than their source says."""


async def explain(engine: Engine, hr_id: str) -> list[Explanation]:
    """Everybody with this id, one for each source that knows one; a human with several records is one."""
    found, known = [], set[str]()
    for source in engine.policy.sources:
        own = await human_of(engine, source, hr_id)
        rows = {} if own in known else await engine.rows_of(own)
        known.add(own)
        row, records = rows.get(layout.person(own)), await known_records(engine, own, rows)
        if row is not None and records:
            person = blended(records[0], records[1:], engine.policy, engine.today)
            rules = as_decided(engine.policy.sources[str(row.data["source"])], person, rows.get(layout.leaves(own)))
            explained = await _explained(engine, own, source, rules, person, rows)
            word = standing(extensions.of(own, rows), codec.PERSON.load(row.data))
            active = tuple(
                one for one in exceptions.of(own, rows) if one.begun(engine.today) and not one.over(engine.today)
            )
            speaks = explained.contracts[0] if explained.contracts else None
            came = origins(records[0], records[1:], engine.policy, engine.today, speaks)
            said = replace(explained, exemptions=active, block=blocking.of(own, rows), extension=word, origins=came)
            found.append(said)
    return found


async def _explained(
    engine: Engine, own: str, source: str, rules: SourcePolicy, person: Person, rows: Mapping[str, Row]
) -> Explanation:
    seen = view(person, rules, engine.policy, engine.today, seed=own)
    lead = await manager_of(engine, seen.source or source, own, seen.facts)
    manager = await facts_today(engine, lead)
    seen = replace(seen, scope=replace(seen.scope, manager=manager))
    return Explanation(
        person=person,
        source=source,
        contracts=contracts.ranked(person, rules, engine.today),
        why=contracts.reason(person, rules, engine.today),
        manager=str(seen.facts.get("manager") or ""),
        manager_known=manager is not None,
        targets=tuple([await _target(engine, name, seen, own, rows) for name in engine.policy.targets]),
    )


async def _target(engine: Engine, name: str, seen: View, own: str, rows: Mapping[str, Row]) -> OnTarget:
    rules = engine.policy.targets[name]
    keys = {target: layout.link(own, target) for target in rules.reads}
    links = {target: codec.LINK.load(rows[key].data) for target, key in keys.items() if key in rows}
    seen = with_names(seen, rules, links) or seen
    found = level(seen, rules)
    row, saved = rows.get(layout.link(own, name)), rows.get(layout.desired(own, name))
    mark = await engine.store.get(layout.STATE, layout.bucket(own), layout.mark(Hop.PROVISION, own, name))
    link = codec.LINK.load(row.data) if row else Link()
    return OnTarget(
        target=name,
        stage=found.stage,
        because=found.because,
        account=link.account,
        former=link.former,
        attributes=tuple(
            [await _attribute(engine, name, one, rule, seen, link) for one, rule in rules.attributes.items()]
        ),
        rights=_rights(rules, seen, found, codec.DESIRED.load(saved.data) if saved else None, mark),
    )


def _rights(
    rules: TargetPolicy, seen: View, now: Standing, saved: Desired | None, mark: Row | None
) -> tuple[Right, ...]:
    """What rules say today; what is kept follows from what was `saved` last, and what is awaited is in the `mark`."""
    waits = members.awaited(mark.data) if mark else frozenset()
    found = entitled(rules, seen.about, now.granting)
    wanted = with_rights(Desired(stage=now.stage, urgent=now.urgent), found, rules)
    until = handed_over(saved, wanted, rules, seen.today).until
    withheld = {**dict.fromkeys(found.kept, "a person must decide, because they exclude each other"), **found.lost}
    return tuple(
        Right(
            entitlement=one,
            origins=tuple(found.given.get(one, ())),
            until=until.get(str(one)),
            withheld=withheld.get(one, ""),
            awaited=str(one) in waits,
        )
        for one in sorted({*found.given, *map(Entitlement.of, until)})
    )


async def _attribute(
    engine: Engine, target: str, name: str, rule: AttributePolicy, seen: View, link: Link
) -> Explained:
    place = f"{target}/{name}"
    value: Result = None
    problem = ""
    try:
        value = evaluated(seen, place, name, rule)
    except Refused as refused:
        problem = str(refused)
    written = {**link.written, **link.identifiers}.get(name)
    if name in engine.references(target):
        written = await _whose(engine, target, written)
    unasked = {fact for fact in rule.value.names | rule.value.optional if f"[{fact}]" not in rule.value.source}
    return Explained(
        name=name,
        rule=rule,
        step=rule.value.explain(seen.facts, scoped(seen, place, rule)),
        value=value,
        problem=problem,
        written=written,
        outdated=_outdated(engine, target, name, value, written),
        also_read={fact: seen.facts[fact] for fact in sorted(unasked) if seen.facts.get(fact) not in EMPTY},
    )


def _outdated(engine: Engine, target: str, name: str, value: Result, issued: Value) -> bool:
    kind = engine.attributes[target].get(name, Attribute(name=name))
    return isinstance(value, Candidates) and issued is not None and not fits(value, str(issued), kind)


async def _whose(engine: Engine, target: str, account: Value) -> Value:
    """The HR id of whose account it is; the account itself where nobody we know has it."""
    key = str(account or "")
    claim = await engine.store.get(layout.ACCOUNTS, layout.drawer(target, key), key) if key else None
    if claim is None:
        return account
    owner = str(codec.known(claim.data)["owner"])
    row = await engine.store.get(layout.STATE, layout.bucket(owner), layout.person(owner))
    return codec.PERSON.load(row.data).hr_id if row else account
