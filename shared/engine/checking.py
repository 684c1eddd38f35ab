"""Everything that is wrong in HR, as one list: read once, by the same functions by which the engine holds people.

Nothing is saved and nobody is held by it. Of each person little is kept, however many there are.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from shared import codec, layout
from shared.engine.parts import Engine
from shared.engine.records import human_of, settled
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.externals import checked
from shared.flow import closing
from shared.forbidden import Evidence, Net
from shared.model import Person, Rejected
from shared.quality.findings import Finding, Kind, Severity, ordered, rejected
from shared.quality.record import of_record
from shared.quality.together import Together, Who
from shared.quality.values import of_values
from shared.records import storable

OFTEN = 1_000
"""People after which it is said how far the reading is."""

ID = "id"
"""The name under which the ids of people are looked at."""


@dataclass(slots=True)
class Report:
    """The findings, the worst first; how many people were read of each source, and which could not be read, and why."""

    findings: list[Finding] = field(default_factory=list)
    people: dict[str, int] = field(default_factory=dict)
    troubles: list[TryLater | Misconfigured | Refused] = field(default_factory=list)


async def check_hr(engine: Engine, sources: Iterable[str], says: Callable[[str, int], None]) -> Report:
    """Read these sources and say what is wrong in them; `says` is told of which source how many were read."""
    report, together = Report(), Together(engine.policy, engine.today)
    found: list[Finding] = []
    hidden: dict[str, frozenset[str]] = {}
    for source in sources:
        one = _Reading(engine, source, together, await _net(engine, source))
        try:
            await one.read(says)
        except (TryLater, Misconfigured, Refused) as trouble:
            report.troubles.append(trouble)
            continue
        report.people[source] = len(one.marks)
        found += one.findings()
        hidden[source] = one.hidden
    if not report.troubles:  # what only all together can show is not said of a part
        shown = together.findings(await _humans(engine, together))
        found += [await _as_it_stands(engine, one) for one in shown]
    report.findings = ordered([_veiled(one, hidden[one.source]) for one in found])
    return report


async def _as_it_stands(engine: Engine, one: Finding) -> Finding:
    """Whoever has an account already does not wait because of a value that somebody else has too."""
    if one.kind is not Kind.SHARED or one.severity is not Severity.HOLDS:
        return one
    rows = await engine.rows_of(await human_of(engine, one.source, one.hr_id))
    return replace(one, severity=Severity.CORRECT) if settled(rows) else one


def _veiled(one: Finding, hidden: frozenset[str]) -> Finding:
    """Of a fact that may not be kept no value is ever told."""
    return replace(one, values={name: value for name, value in one.values.items() if name not in hidden})


@dataclass(slots=True)
class _Reading:
    """One source while it is read."""

    engine: Engine
    source: str
    together: Together
    net: Net
    marks: dict[str, str] = field(default_factory=dict)
    """HR id → what was said of it."""
    twice: set[str] = field(default_factory=set)
    found: list[Finding] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)
    ids: Evidence = field(default_factory=Evidence)

    async def read(self, says: Callable[[str, int], None]) -> None:
        async with closing(self.engine.sources[self.source].fetch()) as answer:
            async for item in answer:
                if isinstance(item, Person | Rejected):
                    self._hear(item)
                    if len(self.marks) % OFTEN == 0:
                        says(self.source, len(self.marks))

    def _hear(self, item: Person | Rejected) -> None:
        item = storable(item)
        self.together.known(self.source, item.hr_id)
        mark = self.engine.fingerprint(item) if isinstance(item, Person) else f"!{item.code}{item.because}"
        before = self.marks.setdefault(item.hr_id, mark)
        if before != mark:
            self.twice.add(item.hr_id)
        elif isinstance(item, Rejected):
            self.found.append(rejected(self.source, item))
        else:
            self.evidence.see(item)
            self.ids.see(Person(hr_id="", fields={ID: item.hr_id}))
            self._look(self.net.cleaned(item))

    def _look(self, person: Person) -> None:
        engine, today = self.engine, self.engine.today
        found = list(of_record(person, engine.asked(self.source), today))
        unfit = checked(person, engine.policy.sources[self.source].external, today)
        if isinstance(unfit, Rejected):
            found.append(rejected(self.source, unfit))
        if not any(one.severity is Severity.HOLDS for one in found):
            found += of_values(person, self.source, engine.policy, engine.attributes, today)
        self.found += found
        self.together.add(self.source, person)

    @property
    def hidden(self) -> frozenset[str]:
        """The facts that hold what may not be kept."""
        return frozenset({*self.net.found, *self.evidence.found, *(name for name, _ in self.net.caught)})

    def findings(self) -> list[Finding]:
        """What one source shows by itself."""
        return [*self.found, *self._twice(), *self._forbidden()]

    def _twice(self) -> Iterable[Finding]:
        because = "HR gave this id to different records; give each person an id of their own"
        return (
            rejected(self.source, Rejected(hr_id=one, code=Reason.DUPLICATE_ID, because=because))
            for one in sorted(self.twice)
        )

    def _forbidden(self) -> Iterable[Finding]:
        counts = Counter({f"{name}\0{kind}": count for (name, kind), count in self.net.caught.items()})
        for name, kind in self.evidence.found.items():
            counts[f"{name}\0{kind}"] = len(self.evidence.tallies[name, kind].seen)
        for what, count in sorted(counts.items()):
            name, _, kind = what.partition("\0")
            often = "once" if count == 1 else f"{count:,} times"
            said, do = f"{name} holds {kind} {often}, which is never kept", "take it out of what is read"
            yield self._of_source(name, said, do)
        if ID in self.ids.found:
            said = f"the ids of people are {self.ids.found[ID]}s"
            yield self._of_source(ID, said, "choose another key: such a number may not be used for accounts")

    def _of_source(self, name: str, what: str, do: str) -> Finding:
        return Finding(
            kind=Kind.FORBIDDEN,
            severity=Severity.CORRECT,
            source=self.source,
            hr_id="",
            facts=(name,),
            what=what,
            do=do,
        )


async def _net(engine: Engine, source: str) -> Net:
    """With what is known of the source already."""
    row = await engine.store.get(layout.SOURCES, source, layout.NET)
    found = codec.known(row.data)["found"] if row else {}
    return Net({str(name): str(kind) for name, kind in found.items()})


async def _humans(engine: Engine, together: Together) -> dict[Who, str]:
    """Our id of the human that each of those is who have something in common."""
    if engine.policy.people is None:
        return {}
    people = {who for some in together.groups() for who in some}
    return {who: await human_of(engine, *who) for who in sorted(people)}
