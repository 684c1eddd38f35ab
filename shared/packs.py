"""Which grants are worth waiting for: those that others of the same bulk are to get, in one write for many. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from shared.model import Action, Entitlement, Verb
from shared.whats import Apart, of

Packable: TypeAlias = Mapping[str, str]
"""What can be granted together with others, as text, and the what that it falls under."""


def packable(actions: Iterable[Action], kinds: Collection[str], told_apart: Apart) -> Packable:
    """The grants of a plan that are of such a kind."""
    return {
        str(action.entitlement): next(iter(of(action, {}, told_apart)))
        for action in actions
        if action.verb is Verb.GRANT and action.entitlement is not None and action.entitlement.kind in kinds
    }


def common(wanted: Sequence[Collection[str]]) -> list[frozenset[str]]:
    """Of what each wants, what somebody else wants too: waiting for nobody would only be late."""
    counts = Counter(one for some in wanted for one in some)
    return [frozenset(one for one in some if counts[one] > 1) for some in wanted]


def neighbours(wanted: Sequence[Collection[str]]) -> list[int]:
    """The places of `wanted` in an order in which those come one after the other who want what few want."""
    counts = Counter(one for some in wanted for one in some)
    rarest_first = [sorted((counts[one], one) for one in some) for some in wanted]
    return sorted(range(len(wanted)), key=lambda place: rarest_first[place])


def spared(wanted: Sequence[Collection[str]], most: Mapping[str, int]) -> list[int]:
    """How many writes of each are made by somebody before them: of a pack, all but the first one's.

    `most` says how many go into one write, by kind.
    """
    met: Counter[str] = Counter()
    saved = []
    for some in wanted:
        saved.append(sum(met[one] % most[Entitlement.of(one).kind] > 0 for one in some))
        met.update(some)
    return saved
