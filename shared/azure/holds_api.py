"""What waits for people, over HTTP: the same list, the same answers and the same rules as `joinly holds`."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.approvals import overdue
from shared.azure.reply import Reply, answer, problem
from shared.azure.triggers import APPROVE_HOLD, REJECT_HOLD, SNOOZE_HOLD
from shared.engine import Engine, approve, consequences, held, holds, reject, snooze, state_of
from shared.engine.approvers import NotAsked
from shared.engine.planned import planned
from shared.engine.seen import plain, seen
from shared.errors import Misconfigured, Refused, TryLater
from shared.holds import Held, State, fingerprint
from shared.picking import Filter, NotWaiting, listed, picked
from shared.reasons import sentence

LARGEST = 65_536
"""Bytes of a request's body, at most."""

MOST = 500
"""Things told of in one answer, what is overdue first; of the others only how many there are."""

Name: TypeAlias = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{4,12}$")]
"""A fingerprint, or the first letters of one."""


class Said(BaseModel):
    """The body of an answer. Who says it is whoever is signed in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    why: Annotated[str, Field(max_length=1000)] = ""
    which: Annotated[tuple[Name, ...], Field(max_length=1000)] = ()
    """More fingerprints that are answered in the same breath; all of them or none."""
    recreate: bool = False
    """For a yes only: have an account back that somebody else deleted."""
    until: date | None = None
    """For a snooze only, and needed there: the day on which it is asked again."""


Saying: TypeAlias = Callable[[Engine, Sequence[str], str, Said], Awaitable[Mapping[str, Any]]]


async def list_holds(engine: Engine, only: Filter) -> Reply:
    """What waits, what is overdue first, and the fingerprint of all of it that a yes to the list is for."""
    some = [one for one in (await holds(engine) if only.everything else await held(engine)) if only.fits(one)]
    waiting = [one for one in some if state_of(engine, one) is State.WAITING]
    answered = listed(waiting, by_reason=bool(only.reason))
    shown = [_shown(plain(one)) for one in await seen(engine, _first(engine, some))]
    name = fingerprint(answered) if answered else None
    more = len(some) - len(shown)
    return answer({"holds": shown, "more": more, "fingerprint": name, "policy": engine.policy_hash})


def _first(engine: Engine, some: Sequence[Held]) -> list[Held]:
    now, today, rules = engine.clock(), engine.today, engine.policy.approvals
    return sorted(some, key=lambda one: not overdue(one, now, today, rules))[:MOST]


async def show_hold(engine: Engine, name: str) -> Reply:
    """Everything a fingerprint names, whole, with what a yes would do."""
    everything = await holds(engine)
    chosen = picked(everything, [one for one in everything if state_of(engine, one) is State.WAITING], [name])
    shown = []
    for one in await seen(engine, _first(engine, chosen)):
        actions = [(one.held.person, one.held.place, each) for each in await consequences(engine, one.held)]
        steps = [step.as_json() for step in await planned(engine, actions)]
        shown.append({**_shown(plain(one)), "actions": steps})
    return answer({"holds": shown, "more": len(chosen) - len(shown), "policy": engine.policy_hash})


def _shown(one: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, "sentence": sentence(str(one["reason"]))}


async def _approve(engine: Engine, names: Sequence[str], by: str, said: Said) -> Mapping[str, Any]:
    found = await approve(engine, names, by, said.why, recreate=said.recreate)
    parts = {"done": found.done, "second": found.second, "changed": found.changed}
    return {part: [one.name for one in some] for part, some in parts.items()}


async def _reject(engine: Engine, names: Sequence[str], by: str, said: Said) -> Mapping[str, Any]:
    return {"rejected": [one.name for one in await reject(engine, names, by, said.why)]}


async def _snooze(engine: Engine, names: Sequence[str], by: str, said: Said) -> Mapping[str, Any]:
    until = said.until or engine.today
    return {"snoozed": [one.name for one in await snooze(engine, names, by, until, said.why)]}


SAYING: Mapping[str, Saying] = {
    APPROVE_HOLD.name: _approve,
    REJECT_HOLD.name: _reject,
    SNOOZE_HOLD.name: _snooze,
}
"""What each of the addresses does that take an answer."""


async def say(engine: Engine, saying: Saying, name: str, by: str, body: bytes) -> Reply:
    """Give the engine the answer of `by`. A body that cannot be read changes nothing."""
    if len(body) > LARGEST:
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {LARGEST} bytes")
    try:
        said = Said.model_validate(json.loads(body or b"{}"))
    except ValidationError as wrong:
        names = sorted({str(one["loc"][0]) if one["loc"] else "the body" for one in wrong.errors()})
        known = ", ".join(Said.model_fields)
        return problem(HTTPStatus.BAD_REQUEST, f"not right: {', '.join(names)[:200]}; a body may hold {known}")
    except (ValueError, RecursionError):
        return problem(HTTPStatus.BAD_REQUEST, "the body is not JSON")
    if saying is _snooze and said.until is None:
        return problem(HTTPStatus.BAD_REQUEST, "say until which day it is put off: until, such as 2026-12-31")
    return answer({"by": by, **await saying(engine, (name, *said.which), by, said)})


async def settled(reply: Awaitable[Reply]) -> Reply:
    """The reply, or what an error of ours means to whoever called."""
    try:
        return await reply
    except NotWaiting as gone:
        return problem(HTTPStatus.NOT_FOUND, str(gone))
    except NotAsked as barred:
        return problem(HTTPStatus.FORBIDDEN, str(barred))
    except Refused as refused:
        return problem(HTTPStatus.CONFLICT, str(refused))
    except TryLater as later:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(later), Retry_After=str(int(later.seconds) + 1))
    except Misconfigured as wrong:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(wrong))
