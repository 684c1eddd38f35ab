"""One group and everybody who waits for it: granted to many in one write, each under the lease of their own account.

Nothing is judged here. Whoever is refused, or whose plan has become another one, is left to their own look, which
grants it alone and says what stands in the way; and so a refused member never keeps the others from it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from shared import codec, layout
from shared.codec import UnknownSchema
from shared.engine import breaker, members
from shared.engine.desk import Desk, let_go, sit_down
from shared.engine.halting import Halted, Stoppable, stopped
from shared.engine.parts import Engine
from shared.engine.provisioning import case_of
from shared.errors import Misconfigured, Refused, TryLater
from shared.flow import together
from shared.layout import Hop
from shared.model import Account, Action, Entitlement, Link, Verb
from shared.planning import after, before
from shared.reconcile import Survey, survey
from shared.store import Conflict, Delete, Replace, Row
from shared.telemetry import catalogue, door
from shared.writing import permitted

TURNS = 10
"""Packs of one group that are made on one doorbell; what is left is rung for."""

TRIES = 5
"""Times that a write for many is tried without an answer; then each of them is tried alone."""

BUSY = 30
"""Seconds after which somebody is asked for again whose account another worker has."""


@dataclass(slots=True)
class Place:
    """Somebody who waits, at the desk of their own account, with the one grant that is done here."""

    row: Row
    desk: Desk
    live: Account
    action: Action
    link: Link
    answered: bool = False
    """Whether they wait no longer: it is granted, or left to their own look."""
    unanswered: bool = False
    """Whether nobody knows if it was granted."""
    lost: bool = False
    """Whether the desk is not ours any more: something about this person has changed."""


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who has no part in this pack; `waits` says whether they may have one in another."""

    row: Row
    waits: bool


@door(catalogue.PACK, catalogue.TARGET)
async def pack(engine: Engine, target: str, group: str) -> None:
    """Grant what `group` names to everybody who waits for it. Raises `TryLater` and `Misconfigured`; they wait on."""
    if target not in engine.policy.targets:
        return
    passed: set[str] = set()
    for _ in range(TURNS):
        if await stopped(engine, target) or await breaker.state(engine, target) is not None:
            return  # their marks stay, and bring them here again
        rows = [row for row in await _waiting(engine, target, group) if row.key not in passed]
        if not rows or not _ripe(engine, target, rows):
            break
        passed |= await _turn(engine, target, rows[: _most(engine, target, rows)])
    else:
        await members.ring(engine, target, [group])
        return
    if passed:
        raise TryLater("somebody else is working on some of the accounts", BUSY)


async def _waiting(engine: Engine, target: str, group: str) -> list[Row]:
    """Whoever waits, in order."""
    place = layout.crowd(target, group)
    rows = [row async for row in engine.store.scan(layout.MEMBERSHIPS, place) if codec.readable(row.data)]
    return sorted(rows, key=lambda row: (str(row.data["at"]), row.key))


def _most(engine: Engine, target: str, rows: Sequence[Row]) -> int:
    kind = Entitlement.of(str(rows[0].data["entitlement"])).kind
    return engine.packs.get(target, {}).get(kind, 1)


def _ripe(engine: Engine, target: str, rows: Sequence[Row]) -> bool:
    """Whether they fill a write, or have waited for others long enough; if not, a bell of theirs is still to come."""
    full = len(rows) >= _most(engine, target, rows)
    return full or engine.clock() - codec.moment(rows[0].data["at"]) >= engine.gathers


async def _turn(engine: Engine, target: str, rows: Sequence[Row]) -> set[str]:
    """One write for these, or as many as it takes; the people who wait on because their account is not to be had."""
    found = await together([_seat(engine, target, row) for row in rows])
    places = [one for one in found if isinstance(one, Place)]
    trouble = next((one for one in found if isinstance(one, Exception)), None)
    if trouble is None:
        try:
            await _grant(Stoppable(engine, target, "", None), places)
        except Exception as error:
            trouble = error
    await together([_rise(place) for place in places])
    left = [one for one in found if isinstance(one, Left)]
    gone = [one.row for one in left if not one.waits] + [one.row for one in places if one.answered or one.lost]
    await _take_out(engine, gone)
    if isinstance(trouble, Misconfigured):
        await breaker.trip(engine, target, str(trouble))
    if trouble is not None and not isinstance(trouble, Halted):
        raise trouble
    return {row.key for row in rows} - {row.key for row in gone}


# ── sitting down ─────────────────────────────────────────────────────────────────────────────────────────────


async def _seat(engine: Engine, target: str, row: Row) -> Place | Left:
    """The desk of whoever waits, with the account as it is now, if nothing but the grant comes next."""
    person, what = row.key, str(row.data["entitlement"])
    mark = await engine.store.get(layout.STATE, layout.bucket(person), layout.mark(Hop.PROVISION, person, target))
    if mark is None or not codec.readable(mark.data) or what not in members.awaited(mark.data):
        return Left(row, waits=False)
    try:
        desk = await sit_down(engine, person, target, mark)
    except TryLater:
        return Left(row, waits=True)
    if desk is None:
        return Left(row, waits=False)
    try:
        return await _looked(desk, row, Entitlement.of(what))
    except (TryLater, Conflict):
        await let_go(desk)
        return Left(row, waits=True)
    except UnknownSchema:
        await let_go(desk)
        return Left(row, waits=False)
    except Exception:
        await let_go(desk)
        raise


async def _looked(desk: Desk, row: Row, what: Entitlement) -> Place | Left:
    try:
        seen = None if desk.block or desk.asked else await survey(case_of(desk), desk.known)
    except Refused:
        seen = None
    if seen is not None:
        action = _next(seen, what)
        link = seen.outcome.link
        if action is not None and seen.live is not None:
            return Place(row, desk, seen.live, action, before(link, (action,), desk.now))
        await desk.save(link, None)
    await _go_on(desk, str(what), alone=seen is None or not _only_giving(seen))
    return Left(row, waits=False)


def _only_giving(seen: Survey) -> bool:
    return all(one.verb in (Verb.GRANT, Verb.ENABLE) for one in seen.actions)


def _next(seen: Survey, what: Entitlement) -> Action | None:
    """The grant, when it may be done and nothing that comes before grants is to be done."""
    if not _only_giving(seen):
        return None
    some = permitted(seen.case, seen.live, seen.actions, seen.outcome.needed)
    return next((one for one in some if one.verb is Verb.GRANT and one.entitlement == what), None)


# ── granting ─────────────────────────────────────────────────────────────────────────────────────────────────


async def _grant(target: Stoppable, places: Sequence[Place]) -> None:
    """One write for all of them; when it is refused, one for each half, until one alone is left to their own look."""
    if len(places) > 1:
        await together([_kept(place, place.link, None) for place in places])
    some = [place for place in places if not place.lost]
    if len(some) < 2:
        for place in some:
            place.answered = True
        return
    try:
        await target.grant_all([place.live.id for place in some], some[0].action)
    except Refused:
        half = len(some) // 2
        await _grant(target, some[:half])
        await _grant(target, some[half:])
        return
    except TryLater:
        await together([_unanswered(place) for place in some])
        raise
    await together([_granted(place) for place in some])


async def _unanswered(place: Place) -> None:
    place.unanswered = True
    await place.desk.unanswered(place.action, place.live)


async def _granted(place: Place) -> None:
    await _kept(place, after(place.link, place.action, place.live), place.action)
    place.answered = not place.lost


async def _kept(place: Place, link: Link, action: Action | None) -> None:
    """Save the link under the lease, which is longer then; whoever lost it, or does not know, has no part any more."""
    try:
        await place.desk.save(link, action, place.live)
    except (Conflict, TryLater):
        place.lost = True
    else:
        place.link = link


# ── getting up ───────────────────────────────────────────────────────────────────────────────────────────────


async def _rise(place: Place) -> None:
    desk = place.desk
    if place.lost:
        again = desk.engine.marked(Hop.PROVISION, desk.person, str(desk.mark.data["cohort"]), desk.target, attempts=0)
        await let_go(desk)
        await desk.engine.store.commit(layout.STATE, layout.bucket(desk.person), [again])
        await desk.engine.ring(Hop.PROVISION, [desk.person], desk.target)
    elif place.answered:
        await _go_on(desk, str(place.row.data["entitlement"]))
    elif place.unanswered:
        tried = int(desk.mark.data.get("attempts", 0)) + 1
        place.answered = tried >= TRIES
        await _go_on(desk, "", alone=place.answered, tried=tried)
    else:
        await let_go(desk)


async def _go_on(desk: Desk, what: str, *, alone: bool = False, tried: int = 0) -> None:
    """They wait for `what` no longer, and when they wait for nothing else their own look does the rest: all that is
    left, when it is to be done `alone`.
    """
    data = desk.mark.data
    packs = [one for one in data.get("packs", ()) if one != what and not alone]
    waits = [one for one in data.get("waits", ()) if one != what and not alone]
    due = data.get("due", "") if waits else desk.now.isoformat()
    rest = {"packs": packs, "waits": waits, "due": due, "attempts": tried or data.get("attempts", 0)}
    unmarked = Replace(desk.mark.key, {**data, **rest}, desk.mark.version)
    released = Delete(layout.lease(desk.person, desk.target), desk.lease_version)
    try:
        await desk.engine.store.commit(layout.STATE, layout.bucket(desk.person), [released, unmarked])
    except Conflict:  # there is news, with a bell of its own
        await let_go(desk)
        return
    if not waits:
        await desk.engine.ring(Hop.PROVISION, [desk.person], desk.target, desk.now)


async def _take_out(engine: Engine, rows: Sequence[Row]) -> None:
    """They wait here no longer, unless they have lined up anew."""
    for row in rows:
        with suppress(Conflict):
            await engine.store.commit(layout.MEMBERSHIPS, row.partition, [Delete(row.key, row.version)])
