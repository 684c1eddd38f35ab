"""Which names an account bears, and which it no longer does: from what is read, written and remembered. Pure."""

from collections.abc import Mapping

from shared.attributes import Unique
from shared.identifiers import folded
from shared.model import Account, Action, Attributes, Candidates, Link
from shared.planning import Kinds

Name = tuple[str, str]
"""An attribute and the name that stands, or stood, in it."""


def addresses(kinds: Kinds, attributes: Attributes) -> dict[str, Candidates]:
    """The addresses that a policy maps to one value: they are reserved like any name."""
    unique = {name for name, kind in kinds.items() if kind.unique is Unique.ADDRESSES}
    return {name: Candidates(values=(str(value),)) for name, value in attributes.items() if name in unique and value}


def borne(kinds: Kinds, link: Link, live: Account) -> list[Name]:
    """Every name the account bears, aliases too."""
    bearing = {name for name, kind in kinds.items() if kind.unique is not Unique.NO} | link.identifiers.keys()
    found: list[Name] = []
    for name in sorted(bearing):
        value = live.attributes.get(name)
        found += [(name, str(one)) for one in (value if isinstance(value, tuple) else (value,)) if one]
    return found


def remembered(kinds: Kinds, link: Link) -> dict[str, str]:
    """The names we know an account to bear without looking: those issued, and the addresses we wrote."""
    unique = {name for name, kind in kinds.items() if kind.unique is Unique.ADDRESSES}
    wrote = {name: value for name, value in link.written.items() if name in unique}
    return {**{name: value for name, value in wrote.items() if value and isinstance(value, str)}, **link.identifiers}


def meant(kinds: Kinds, link: Link) -> dict[str, str]:
    """The names that were on their way to an account and that it may bear by now, for no answer reached us."""
    unique = {name for name, kind in kinds.items() if kind.unique is not Unique.NO} | link.identifiers.keys()
    return {name: value for name, value in link.intended.items() if name in unique and value and isinstance(value, str)}


def emptied(kinds: Kinds, live: Account, action: Action) -> list[Name]:
    """The names that an update takes away."""
    empty = [name for name, value in action.attributes.items() if not value and name in kinds]
    there = [(name, live.attributes.get(name)) for name in empty if kinds[name].unique is not Unique.NO]
    gone = {name: value for name, value in there if value and isinstance(value, str)}
    return no_longer(kinds, gone, {**live.attributes, **action.attributes})


def no_longer(kinds: Kinds, names: Mapping[str, str], attributes: Attributes) -> list[Name]:
    """Which of `names` stand in none of the attributes any more that a name is written to."""
    written = {name for name, kind in kinds.items() if kind.unique is not Unique.NO and kind.written}
    standing = {folded(str(attributes.get(name) or "")) for name in written | names.keys()}
    return [(name, value) for name, value in names.items() if folded(value) not in standing]
