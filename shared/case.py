"""What reconciling one account starts from and ends with, and what it needs from whoever keeps the state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.connector import Target
from shared.errors import Reason
from shared.inverse import Undone
from shared.issuing import Register
from shared.model import Account, Action, Desired, Entitlement, Link
from shared.planning import Kinds
from shared.whats import Apart


class Work(Register, Protocol):
    """What reconciling needs from whoever keeps the state; every call may raise `Conflict` when the lease was lost."""

    def permits(self, what: str, account: str) -> bool:
        """Whether `what` may be done to `account`, "" for one that does not exist yet."""
        ...

    def released(self, account: str) -> bool:
        """Whether a person lets us enable an account that somebody else disabled."""
        ...

    async def claim(self, account: str) -> bool:
        """Whether the account is this person's; False when another person is linked to it."""
        ...

    async def save(self, link: Link, action: Action | None, live: Account | None = None) -> None:
        """Save what we remember, and that `action` was done to the account, which was `live` before."""
        ...

    async def unanswered(self, action: Action, live: Account | None) -> None:
        """Note that nobody knows whether `action` was done."""
        ...

    async def found(self, action: Action, link: Link) -> None:
        """Note that `action`, whose answer was lost, turned out to be done."""
        ...

    async def refused(self, action: Action, live: Account | None, reason: Reason) -> None:
        """Note that `action` was declined."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One person's account on one target, and what the policy wants of it."""

    target: Target
    kinds: Kinds
    protected: frozenset[str]
    """Account ids that the policy says nobody but a person may touch."""
    desired: Desired
    work: Work
    undone: Undone | None = None
    """What of it was taken back by hand."""
    told_apart: Apart
    """What of a plan needs leave of its own."""
    gathering: frozenset[Entitlement] = frozenset()
    """What is not granted to this account alone, but together with others."""


@dataclass(slots=True)
class Outcome:
    """What we remember now, and what is left: what needs leave, and what only a person can repair."""

    link: Link
    account: str = ""
    """The account that was looked at."""
    needed: Mapping[str, int] = field(default_factory=dict)
    problems: list[tuple[str, Reason, str]] = field(default_factory=list)
    again: datetime | None = None
    """When (UTC) to look once more, because something is still to appear."""
    gathering: frozenset[Entitlement] = frozenset()
    """What was left to be granted together with others; what comes after it in the plan was left too."""
    actions: tuple[Action, ...] = ()
    """The plan, permitted or not."""


async def hold_names(case: Case, names: Mapping[str, str], account: str) -> None:
    """Say that an account bears these names, each by itself: that one of them is another's frees none of the others."""
    for name, value in sorted(names.items()):
        await case.work.reserve({name: value}, account)
