"""The levels that exist though nothing happens, read by a timer and told: what waits, what is stopped, what is left.

What cannot be read now is not told: a level that stops coming says so itself, and a wrong one would not.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

from shared import codec, layout
from shared.engine import breaker, gate
from shared.engine.holding import held
from shared.engine.parts import Engine
from shared.engine.tokens import known_tokens
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.pacing import left
from shared.telemetry import catalogue, tell
from shared.tokens.deciding import end

UNREADABLE = (TryLater, Misconfigured, Refused)
DAY = timedelta(days=1)

Level = Callable[[Engine, str], Awaitable[None]]


async def gauge_flow(engine: Engine) -> int:
    """Tell what is read with a few rows: how old sources are, what is stopped, what is left to write; how many of
    these could be read.
    """
    asked: list[tuple[Level, str]] = [(_source, name) for name in engine.policy.sources]
    return await _all(engine, asked + [(_target, name) for name in engine.policy.targets])


async def gauge_stock(engine: Engine) -> int:
    """Tell what is read with everybody's rows, or asked of a target: what waits, and how many seats are free."""
    return await _all(engine, [(_holds, ""), *((_seats, name) for name in engine.policy.targets)])


async def gauge_own(engine: Engine, queues: Iterable[str]) -> int:
    """Tell what only this app may look into: the dead letters of its queues, and the consents it keeps."""
    asked: list[tuple[Level, str]] = [(_dead_letters, name) for name in queues]
    return await _all(engine, [*asked, (_consents, "")])


async def _all(engine: Engine, asked: Iterable[tuple[Level, str]]) -> int:
    count = 0
    for level, name in asked:
        try:
            await level(engine, name)
        except UNREADABLE:
            continue
        count += 1
    return count


async def _consents(engine: Engine, _: str) -> None:
    """Nothing is left of one that is dead or was never given; of one that lives on nothing is told."""
    now = engine.clock()
    for system, (rules, known) in (await known_tokens(engine)).items():
        lives = known is not None and known.given is not None and not known.dead
        if rules.consents and (until := end(rules, known) if known is not None and lives else now) is not None:
            tell(catalogue.CONSENT, (until - now) / DAY, {catalogue.SYSTEM: system})


async def _holds(engine: Engine, _: str) -> None:
    counts = Counter(str(one.reason) for one in await held(engine))
    for reason in Reason:
        tell(catalogue.HOLDS, counts[reason.value], {catalogue.REASON: reason.value})


async def _source(engine: Engine, source: str) -> None:
    row = await engine.store.get(layout.SOURCES, source, layout.ANSWERS)
    if row is not None and codec.readable(row.data) and (at := row.data.get("at")):
        age = (engine.clock() - codec.moment(at)).total_seconds()
        tell(catalogue.SOURCE_AGE, age, {catalogue.SOURCE: source})


async def _target(engine: Engine, target: str) -> None:
    told = {catalogue.TARGET: target}
    tell(catalogue.BREAKER, int(await breaker.state(engine, target) is not None), told)
    tell(catalogue.BUDGET, left(await gate.pace(engine, target), engine.clock()), told)


async def _seats(engine: Engine, target: str) -> None:
    """Of the licences that the policy gives, and of no other that the target may have."""
    grants = [grant for grant in engine.policy.targets[target].grants if grant.license]
    if not grants:
        return
    for licence, free in (await engine.targets[target].stock()).items():
        if any(grant.may_be(licence) for grant in grants):
            tell(catalogue.SEATS, free, {catalogue.TARGET: target, catalogue.LICENCE: licence.name})


async def _dead_letters(engine: Engine, queue: str) -> None:
    tell(catalogue.DEAD_LETTERS, len(await engine.bus.dead_letters(queue)), {catalogue.QUEUE: queue})
