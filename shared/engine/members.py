"""Who waits to be granted something together with others: one row per group and account, and a bell for each group.

A row is an invitation and no promise: the promise is the person's own mark, which is saved before the row and stays
until the grant is done. So a row or a bell that is lost costs a few minutes, and a row of somebody who waits no longer
is taken out.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared import codec, layout, queues
from shared.bus import Doorbell
from shared.engine.desk import Desk
from shared.engine.parts import Engine, session
from shared.model import Entitlement
from shared.store import Conflict, Delete, Put
from shared.telemetry import carried

AGAIN = timedelta(minutes=5)
"""How long somebody waits before they are looked at again; what they wait for takes seconds."""

LONGEST = timedelta(days=1)
"""After which nobody can still be waiting, even when writes were stopped: their leave has run out."""

LOOKS = 2
"""Times that somebody waits; whoever has waited so often is granted it alone."""


def awaited(data: Mapping[str, Any]) -> frozenset[str]:
    """What somebody waits for, by their mark, as text."""
    return frozenset(data.get("waits", ()))


def gathering(desk: Desk) -> frozenset[Entitlement]:
    """What this look leaves to be granted together with others: what deciding found to be common, unless it was waited
    for in vain or the target cannot do it. Somebody who is blocked or named by hand waits for nothing.
    """
    data = desk.mark.data
    in_vain = int(data.get("looks", 0)) >= LOOKS and not _early(desk)
    if desk.block is not None or desk.asked is not None or in_vain:
        return frozenset()
    kinds = desk.engine.packs.get(desk.target, {})
    return frozenset(one for one in map(Entitlement.of, data.get("packs", ())) if one.kind in kinds)


def promise(desk: Desk, some: Collection[Entitlement]) -> datetime:
    """Have the mark say what this account waits for, once it is saved; when to look again.

    A look that comes before its time, because a bell was rung twice, leaves those who wait where they are.
    """
    data, early = desk.mark.data, _early(desk)
    looks = int(data.get("looks", 0)) + (0 if early else 1)
    desk.mark = replace(desk.mark, data={**data, "waits": sorted(map(str, some)), "looks": looks})
    return codec.moment(str(data["due"])) if early else desk.now + AGAIN


async def line_up(desk: Desk, some: Collection[Entitlement]) -> None:
    """Save that this account waits for these, now that its mark says so, and ring for each group a little ahead."""
    for one in sorted(some):
        row = Put(desk.person, codec.plain(entitlement=str(one), at=desk.now.isoformat()))
        place = layout.crowd(desk.target, layout.named(str(one)))
        await desk.engine.store.commit(layout.MEMBERSHIPS, place, [row])
    at = desk.now + desk.engine.gathers
    await ring(desk.engine, desk.target, [layout.named(str(one)) for one in some], at)


def _early(desk: Desk) -> bool:
    """Whether somebody waits whose time has not come yet."""
    data = desk.mark.data
    return bool(awaited(data)) and codec.moment(str(data["due"])) > desk.now


async def ring(engine: Engine, target: str, groups: Collection[str], at: datetime | None = None) -> None:
    """Have whoever waits for these groups, named as `layout.named` does, looked at together."""
    bodies = [{"target": target, "group": group} for group in sorted(groups)]
    bells = [Doorbell(session(queues.MEMBERSHIPS, body), body, carried()) for body in bodies]
    await engine.bus.ring(queues.MEMBERSHIPS, bells, at)


async def forget_waiting(engine: Engine) -> int:
    """Take out the rows of those who cannot be waiting any more: whoever came in between died; how many."""
    count = 0
    async for row in engine.store.everything(layout.MEMBERSHIPS):
        if codec.readable(row.data) and engine.clock() - codec.moment(row.data["at"]) >= LONGEST:
            with suppress(Conflict):  # they have lined up anew
                await engine.store.commit(layout.MEMBERSHIPS, row.partition, [Delete(row.key, row.version)])
                count += 1
    return count
