"""One person on one target brought in line under a lease: only what is permitted for this Desired version is written.

The mark goes only when the work is done and no news came meanwhile.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from shared import codec, consent, layout
from shared.case import Case, Outcome
from shared.connector import NONE
from shared.engine import blocking, breaker, members, renaming, undoing
from shared.engine.asking import question
from shared.engine.breaker import Passage
from shared.engine.desk import Desk, let_go, sit_down
from shared.engine.halting import Halted, Stoppable, stopped
from shared.engine.holding import hold
from shared.engine.parts import Engine
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.exceptions import with_block
from shared.identifiers import moved
from shared.layout import Hop
from shared.model import Desired, Entitlement, Verb
from shared.packs import packable
from shared.reconcile import reconcile
from shared.store import Change, Conflict, Delete, Replace
from shared.telemetry import catalogue, door, tell
from shared.whats import Apart

ATTEMPTS = 10
"""Times the same work is tried before a person is asked."""

PRESSING = timedelta(days=1)
"""How long a block is tried however often it fails."""


@door(catalogue.PROVISION, catalogue.PERSON, catalogue.TARGET)
async def provision(engine: Engine, person: str, target: str) -> None:
    """Bring one account in line, if a mark asks for it. Raises `TryLater` and `Misconfigured`; the mark then stays.

    It stays too, for as long as somebody has stopped all writes.
    """
    home = layout.bucket(person)
    mark = await engine.store.get(layout.STATE, home, layout.mark(Hop.PROVISION, person, target))
    if mark is None or target not in engine.policy.targets:
        return
    codec.known(mark.data)
    if await stopped(engine, target) and await stopped(engine, target, await blocking.although(engine, person)):
        return
    passage = await breaker.ask(engine, target)
    if passage is Passage.STOPPED:
        return
    desk = await sit_down(engine, person, target, mark)
    if desk is None:
        return
    try:
        await _watched(desk)
    except Conflict:
        again = engine.marked(Hop.PROVISION, person, str(mark.data["cohort"]), target, attempts=0)
        await engine.store.commit(layout.STATE, home, [again])
        await engine.ring(Hop.PROVISION, [person], target)
        return
    except TryLater as later:
        await _later(desk, later)
        raise
    except Halted:
        await let_go(desk)
        return
    except Misconfigured as error:
        await let_go(desk)
        await breaker.trip(engine, target, str(error))
        raise
    except Exception:  # a bug: the next delivery is to meet it too, and not a lease that nobody works under
        await let_go(desk)
        raise
    if passage is Passage.PROBE:
        await breaker.close(engine, target)


async def _watched(desk: Desk) -> None:
    """Whoever points to an account that came or went is told, also when the work on it is not finished yet."""
    try:
        await _work(desk)
    finally:
        if desk.moved:
            await desk.engine.ring(Hop.DEPENDENTS, [desk.person])


async def _work(desk: Desk) -> None:
    engine, target = desk.engine, desk.target
    wanted, asked, basis, block = _wanted(desk), desk.asked, desk.known.basis, desk.block
    taken_back = desk.rows.get(layout.undone(desk.person, target))
    try:
        case = case_of(desk, members.gathering(desk))
        outcome = await reconcile(case, renaming.begun(desk.known) if asked else desk.known)
        tell(catalogue.PLAN_SIZE, len(outcome.actions), {catalogue.TARGET: target})
    except Refused as error:
        await desk.stopped(error.reason, str(error))
        outcome = Outcome(desk.known, problems=[("-", error.reason, str(error))])
    given = asked is not None and renaming.given(asked, outcome.link)
    if asked:
        outcome.link = replace(outcome.link, basis=wanted.basis if given else basis)
    if asked and not given and not outcome.problems:
        because = "the names that were asked for could not be given now; ask again when nothing else waits"
        outcome.problems.append((Verb.RENAME, Reason.REFUSED, because))
    changes = [*_holds(desk, outcome), *([renaming.done(asked)] if asked else [])]
    changes += undoing.lapsed(taken_back, desk.version)
    if desk.release is not None and Verb.ENABLE not in outcome.needed and not outcome.gathering:  # it is for one look
        changes.append(Delete(desk.release.key, desk.release.version))
    later = {what: begins for what in outcome.needed if (begins := desk.begins(what)) is not None}
    ask = {what: count for what, count in outcome.needed.items() if what not in later and not _waits(desk, what)}
    if ask:
        cohort = str(desk.mark.data["cohort"])
        packs = packable(outcome.actions, engine.packs.get(target, {}), _told_apart(desk, wanted))
        beside = question(desk.version, ask, wanted, desk.traits, outcome.account, packs)
        changes.append(engine.marked(Hop.ADMIT, desk.person, cohort, target, **beside))
    renaming_follows = given or _made_under_old_names(outcome, wanted)  # the policy may want others renamed too
    again = [*later.values(), *([desk.now] if renaming_follows else [])]
    if outcome.again is not None:
        again.append(outcome.again)
    if block is not None and block.again is not None and block.again > desk.now:
        again.append(block.again)
    if outcome.gathering:
        again.append(members.promise(desk, outcome.gathering))
    await desk.finish(changes, outcome.link, min(again, default=None))
    if outcome.gathering:
        await members.line_up(desk, outcome.gathering)
    if ask:
        await engine.ring(Hop.ADMIT, [desk.person])


def _made_under_old_names(outcome: Outcome, wanted: Desired) -> bool:
    """Whether an account was made under names that were begun with, and what they follow from is another by now."""
    made = any(one.verb is Verb.CREATE for one in outcome.actions) and outcome.link.account
    return bool(made) and moved(outcome.link.basis, wanted.basis)


def _wanted(desk: Desk) -> Desired:
    wanted = codec.DESIRED.load(desk.rows[layout.desired(desk.person, desk.target)].data)
    return wanted if desk.block is None else with_block(wanted, desk.block)


def _told_apart(desk: Desk, wanted: Desired) -> Apart:
    return consent.apart(desk.engine.policy.targets[desk.target], wanted.asking)


def case_of(desk: Desk, gathering: frozenset[Entitlement] = NONE) -> Case:
    """What this account is to become; `gathering` is what of it is left to be granted together with others."""
    engine, target, block, wanted = desk.engine, desk.target, desk.block, _wanted(desk)
    kinds, rules = engine.attributes[target], engine.policy.targets[target]
    return Case(
        target=Stoppable(engine, target, desk.person, block.although if block else None),
        kinds=kinds,
        protected=frozenset(rules.protected),
        desired=renaming.with_asked(wanted, desk.asked, kinds) if desk.asked else wanted,
        work=desk,
        undone=None if block else undoing.standing(desk.rows.get(layout.undone(desk.person, target)), desk.version),
        told_apart=_told_apart(desk, wanted),
        gathering=gathering,
    )


def _waits(desk: Desk, what: str) -> bool:
    """Whether it was asked before and not given."""
    row = desk.rows.get(layout.hold(desk.person, desk.target, what))
    return row is not None and "coming" not in row.data


def _holds(desk: Desk, outcome: Outcome) -> list[Change]:
    """One hold for each thing only a person can repair; the ones of earlier looks go."""
    prefix = layout.holds(desk.person, desk.target)
    keep = {layout.hold(desk.person, desk.target, what) for what in (*outcome.needed, *desk.traits.coming)}
    keep |= {key for key in desk.rows if key.startswith(prefix) and layout.of_mapping(key)}
    if desk.asked:  # names given by hand were looked at, and not those that wait
        keep.add(layout.hold(desk.person, desk.target, Verb.RENAME))
    ours = [key for key, row in desk.rows.items() if key.startswith(prefix) and codec.readable(row.data)]
    changes: dict[str, Change] = {key: Delete(key) for key in ours if key not in keep}
    seen: Counter[str] = Counter()
    account = outcome.account or desk.known.account
    for what, reason, because in outcome.problems:
        seen[what] += 1
        key = layout.hold(desk.person, desk.target, f"{what}-{seen[what]}!" if what != "-" else "-")
        changes[key] = _problem(desk, key, reason, because, account)
    return list(changes.values())


def _problem(desk: Desk, key: str, reason: str, because: str, account: str) -> Change:
    beside = {"version": desk.version, "account": account, "at": desk.now.isoformat()}
    return hold(desk.engine, desk.rows.get(key), key, reason, because, **beside)


async def _later(desk: Desk, later: TryLater) -> None:
    """Count the attempt; too many of them become a hold, so that one person's trouble is seen and does not spin."""
    attempts = int(desk.mark.data.get("attempts", 0)) + 1
    home = layout.bucket(desk.person)
    release = Delete(layout.lease(desk.person, desk.target), desk.lease_version)
    pressing = desk.block is not None and desk.now - desk.block.at < PRESSING
    if attempts >= ATTEMPTS and not pressing:
        key = layout.hold(desk.person, desk.target, "-")
        because = f"tried {attempts} times: {later}"
        await desk.stopped(Reason.NO_PROGRESS, because)
        changes: list[Change] = [
            _problem(desk, key, Reason.NO_PROGRESS, because, desk.known.account),
            Delete(desk.mark.key, desk.mark.version),
        ]
    else:
        changes = [Replace(desk.mark.key, {**desk.mark.data, "attempts": attempts}, desk.mark.version)]
    for some in ([*changes, release], [release]):
        try:
            await desk.engine.store.commit(layout.STATE, home, some)
        except Conflict:
            continue
        return
