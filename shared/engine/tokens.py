"""What the `tokens` timer does: renew every consent well before it dies, whatever becomes of the others, and tell how
long each has left.
"""

from collections.abc import Mapping

from shared.engine import gauging
from shared.engine.parts import Engine
from shared.errors import Misconfigured, TryLater
from shared.telemetry import catalogue, door
from shared.tokens import Known, Rules, end
from shared.tokens_access import Access


@door(catalogue.TOKENS)
async def renew_tokens(engine: Engine) -> int:
    """How many consents were renewed. Raises, after all were tried, `Misconfigured` with a sentence for each that a
    person must look at, or else `TryLater` when some could not be asked now.
    """
    renewed, wrong, later = 0, list[str](), list[TryLater]()
    for _, access in sorted(engine.accesses.items()):
        try:
            renewed += await access.renew()
        except Misconfigured as error:
            wrong.append(str(error))
        except TryLater as error:
            later.append(error)
        await _tell(engine, access)
    if wrong:
        raise Misconfigured("; ".join(wrong))
    if later:
        raise later[0]
    return renewed


async def _tell(engine: Engine, access: Access) -> None:
    """How long a consent has left: nothing for one that is dead or was never given. What lives on is not told."""
    if not access.rules.consents:
        return
    try:
        known = await access.known()
    except TryLater:
        return
    now = engine.clock()
    lives = known is not None and known.given is not None and not known.dead
    if ends := end(access.rules, known) if known and lives else now:
        gauging.consent(access.place, ends, now)


async def known_tokens(engine: Engine) -> Mapping[str, tuple[Rules, Known | None]]:
    """What is known of the tokens of every system that has some, for `shared.tokens.dying`. Raises `TryLater`."""
    return {place: (access.rules, await access.known()) for place, access in engine.accesses.items()}
