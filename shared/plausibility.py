"""Whether an answer of HR can be believed: judged as a whole, before anybody is changed by it. Pure.

A source that is doubted changes nothing until it answers differently or a person accepts just this answer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.contracts import facts_of, primary
from shared.model import Person, Value
from shared.policy import Plausible, SourcePolicy

NAMED = 3
"""Fields that a doubt names, at most."""

OF_THE_DAY = frozenset({"contractState"})
"""Facts that the calendar changes and not HR."""

NOTHING = (None, "", ())


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer of HR beside what was known before it; all numbers are people."""

    known: int
    seen: int
    gone: int = 0
    """Known and not in the answer."""
    spoiled: int = 0
    """Known, and in the answer with a record that cannot be used."""
    differing: int = 0
    """Known, and said to be different in any way."""
    changed: Mapping[str, int] = field(default_factory=dict)
    """Field → known people of whom it now says something else."""
    silent: Mapping[str, int] = field(default_factory=dict)
    """Field → known people of whom it says nothing any longer."""
    given_before: date | None = None
    """The day on which HR gave exactly this answer, and another one since."""
    late: tuple[str, str] | None = None
    """What this delivery is called, and the later one that was believed before it."""


def doubts(answer: Answer, limits: Plausible) -> list[str]:
    """Why the answer cannot be believed, the gravest first; empty when it can."""
    if answer.seen == 0:
        return ["HR returned nobody"]
    return list(_doubts(answer, limits))


def _doubts(answer: Answer, limits: Plausible) -> Iterator[str]:
    known, few = answer.known, limits.always_allowed
    most = f"and at most {limits.most_gone:g} % may be"
    if answer.gone > few and answer.gone * 100 > known * limits.most_gone:
        yield f"{answer.gone} of the {known} people known are missing, {most}"
    if answer.spoiled > few and answer.spoiled * 100 > known * limits.most_gone:
        yield f"the records of {answer.spoiled} of the {known} people known can no longer be used, {most}"
    if answer.given_before is not None and answer.differing > few and not limits.may_come_again:
        yield f"it is the answer of {answer.given_before} again, an older one than the last"
    if answer.late is not None:
        this, last = answer.late
        yield f"it is {this}, which is earlier than {last}, the last one that was read"
    yield from _of_fields(answer, limits)


def _of_fields(answer: Answer, limits: Plausible) -> Iterator[str]:
    """Fields that change or vanish for too many at once; a field that falls silent is not named a second time."""
    silent = _many(answer, limits, answer.silent)
    if silent:
        yield f"HR says nothing any longer about {_listed(silent, answer)}"
    changed = _many(answer, limits, {name: n for name, n in answer.changed.items() if name not in silent})
    if changed:
        yield f"HR says something else about {_listed(changed, answer)}"


def _many(answer: Answer, limits: Plausible, counts: Mapping[str, int]) -> dict[str, int]:
    """The fields of which more people changed than may, the most first."""
    found = {
        name: count
        for name, count in counts.items()
        if count > limits.always_changed
        and count * 100 > answer.known * limits.most_changed_of.get(name, limits.most_changed)
    }
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _listed(fields: Mapping[str, int], answer: Answer) -> str:
    named = [f"{name} of {count} people" for name, count in list(fields.items())[:NAMED]]
    rest = f" and {len(fields) - NAMED} more fields" if len(fields) > NAMED else ""
    return f"{', '.join(named)}{rest} (of {answer.known} known)"


@dataclass(slots=True)
class Differences:
    """What an answer says differently of people who were known, counted field by field."""

    rules: SourcePolicy
    today: date
    people: int = 0
    changed: dict[str, int] = field(default_factory=dict)
    silent: dict[str, int] = field(default_factory=dict)

    def add(self, before: Person, now: Person) -> None:
        """Count one person. A field HR never spoke of before is news about the field, not about the person."""
        old, new = self._facts(before), self._facts(now)
        self.people += 1
        for name, value in old.items():
            if name not in new or (new[name] in NOTHING and value not in NOTHING):
                self.silent[name] = self.silent.get(name, 0) + 1
            elif new[name] != value:
                self.changed[name] = self.changed.get(name, 0) + 1

    def _facts(self, person: Person) -> dict[str, Value]:
        """The person's own and the contract's that speaks for them today; also how many contracts there are."""
        facts = facts_of(person, primary(person, self.rules, self.today), self.today)
        counted: dict[str, Value] = {"contracts": len(person.contracts)}
        return counted | {name: value for name, value in facts.items() if name not in OF_THE_DAY}


def says_less(before: Person, now: Person, rules: SourcePolicy, today: date) -> bool:
    """Whether HR says less of one person than before: nothing any longer of some fact, or of one of their contracts."""
    counted = Differences(rules, today)
    counted.add(before, now)
    return bool(counted.silent) or len(now.contracts) < len(before.contracts)
