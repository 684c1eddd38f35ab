"""Whom and what somebody at the keyboard means: the one source that knows a person, and the one target there is."""

from shared import layout
from shared.cli.local import Local
from shared.errors import Misconfigured


def target_of(local: Local, given: str) -> str:
    """The target that is meant: the only one, where there is one. Raises `Misconfigured`."""
    targets = local.found.policy.targets
    if given in targets:
        return given
    if not given and len(targets) == 1:
        return next(iter(targets))
    raise Misconfigured(f"name one of the policy's targets with --target: {', '.join(targets)}")


async def source_of(local: Local, hr_id: str) -> str:
    """The source that knows the person. Raises `Misconfigured` when none does, or several do."""
    found = []
    for source in local.engine.policy.sources:
        person = layout.own_id(source, hr_id)
        if await local.engine.store.get(layout.STATE, layout.bucket(person), layout.person(person)):
            found.append(source)
    if len(found) != 1:
        said = f"both {' and '.join(found)} know somebody with the id" if found else "nobody in HR has the id"
        raise Misconfigured(f"{said} {hr_id}")
    return found[0]
