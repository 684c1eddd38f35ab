"""What an action is, as limits, permits and holds speak of it: a verb, or a verb and what it is done to. Pure.

"disable" is a verb alone, "update:manager" one attribute, "grant:group" a kind of entitlement and "grant:group:Finance"
one entitlement. Only what a policy speaks of is told apart; everything else goes under its verb.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b

from shared.model import Action, Attributes, Entitlement, Value, Verb

STOCKED = frozenset({"license"})
"""Kinds of entitlement that may run out: each of them is told apart, because its seats are counted."""

URGENT = "urgent"
"""The allowance of disables that wait for nothing."""

FORM = "write a verb, such as disable, or also what it is done to: update:manager, revoke:license, grant:group:Finance"
_NOTHING = (None, "", ())
_SAFE = str.maketrans({"%": "%25", "|": "%7C", "!": "%21"})
"""What stands for the characters that have a meaning in the keys of rows."""

LONGEST = 100
"""Characters of one name; a key of Table Storage holds 1,024, and a letter may take six of them."""


@dataclass(frozen=True, slots=True)
class Apart:
    """What is told apart for one person on one target."""

    limited: frozenset[str] = frozenset()
    """As the limits name it. Of an attribute only what replaces or empties a value counts: to fill in what was empty is
    no change, or a first import would be one.
    """
    always: frozenset[str] = frozenset()
    """What is only observed or needs a yes, whatever stood there."""


def parsed(text: str) -> str:
    """What a person wrote as a what. Raises `ValueError`, with what to write, for what is none."""
    verb, *rest = text.split(":", 2)
    if verb not in set(Verb) or not all(rest):
        raise ValueError(FORM)
    most = {Verb.UPDATE: 1, Verb.GRANT: 2, Verb.REVOKE: 2}.get(Verb(verb), 0)
    if len(rest) > most:
        raise ValueError(FORM)
    return ":".join((verb, *map(_safe, rest)))


def above(what: str) -> tuple[str, ...]:
    """The what itself and everything it is a part of, the narrowest first."""
    parts = what.split(":", 2)
    return tuple(":".join(parts[:count]) for count in range(len(parts), 0, -1))


def entitled(verb: Verb, one: Entitlement) -> str:
    """What it is to grant or revoke one entitlement."""
    return f"{verb}:{one.kind}:{_safe(one.name)}"


def _safe(name: str) -> str:
    """`name` as a part of a key; the end of one that is too long is told by its hash."""
    safe = name.translate(_SAFE)
    if len(safe) <= LONGEST:
        return safe
    return f"{safe[: LONGEST - 20]}~{blake2b(name.encode(errors='surrogatepass'), digest_size=8).hexdigest()}"


def of(action: Action, there: Attributes, apart: Apart) -> Mapping[str, Action]:
    """What an action falls under, each with the part of it that does; `there` is what the account held before."""
    if action.verb is Verb.UPDATE:
        parts: dict[str, dict[str, Value]] = {}
        for name, value in action.attributes.items():
            parts.setdefault(_updating(name, there, apart), {})[name] = value
        return {what: replace(action, attributes=attributes) for what, attributes in parts.items()}
    if action.entitlement is None:
        return {str(action.verb): action}
    narrowest, *wider = above(entitled(action.verb, action.entitlement))
    if action.verb is Verb.GRANT and action.entitlement.kind in STOCKED:
        return {narrowest: action}
    known = apart.limited | apart.always
    return {next((one for one in (narrowest, *wider) if one in known), str(action.verb)): action}


def _updating(name: str, there: Attributes, apart: Apart) -> str:
    what = f"{Verb.UPDATE}:{name}"
    changes = what in apart.limited and there.get(name) not in _NOTHING
    return what if changes or what in apart.always else str(Verb.UPDATE)


def counted(actions: Collection[Action], there: Attributes, apart: Apart) -> Mapping[str, int]:
    """How many writes of each what a plan holds."""
    count: dict[str, int] = {}
    for action in actions:
        for what in of(action, there, apart):
            count[what] = count.get(what, 0) + 1
    return count


def allowed(action: Action, there: Attributes, apart: Apart, refused: Collection[str]) -> Action | None:
    """As much of an action as may be done while these whats may not; None when that is nothing."""
    parts = of(action, there, apart)
    left = [part for what, part in parts.items() if what not in refused]
    if len(left) == len(parts):
        return action
    attributes = {name: value for part in left for name, value in part.attributes.items()}
    return replace(action, attributes=attributes) if left else None


def runs_out(what: str) -> bool:
    """Whether it is to grant something of which there may be too few."""
    verb, *rest = what.split(":", 2)
    return verb == Verb.GRANT and len(rest) == 2 and rest[0] in STOCKED
