"""What people of HR show only together: shared values, one human twice, odd departments, managers. Pure.

People are added one by one, and of each only little is kept, so that a hundred thousand fit.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b

from shared.contracts import facts_of, primary
from shared.errors import Reason
from shared.facts import items, text_of
from shared.humans import CERTAIN, CROWD, likenesses
from shared.model import Person, Value
from shared.policy import Alike, Policy
from shared.quality.findings import Finding, Kind, Severity
from shared.quality.managers import FACT, Led, Managers
from shared.quality.record import ahead
from shared.quality.spelling import doubtful, folded

FEW = 3
"""People who are named of many whom one thing concerns."""

USUAL = (Alike(all=("givenName", "surname", "birthDate"), confidence=0.8),)
"""By what two records look like one human where the policy does not say."""

DEPARTMENT, COST_CENTRE, OWNER = "department", "costCenter", "costCenterOwner"

Who = tuple[str, str]
"""Source and HR id."""


@dataclass(slots=True)
class Some:
    """How many, and the first few of them by HR id, whatever order they came in."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, hr_id: str) -> None:
        self.count += 1
        self.first = sorted([*self.first, hr_id])[:FEW]


@dataclass(slots=True)
class Alikes:
    """Who has one thing in common: of most things only one has it, and that is all that is kept."""

    once: dict[bytes, Who] = field(default_factory=dict)
    more: dict[bytes, list[Who]] = field(default_factory=dict)
    values: dict[bytes, str] = field(default_factory=dict)

    def add(self, text: str, who: Who, value: str) -> None:
        key = blake2b(text.encode(), digest_size=10).digest()
        if (first := self.once.setdefault(key, who)) != who:
            self.more.setdefault(key, [first]).append(who)
            self.values[key] = value


class Together:
    """Everybody who was read, as far as it takes to compare them."""

    def __init__(self, policy: Policy, today: date) -> None:
        self._policy, self._today = policy, today
        self._rules = policy.people.same if policy.people and policy.people.same else USUAL
        self._managers: dict[str, Managers] = {}
        self._unique: dict[Hashable, Alikes] = {}
        self._alike: dict[Alike, Alikes] = {rule: Alikes() for rule in self._rules}
        self._serving: set[Who] = set()
        self._departments: dict[str, dict[str, Some]] = {}
        self._centres: dict[str, dict[str, Some]] = {}

    def known(self, source: str, hr_id: str) -> None:
        """Somebody whose record cannot be used is in HR all the same."""
        self._of(source).known.add(hr_id)

    def add(self, source: str, person: Person) -> None:
        self.known(source, person.hr_id)
        who = (source, person.hr_id)
        facts = facts_of(person, primary(person, self._policy.sources[source], self._today), self._today)
        for rule in self._rules:
            for likeness in likenesses(facts, (rule,)):
                self._alike[rule].add(likeness.text, who, "")
        if not ahead(person, self._today):
            return
        self._serving.add(who)
        self._of(source).people[person.hr_id] = self._led(person, facts)
        for name in self._policy.sources[source].quality.unique:
            for one in items(facts.get(name)):
                shared = self._unique.setdefault(name, Alikes())
                shared.add(folded_value(one), who, text_of(one))
        for one in items(facts.get(DEPARTMENT)):
            self._departments.setdefault(source, {}).setdefault(text_of(one), Some()).add(person.hr_id)
        self._centre(source, person, facts)

    def _of(self, source: str) -> Managers:
        severity = Severity.CORRECT if FACT in self._policy.fact_names else Severity.LOOK
        return self._managers.setdefault(source, Managers(source, severity))

    def _led(self, person: Person, facts: Mapping[str, Value]) -> Led:
        also = {
            text_of(one)
            for contract in person.contracts
            if contract.end is None or contract.end >= self._today
            for one in items(contract.fields.get(FACT))
        }
        named = next((text_of(one) for one in items(facts.get(FACT))), "") if FACT in facts else None
        return Led(named, tuple(sorted(also - {named or ""})))

    def _centre(self, source: str, person: Person, facts: Mapping[str, Value]) -> None:
        """Where HR tells the owners of cost centres: one without any."""
        for one in items(facts.get(COST_CENTRE)) if OWNER in facts and not items(facts[OWNER]) else ():
            self._centres.setdefault(source, {}).setdefault(text_of(one), Some()).add(person.hr_id)

    def groups(self) -> Iterator[Sequence[Who]]:
        """Those who have something in common: whoever knows which of them are one human may say so."""
        return (some for alikes in (*self._unique.values(), *self._alike.values()) for some in alikes.more.values())

    def findings(self, humans: Mapping[Who, str]) -> Iterator[Finding]:
        """`humans` says who is known to be whom; whoever is not in it is somebody of their own."""
        yield from self._shared(humans)
        yield from self._twice(humans)
        for source, managers in sorted(self._managers.items()):
            among = self._managers.get(self._policy.pointed_from(source))
            if among is not None:
                yield from managers.findings(among)
        for source, departments in sorted(self._departments.items()):
            yield from self._odd_departments(source, departments)
        for source, centres in sorted(self._centres.items()):
            yield from (_without_owner(source, name, some) for name, some in sorted(centres.items()))

    def _shared(self, humans: Mapping[Who, str]) -> Iterator[Finding]:
        for name, alikes in self._unique.items():
            for key, some in alikes.more.items():
                people = _apart(some, humans)
                for who in people:
                    others = [one for one in people[: CROWD + 1] if _human(one, humans) != _human(who, humans)]
                    yield Finding(
                        kind=Kind.SHARED,
                        severity=Severity.HOLDS if name in self._policy.fact_names else Severity.CORRECT,
                        source=who[0],
                        hr_id=who[1],
                        facts=(str(name),),
                        what=shared_by(str(name)),
                        do=GIVE_OWN,
                        others=_ids(others),
                        values={str(name): alikes.values[key]},
                        reason=Reason.DUPLICATE_VALUE,
                    )

    def _twice(self, humans: Mapping[Who, str]) -> Iterator[Finding]:
        told = set[tuple[Who, ...]]()
        for rule, alikes in self._alike.items():
            for some in alikes.more.values():
                people = tuple(sorted(set(some)))
                joined = rule.confidence >= CERTAIN and len(people) == 2
                if joined or len(people) >= CROWD or people in told or not self._serving.intersection(people):
                    continue
                told.add(people)
                for who in _apart(people, humans):
                    yield Finding(
                        kind=Kind.SAME_HUMAN,
                        severity=Severity.LOOK if self._rules is USUAL else Severity.HOLDS,
                        source=who[0],
                        hr_id=who[1],
                        facts=rule.all,
                        what="another record has the same " + ", ".join(rule.all),
                        do="say whether both are one human (joinly records join), or correct what is the same",
                        others=_ids([other for other in people if other != who]),
                        reason=Reason.SAME_HUMAN,
                    )

    def _odd_departments(self, source: str, departments: Mapping[str, Some]) -> Iterator[Finding]:
        known = {folded(one) for one in self._policy.sources[source].quality.departments}
        near = {} if known else dict(doubtful({name: some.count for name, some in departments.items()}))
        for name, some in sorted(departments.items()):
            if known and folded(name) not in known:
                what, do = "is not among those of the policy", "correct it in HR, or add it to quality.departments"
            elif name in near:
                what, do = "is written like one that many more people have", "check which of the two it is"
            else:
                continue
            first, *rest = some.first
            yield Finding(
                kind=Kind.DEPARTMENT,
                severity=Severity.CORRECT if known else Severity.LOOK,
                source=source,
                hr_id=first,
                facts=(DEPARTMENT,),
                what=f"{DEPARTMENT} of {_people(some.count)} {what}",
                do=do,
                others=tuple(rest),
                values={DEPARTMENT: name} | ({"usual": near[name]} if name in near else {}),
            )


GIVE_OWN = "give each person their own"


def shared_by(name: str) -> str:
    """What is said of a value that two people have, by whoever finds it."""
    return f"somebody else in HR has the same {name}"


def folded_value(value: object) -> str:
    """A value as it is compared with that of others."""
    return " ".join(str(value).casefold().split())


def _without_owner(source: str, name: str, some: Some) -> Finding:
    first, *rest = some.first
    return Finding(
        kind=Kind.OWNER,
        severity=Severity.LOOK,
        source=source,
        hr_id=first,
        facts=(COST_CENTRE, OWNER),
        what=f"the {COST_CENTRE} of {_people(some.count)} has no owner",
        do="name an owner in HR",
        others=tuple(rest),
        values={COST_CENTRE: name},
    )


def _people(count: int) -> str:
    return f"{count:,} {'person' if count == 1 else 'people'}"


def _human(who: Who, humans: Mapping[Who, str]) -> Hashable:
    return humans.get(who, who)


def _apart(some: Sequence[Who], humans: Mapping[Who, str]) -> list[Who]:
    """Each of them once, where they are not all one human."""
    everybody = sorted(set(some))
    return everybody if len({_human(who, humans) for who in everybody}) > 1 else []


def _ids(some: Sequence[Who]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hr_id for _, hr_id in sorted(set(some))))[:CROWD]
