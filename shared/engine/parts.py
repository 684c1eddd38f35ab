"""What the engine is made of: a policy, connectors, state, queues and a clock; nothing here knows where they run."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from types import MappingProxyType

from shared import codec, layout, queues
from shared.attributes import Attribute
from shared.bus import Bus, Doorbell
from shared.connector import Source, Target
from shared.engine.brake import Brake
from shared.layout import Hop
from shared.model import Action, Person, Verb
from shared.policy import Policy
from shared.quality.record import Asked
from shared.store import Put, Row, Store, prefixed
from shared.telemetry import carried
from shared.tokens.access import Access

NOBODY = codec.plain(owner="", until=datetime.min.replace(tzinfo=UTC).isoformat())
"""A lease that is nobody's: whoever had it stops at the next save, because the row has another version."""


NO_TRACES: Mapping[str, str] = MappingProxyType({})


def session(queue: str, body: Mapping[str, str]) -> str:
    """The session of a doorbell of `queue`, from the keys in its body: what is handled one at a time.

    A trigger is not told the session reliably, so the keys say it. Raises `KeyError` when one of them is missing.
    """
    match queue:
        case queues.POLLS:
            return body["source"]
        case queues.CHANGES:
            return body["person"]
        case queues.ADMIT:
            return "admit"
        case queues.PROVISIONING | queues.PROVISIONING_NOW:
            return f"{body['person']}|{body['target']}"
        case queues.MEMBERSHIPS:
            return f"{body['target']}|{body['group']}"
    raise ValueError(f"there is no queue {queue}")


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The composition root's product; every step of the pipeline takes it as its first argument."""

    policy: Policy
    policy_hash: str
    sources: Mapping[str, Source]
    targets: Mapping[str, Target]
    attributes: Mapping[str, Mapping[str, Attribute]]
    """Target → what it says of its attributes, by name."""
    store: Store
    bus: Bus
    clock: Callable[[], datetime]
    """Now, UTC, aware."""
    unique: Callable[[], str]
    """A text nobody else has: the owner of a lease."""
    hash_key: bytes = field(repr=False)
    """Keys the hashes that tell whether HR said something new; plain hashes of short values could be guessed."""
    witness: Callable[[str, str, Action], None] = lambda person, target, action: None
    """Told of every action that was done: for summaries and measurements, never for decisions."""
    facts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Source → the facts that it always gives."""
    entitlements: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Target → the kinds of entitlement it can give and take away."""
    packs: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Target → kinds of entitlement that many accounts are granted in one write, and how many at most."""
    gathers: timedelta = timedelta(seconds=15)
    """How long a grant waits for others of the same."""
    brake: Brake = field(default_factory=Brake)
    """What this process knows of the kill switch."""
    accesses: Mapping[str, Access] = field(default_factory=dict)
    """`sources.<name>` or `targets.<name>` → what gives it its tokens, for those that sign in with tokens."""

    def references(self, target: str) -> frozenset[str]:
        """The attributes of a target that point to another account."""
        return frozenset(name for name, kind in self.attributes[target].items() if kind.reference)

    def asked(self, source: str) -> Asked:
        """What is asked of the records of a source."""
        given = self.facts.get(source, frozenset())
        return Asked(source=source, read=self.policy.fact_names, given=given)

    @property
    def today(self) -> date:
        """The civil date of the customer."""
        return self.clock().astimezone(self.policy.time_zone).date()

    def earliest(self, target: str, what: str) -> datetime:
        """When something may be done at the earliest, UTC: people are renamed at the hour that the policy names."""
        now, at = self.clock(), self.policy.targets[target].names.at
        if what != Verb.RENAME or at is None:
            return now
        local = now.astimezone(self.policy.time_zone)
        day = local.date() if local.time() <= at else local.date() + timedelta(days=1)
        return datetime.combine(day, at, self.policy.time_zone).astimezone(UTC)

    def fingerprint(self, person: Person) -> str:
        """Whether HR said something new: equal for equal people, useless without the key."""
        text = json.dumps(codec.PERSON.dump(person), sort_keys=True, ensure_ascii=False)
        return blake2b(text.encode(), key=self.hash_key, digest_size=12).hexdigest()

    def veiled(self, text: str) -> str:
        """A fact as a keyed hash: equal for equal texts, whatever their case, and useless without the key."""
        return blake2b(text.casefold().encode(), key=self.hash_key, digest_size=8).hexdigest()

    def trickle(self, door: str) -> str:
        """The cohort of single events: everything through one door within five minutes is decided together."""
        now = self.clock()
        return f"{door}|{now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0):%Y%m%dT%H%M}"

    def marked(self, hop: Hop, person: str, cohort: str, target: str = "", **beside: object) -> Put:
        """The promise that `hop` will be done, to be committed with whatever makes it necessary.

        It keeps the trace it was made in: a doorbell may be lost and many marks may be answered at once, and what
        follows for one person is told where it began (ADR 18).
        """
        at, trace = self.clock().isoformat(), carried()
        if trace:
            beside["trace"] = trace
        return Put(layout.mark(hop, person, target), codec.plain(cohort=cohort, at=at, **beside))

    async def ring(
        self,
        hop: Hop,
        people: Sequence[str],
        target: str = "",
        at: datetime | None = None,
        traces: Mapping[str, str] = NO_TRACES,
    ) -> None:
        """Ask for `hop` to be looked at; losing this is repaired by the sweep, because the mark stays.

        `traces` are those of people whose trace is another one than what is being done now.
        """
        here = carried()
        bodies: list[dict[str, str]]
        match hop:
            case Hop.ADMIT:
                queue, bodies = queues.ADMIT, [{}]
            case Hop.PROVISION:
                queue = queues.PROVISIONING if at else queues.PROVISIONING_NOW
                bodies = [{"person": one, "target": target} for one in people]
            case Hop.MAP | Hop.DEPENDENTS:
                queue, bodies = queues.CHANGES, [{"person": one, "hop": hop} for one in people]
        bells = [Doorbell(session(queue, body), body, traces.get(body.get("person", "")) or here) for body in bodies]
        await self.bus.ring(queue, bells, at)

    async def rows_of(self, person: str) -> dict[str, Row]:
        """Everything kept of one person, by key."""
        first, last = prefixed(layout.of(person))
        return {row.key: row async for row in self.store.scan(layout.STATE, layout.bucket(person), first, last)}
