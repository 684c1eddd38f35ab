"""What `joinly extend` does: let somebody who is not in HR stay until a day, and carry out what follows at once."""

from datetime import date
from pathlib import Path

from shared.cli import at_once, report
from shared.cli.local import open_local
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.cli.whom import source_of
from shared.engine import extend
from shared.engine.records import human_of


def extend_person(policy: Path, data: Path, on: date | None, person: str, until: date, because: str) -> int:
    """The exit code. Raises `Ended`, `Misconfigured`, `Refused` and `TryLater`."""
    return until_done(_extend(policy, data, on, person, until, because), "what was said is kept")


async def _extend(policy: Path, data: Path, on: date | None, person: str, until: date, because: str) -> int:
    async with open_local(policy, data, on, None) as local:
        sources = local.engine.policy.sources
        source = await source_of(local.engine, person, [name for name in sources if sources[name].external])
        await extend(local.engine, source, person, until, await who(local), because)
        await at_once.carry_out(local)
        said = f"{person} stays until {until.day} {until:%B %Y}."
        await at_once.show(local, await human_of(local.engine, source, person), [said])
        return report.complain_of(local)
