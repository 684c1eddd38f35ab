"""Everything telemetry may say, as data: spans, metrics and their attributes; what is not named here is not told.

An attribute is an id of ours, a name from the policy, a word of the vocabulary or a number. None holds what HR says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How a metric's numbers add up."""

    COUNT = "counter"
    SIZE = "histogram"
    LEVEL = "gauge"


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """`attributes` are names of few values each, and never a person's: every combination is a series of its own."""

    name: str
    kind: Kind
    unit: str
    """UCUM, as OpenTelemetry wants it."""
    means: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """`name` may hold holes such as `{verb}`."""

    name: str
    means: str
    attributes: tuple[str, ...] = ()


ATTEMPT, COUNT, ERROR = "http.request.resend_count", "joinly.count", "error.type"
ATTRIBUTES_WRITTEN, ENTITLEMENT = "joinly.attributes", "joinly.entitlement"
HOST, LICENCE, METHOD, OUTCOME = "server.address", "joinly.licence", "http.request.method", "joinly.outcome"
PERSON, QUEUE, REASON, ADDRESS = "joinly.person", "joinly.queue", "joinly.reason", "url.full"
SOURCE, STATUS, SYSTEM, TARGET = "joinly.source", "http.response.status_code", "joinly.system", "joinly.target"
VERB, WHERE = "joinly.verb", "joinly.where"

ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        ATTRIBUTES_WRITTEN: "the names of the attributes that are written, never a value of one",
        COUNT: "how many a door found",
        ENTITLEMENT: "the kind of entitlement: group, license or role",
        ERROR: "the kind of an exception or of a lost answer; never its text",
        HOST: "the host that was asked",
        LICENCE: "the licence, by its name in the product's catalogue",
        METHOD: "the HTTP method",
        ATTEMPT: "how often the same request had been sent before",
        OUTCOME: "`done`, `later`, `refused`, `misconfigured` or `failed`, which is a bug or a lost answer",
        PERSON: "our own id of a person, a hash; on spans and in logs only",
        QUEUE: "the queue",
        REASON: "why something waits or was refused, as in `joinly holds`",
        ADDRESS: "the host that was asked, and the path with holes for ids where the connector says it; no query",
        SOURCE: "the source, by its name in the policy",
        STATUS: "the status of the answer",
        SYSTEM: "the system whose consent it is, by its name in the policy",
        TARGET: "the target, by its name in the policy",
        VERB: "what is written: create, update, grant, disable, …",
        WHERE: "`place` when a request waited where it was, `queue` when its doorbell was rung for later",
    }
)

_DOOR = (OUTCOME, REASON, ERROR, COUNT)
POLL = Span(name="poll", means="HR is read, and who changed is saved", attributes=(SOURCE, *_DOOR))
GLANCE = Span(name="glance", means="HR is asked whom it has changed, and they are saved", attributes=(SOURCE, *_DOOR))
MAP = Span(name="map", means="what one person should have is worked out", attributes=(PERSON, *_DOOR))
DEPENDENTS = Span(name="dependents", means="whoever points to a person is looked at again", attributes=(PERSON, *_DOOR))
ADMIT = Span(name="admit", means="everything that is ready is held against the limits", attributes=_DOOR)
DECIDE = Span(
    name="decide",
    means="the decision about one person, in the trace of what changed them; it links to its admit",
    attributes=(PERSON, TARGET, OUTCOME, ERROR),
)
PROVISION = Span(
    name="provision", means="one account is brought in line under its lease", attributes=(PERSON, TARGET, *_DOOR)
)
PACK = Span(name="pack", means="many accounts are granted one thing together", attributes=(TARGET, *_DOOR))
FOLLOW = Span(name="follow", means="what changed in a directory is read", attributes=(TARGET, *_DOOR))
WAKE = Span(name="wake", means="whoever has a day today is looked at again", attributes=_DOOR)
RENEW = Span(name="renew", means="whoever another policy mapped is looked at again", attributes=_DOOR)
SWEEP = Span(name="sweep", means="whatever is still marked is rung for", attributes=_DOOR)
RELOOK = Span(name="relook", means="what was refused is looked at again", attributes=_DOOR)
PATROL = Span(name="patrol", means="a part of all accounts is looked at live", attributes=_DOOR)
RETENTION = Span(name="retention", means="what was kept for long enough is taken out", attributes=_DOOR)
TOKENS = Span(name="tokens", means="consents are renewed well before they die", attributes=_DOOR)
REQUEST = Span(
    name="{method} {route}",
    means="one request to an outside system, until its answer begins; without a route its host stands there",
    attributes=(METHOD, ADDRESS, STATUS, ATTEMPT, OUTCOME, ERROR),
)
WRITE = Span(
    name="write {verb}",
    means="one write to a target, with every request it took",
    attributes=(VERB, TARGET, PERSON, ATTRIBUTES_WRITTEN, ENTITLEMENT, OUTCOME, REASON, ERROR),
)
SPANS = (
    *(POLL, GLANCE, MAP, DEPENDENTS, ADMIT, DECIDE, PROVISION, PACK, FOLLOW, WAKE, RENEW, SWEEP, RELOOK, PATROL),
    *(RETENTION, TOKENS),
    *(REQUEST, WRITE),
)

CHANGES = Metric(
    name="joinly.changes",
    kind=Kind.COUNT,
    unit="{person}",
    means="People of whom a poll heard something new.",
    attributes=(SOURCE,),
)
PLAN_SIZE = Metric(
    name="joinly.plan.size",
    kind=Kind.SIZE,
    unit="{write}",
    means="Writes in one account's plan, permitted or not; 0 is an account that is as it should be.",
    attributes=(TARGET,),
)
WRITES = Metric(
    name="joinly.writes",
    kind=Kind.COUNT,
    unit="{write}",
    means="Writes that were tried, and what became of them.",
    attributes=(TARGET, VERB, OUTCOME),
)
THROTTLES = Metric(
    name="joinly.throttles",
    kind=Kind.COUNT,
    unit="{answer}",
    means="Answers that said «too many requests» (429).",
    attributes=(HOST,),
)
WAITED = Metric(
    name="joinly.waited",
    kind=Kind.COUNT,
    unit="s",
    means="Seconds that something was put off because a system was busy or did not answer.",
    attributes=(WHERE,),
)
QUEUE_AGE = Metric(
    name="joinly.queue.age",
    kind=Kind.SIZE,
    unit="s",
    means="Seconds a doorbell had been due when it was handled.",
    attributes=(QUEUE,),
)
HOLDS = Metric(
    name="joinly.holds",
    kind=Kind.LEVEL,
    unit="{hold}",
    means="What waits for a person, by reason; 0 where nothing does.",
    attributes=(REASON,),
)
SOURCE_AGE = Metric(
    name="joinly.source.age",
    kind=Kind.LEVEL,
    unit="s",
    means="Seconds since HR last gave an answer that was believed; absent before the first.",
    attributes=(SOURCE,),
)
DEAD_LETTERS = Metric(
    name="joinly.dead_letters",
    kind=Kind.LEVEL,
    unit="{message}",
    means="Messages that were set aside: each is a bug or was written by a newer version.",
    attributes=(QUEUE,),
)
BREAKER = Metric(
    name="joinly.breaker",
    kind=Kind.LEVEL,
    unit="1",
    means="1 while nothing is sent to a target because it is misconfigured, else 0.",
    attributes=(TARGET,),
)
BUDGET = Metric(
    name="joinly.budget",
    kind=Kind.LEVEL,
    unit="{write}",
    means="Writes that bulk work could send at once now; below 0 by what is reserved ahead.",
    attributes=(TARGET,),
)
SEATS = Metric(
    name="joinly.seats",
    kind=Kind.LEVEL,
    unit="{seat}",
    means="Free seats of each licence, as the target counts them.",
    attributes=(TARGET, LICENCE),
)
CONSENT = Metric(
    name="joinly.consent",
    kind=Kind.LEVEL,
    unit="d",
    means="Days until a system's consent ends and a person must sign in again; 0 when there is none.",
    attributes=(SYSTEM,),
)
METRICS = (
    *(CHANGES, PLAN_SIZE, WRITES, THROTTLES, WAITED, QUEUE_AGE),
    *(HOLDS, SOURCE_AGE, DEAD_LETTERS, BREAKER, BUDGET, SEATS, CONSENT),
)

EVENT = "joinly.event"
LOG_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        EVENT: "the step of a timer, or `answer` for what a doorbell met",
        **{name: ATTRIBUTES[name] for name in (COUNT, OUTCOME, PERSON, QUEUE, TARGET)},
    }
)
