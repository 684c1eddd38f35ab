"""Whom and which target a command is about, from what was typed; where that is not enough, one sentence says why."""

from collections.abc import Collection

from shared import layout
from shared.engine import Engine
from shared.engine.records import human
from shared.errors import Misconfigured


def target_of(engine: Engine, given: str) -> str:
    """The target that is meant: the only one, where there is one."""
    targets = engine.policy.targets
    if given in targets:
        return given
    if not given and len(targets) == 1:
        return next(iter(targets))
    raise Misconfigured(f"name one of the policy's targets with --target: {', '.join(targets)}")


async def source_of(engine: Engine, hr_id: str, among: Collection[str] = ()) -> str:
    """The source that knows the person, `among` these or all. Raises `Misconfigured` when none does, or several do."""
    found, humans = [], set()
    for source in among or engine.policy.sources:
        person = layout.own_id(source, hr_id)
        if await engine.store.get(layout.STATE, layout.bucket(person), layout.person(person)):
            found.append(source)
            humans.add(await human(engine, person))
    if len(humans) != 1:
        nobody = f"nobody in {' or '.join(among) or 'HR'} has the id"
        said = f"both {' and '.join(found)} know somebody with the id" if found else nobody
        raise Misconfigured(f"{said} {hr_id}")
    return found[0]
