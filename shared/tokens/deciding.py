"""What to do with a system's tokens now: use them, ask for others, wait, or have a person consent.

Pure. A sign-in is asked for by one worker at a time, who says so in the row before asking: the number of the attempt
fences what is saved, so that an answer that lands late neither is lost nor replaces a later one. An attempt without an
answer may be repeated when its lease has passed, even with a refresh token that is good for one use only: the answer is
lost anyway, and there is nothing else to try.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field

EARLY = timedelta(seconds=60)
"""A token this close to its end is renewed first, so that it cannot end under way."""

LAST = timedelta(seconds=10)
"""While it cannot be renewed, a token is used until so shortly before its end."""

LEASE = timedelta(minutes=3)
"""How long one attempt may take in all; it outlives the request and the saving of its answer."""

LOOK = 1.0
"""Seconds after which somebody else's attempt is looked at again."""

QUARTER = 4
"""A refresh token is renewed after a quarter of its life."""


class Budget(BaseModel):
    """How often a system may be asked for a token: never more than `calls` within any `seconds`, evenly spread."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calls: int = Field(ge=2)
    seconds: float = Field(gt=0)

    @property
    def burst(self) -> int:
        """Sign-ins that may follow each other at once after a quiet time."""
        return max(1, self.calls // 10)

    @property
    def apart(self) -> timedelta:
        """How far apart they are when there is no end of them."""
        return timedelta(seconds=self.seconds / (self.calls - self.burst))


class Rules(BaseModel):
    """How one system's tokens live, from its documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consents: bool = False
    """A person consents once in a browser, and a refresh token stands for that; otherwise the app signs in itself."""
    lifetime: timedelta = timedelta(hours=1)
    """Of an access token, when the answer does not say."""
    longest: timedelta = timedelta(days=90)
    """An answer that promises more is not believed."""
    unused: timedelta | None = None
    """After so long without being used a refresh token is dead; None when it lives on."""
    consent: timedelta | None = None
    """After so long a consent ends whatever is done."""
    pause: timedelta = timedelta()
    """The system refuses to be asked again sooner than this after it was asked last."""
    budget: Budget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the row of one sign-in says in clear; the tokens themselves are sealed beside it."""

    good_until: datetime | None = None
    """The end of the access token; None when there is none."""
    given: datetime | None = None
    """When the refresh token was given; None when there is none."""
    ends: datetime | None = None
    """When the refresh token ends, where the answer said so."""
    consented: datetime | None = None
    scopes: tuple[str, ...] = ()
    asked: datetime | None = None
    """When the system was last asked for a token."""
    attempt: int = 0
    """The last attempt that was begun."""
    answered: int = 0
    """The attempt whose answer is kept."""
    owner: str = ""
    """Who is at it now."""
    until: datetime | None = None
    """When whoever is at it counts as dead."""
    dead: str = ""
    """The code with which the system refused the refresh token for good."""
    budget: datetime | None = None
    """When all sign-ins so far would be done, had none followed another at once."""


@dataclass(frozen=True, slots=True)
class Given:
    """What an answer said of its tokens, but for the tokens."""

    access: timedelta | None
    """How long the access token is good; None when the answer holds none."""
    refresh: bool
    """Whether it holds a refresh token."""
    refresh_for: timedelta | None = None
    scopes: tuple[str, ...] = ()


class Use:
    """The access token is good."""


class Ask:
    """Take the lease and ask the system."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again in so many seconds."""

    seconds: float


class Why(StrEnum):
    """Why a person must consent."""

    NEVER = "never"
    REFUSED = "refused"
    SOON = "soon"


Next: TypeAlias = Use | Ask | Wait | Why


def decide(rules: Rules, known: Known | None, now: datetime, *, refused: bool = False, eager: bool = False) -> Next:
    """What to do. `refused` says that the kept access token was answered with 401, `eager` that it is renewed anyway.

    A `Wait` is never longer than what stands in the way.
    """
    if known is None:
        return Why.NEVER if rules.consents else Ask()
    good = known.good_until is not None and not refused
    if good and not eager and now < _end(known) - EARLY:
        return Use()
    if held := _held(known, now):
        return _meanwhile(known, now, good, Wait(min(held, LOOK)))
    if rules.consents and (known.dead or known.given is None):
        return _meanwhile(known, now, good, Why.REFUSED if known.dead else Why.NEVER)
    early = earliest(rules, known, now) - now
    if early > timedelta():
        return _meanwhile(known, now, good, Wait(early.total_seconds()))
    return Ask()


def _end(known: Known) -> datetime:
    assert known.good_until is not None  # noqa: S101 - for the type checker: whoever asks has looked
    return known.good_until


def _held(known: Known, now: datetime) -> float:
    """Seconds for which somebody else may still be at it."""
    left = known.until - now if known.owner and known.until else timedelta()
    return max(0.0, _believed(left, LEASE).total_seconds())


def _believed(left: timedelta, longest: timedelta) -> timedelta:
    """What is left of a wait; nothing when it is so long that a clock must have been wrong when it was written."""
    return left if left <= 2 * longest else timedelta()


def _meanwhile(known: Known, now: datetime, good: bool, otherwise: Wait | Why) -> Next:
    return Use() if good and now < _end(known) - LAST else otherwise


def earliest(rules: Rules, known: Known, now: datetime) -> datetime:
    """When the system may be asked at the earliest, for its pause and its budget."""
    pause = known.asked + rules.pause - now if known.asked else timedelta()
    return max(now + _believed(pause, rules.pause), _next(rules, known.budget, now) or now)


def _next(rules: Rules, spent: datetime | None, now: datetime) -> datetime | None:
    """The moment of one more sign-in in the budget, now or later."""
    if rules.budget is None:
        return None
    apart, quiet = rules.budget.apart, now - rules.budget.apart * rules.budget.burst
    ahead = _believed(spent - now, apart * rules.budget.calls) if spent else quiet - now
    return max(now + ahead, quiet) + apart


def begun(rules: Rules, known: Known | None, owner: str, now: datetime) -> Known:
    """The row of an attempt that is about to be made: saved first, and only then is the system asked."""
    was = known or Known()
    return replace(
        was,
        attempt=was.attempt + 1,
        owner=owner,
        until=now + LEASE,
        asked=now,
        budget=_next(rules, was.budget, now),
    )


def answered(known: Known, attempt: int, given: Given, now: datetime) -> Known | None:
    """The row after the answer to an attempt; None when it holds the answer to a later one, which stays."""
    if known.answered >= attempt:
        return None
    kept = replace(known, answered=attempt, dead="", scopes=given.scopes or known.scopes)
    if given.refresh:
        kept = replace(kept, given=now, ends=now + given.refresh_for if given.refresh_for else None)
    if given.access is not None:
        kept = replace(kept, good_until=now + given.access)
    return let_go(kept) if known.attempt == attempt else kept


def connected(known: Known | None, given: Given, now: datetime) -> Known:
    """The row after a person has consented: whatever was there before is over, and so is every attempt under way."""
    attempt = (known.attempt if known else 0) + 1
    new = Known(attempt=attempt, asked=now, consented=now, budget=known.budget if known else None)
    return answered(new, attempt, given, now) or new


def let_go(known: Known) -> Known:
    return replace(known, owner="", until=None)


def buried(known: Known, code: str) -> Known:
    """The row after the system has refused the refresh token for good."""
    return replace(let_go(known), dead=code)


def unanswered(known: Known) -> bool:
    """Whether nobody knows what became of the last attempt."""
    return known.attempt > known.answered


def end(rules: Rules, known: Known) -> datetime | None:
    """When the consent dies if nothing is done; None when it does not."""
    whatever = known.consented + rules.consent if known.consented and rules.consent else None
    return min((one for one in (_fades(rules, known), whatever) if one), default=None)


def _fades(rules: Rules, known: Known) -> datetime | None:
    """When the refresh token dies if nobody uses it."""
    if known.ends or known.given is None or rules.unused is None:
        return known.ends
    return known.given + rules.unused


def due(rules: Rules, known: Known | None, now: datetime) -> bool:
    """Whether the timer renews a consent now: well before it dies, and when nobody knows whether it has."""
    if known is None or known.given is None or known.dead or not rules.consents:
        return False
    fades = _fades(rules, known)
    return unanswered(known) or (fades is not None and now >= known.given + (fades - known.given) / QUARTER)
