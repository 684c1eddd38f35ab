"""Leave to do certain verbs for one Desired version, each until its own time; what ran out is never renewed unseen."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from shared import codec
from shared.model import Verb
from shared.store import Put, Row

LASTS = timedelta(hours=4)
"""Short against the windows that limits count in, so that yesterday's leave cannot pile up with today's."""


def standing(row: Row | None, version: int, now: datetime) -> Mapping[Verb, datetime]:
    """The verbs that may be done for this version, and until when."""
    if row is None or codec.known(row.data)["version"] != version:
        return {}
    times = {Verb(verb): codec.moment(until) for verb, until in row.data["verbs"].items()}
    return {verb: until for verb, until in times.items() if until > now}


def permit(key: str, row: Row | None, version: int, verbs: Iterable[Verb], now: datetime) -> Put:
    """The permit `row` with `verbs` added from now on; what else it permits keeps its own time."""
    times = {**standing(row, version, now), **dict.fromkeys(verbs, now + LASTS)}
    until = {str(verb): time.isoformat() for verb, time in sorted(times.items())}
    return Put(key, codec.plain(version=version, verbs=until))
