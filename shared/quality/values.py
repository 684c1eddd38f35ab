"""What the policy cannot make of one person: facts that are empty and needed, and values that a target refuses. Pure.

The engine holds a person with the same words, because both ask the same functions.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from shared.attributes import Attribute
from shared.desired import evaluated, level, view
from shared.errors import Reason, Refused
from shared.expressions import IGNORE_OBJECT, Result
from shared.facts import items
from shared.model import Person, Stage, Value
from shared.policy import AttributePolicy, Policy
from shared.quality.findings import Finding, Kind, Severity

Kinds = Mapping[str, Mapping[str, Attribute]]
"""Target → what it says of its attributes, by name."""


def misfit(kinds: Mapping[str, Attribute], name: str, value: Value) -> str:
    """Why a target would refuse this value, in the words of a hold; "" when it would not."""
    kind = kinds.get(name)
    why = "" if kind is None or kind.reference else kind.misfit(value)
    return f"{name} {why}; correct it in HR or in the policy" if why else ""


def of_values(person: Person, source: str, policy: Policy, kinds: Kinds, today: date) -> Iterator[Finding]:
    """For every target on which this record alone would have an account now.

    Attributes that read facts of the manager are left out: a record does not hold them.
    """
    seen = view(person, policy.sources[source], policy, today, seed=person.hr_id)
    for target, rules in policy.targets.items():
        if level(seen, rules).stage < Stage.READY:
            continue
        found: list[Finding] = []
        for name, mapping in rules.attributes.items():
            if mapping.value.manager_names or mapping.value.manager_optional:
                continue
            try:
                value = evaluated(seen, f"{target}/{name}", name, mapping)
            except Refused as refused:
                found.append(_finding(person, source, target, mapping, str(refused), refused.reason, {}))
                continue
            if value is IGNORE_OBJECT:
                found.clear()
                break
            if why := _refused(kinds[target], name, value):
                read = {fact: value for fact in _read(mapping) if items(value := seen.facts.get(fact))}
                found.append(_finding(person, source, target, mapping, why, Reason.INVALID_VALUE, read))
        yield from found


def _refused(kinds: Mapping[str, Attribute], name: str, value: Result) -> str:
    """Of what is tried until it is free, a rule that gives too much is cut short or passed over."""
    return misfit(kinds, name, value) if value is None or isinstance(value, str | bool | int | float | tuple) else ""


def _read(mapping: AttributePolicy) -> list[str]:
    return sorted(mapping.value.names | mapping.value.optional)


def _finding(
    person: Person,
    source: str,
    target: str,
    mapping: AttributePolicy,
    why: str,
    reason: Reason,
    values: Mapping[str, Value],
) -> Finding:
    what, _, do = why.rpartition("; ")
    return Finding(
        kind=Kind.MISFIT if reason is Reason.INVALID_VALUE else Kind.EMPTY,
        severity=Severity.HOLDS,
        source=source,
        hr_id=person.hr_id,
        facts=tuple(values) or tuple(_read(mapping)),
        what=f"on {target}, {what or why}",
        do=do if what else "fill in what it is made of",
        values=values,
        reason=reason,
    )
