"""The digest read from the state and sent, at most once a civil day; what is mailed is remembered before it leaves.

A crash between the two costs one day's mail and never doubles one: everything in it is still there the next day.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import codec, layout
from shared.approvals import overdue, roles
from shared.digest import Digest, Ending, Gathered, Wait, digest, due
from shared.engine import breaker, exceptions, halting
from shared.engine.holding import holds, state_of
from shared.engine.parts import Engine
from shared.engine.rejecting import remind
from shared.engine.tokens import known_tokens
from shared.errors import TryLater
from shared.holds import Held, State
from shared.policy.digest import Mail
from shared.store import Change, Conflict, Insert, Put, Replace
from shared.tokens.alarm import dying
from shared.tokens.alarm import sentence as consent

DAY = timedelta(days=1)

Sending = Callable[[Mail, Digest], Awaitable[None]]
"""Sends a digest from the mailbox and to the people that the policy names. Raises `TryLater` and `Misconfigured`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """The last digest that left: on which day, and its name."""

    day: str = ""
    name: str = ""
    version: str = ""


async def send_digest(engine: Engine, send: Sending) -> int:
    """Send what waits to whom the policy names, unless that was done today or nothing is new; how many mails.

    Raises `TryLater` and `Misconfigured`, and then it is not counted as sent.
    """
    if engine.policy.digest is None:
        return 0
    last = await _last(engine)
    found = digest(engine.policy.customer, engine.clock(), engine.today, await gather(engine))
    if last.day == engine.today.isoformat() or not due(found, last.name):
        return 0
    data = codec.plain(day=engine.today.isoformat(), name=found.name)
    change: Change = Replace(layout.DIGEST, data, last.version) if last.version else Insert(layout.DIGEST, data)
    try:
        await engine.store.commit(layout.GATES, layout.DIGEST, [change])
    except Conflict:
        return 0  # somebody else is sending it
    try:
        await send(engine.policy.digest, found)
    except Exception:
        with suppress(TryLater):
            again = Put(layout.DIGEST, codec.plain(day=last.day, name=last.name))
            await engine.store.commit(layout.GATES, layout.DIGEST, [again])
        raise
    await remind(engine)
    return 1


async def _last(engine: Engine) -> Sent:
    row = await engine.store.get(layout.GATES, layout.DIGEST, layout.DIGEST)
    if row is None:
        return Sent()
    known = codec.known(row.data)
    return Sent(day=str(known["day"]), name=str(known["name"]), version=row.version)


async def gather(engine: Engine) -> Gathered:
    """Everything there is to tell, read from the state alone."""
    everything = await holds(engine)
    now, today, rules = engine.clock(), engine.today, engine.policy.approvals
    waits = [
        Wait(held=one, overdue=overdue(one, now, today, rules), roles=roles(one, rules))
        for one in everything
        if state_of(engine, one) is State.WAITING
    ]
    consents = [consent(one.place, one.why) for one in dying(await known_tokens(engine), now)]
    return Gathered(
        waits=waits,
        woken=[one for one in everything if state_of(engine, one) is State.SNOOZED and _wakes(engine, one)],
        endings=await _endings(engine),
        sources=await _sources(engine),
        tripped=await _tripped(engine),
        stopped=[one.target for one in await halting.stops(engine)],
        consents=consents,
    )


def _wakes(engine: Engine, one: Held) -> bool:
    """Whether it is asked again by tomorrow."""
    return one.snoozed is not None and one.snoozed.until is not None and one.snoozed.until <= engine.today + DAY


async def _endings(engine: Engine) -> list[Ending]:
    soon = engine.today + timedelta(days=engine.policy.exceptions.soon)
    return [
        Ending(hr_id=one.hr_id, what=_what(one), last=one.exemption.last)
        for one in await exceptions.listed(engine)
        if one.exemption.last <= soon
    ]


def _what(one: exceptions.Listed) -> str:
    parts = (str(one.exemption.kind), one.exemption.what, f"on {one.exemption.target}" if one.exemption.target else "")
    return " ".join(part for part in parts if part)


async def _sources(engine: Engine) -> list[tuple[str, datetime]]:
    found = []
    for source in engine.policy.sources:
        row = await engine.store.get(layout.SOURCES, source, layout.ANSWERS)
        if row is not None and codec.readable(row.data) and (at := row.data.get("at")):
            found.append((source, codec.moment(at)))
    return found


async def _tripped(engine: Engine) -> list[tuple[str, str]]:
    states = [(target, await breaker.state(engine, target)) for target in engine.policy.targets]
    return [(target, one.because) for target, one in states if one is not None]
