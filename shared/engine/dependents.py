"""Whom an account points to: references become account ids, and whoever comes or goes has the others mapped again."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from shared import codec, layout
from shared.contracts import facts_of, primary
from shared.engine.humans import record_of, whole
from shared.engine.parts import Engine
from shared.engine.records import human_of
from shared.engine.sponsors import addressed, names_of
from shared.expressions import Facts
from shared.externals import ADDRESS
from shared.layout import Hop
from shared.model import Contract, Desired, Entitlement, Link, Person, Stage, Value
from shared.policy import Leaver
from shared.policy.grants import POINTING
from shared.store import Conflict, Delete, Put, Row, prefixed
from shared.telemetry import catalogue, door

UPWARDS = 10
"""Managers of managers who are looked at."""

UNKNOWN = "\0"
"""Stands for an account that does not exist yet; it never leaves this module."""


async def resolve(
    engine: Engine, person: str, source: str, target: str, new: Desired, told: Collection[str]
) -> tuple[Desired, set[str]]:
    """`new` with its references as account ids, and the people they point to.

    A reference whose account does not exist yet is absent, and changes nothing; one to oneself counts as none.
    """
    leads: set[str] = set()
    pointer = _Pointer(engine, person, source, target, told, leads)
    resolved: list[dict[str, Value]] = []
    for values in (new.attributes, new.changing, new.lacking):
        found = {
            name: await pointer.account(name, value) if name in engine.references(target) else value
            for name, value in values.items()
        }
        resolved.append({name: value for name, value in found.items() if value is not UNKNOWN})
    attributes, changing, lacking = resolved
    new = replace(new, attributes=attributes, changing=changing, lacking=lacking)
    people: dict[Entitlement, Entitlement] = {}
    for one in sorted(one for one in new.entitlements if one.kind in POINTING):
        account = await pointer.account(one.kind, one.name)
        people[one] = Entitlement(one.kind, "" if account in (None, UNKNOWN) else str(account))
    return _pointed(new, people) if people else new, leads


def _pointed(new: Desired, pointing: Mapping[Entitlement, Entitlement]) -> Desired:
    """`new` with the accounts of people in the place of their numbers, and without people who have none."""
    texts = {str(old): str(one) for old, one in pointing.items()}
    given = {pointing.get(one, one) for one in new.entitlements}
    return replace(
        new,
        entitlements=frozenset(one for one in given if one.name),
        reasons={texts.get(one, one): why for one, why in new.reasons.items()},
        asking={texts.get(one, one): whom for one, whom in new.asking.items()},
    )


@dataclass(frozen=True, slots=True)
class _Pointer:
    """One person's references on one target, and all on whom they depend.

    Each of those who was not told before is told before their account is looked up, so that an account made in between
    is not missed.
    """

    engine: Engine
    person: str
    source: str
    target: str
    told: Collection[str]
    leads: set[str]

    async def account(self, name: str, hr_id: Value) -> Value:
        """The account of whom an attribute, or an entitlement, of this name points to: None for nobody, and `UNKNOWN`
        for one who has no account yet.
        """
        source = self.engine.policy.pointed_from(self.source)
        lead = await human_of(self.engine, source, str(hr_id)) if hr_id else self.person
        if lead == self.person:
            return None
        found, left = await self._of(lead)
        mapping = self.engine.policy.targets[self.target].attributes.get(name)
        if left and mapping is not None and mapping.leaver is Leaver.NEXT:
            return await self._above(lead) or found
        return found

    async def _of(self, lead: str) -> tuple[Value, bool]:
        """The account of somebody, and whether they have left."""
        engine, target, home = self.engine, self.target, layout.bucket(lead)
        self.leads.add(lead)
        await tell(engine, self.person, lead, self.told)
        row = await engine.store.get(layout.STATE, home, layout.link(lead, target))
        link = codec.LINK.load(row.data) if row and codec.readable(row.data) else Link()
        if not link.account:
            return UNKNOWN, False
        wanted = await engine.store.get(layout.STATE, home, layout.desired(lead, target)) if self._follows else None
        left = wanted is not None and codec.readable(wanted.data) and has_left(codec.DESIRED.load(wanted.data))
        return (UNKNOWN if link.deleted else link.account), left or link.deleted

    async def _above(self, lead: str) -> Value:
        """The account of the next one upwards who has not left; None when there is none."""
        seen = {self.person, lead}
        for _ in range(UPWARDS):
            lead = await manager_today(self.engine, lead)
            if not lead or lead in seen:
                return None
            seen.add(lead)
            found, left = await self._of(lead)
            if found is not UNKNOWN and not left:
                return found
        return None

    @property
    def _follows(self) -> bool:
        return self.engine.policy.targets[self.target].follows_leavers


def has_left(wanted: Desired) -> bool:
    """Whether somebody with an account should not have it open, or have none at all."""
    return wanted.stage < Stage.READY


async def other_account(engine: Engine, person: str, target: str, told: Collection[str]) -> str:
    """The account that a person has on another target; "" while there is none, and then they are mapped again when it
    comes.
    """
    link = await link_elsewhere(engine, person, target, told)
    return "" if link.deleted else link.account


async def link_elsewhere(engine: Engine, person: str, target: str, told: Collection[str]) -> Link:
    """What is remembered of a person's account on another target; they are mapped again when it comes or goes, or when
    a name of it that is written back changes.
    """
    await tell(engine, person, person, told)
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.link(person, target))
    return codec.LINK.load(row.data) if row and codec.readable(row.data) else Link()


async def tell(engine: Engine, person: str, lead: str, told: Collection[str]) -> None:
    """Have `lead` remember that `person` points to them, before they are looked up."""
    if lead not in told:
        change = Put(layout.dependent(lead, person), codec.plain())
        await engine.store.commit(layout.STATE, layout.bucket(lead), [change])


async def manager_of(engine: Engine, source: str, person: str, facts: Facts) -> str:
    """Our id of the manager whom a record of `source` names; "" for nobody, and for oneself."""
    hr_id = facts.get("manager")
    lead = await human_of(engine, engine.policy.pointed_from(source), str(hr_id)) if hr_id else person
    return "" if lead == person else lead


async def manager_today(engine: Engine, person: str) -> str:
    """Our id of the manager whom HR names for somebody today; "" for nobody."""
    subject, contract, source = await _speaks(engine, person)
    if subject is None:
        return ""
    return await manager_of(engine, source, person, facts_of(subject, contract, engine.today))


async def facts_today(engine: Engine, person: str) -> Facts | None:
    """What rules see of somebody today; None for nobody, and for somebody HR does not hold."""
    subject, contract, _ = await _speaks(engine, person) if person else (None, None, "")
    return facts_of(subject, contract, engine.today) if subject else None


async def _speaks(engine: Engine, person: str) -> tuple[Person | None, Contract | None, str]:
    """What HR says of a human, the contract that speaks for them today, and the source in which that one stands."""
    more = engine.policy.people is not None or bool(engine.policy.sponsoring)
    rows = await engine.rows_of(person) if more else await _alone(engine, person)
    record, subject = await record_of(engine, person, rows), await whole(engine, person, rows)
    if record is None or subject is None:
        return None, None, ""
    contract = primary(subject, engine.policy.sources[record.source], engine.today)
    return subject, contract, contract.source or record.source if contract else record.source


async def _alone(engine: Engine, person: str) -> dict[str, Row]:
    key = layout.person(person)
    row = await engine.store.get(layout.STATE, layout.bucket(person), key)
    return {key: row} if row else {}


async def forget(engine: Engine, person: str, leads: Iterable[str]) -> None:
    """These people need not be told any longer; being told once too often would do no harm."""
    for lead in sorted(leads):
        row = [Delete(layout.dependent(lead, person))]
        await engine.store.commit(layout.STATE, layout.bucket(lead), row)


async def _known_as(engine: Engine, person: str) -> list[str]:
    """The ids under which others may point to somebody: their own, and where there are externals each address."""
    names = names_of(engine, person, await engine.rows_of(person)) if engine.policy.sponsoring else frozenset[str]()
    return [person, *(addressed(name) for name in sorted(names) if ADDRESS in name)]


async def _pointing(engine: Engine, person: str) -> AsyncIterator[str]:
    first, last = prefixed(layout.dependents(person))
    async for row in engine.store.scan(layout.STATE, layout.bucket(person), first, last):
        yield row.key.removeprefix(first)


@door(catalogue.DEPENDENTS, catalogue.PERSON)
async def ring_dependents(engine: Engine, person: str) -> None:
    """Have everybody mapped again who points to `person`, because that account came or went."""
    home = layout.bucket(person)
    mark = await engine.store.get(layout.STATE, home, layout.mark(Hop.DEPENDENTS, person))
    if mark is None:
        return
    cohort = str(codec.known(mark.data)["cohort"])
    others = [other for one in await _known_as(engine, person) async for other in _pointing(engine, one)]
    for other in others:
        change = engine.marked(Hop.MAP, other, cohort)
        await engine.store.commit(layout.STATE, layout.bucket(other), [change])
    await engine.ring(Hop.MAP, others)
    try:
        await engine.store.commit(layout.STATE, home, [Delete(mark.key, mark.version)])
    except Conflict:
        await engine.ring(Hop.DEPENDENTS, [person])
