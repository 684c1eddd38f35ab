"""Leave to do certain whats for one Desired version, each in its own time; what ran out is never renewed unseen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import codec
from shared.store import Put, Row

LASTS = timedelta(hours=4)
"""Short against the windows that limits count in, so that yesterday's leave cannot pile up with today's."""


@dataclass(frozen=True, slots=True)
class Leave:
    """From when and until when (UTC), and for which account: "" for whichever is theirs, because nobody was asked."""

    since: datetime
    until: datetime
    account: str = ""


def standing(row: Row | None, version: int, now: datetime) -> Mapping[str, Leave]:
    """What may be done for this version, now or from some time on."""
    if row is None or codec.known(row.data)["version"] != version:
        return {}
    leaves = {
        what: Leave(codec.moment(since), codec.moment(until), account)
        for what, (since, until, account) in row.data["whats"].items()
    }
    return {what: leave for what, leave in leaves.items() if leave.until > now}


def permit(
    key: str,
    row: Row | None,
    version: int,
    starts: Mapping[str, datetime],
    now: datetime,
    account: str = "",
    lasts: timedelta = LASTS,
) -> Put:
    """The permit `row` with these whats added, each lasting from its start on; the others keep their own time."""
    added = {str(what): Leave(start, start + lasts, account) for what, start in starts.items()}
    leaves = {**standing(row, version, now), **added}
    written = {
        what: (leave.since.isoformat(), leave.until.isoformat(), leave.account)
        for what, leave in sorted(leaves.items())
    }
    return Put(key, codec.plain(version=version, whats=written))
