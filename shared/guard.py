"""The brake: how much may happen before a person has to say yes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.errors import Reason
from shared.model import Verb
from shared.policy import Adopt, Limit, Rename

DAY = timedelta(days=1)
WEEK = timedelta(days=7)

GATES = frozenset({Verb.CREATE, Verb.CORRELATE, Verb.RESTORE, Verb.DISABLE, Verb.DELETE})
"""Verbs that the rest of a plan stands on: when one is held, nothing after it is done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What one person's Desired version asks of one target: so many actions of each verb."""

    person: str
    version: int
    cohort: str
    verbs: Mapping[Verb, int]
    asks: Mapping[Verb, Reason]
    """Verbs that need a person's yes whatever the numbers, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """One person's use of one verb, counted before anything is written. Reserving the same again counts once, from then
    on: whoever saves it replaces the earlier one.
    """

    verb: Verb
    person: str
    version: int
    cohort: str
    at: datetime

    @property
    def use(self) -> tuple[str, int]:
        """Two reservations of one verb for the same use are one."""
        return self.person, self.version


@dataclass(frozen=True, slots=True)
class Decision:
    """For each request, in order: the verbs that may be done, and the verbs that wait for a person, with the reason."""

    permitted: tuple[frozenset[Verb], ...]
    held: tuple[Mapping[Verb, Reason], ...]
    reserved: tuple[Reservation, ...]


def admit(
    requests: Sequence[Request],
    before: Iterable[Reservation],
    limits: Mapping[Verb, Limit],
    population: int,
    now: datetime,
) -> Decision:
    """Decide once for everything that came in together; of a verb whose limit is exceeded, none is permitted.

    `before` are the reservations of the last 7 days; `population` is the number of people HR knows. What was reserved
    in the last 24 hours for the same person, verb and version is permitted again, and counts from now.
    """
    earlier = [one for one in before if now - one.at < WEEK]
    today = {(one.verb, *one.use): one for one in earlier if now - one.at < DAY}
    over = _exceeded(requests, earlier, limits, population, now)
    permitted, held, reserved = [], [], []
    for request in requests:
        waits = {verb: request.asks[verb] for verb in request.verbs if verb in request.asks}
        for verb in [verb for verb in request.verbs if verb not in waits]:
            one = Reservation(verb=verb, person=request.person, version=request.version, cohort=request.cohort, at=now)
            known = today.get((verb, *one.use))
            if known is None and (request.cohort, verb) in over:
                waits[verb] = Reason.LIMIT
            elif verb in limits:
                reserved.append(replace(known or one, at=now))
        permitted.append(frozenset(request.verbs) - waits.keys())
        held.append(waits)
    return Decision(tuple(permitted), tuple(held), tuple(reserved))


def _exceeded(
    requests: Sequence[Request],
    earlier: Sequence[Reservation],
    limits: Mapping[Verb, Limit],
    population: int,
    now: datetime,
) -> set[tuple[str, Verb]]:
    """The cohorts and verbs of which nothing more may happen. Cohorts are taken in order, each as a whole."""
    over: set[tuple[str, Verb]] = set()
    for verb, limit in limits.items():
        used = [one for one in earlier if one.verb is verb]
        week = {one.use for one in used}
        day = {one.use for one in used if now - one.at < DAY}
        for cohort in dict.fromkeys(request.cohort for request in requests):
            asked = {
                (request.person, request.version)
                for request in requests
                if request.cohort == cohort and verb in request.verbs and verb not in request.asks
            }
            run = asked.union(one.use for one in used if one.cohort == cohort)
            if _beyond(limit, len(run), len(day | asked), len(week | asked), population):
                over.add((cohort, verb))
            else:
                day, week = day | asked, week | asked
    return over


def _beyond(limit: Limit, run: int, day: int, week: int, population: int) -> bool:
    return (
        (limit.run is not None and run > limit.run)
        or (limit.day is not None and day > limit.day)
        or (limit.week is not None and week > limit.week)
        or (limit.percent is not None and run * 100 > limit.percent * population and run > 1)
    )


def asks(verbs: Iterable[Verb], adopt: Adopt, rename: Rename) -> Mapping[Verb, Reason]:
    """What needs a yes by its nature: renaming and adopting on request, and always adopting only to disable."""
    found = frozenset(verbs)
    asked = dict.fromkeys(found & {Verb.RENAME}, Reason.RENAME) if rename is not Rename.AUTOMATIC else {}
    if Verb.CORRELATE in found and (adopt is Adopt.ASK or Verb.DISABLE in found):
        asked |= dict.fromkeys(found & {Verb.CORRELATE, Verb.DISABLE, Verb.DELETE}, Reason.ADOPTION)
    return asked
