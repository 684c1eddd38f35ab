"""A source of externals held against the others: who answers for them must be somewhere, and be no external too."""

from collections.abc import Iterator

from shared.policy_file import Mistake, PolicyText
from shared.policy_words import near


def externals(found: PolicyText, name: str, facts: frozenset[str]) -> Iterator[Mistake]:
    """What is wrong with what source `name`, which gives these facts, says of its externals."""
    sources, path = found.policy.sources, ("sources", name, "external")
    rules = sources[name].external
    if rules is None:
        return
    if rules.sponsor not in facts:
        yield found.mistake((*path, "sponsor"), f"{name} gives no {rules.sponsor}{near(rules.sponsor, facts)}")
    if rules.sponsors_in not in sources:
        others = [one for one, source in sources.items() if source.external is None]
        text = f"the policy has no source {rules.sponsors_in}{near(rules.sponsors_in, others)}"
        yield found.mistake((*path, "sponsors_in"), text)
    elif sources[rules.sponsors_in].external is not None:
        text = f"{rules.sponsors_in} holds externals, and none of them answers for others; name a source of employees"
        yield found.mistake((*path, "sponsors_in"), text)
