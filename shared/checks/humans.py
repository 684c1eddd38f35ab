"""What a policy says of humans with several records, held against what its sources give."""

from collections.abc import Iterator, Mapping

from shared.policy import Least, Most, Order, SourcePolicy
from shared.policy_file import Mistake, PolicyText
from shared.policy_words import near

OWN = frozenset({"employeeId", "contractId", "contractStart", "contractEnd", "contractState"})
"""Facts that are what a record or a contract is, and not what it says."""

MANAGER = "manager"


def humans(found: PolicyText, given: Mapping[str, frozenset[str]], facts: frozenset[str] | None) -> Iterator[Mistake]:
    """`given` are the facts of each source that could be set up; `facts` all there are, None when nobody knows."""
    people = found.policy.people
    for index, rule in enumerate(people.same if people else ()):
        for name in rule.all:
            if facts is not None and name not in facts:
                yield found.mistake(("people", "same", index, "all"), f"no source gives {name}{near(name, facts)}")
    for name, precedence in (people.precedence if people else {}).items():
        path = ("people", "precedence", name)
        if why := _never(found, name):
            yield found.mistake(path, why)
            continue
        listed = found.tree.visible((*path, "sources"))
        for index, source in enumerate(precedence.sources):
            if source not in found.policy.sources:
                text = f"the policy has no source {source}{near(source, found.policy.sources)}"
                yield found.mistake((*listed, index), text)
            elif source in given and name not in given[source]:
                yield found.mistake((*listed, index), f"{source} does not give {name}{near(name, given[source])}")


def _never(found: PolicyText, name: str) -> str:
    """Why one record may not say this of another; "" when it may."""
    if name in OWN:
        return f"{name} is that of the contract that speaks, and of no other record; leave this out"
    pointing = {MANAGER, *(one.external.sponsor for one in found.policy.sources.values() if one.external)}
    if name in pointing:
        return f"{name} holds an id of its own source, which names nobody in another; leave this out"
    if name in {field for one in found.policy.sources.values() for field in _deciding(one)}:
        return f"{name} decides which contract speaks (primary), so it is that of each contract; leave this out"
    return ""


def _deciding(source: SourcePolicy) -> Iterator[str]:
    for merit in source.primary:
        match merit:
            case Most(most=name) | Least(least=name) | Order(of=name):
                yield name
