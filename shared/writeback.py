"""What is written into HR's own records: the names that somebody was really given elsewhere, and nothing else. Pure.

A rule reads them as `[entra.userPrincipalName]`. A name counts from the moment at which the account bears it; while
there is no account, nothing is known and nothing is wanted.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from shared.desired import View, desired
from shared.model import Attributes, Desired, Link, Person, Stage, Value
from shared.planning import same
from shared.policy import Policy, TargetPolicy

NOTHING = Desired(stage=Stage.DORMANT, follows="", corrects=True, because="no account whose names could be written")


def with_names(seen: View, rules: TargetPolicy, links: Mapping[str, Link]) -> View | None:
    """The view with the names that the rules of a target read; None while one of the accounts is not there.

    `links` are the person's, by target.
    """
    names = dict(seen.facts)
    for target, attributes in rules.reads.items():
        link = links.get(target, Link())
        if not link.account or link.deleted:
            return None
        names |= {f"{target}.{name}": value for name, value in borne(link).items() if value and name in attributes}
    return replace(seen, facts=names)


def borne(link: Link) -> Attributes:
    """What an account was given and bears: the names issued for it, and whatever else was written."""
    return {**link.written, **link.identifiers}


def corrected(seen: View, name: str, policy: Policy, links: Mapping[str, Link], record: str) -> Desired | None:
    """What the record of HR numbered `record` should say; None when a mapping says «leave it». "" is no record.

    Raises `Refused` when it cannot be worked out.
    """
    rules = policy.targets[name]
    named = with_names(seen, rules, links) if record else None
    if named is None:
        return NOTHING
    found = desired(named, name, rules)
    return replace(found, follows=record, corrects=True) if found is not None else None


def differs(wanted: Desired, said: Attributes) -> bool:
    """Whether HR says something else of its record than is to stand there; its fields are called as attributes are."""
    return any(name in said and not same(said[name], value) for name, value in wanted.attributes.items())


def without_echo(before: Person, now: Person, wrote: Collection[Value]) -> Person:
    """`now` with what is only what we wrote as it was before: our own echo is no news."""
    echoed = {name for name, value in now.fields.items() if value and value in wrote and name in before.fields}
    return replace(now, fields={**now.fields, **{name: before.fields[name] for name in echoed}})
