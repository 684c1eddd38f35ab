"""The simulated Personio with all its oddities, recorded and replayed: the same people, everything about them moved."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.personio import MANIFEST, source
from connectors.personio.signin import sign_in
from local.personio import Employee, populate
from local.replay import Replay
from shared.model import Person, Rejected
from shared.recording import EXCHANGES, Recorder, about
from shared.scrubbed_answers import Scrub
from shared.scrubbing import Stand
from shared.wire import Meter, open_http
from tests.connector_personio.personio_world import World, people

PEOPLE = 230


async def recorded(world: World, stand: Stand, folder: Path) -> None:
    folder.mkdir()
    signs_in = frozenset({sign_in(world.settings()).token})
    with (folder / EXCHANGES).open("w", encoding="utf-8") as file:
        recorder = Recorder(world.wire_end, Scrub(stand, MANIFEST.recorded), file, signs_in)
        async with world.outside() as outside, open_http(Meter(), transport=recorder) as http:
            reader = source(world.settings(), replace(outside, http=http))
            assert len([one async for one in people(reader.fetch())]) == PEOPLE
    about(folder, begun=(world.time.now + stand.shift).isoformat())


async def replayed(world: World, folder: Path) -> Mapping[str, Person | Rejected]:
    async def any_token(refused: str) -> str:
        return "replayed"

    replay = Replay(folder)
    async with world.outside() as outside, open_http(Meter(), transport=replay) as http:
        reader = source(world.settings(), replace(outside, http=http, token=any_token, clock=lambda: replay.begun))
        return {one.hr_id: one async for one in people(reader.fetch())}


def moved(employee: Employee, stand: Stand) -> Mapping[str, Any]:
    """What must be read of somebody from the recording."""

    def text(value: str | None) -> str | None:
        return (stand.text(value).strip() or None) if value else None

    job = employee.employments[-1]
    assert job.start
    return {
        "employeeId": stand.text(str(employee.id)),
        "givenName": text(employee.first_name),
        "surname": text(employee.last_name),
        "email": text(employee.email),
        "preferredName": text(employee.preferred_name),
        "title": text(job.title),
        "manager": stand.text(str(job.supervisor)) if job.supervisor else None,
        "status": job.status.lower() or None,
        "start": job.start + stand.shift,
    }


@pytest.mark.parametrize("api", ["v1", "v2"])
async def test_everybody_is_read_from_the_recording_as_moved(api: str, tmp_path: Path) -> None:
    world, stand = World(api), Stand(b"the key of this test")
    populate(world.company, PEOPLE)
    await recorded(world, stand, tmp_path / "recording")
    found = await replayed(world, tmp_path / "recording")
    for employee in world.company.employees.values():
        expected = moved(employee, stand)
        one = found[expected["employeeId"]]
        assert isinstance(one, Person)
        told = {**one.fields, **one.contracts[-1].fields, "start": one.contracts[-1].start}
        if not employee.employments[-1].status:
            told["status"] = None
        assert {key: told[key] for key in expected} == expected


@pytest.mark.parametrize("api", ["v1", "v2"])
async def test_no_line_of_it_holds_a_word_of_anybody(api: str, tmp_path: Path) -> None:
    world = World(api)
    populate(world.company, PEOPLE)
    await recorded(world, Stand(b"the key of this test"), tmp_path / "recording")
    told = (tmp_path / "recording" / EXCHANGES).read_text(encoding="utf-8")
    everyone = world.company.employees.values()
    words = {word for one in everyone for word in (one.first_name, one.last_name, one.email, str(one.id)) if word}
    words |= {str(one.custom["dynamic_2"].value) for one in everyone} | {
        one.employments[-1].title or "" for one in everyone
    }
    assert [word for word in words if len(word) > 6 and word in told] == []
