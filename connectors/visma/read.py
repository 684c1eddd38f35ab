"""Reading Visma.net HRM: jobs are started, waited for, fetched onto a temporary disk and read from there, in order."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from itertools import islice
from tempfile import TemporaryFile
from typing import BinaryIO
from zoneinfo import ZoneInfo

from connectors.visma.exports import Export
from connectors.visma.gathered import Gathered
from connectors.visma.jobs import MOST_FILES, SYSTEM, Jobs
from connectors.visma.place import Place
from connectors.visma.reading import Reading
from connectors.visma.settings import Settings
from connectors.visma.table import rows
from shared.connector import Outside, Reached
from shared.downloading import Downloads, Ended
from shared.errors import Anew, Misconfigured
from shared.exporting import Files, Patience, ready
from shared.flow import closing
from shared.model import Person, Rejected

BLOCK = 500
"""People between two places to go on from."""

DUTCH = ZoneInfo("Europe/Amsterdam")


class Employees:
    """A `Source` that reads everybody from one set of exports.

    Cost: for each export one request to start it, one every 4 to 30 seconds until it is ready, and one for each of its
    files: with all lookups about 20 requests for 1,000 people, and hardly more for 100,000.
    """

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings, self._outside = settings, outside
        self._jobs = Jobs(settings, outside)
        self._downloads = Downloads(SYSTEM, settings.base, outside.http, clock=outside.clock, sleep=outside.sleep)

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        """Everyone, once, in order of id. It can be taken up while Visma is at work, and after every 500 people: the
        jobs go on by themselves, and their files are fetched again.

        Raises `Anew` when a job fails, is forgotten or takes too long, and when a file is damaged; `Misconfigured` when
        an export that cannot be empty is, or lacks a column.
        """
        place = Place.at(since, self._settings) if since else await self._started()
        yield Reached(place.cursor)
        files: Mapping[str, Files] = {}
        async with closing(self._ready(place)) as rounds:
            async for so_far in rounds:
                files = so_far
                yield Reached(place.cursor)
        with Gathered(join=self._settings.records == "together") as gathered:
            reading = Reading(self._settings, self._outside.clock().astimezone(DUTCH).date(), gathered)
            for export in self._settings.exports:
                for number in range(len(files[export])):
                    await self._read(reading, place, export, files[export], number)
                    yield Reached(place.cursor)
            place = place.counted(await asyncio.to_thread(reading.complete))
            for nobody in () if place.after else reading.nameless():
                yield nobody
            everybody = reading.humans(place.after)
            while block := await asyncio.to_thread(lambda: list(islice(everybody, BLOCK))):
                for one in block:
                    yield one
                yield Reached(place.given(block[-1].hr_id).cursor)

    async def _started(self) -> Place:
        began = self._outside.clock()
        jobs = {export: await self._jobs.start(export) for export in self._settings.exports}
        return Place.new(self._settings, jobs, began)

    def _ready(self, place: Place) -> AsyncIterator[Mapping[str, Files]]:
        return ready(
            SYSTEM,
            self._settings.exports,
            lambda name: self._jobs.look(Export(name), place.jobs[Export(name)]),
            Patience(deadline=timedelta(minutes=self._settings.export_minutes)),
            began=place.began,
            clock=self._outside.clock,
            sleep=self._outside.sleep,
        )

    async def _read(self, reading: Reading, place: Place, export: Export, addresses: Files, number: int) -> None:
        """Fetch one file and keep its rows."""
        what = f"file {number + 1} of {len(addresses)} of the export of {export}"
        if len(addresses) > MOST_FILES:
            raise Misconfigured(f"{SYSTEM}: the export of {export} has more than {MOST_FILES} files")
        columns, welcome = self._settings.columns(export), self._settings.welcome(export)
        with TemporaryFile() as raw:
            try:
                await self._downloads.fetch(addresses[number], raw, what)
            except Ended:
                await self._again(place, export, len(addresses), number, raw, what)
            await asyncio.to_thread(lambda: reading.keep(export, rows(raw, what, columns, welcome)))

    async def _again(self, place: Place, export: Export, count: int, number: int, raw: BinaryIO, what: str) -> None:
        """An address is good for a short while: the job is asked for another one, once."""
        addresses = await self._jobs.look(export, place.jobs[export])
        if addresses is None or len(addresses) != count:
            raise Anew(f"{SYSTEM}: the export of {export} is not what it was; it is asked for anew")
        try:
            await self._downloads.fetch(addresses[number], raw, what)
        except Ended as ended:
            raise Anew(f"{ended}, and again with a new address; the export is asked for anew") from None
