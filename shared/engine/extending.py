"""Whether somebody who is not in HR stays: asked before their end or their sponsor's last day, and said by a person.

A question is one hold that stays until it is answered or its cause is gone. Nothing is begun for somebody for whom
nobody answers, and whoever is in service stays so until their end, whatever becomes of the sponsor.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from shared import codec, layout, ledger
from shared.approvals import eyes
from shared.engine.approvers import may
from shared.engine.dependents import tell
from shared.engine.drafting import Draft
from shared.engine.extensions import EXTENSION, of
from shared.engine.holding import hold
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.sponsors import addressed, begun, sponsor_of
from shared.errors import Reason, Refused
from shared.externals import (
    ADDRESS,
    Extension,
    Question,
    Sponsor,
    by_id,
    coming,
    days,
    ending,
    extended,
    last_day,
    misfit,
    named,
    over,
    question,
    standing,
    unsponsored,
)
from shared.facts import shift
from shared.holds import Held
from shared.layout import Hop
from shared.model import Person
from shared.policy import External
from shared.store import Delete, Put, Row

STAYS, ANSWERED_FOR = "extend", "sponsor"
"""What waits: whether they stay, and somebody who answers for them."""


async def sponsored(draft: Draft) -> bool:
    """Have the person of a draft count by what was said of them, and ask what is to be asked.

    Whether anything is done for them: not while nobody answers for somebody who is not in service yet.
    """
    rules = draft.engine.policy.sources[draft.source].external
    if rules is None:
        _ask(draft, None, None)
        return not _waits(draft, "")
    word, last = _standing(draft), ending(draft.subject)
    served = over(extended(draft.subject, word), draft.today)
    sponsor = await _sponsor(draft, rules, "" if served else named(draft.subject, rules))
    draft.subject = extended(by_id(draft.subject, rules, sponsor), word)
    draft.days |= set(days(draft.subject, sponsor, rules))
    why = unsponsored(draft.subject, sponsor, word, rules, draft.today)
    if why and await begun(draft.engine, draft.person, draft.rows):
        why = ""
    asked = None if why else question(draft.subject, sponsor, word, rules, draft.today)
    _ask(draft, asked, last.end if last else None)
    if why:
        draft.subject = replace(draft.subject, contracts=())
    return not _waits(draft, why)


def _standing(draft: Draft) -> Extension | None:
    """The word that is for the end their source gives now; one for another end is taken out, and the ledger says so."""
    found = of(draft.person, draft.rows)
    if found is None or standing(found, draft.subject) is not None:
        return found
    row = draft.rows[layout.extension(draft.person)]
    draft.changes.append(Delete(row.key, row.version))
    because = f"{draft.source} gives another end than {found.of}, for which it was said"
    draft.decide(draft.source, "lapse extension", row.version, by=found.by, because=because)
    return None


async def _sponsor(draft: Draft, rules: External, name: str) -> Sponsor:
    """The sponsor, told that this person points to them before they are looked up; the same for whoever gets the
    address. What nobody has is looked up again every day.
    """
    told = draft.mapped["leads"]
    if not name:
        return await sponsor_of(draft.engine, rules, name)
    first = addressed(name) if ADDRESS in name else layout.own_id(rules.sponsors_in, name)
    await tell(draft.engine, draft.person, first, told)
    found = await sponsor_of(draft.engine, rules, name)
    if found.id != first:
        await tell(draft.engine, draft.person, found.id, told)
        found = await sponsor_of(draft.engine, rules, name)
    if not found.hr_id:
        draft.days.add(shift(draft.today, 1))
    draft.leads |= {first, found.id}
    return found


def _ask(draft: Draft, asked: Question | None, end: date | None) -> None:
    """Hold the question, or take it back; `end` is the one that their source gives."""
    key = layout.hold(draft.person, draft.source, STAYS)
    if asked is None or end is None:
        draft.release(key)
        return
    known = draft.rows.get(key)
    beside = {"of": end.isoformat(), "until": asked.until.isoformat(), "without": asked.without}
    because, reason = asked.because, Reason.REVALIDATION
    draft.changes.append(hold(draft.engine, known, key, reason, because, hr_id=draft.subject.hr_id, **beside))
    if known is None or known.data.get("because") != because:
        since = draft.rows[layout.person(draft.person)].version
        draft.decide(draft.source, ledger.HELD, since, reason=reason, because=because)


def _waits(draft: Draft, why: str) -> bool:
    """Hold that nobody answers for them, or take it back; whether they wait."""
    if why:
        draft.leads |= set(draft.mapped["leads"])
        draft.hold(draft.source, ANSWERED_FOR, Reason.MISSING_DATA, why)
    else:
        draft.release(layout.hold(draft.person, draft.source, ANSWERED_FOR))
    return bool(why)


def service(draft: Draft) -> str:
    """What those for whom somebody answers must hear of: the last day in service. "" where nobody asks."""
    if not draft.engine.policy.sponsoring & {draft.source, *(one.source for one in draft.others)}:
        return ""
    last = last_day(draft.whole, draft.rules, draft.today)
    return f"until {last}" if last else "in service"


async def questions(
    engine: Engine, source: str, person: str, rows: Mapping[str, Row], until: date
) -> list[tuple[date, Question]]:
    """What will be asked of somebody up to and including a day, as everything is known now."""
    rules, subject = engine.policy.sources[source].external, codec.PERSON.load(rows[layout.person(person)].data)
    if rules is None:
        return []
    word = standing(of(person, rows), subject)
    sponsor = await sponsor_of(engine, rules, named(subject, rules))
    return list(coming(extended(subject, word), sponsor, word, rules, engine.today, until))


async def extend(engine: Engine, source: str, hr_id: str, until: date, by: str, because: str) -> None:
    """Let somebody of a source of externals stay `until` a day; the end of that source takes an earlier word back.

    `by` is who says so. Raises `Refused`, with nothing changed, for somebody who is not external, for a day that the
    policy does not allow, and when `by` alone may not say so.
    """
    rules, person = engine.policy.sources[source].external, layout.own_id(source, hr_id)
    rows = await engine.rows_of(person)
    row = rows.get(layout.person(person))
    if rules is None or row is None:
        raise Refused(f"{hr_id} is nobody in a source of externals; HR says how long they stay")
    subject = codec.PERSON.load(row.data)
    if why := misfit(subject, until, rules, engine.today):
        raise Refused(f"{hr_id} cannot be extended: {why}")
    if not because.strip():
        raise Refused("say why they stay: whoever asks later finds it in the ledger")
    await _may(engine, person, hr_id, source, by)
    last = ending(subject)
    of_source = last.end if last is not None and last.end is not None else until
    key = layout.extension(person)
    change: Put | Delete = Delete(key)
    if until != of_source:
        without = await _without(engine, rules, subject, standing(of(person, rows), subject))
        word = Extension(of=of_source, until=until, without=without, by=by, because=because, at=engine.clock())
        change = Put(key, EXTENSION.dump(word))
    said = {"of": of_source.isoformat(), "since": engine.clock().isoformat()}
    await note(engine, person, source, f"extend until {until}", by=by, because=because, **said)
    mark = engine.marked(Hop.MAP, person, engine.trickle("extensions"))
    await engine.store.commit(layout.STATE, layout.bucket(person), [change, mark])
    await engine.ring(Hop.MAP, [person])


async def _may(engine: Engine, person: str, hr_id: str, source: str, by: str) -> None:
    """Raises `Refused` for whoever could not answer the question either."""
    asked = Held(person=person, hr_id=hr_id, place=source, what=STAYS, reason=Reason.REVALIDATION, because="")
    await may(engine, asked, by, own=False)
    if eyes(asked, {}, 1, engine.policy.approvals) > 1:
        raise Refused("the policy asks two people for this; answer the question when it is asked, with `joinly holds`")


async def _without(engine: Engine, rules: External, subject: Person, word: Extension | None) -> str:
    """The sponsor without whom they stay: one who leaves, of whom it is asked now, or of whom it was said before."""
    found = await sponsor_of(engine, rules, named(subject, rules))
    asked = question(extended(subject, word), found, word, rules, engine.today)
    return asked.without if asked is not None and asked.without else word.without if word is not None else ""
