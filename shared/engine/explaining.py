"""Where every value of one person comes from today: contract, facts, each step, what we wrote. Nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared import codec, contracts, layout
from shared.attributes import Attribute
from shared.desired import EMPTY, View, evaluated, level, scoped, view
from shared.engine import blocking, exceptions
from shared.engine.dependents import facts_today, manager_of
from shared.engine.parts import Engine
from shared.errors import Refused
from shared.exceptions import Block, Exemption
from shared.expressions import Candidates, Result, Step
from shared.identifiers import fits
from shared.model import Contract, Link, Person, Stage, Value
from shared.policy import AttributePolicy


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
class OnTarget:
    target: str
    stage: Stage
    because: str
    account: str
    former: Mapping[str, str]
    """The names that were borne before the last rename."""
    attributes: tuple[Explained, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    person: Person
    source: str
    contract: Contract | None
    why: str
    """Why this contract speaks for the person."""
    manager: str
    """The HR id of the manager, "" when HR names none."""
    manager_known: bool
    targets: tuple[OnTarget, ...]
    exemptions: tuple[Exemption, ...] = ()
    """Exceptions of today."""
    block: Block | None = None


async def explain(engine: Engine, hr_id: str) -> list[Explanation]:
    """Everybody with this id, one for each source that knows one."""
    found = []
    for source in engine.policy.sources:
        own = layout.own_id(source, hr_id)
        rows = await engine.rows_of(own)
        row = rows.get(layout.person(own))
        if row is not None:
            person = codec.PERSON.load(row.data)
            links = {
                target: codec.LINK.load(rows[key].data)
                for target in engine.policy.targets
                if (key := layout.link(own, target)) in rows
            }
            explained = await _explained(engine, own, source, person, links)
            active = tuple(
                one for one in exceptions.of(own, rows) if one.begun(engine.today) and not one.over(engine.today)
            )
            found.append(replace(explained, exemptions=active, block=blocking.of(own, rows)))
    return found


async def _explained(engine: Engine, own: str, source: str, person: Person, links: Mapping[str, Link]) -> Explanation:
    seen = view(person, engine.policy.sources[source], engine.policy, engine.today, seed=own)
    lead = manager_of(source, own, seen.facts)
    manager = await facts_today(engine, lead)
    seen = replace(seen, scope=replace(seen.scope, manager=manager))
    return Explanation(
        person=person,
        source=source,
        contract=contracts.primary(person, engine.today),
        why=contracts.reason(person, engine.today),
        manager=str(seen.facts.get("manager") or ""),
        manager_known=manager is not None,
        targets=tuple([await _target(engine, name, seen, links.get(name, Link())) for name in engine.policy.targets]),
    )


async def _target(engine: Engine, name: str, seen: View, link: Link) -> OnTarget:
    rules = engine.policy.targets[name]
    stage, because = level(seen, rules)
    return OnTarget(
        target=name,
        stage=stage,
        because=because,
        account=link.account,
        former=link.former,
        attributes=tuple(
            [await _attribute(engine, name, one, rule, seen, link) for one, rule in rules.attributes.items()]
        ),
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
