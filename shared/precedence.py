"""Which record of one human a fact comes from: by the policy's precedence, or the record whose contract speaks. Pure.

A fact that is absent in the record before is taken from the next; a null is a word, and is not passed over unless the
policy says so. The order in which records were read decides nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.contracts import facts_of, primary, state
from shared.facts import items
from shared.humans import Record, together
from shared.model import Contract, Person, Value
from shared.policy import Policy, Precedence

STATES = ("active", "future", "past")


@dataclass(frozen=True, slots=True)
class Origin:
    """The record a fact comes from; `chosen` says that the policy's precedence says so."""

    source: str
    hr_id: str
    chosen: bool = False


def blended(first: Record, others: Sequence[Record], policy: Policy, today: date) -> Person:
    """The one person that these records make, with each fact from the record that goes before the others."""
    whole = together(first, others, today)
    if not others:
        return whole
    records = _counting(first, others, policy, today)
    chosen = {name: value for name, (_, value) in _chosen(records, policy, today).items()}
    fallen: dict[str, Value] = {}
    for record in reversed(records):
        fallen |= record.person.fields
    contracts = tuple(
        replace(one, fields={**(fallen if one.hr_id else {}), **one.fields, **chosen}) for one in whole.contracts
    )
    return replace(whole, fields={**fallen, **first.person.fields, **chosen}, contracts=contracts)


def origins(
    first: Record, others: Sequence[Record], policy: Policy, today: date, speaks: Contract | None
) -> dict[str, Origin]:
    """Where each fact comes from while that contract of the whole speaks; nothing where there is one record only."""
    if not others:
        return {}
    records = _counting(first, others, policy, today)
    found: dict[str, Origin] = {}
    for record in reversed(records):
        found |= dict.fromkeys(record.person.fields, Origin(record.source, record.person.hr_id))
    own = _own(first, records, speaks)
    id = speaks.id.removeprefix(f"{speaks.hr_id}/" if speaks.hr_id else "") if speaks else None
    names = [name for one in own.person.contracts if one.id == id for name in one.fields]
    found |= dict.fromkeys([*own.person.fields, *names], Origin(own.source, own.person.hr_id))
    for name, (record, _) in _chosen(records, policy, today).items():
        found[name] = Origin(record.source, record.person.hr_id, chosen=True)
    return found


def _own(first: Record, records: Sequence[Record], speaks: Contract | None) -> Record:
    """The record in which the contract that speaks stands."""
    if speaks is None:
        return first
    place = (speaks.source, speaks.hr_id)
    return next((one for one in records if (one.source, one.person.hr_id) == place), first)


def _counting(first: Record, others: Sequence[Record], policy: Policy, today: date) -> list[Record]:
    """The records that still count, or all when none does, in the order of the file."""
    everybody = [first, *others]
    counting = [one for one in everybody if not one.gone(today)] or everybody
    places = {name: place for place, name in enumerate(policy.sources)}
    return sorted(counting, key=lambda one: (places.get(one.source, len(places)), *_rank(one, policy, today)))


def _rank(record: Record, policy: Policy, today: date) -> tuple[int, str]:
    """Of two records of one source that of somebody in service comes first, then the lower id."""
    speaks = _speaks(record, policy, today)
    return STATES.index(state(speaks, today)) if speaks else len(STATES), record.person.hr_id


def _speaks(record: Record, policy: Policy, today: date) -> Contract | None:
    return primary(record.person, policy.sources[record.source], today)


def _chosen(records: Sequence[Record], policy: Policy, today: date) -> Mapping[str, tuple[Record, Value]]:
    """The facts of which the policy says who goes before whom, as far as one of those says anything."""
    rules = policy.people.precedence if policy.people else {}
    facts = [(one, facts_of(one.person, _speaks(one, policy, today), today)) for one in records]
    found = {name: next(_said(name, rule, facts), None) for name, rule in rules.items()}
    return {name: one for name, one in found.items() if one is not None}


def _said(
    name: str, rule: Precedence, facts: Sequence[tuple[Record, Mapping[str, Value]]]
) -> Iterator[tuple[Record, Value]]:
    """What each says of it, in order; where a null is passed over, it is what holds in the end."""
    empty: list[tuple[Record, Value]] = []
    for source in rule.sources:
        for record, said in facts:
            if record.source != source or name not in said:
                continue
            if rule.skips_null and not items(said[name]):
                empty.append((record, said[name]))
            else:
                yield record, said[name]
    yield from empty
