"""Reading everybody: all lists, one after the other, and then person after person in the order of their codes."""

import json
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

from connectors.youforce.gather import Lists
from connectors.youforce.known import known
from connectors.youforce.people import person
from connectors.youforce.reduce import SYSTEM, WITHOUT_ID
from connectors.youforce.settings import Settings
from connectors.youforce.units import order
from shared.connector import STILL_READING, Outside, Reached
from shared.errors import Anew
from shared.model import Person, Rejected
from shared.rest import Manners, Rest
from shared.signing import Bearer, Both, Fixed, Sign

HERE = ZoneInfo("Europe/Amsterdam")
"""Where HR Core counts its days."""

SOME = 500
"""People after whom a reading can be gone on with."""

WAIT = 10.0
"""Seconds after a 429, doubled each time: Youforce says nothing, and after a minute its window is empty in any case."""


class People:
    """Reads whole lists of 500 rows a call: persons, employments, cost allocations (and assignments and own fields,
    where the settings ask for them), units, job profiles and roles. 1,000 people cost about 10 to 16 calls, and as many
    for whatever has changed: a change of a unit or a role is a change of nobody's record.
    """

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings = settings
        self._clock = outside.clock
        self._rest = rest(settings, outside)

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        """Everybody who has or had an employment, once. To go on, the lists are read again: they must fit together.

        Raises `Misconfigured` when not everything is shown, and `TryLater`.
        """
        last = _place(since) if since else None
        today, lists = self._clock().astimezone(HERE).date(), Lists(self._settings)
        async for _ in lists.pages(self._rest):
            yield STILL_READING
        nameless, found, given = lists.all["persons"].nameless, known(lists, self._settings, today), 0
        del lists
        for _ in range(nameless if last is None else 0):
            yield WITHOUT_ID
        for hr_id in sorted(found.persons.codes(), key=order):
            if last is not None and order(hr_id) <= order(last):
                continue
            if one := person(hr_id, found):
                yield one
                given += 1
                if given % SOME == 0:
                    yield Reached(json.dumps([hr_id]))


def rest(settings: Settings, outside: Outside) -> Rest:
    """Requests to either system: paced over all processes, at most three at once, and signed as it wants."""
    sign: Sign = Bearer(outside.token)
    headers = {"Accept": "application/json"}
    if settings.system == "business":
        client = Fixed("X-Client-Id", [settings.client_id], str, outside.secret, outside.forget)
        sign, headers = Both([sign, client]), {**headers, "X-Raet-Tenant-Id": settings.tenant}
    return Rest(
        SYSTEM,
        settings.address,
        outside.http,
        clock=outside.clock,
        sleep=outside.sleep,
        sign=sign,
        headers=headers,
        manners=Manners(wait=WAIT, width=3),
        pace=outside.pace,
    )


def _place(since: str) -> str:
    """The last person who was given. Raises `Anew` for a place that this version does not know."""
    try:
        match json.loads(since):
            case [str(hr_id)]:
                return hr_id
    except ValueError:
        pass
    raise Anew(f"{SYSTEM}: the place to go on from was written by another version; it is read from the beginning")
