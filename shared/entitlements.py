"""Which groups, licences and roles somebody should have on one target today, by which rule and contract, and what they
keep for a while of what they should no longer have. Pure.

The order of rules decides nothing but whom to ask and, where a rule says so, which of two that exclude each other wins.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from shared.conditions import About
from shared.facts import shift
from shared.model import Attributes, Desired, Entitlement, Stage
from shared.policy import Exclusive, Grant, TargetPolicy, Then
from shared.templates import Unusable

CONFLICT, UNUSABLE = "conflict", "invalid_value"
"""Reasons for which something waits; they are codes of `shared.errors.Reason`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """One rule that gives an entitlement, and the contract by which it does ("" for somebody without one)."""

    number: int
    grant: Grant
    contract: str

    @property
    def place(self) -> str:
        return f"grants.{self.number}"

    def __str__(self) -> str:
        return f"{self.place} (contract {self.contract})" if self.contract else self.place


@dataclass(slots=True)
class Rights:
    """What the rules give one person, by entitlement, and what becomes of it."""

    given: dict[Entitlement, list[Origin]] = field(default_factory=dict)
    kept: set[Entitlement] = field(default_factory=set)
    lost: dict[Entitlement, str] = field(default_factory=dict)
    """What is not given though a rule gives it, and why."""
    waiting: dict[str, list[str]] = field(default_factory=dict)

    def wait(self, reason: str, because: str) -> None:
        self.waiting.setdefault(reason, []).append(because)


def entitled(target: TargetPolicy, about: About, stage: Stage) -> Rights:
    """What the rules of a target give somebody of whom they know this, without what excludes each other."""
    rights = Rights()
    for number, grant in enumerate(target.grants):
        if _begun(grant, about, stage):
            _gives(rights, number, grant, about)
    for number, rule in enumerate(target.exclusive):
        _separate(rights, number, rule)
    return rights


def with_rights(desired: Desired, rights: Rights, target: TargetPolicy) -> Desired:
    """`desired` with its entitlements and everything that is said about them."""
    wanted = frozenset(rights.given.keys() - rights.kept - rights.lost.keys())
    origins = {one: rights.given[one] for one in sorted(wanted)}
    return replace(
        desired,
        entitlements=wanted,
        kept=frozenset(rights.kept),
        creatable=frozenset(one for one, some in origins.items() if any(origin.grant.create for origin in some)),
        apart=apart(target, wanted),
        asking={str(one): some[0].grant.ask or "" for one, some in origins.items() if _asked(some)},
        reasons={str(one): _reason(rights, one) for one in sorted(rights.given)},
        waiting={reason: "; ".join(said) for reason, said in rights.waiting.items()},
    )


def apart(target: TargetPolicy, wanted: frozenset[Entitlement]) -> tuple[frozenset[Entitlement], ...]:
    """The sets of what excludes each other that these have to do with."""
    return tuple(alike for rule in target.exclusive if (alike := frozenset(rule.entitlements)) & wanted)


def handed_over(old: Desired | None, new: Desired, target: TargetPolicy, today: date) -> Desired:
    """`new` with what was wanted before and is kept for the days that its rule allows, so that work can be handed over.

    The days are counted from the last day on which it was wanted. Nobody keeps what excludes something they are given,
    and whoever leaves at once, or is gone, keeps nothing.
    """
    if old is None or new.urgent or new.stage is Stage.ABSENT:
        return new
    begun = old.entitlements if old.stage is Stage.ACTIVE else frozenset()
    until: dict[Entitlement, date] = {}
    for one in (begun | set(map(Entitlement.of, old.until))) - new.entitlements - new.kept:
        days = _grace(target, one, leaving=new.stage < Stage.ACTIVE)
        last = old.until.get(str(one)) or shift(today, days - 1)
        if days and today <= last and not any(one in alike for alike in apart(target, new.entitlements)):
            until[one] = last
    return replace(new, kept=new.kept.union(until), until={str(one): until[one] for one in sorted(until)})


def turning_days(target: TargetPolicy, contracts: Iterable[Attributes]) -> Iterator[date]:
    """The days on which a rule may begin or cease to give something, beside those on which a contract begins or ends.

    `contracts` are the facts of each contract.
    """
    for facts in contracts:
        yield from target.when.days(facts)
        for grant in target.grants:
            yield from grant.when.days(facts)
            if grant.before and facts.get("contractStart"):
                yield shift(date.fromisoformat(str(facts["contractStart"])), -grant.before)
            if grant.leaving and facts.get("contractEnd"):
                last = date.fromisoformat(str(facts["contractEnd"]))
                yield shift(last, 1)
                yield shift(last, grant.leaving + 1)


def _begun(grant: Grant, about: About, stage: Stage) -> bool:
    """Whether the days have come in which this rule gives anything to somebody at this stage."""
    if grant.leaving:
        last = str(about.facts.get("contractEnd") or "")
        return stage is Stage.DORMANT and bool(last) and _since(last, about.today) in range(1, grant.leaving + 1)
    first = str(about.facts.get("contractStart") or "")
    if stage is Stage.READY and grant.before and first:
        return about.today < date.fromisoformat(first) <= shift(about.today, grant.before)
    return stage is Stage.ACTIVE


def _since(last: str, today: date) -> int:
    return (today - date.fromisoformat(last)).days


def _gives(rights: Rights, number: int, grant: Grant, about: About) -> None:
    for facts in grant.when.contracts(about):
        origin = Origin(number=number, grant=grant, contract=str(facts.get("contractId") or ""))
        try:
            names = grant.name.filled(facts)
        except Unusable as error:
            rights.wait(UNUSABLE, f"{origin} {error}; correct it in HR or in the policy")
            continue
        for name in names:
            rights.given.setdefault(Entitlement(grant.kind, name), []).append(origin)


def _separate(rights: Rights, number: int, rule: Exclusive) -> None:
    """Of what excludes each other, give the first only, or leave all as it is until a person has decided."""
    found = [one for one in rule.entitlements if one in rights.given and one not in rights.lost.keys() | rights.kept]
    if len(found) < 2:
        return
    if rule.then is Then.FIRST:
        rights.lost |= dict.fromkeys(found[1:], f"exclusive.{number} prefers {found[0]}")
        return
    rights.kept |= set(found)
    sides = " and ".join(f"{one} ({', '.join(origin.place for origin in rights.given[one])})" for one in found)
    rights.wait(CONFLICT, f"exclusive.{number} lets nobody have {sides} together; correct it in HR or in the policy")


def _asked(origins: list[Origin]) -> bool:
    """Whether somebody has to say yes: what one rule gives without asking is given."""
    return all(origin.grant.ask for origin in origins)


def _reason(rights: Rights, one: Entitlement) -> str:
    said = list(map(str, rights.given[one]))
    return ", ".join(said) + (f"; {rights.lost[one]}" if one in rights.lost else "")


def _grace(target: TargetPolicy, one: Entitlement, *, leaving: bool) -> int:
    """The longest of the days that the rules which may give it allow."""
    rules = (grant for grant in target.grants if grant.may_be(one))
    return max((grant.after_leaving if leaving else grant.after for grant in rules), default=0)
