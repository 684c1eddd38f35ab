"""Leave to do certain verbs for one Desired version, each in its own time; what ran out is never renewed unseen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import codec
from shared.model import Verb
from shared.store import Put, Row

LASTS = timedelta(hours=4)
"""Short against the windows that limits count in, so that yesterday's leave cannot pile up with today's."""


@dataclass(frozen=True, slots=True)
class Leave:
    """From when and until when (UTC), and for which account: "" for whichever is theirs, because nobody was asked."""

    since: datetime
    until: datetime
    account: str = ""


def standing(row: Row | None, version: int, now: datetime) -> Mapping[Verb, Leave]:
    """What may be done for this version, now or from some time on."""
    if row is None or codec.known(row.data)["version"] != version:
        return {}
    leaves = {
        Verb(verb): Leave(codec.moment(since), codec.moment(until), account)
        for verb, (since, until, account) in row.data["verbs"].items()
    }
    return {verb: leave for verb, leave in leaves.items() if leave.until > now}


def permit(
    key: str,
    row: Row | None,
    version: int,
    starts: Mapping[Verb, datetime],
    now: datetime,
    account: str = "",
    lasts: timedelta = LASTS,
) -> Put:
    """The permit `row` with these verbs added, each lasting from its start on; the others keep their own time."""
    added = {verb: Leave(start, start + lasts, account) for verb, start in starts.items()}
    leaves = {**standing(row, version, now), **added}
    written = {
        str(verb): (leave.since.isoformat(), leave.until.isoformat(), leave.account)
        for verb, leave in sorted(leaves.items())
    }
    return Put(key, codec.plain(version=version, verbs=written))
