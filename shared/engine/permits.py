"""Leave to do certain verbs for one Desired version, each until its own time; what ran out is never renewed unseen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import codec
from shared.model import Verb
from shared.store import Put, Row

LASTS = timedelta(hours=4)
"""Short against the windows that limits count in, so that yesterday's leave cannot pile up with today's."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Until when (UTC), and for which account: "" for whichever is theirs, because nobody was asked about one."""

    until: datetime
    account: str = ""


def standing(row: Row | None, version: int, now: datetime) -> Mapping[Verb, Leave]:
    """What may be done for this version now."""
    if row is None or codec.known(row.data)["version"] != version:
        return {}
    leaves = {Verb(verb): Leave(codec.moment(until), account) for verb, (until, account) in row.data["verbs"].items()}
    return {verb: leave for verb, leave in leaves.items() if leave.until > now}


def permit(
    key: str, row: Row | None, version: int, verbs: Iterable[Verb], start: datetime, now: datetime, account: str = ""
) -> Put:
    """The permit `row` with `verbs` added, lasting from `start` on; what else it permits keeps its own time."""
    leaves = {**standing(row, version, now), **dict.fromkeys(verbs, Leave(start + LASTS, account))}
    written = {str(verb): (leave.until.isoformat(), leave.account) for verb, leave in sorted(leaves.items())}
    return Put(key, codec.plain(version=version, verbs=written))
