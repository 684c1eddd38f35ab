"""A recording of any source holds nothing of anybody, and is read again as the same people under other names."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.replay import Replay
from shared.connector import Outside
from shared.model import Person, Rejected
from shared.recording import EXCHANGES, Recorder, about
from shared.scrubbed_answers import Scrub
from shared.scrubbing import Stand
from shared.wire import Meter, open_http
from tests.conformance.reading import Subject
from tests.conformance.test_reading import size

KEPT_TOO_LITTLE = "name in the manifest's `recorded` the words and numbers of the system that the connector reads"


async def everybody(subject: Subject, outside: Outside) -> list[Person | Rejected]:
    return [one async for one in subject.built(outside).fetch() if isinstance(one, Person | Rejected)]


async def replayed(subject: Subject, folder: Path) -> list[Person | Rejected]:
    """Read from the recording alone, on the day on which it was made as it is told there."""

    async def any_token(refused: str) -> str:
        return "replayed"

    replay = Replay(folder)
    async with subject.outside() as outside, open_http(Meter(), transport=replay) as http:
        return await everybody(subject, replace(outside, http=http, token=any_token, clock=lambda: replay.begun))


async def recorded(subject: Subject, stand: Stand, folder: Path) -> list[Person | Rejected]:
    """Everybody as they are, while what is asked and answered is recorded in `folder`."""
    if subject.system.transport is None:
        pytest.skip("it is not asked over HTTP")
    oauth = subject.manifest.sign_in(subject.system.settings()) if subject.manifest.sign_in else None
    await subject.read()  # so that a sign-in is over, and is no part of it
    folder.mkdir()
    with (folder / EXCHANGES).open("w", encoding="utf-8") as file:
        scrub, signs_in = Scrub(stand, subject.manifest.recorded), frozenset({oauth.token} if oauth else ())
        async with (
            subject.outside() as outside,
            open_http(Meter(), transport=Recorder(subject.wire, scrub, file, signs_in)) as http,
        ):
            found = await everybody(subject, replace(outside, http=http))
    about(folder, begun=(subject.time.now + stand.shift).isoformat())
    return found


def outline(one: Person | Rejected, stand: Stand | None = None, without: Collection[str] = ()) -> Mapping[str, Any]:
    """What must be equal: which fields there are and which are null, and every day. With `stand`, as it is after the
    recording; `without` what stands in for a number that was known by its check digits, and is no such number any more.
    """
    if isinstance(one, Rejected):
        return {"rejected": one.code}

    def day(found: Any) -> Any:
        return found + stand.shift if stand and found else found

    contracts = [
        (day(each.start), day(each.end), {key: value is None for key, value in each.fields.items()})
        for each in one.contracts
    ]
    fields = {key: value is None for key, value in one.fields.items() if value not in without}
    return {"fields": fields, "contracts": contracts}


def comparable(found: list[Mapping[str, Any]]) -> list[str]:
    return sorted(json.dumps(one, default=str, sort_keys=True) for one in found)


async def test_a_recording_is_read_again_as_the_same_people(subject: Subject, tmp_path: Path) -> None:
    subject.system.hire(size(subject))
    stand, folder = Stand(b"the key of this test"), tmp_path / "recording"
    before = await recorded(subject, stand, folder)
    after = await replayed(subject, folder)
    expected = comparable([outline(one, stand) for one in before])
    stood_in = {stand.text(value) for value in subject.system.forbidden()}
    assert comparable([outline(one, without=stood_in) for one in after]) == expected, KEPT_TOO_LITTLE
    assert await replayed(subject, folder) == after


async def test_a_manager_is_still_one_of_those_who_are_read(subject: Subject, tmp_path: Path) -> None:
    subject.system.hire(1)
    subject.system.hire(4)
    await recorded(subject, Stand(b"the key of this test"), tmp_path / "recording")
    after = [one for one in await replayed(subject, tmp_path / "recording") if isinstance(one, Person)]
    managers = {one.contracts[0].fields["manager"] for one in after} - {None}
    assert managers
    assert managers <= {one.hr_id for one in after}


async def test_nothing_of_anybody_is_in_a_recording(subject: Subject, tmp_path: Path) -> None:
    subject.system.hire(size(subject))
    subject.system.hire(1, first=True)
    await recorded(subject, Stand(b"the key of this test"), tmp_path / "recording")
    told = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "recording").iterdir())
    hidden = [*subject.system.private(), *subject.system.forbidden(), *subject.system.ids()]
    assert len(told) > 1_000
    assert [value for value in hidden if len(value.lstrip("0")) > 6 and value in told] == [], (
        "short ones meet by chance"
    )
