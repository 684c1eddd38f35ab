"""What people decide about one person beyond the rules: exceptions, which end, and blocks, which do not. Pure.

An exception never makes anybody more alive than HR says, and a block never makes anybody more than disabled.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.model import Desired, Entitlement, Stage, Verb

DAY = timedelta(days=1)

NOTHING: frozenset[Verb] = frozenset()


class Kind(StrEnum):
    """What an exception does."""

    GRANT = "grant"
    """Gives an entitlement beyond the rules, while they are in service."""
    DENY = "deny"
    """Keeps an entitlement from them, whatever rules and other exceptions say."""
    EXCLUDE = "exclude"
    """Leaves their account on one target alone: nothing is done to it, and it is never disabled."""
    FREEZE = "freeze"
    """Leaves all their accounts as they are until it ends; only a block goes through."""


ALONE = frozenset({Kind.EXCLUDE, Kind.FREEZE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Exemption:
    """One exception for one person. `target` is "" for all of them; `first` and `last` are civil dates of the customer,
    both inclusive, and without a `first` it has begun already. `owner` answers for it, `because` is why.
    """

    kind: Kind
    target: str = ""
    entitlement: Entitlement | None = None
    first: date | None = None
    last: date
    owner: str
    because: str

    def holds(self, target: str, today: date) -> bool:
        """Whether it counts on this target today."""
        return self.target in ("", target) and self.begun(today) and not self.over(today)

    def begun(self, today: date) -> bool:
        return self.first is None or self.first <= today

    def over(self, today: date) -> bool:
        return self.last < today

    @property
    def what(self) -> str:
        """What it is about, such as `group:Finance`; "" for the whole account."""
        return f"{self.entitlement.kind}:{self.entitlement.name}" if self.entitlement else ""


def doubt(one: Exemption, today: date, longest: int) -> str:
    """What is wrong with the dates of an exception that somebody asks for today; "" when nothing is."""
    if one.last < today:
        return f"its last day, {one.last}, is past"
    if one.first is not None and one.first > one.last:
        return f"it would begin on {one.first}, after its last day, {one.last}"
    if (one.last - today).days > longest:
        return (
            f"it would last until {one.last}, more than {longest} days; end it sooner, and renew it when it is needed"
        )
    return ""


def left_alone(exemptions: Iterable[Exemption], target: str, today: date) -> bool:
    """Whether nothing at all is to be done to their account on this target today."""
    return any(one.kind in ALONE and one.holds(target, today) for one in exemptions)


def with_exceptions(desired: Desired, exemptions: Iterable[Exemption], target: str, today: date) -> Desired:
    """What is desired on a target once the exceptions of today are heeded; deny wins over grant, and over the rules.

    Of somebody who is left alone `desired` stays as it is, and nothing follows from it.
    """
    active = [one for one in exemptions if one.holds(target, today)]
    if left_alone(active, target, today):
        return replace(desired, only=NOTHING)
    given = _entitlements(active, Kind.GRANT) if desired.stage is Stage.ACTIVE else frozenset[Entitlement]()
    denied = _entitlements(active, Kind.DENY)
    decided = given | denied
    return replace(
        desired,
        entitlements=(desired.entitlements | given) - denied,
        kept=desired.kept - decided,
        until={one: day for one, day in desired.until.items() if Entitlement.of(one) not in decided},
        reasons={**desired.reasons, **{str(one): "an exception" for one in given}},
    )


def _entitlements(exemptions: Iterable[Exemption], kind: Kind) -> frozenset[Entitlement]:
    return frozenset(one.entitlement for one in exemptions if one.kind is kind and one.entitlement is not None)


def next_day(exemptions: Iterable[Exemption], today: date) -> date | None:
    """The first day after `today` on which one of them begins or no longer counts."""
    days = {day for one in exemptions for day in (one.first, one.last + DAY) if day is not None}
    return min((day for day in days if day > today), default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Somebody's word that a person's accounts are disabled until somebody says otherwise.

    `strip` takes away what was granted too. `although` is when (UTC) it was said that this one is disabled though all
    writes are stopped. `again` is until when (UTC) a write that was under way may still arrive, so that it is looked
    at once more.
    """

    by: str
    because: str
    at: datetime
    strip: bool = False
    although: datetime | None = None
    again: datetime | None = None

    def allows(self, what: str) -> bool:
        """Whether this word alone is leave for `what`; to be disabled, an account is adopted if need be."""
        verb = what.partition(":")[0]
        return verb in (Verb.CORRELATE, Verb.DISABLE) or (self.strip and verb == Verb.REVOKE)


def with_block(desired: Desired, block: Block) -> Desired:
    """What is desired of somebody who is blocked: not enabled and given nothing, and the rest as before.

    Where nothing at all was to be done, the block and nothing else is. An account that follows another is left as it
    is: nobody can sign in to it once the other is disabled.
    """
    allowed = frozenset(verb for verb in Verb if block.allows(verb))
    alone = desired.only is not None
    return replace(
        desired,
        stage=Stage.DORMANT if alone and desired.follows is None else min(desired.stage, Stage.READY),
        entitlements=frozenset() if block.strip else desired.entitlements,
        kept=frozenset() if block.strip else desired.kept,
        until={} if block.strip else desired.until,
        only=allowed if alone else frozenset(Verb) - {Verb.ENABLE, Verb.GRANT},
        urgent=True,
        because="blocked by hand",
    )
