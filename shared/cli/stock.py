"""Free seats of licences before a run and after it, and how many people will lack one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from shared.cli import terminal
from shared.engine import Engine, Held
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Entitlement, Verb
from shared.whats import entitled

Free = Mapping[tuple[str, Entitlement], int]
"""(target, licence) → free seats."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One licence of one target."""

    target: str
    license: str
    before: int
    after: int
    lacking: int
    """People who are to have one, now or on their first day, and for whom none is left."""


async def free_seats(engine: Engine, stopped: Collection[str]) -> Free:
    """What targets say of the licences that the policy gives; nothing is asked of those that are stopped."""
    found: dict[tuple[str, Entitlement], int] = {}
    for name, rules in engine.policy.targets.items():
        if name not in stopped and any(grant.license for grant in rules.grants):
            try:
                stock = await engine.targets[name].stock()
            except (TryLater, Misconfigured, Refused):
                continue
            named = (one for one in stock if any(grant.may_be(one) for grant in rules.grants))
            found |= {(name, one): stock[one] for one in named}
    return found


def shelves(before: Free, after: Free, holds: Sequence[Held]) -> list[Shelf]:
    """The licences of which the number has changed, or of which there are too few."""
    waiting = [(one.place, one.what) for one in holds if one.reason == Reason.NO_SEAT]
    rows = [
        Shelf(target, one.name, before[target, one], free, waiting.count((target, entitled(Verb.GRANT, one))))
        for (target, one), free in sorted(after.items())
        if (target, one) in before
    ]
    return [row for row in rows if row.before != row.after or row.lacking]


def as_json(rows: Sequence[Shelf]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def lines(page: Console, rows: Sequence[Shelf]) -> Iterator[Text]:
    if rows:
        yield Text()
        yield Text("Free seats", style="bold")
        yield from terminal.table(page, [(row.license, row.target, _seats(row)) for row in rows], 2)


def _seats(row: Shelf) -> str:
    lacking = f"; {terminal.counted(row.lacking, 'person lacks', 'people lack')} one" if row.lacking else ""
    return f"{row.before:,} → {row.after:,}{lacking}"
