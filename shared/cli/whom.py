"""Whom and which target a command is about, from what was typed; where that is not enough, one sentence says why."""

from shared import layout
from shared.engine import Engine
from shared.engine.humans import human
from shared.errors import Misconfigured


def target_of(engine: Engine, given: str) -> str:
    """The target that is meant: the only one, where there is one."""
    targets = engine.policy.targets
    if given in targets:
        return given
    if not given and len(targets) == 1:
        return next(iter(targets))
    raise Misconfigured(f"name one of the policy's targets with --target: {', '.join(targets)}")


async def source_of(engine: Engine, hr_id: str) -> str:
    """The source that knows the person. Raises `Misconfigured` when none does, or several do."""
    found, humans = [], set()
    for source in engine.policy.sources:
        person = layout.own_id(source, hr_id)
        if await engine.store.get(layout.STATE, layout.bucket(person), layout.person(person)):
            found.append(source)
            humans.add(await human(engine, person))
    if len(humans) != 1:
        said = f"both {' and '.join(found)} know somebody with the id" if found else "nobody in HR has the id"
        raise Misconfigured(f"{said} {hr_id}")
    return found[0]
