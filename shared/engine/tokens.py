"""What the `tokens` timer does: renew every consent well before it dies, whatever becomes of the others."""

from collections.abc import Mapping

from shared.engine.parts import Engine
from shared.errors import Misconfigured, TryLater
from shared.telemetry import catalogue, door
from shared.tokens.deciding import Known, Rules


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
    if wrong:
        raise Misconfigured("; ".join(wrong))
    if later:
        raise later[0]
    return renewed


async def known_tokens(engine: Engine) -> Mapping[str, tuple[Rules, Known | None]]:
    """What is known of the tokens of every system that has some, for `shared.tokens.alarm.dying`. Raises `TryLater`."""
    return {place: (access.rules, await access.known()) for place, access in engine.accesses.items()}
