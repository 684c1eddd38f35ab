"""Of all that HR delivers the newest whole file is read, once it is at rest; none that is still being written is."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from csv_world import ANNA, COLUMNS, PEOPLE, PIET, answer, outside, people, settings, sleeping, table

from connectors.files.names import Names, unfinished
from connectors.files.places.disk import DiskFolder
from shared.connector import Edition
from shared.errors import Misconfigured, TryLater
from shared.model import Person, Rejected

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OLD, NEW = table(*PEOPLE), table(*PEOPLE, ("000126", *ANNA[1:]))


def deliver(folder: Path, name: str, content: str = OLD, hours_ago: float = 24) -> None:
    (folder / name).write_text(content, newline="")
    os.utime(folder / name, times=((NOW - timedelta(hours=hours_ago)).timestamp(),) * 2)


async def read(folder: Path, path: str, **changes: Any) -> tuple[Edition | None, dict[str, Person]]:
    """Which delivery it is, and who is in it."""
    first, *rest = await answer(outside(folder, NOW), settings(path=path, **changes))
    edition = first if isinstance(first, Edition) else None
    everybody = [one for one in (first, *rest) if isinstance(one, Person | Rejected)]
    assert not [one for one in rest if isinstance(one, Edition)]
    return edition, people(everybody)


async def test_one_file_is_no_delivery_among_others(tmp_path: Path) -> None:
    deliver(tmp_path, "export.csv")
    assert (await read(tmp_path, "export.csv"))[0] is None


@pytest.mark.parametrize(
    ("pattern", "older", "newer"),
    [
        ("people-{yyyy}{mm}{dd}.csv", "people-20261122.csv", "people-20261123.csv"),
        ("{dd}-{mm}-{yyyy}_people.csv", "31-10-2026_people.csv", "01-11-2026_people.csv"),
        ("p{yyyy}{mm}{dd}T{hh}{mi}{ss}*.csv", "p20261123T065959-x.csv", "p20261123T070000-a.csv"),
        ("people_{n}.csv", "people_99.csv", "people_100.csv"),
        ("{yyyy}{mm}{dd}_{n}.csv", "20261122_9.csv", "20261123_1.csv"),
    ],
)
async def test_the_newest_is_told_by_its_name_and_not_by_when_it_was_written(
    tmp_path: Path, pattern: str, older: str, newer: str
) -> None:
    deliver(tmp_path, newer, NEW, hours_ago=48)
    deliver(tmp_path, older, OLD, hours_ago=2)
    deliver(tmp_path, "other.csv", "x", hours_ago=1)
    edition, found = await read(tmp_path, pattern)
    assert len(found) == 4
    assert edition is not None
    assert (edition.name, edition.series) == (newer, pattern)
    (tmp_path / newer).unlink()
    before, _ = await read(tmp_path, pattern)
    assert before is not None
    assert before.before(edition)
    assert not edition.before(before)


async def test_without_an_order_in_the_name_the_last_one_written_is_the_newest(tmp_path: Path) -> None:
    deliver(tmp_path, "b.csv", OLD, hours_ago=3)
    deliver(tmp_path, "a.csv", NEW, hours_ago=2)
    edition, found = await read(tmp_path, "*.csv")
    assert len(found) == 4
    assert edition == Edition(series="*.csv", order="2026-11-23T10:00:00+00:00", name="a.csv")


async def test_a_name_is_compared_without_case_and_a_day_must_be_one(tmp_path: Path) -> None:
    names = Names("in/People-{yyyy}{mm}{dd}.csv")
    assert names.folder == "in"
    assert names.order("PEOPLE-20261123.CSV") == "2026.11.23"
    for other in ("People-20261323.csv", "People-2026112.csv", "xPeople-20261123.csv", "People-20261123.csv.tmp"):
        assert names.order(other) is None


@pytest.mark.parametrize(
    "name",
    [".people.csv", "~$people.csv", "people.csv.tmp", "people.csv.part", "people.csv.FILEPART", "people.csv~", "a.swp"],
)
async def test_what_is_hidden_or_still_being_written_is_no_delivery(tmp_path: Path, name: str) -> None:
    assert unfinished(name)
    deliver(tmp_path, "people.csv")
    deliver(tmp_path, name, "half a fi", hours_ago=1)
    (tmp_path / "people-folder.csv").mkdir()
    edition, _ = await read(tmp_path, "*", form="csv")
    assert edition is not None
    assert edition.name == "people.csv"


async def test_no_file_that_fits_is_said_so(tmp_path: Path) -> None:
    deliver(tmp_path, "people.txt")
    with pytest.raises(Misconfigured, match=r"no file in the folder of the export fits \*\.csv"):
        await read(tmp_path, "*.csv")
    with pytest.raises(Misconfigured, match="the folder of the export is not there"):
        await read(tmp_path, "nowhere/*.csv")


async def test_the_one_before_is_not_read_while_the_newest_is_being_written(tmp_path: Path) -> None:
    deliver(tmp_path, "people-1.csv", OLD)
    deliver(tmp_path, "people-2.csv", NEW[:100], hours_ago=0)

    def writing() -> None:
        deliver(tmp_path, "people-2.csv", NEW[:150], hours_ago=0)

    wanted = settings(path="people-{n}.csv", complete={"settled_seconds": 10})
    with pytest.raises(TryLater, match=r"people-2\.csv is still being written"):
        await answer(outside(tmp_path, NOW, sleep=sleeping([], writing)), wanted)


async def test_a_file_that_shrinks_or_vanishes_while_it_is_waited_for_is_not_read(tmp_path: Path) -> None:
    deliver(tmp_path, "people-2.csv", NEW, hours_ago=0)
    wanted = settings(path="people-{n}.csv", complete={"settled_seconds": 10})
    with pytest.raises(TryLater, match=r"people-2\.csv is still being written"):
        await answer(outside(tmp_path, NOW, sleep=sleeping([], (tmp_path / "people-2.csv").unlink)), wanted)


@pytest.mark.parametrize("control", ["people.csv.ok", "people.ok"])
async def test_a_control_file_says_that_a_file_is_whole(tmp_path: Path, control: str) -> None:
    deliver(tmp_path, "people.csv", hours_ago=2)
    with pytest.raises(TryLater, match=r"people\.csv is not whole yet: no control file \.ok was put beside it"):
        await read(tmp_path, "people.csv", complete={"control": ".ok"})
    deliver(tmp_path, control, "", hours_ago=1)
    assert len((await read(tmp_path, "people.csv", complete={"control": ".ok"}))[1]) == 3


async def test_a_control_file_of_an_earlier_delivery_says_nothing(tmp_path: Path) -> None:
    deliver(tmp_path, "people.csv.ok", "", hours_ago=24)
    deliver(tmp_path, "people.csv", NEW[:200], hours_ago=1)
    with pytest.raises(TryLater, match="is not whole yet"):
        await read(tmp_path, "people.csv", complete={"control": ".ok"})


async def test_a_hash_beside_a_file_is_held_against_it(tmp_path: Path) -> None:
    digest = hashlib.sha256(OLD.encode()).hexdigest()
    deliver(tmp_path, "people.csv")
    complete = {"control": ".sha256"}
    for text in (digest, digest.upper() + "\r\n", f"{digest}  people.csv\n", f"{digest} *people.csv"):
        deliver(tmp_path, "people.csv.sha256", text)
        assert len((await read(tmp_path, "people.csv", complete=complete))[1]) == 3
    for text, words in (("", "is not the file"), ("0" * 64, "is not the file"), ("x" * 10_001, "is too long")):
        deliver(tmp_path, "people.csv.sha256", text)
        with pytest.raises(Misconfigured, match=words):
            await read(tmp_path, "people.csv", complete=complete)


async def test_a_delivery_that_stopped_is_noticed(tmp_path: Path) -> None:
    deliver(tmp_path, "people.csv", hours_ago=27)
    assert await read(tmp_path, "people.csv", complete={"delivered_within_hours": 27})
    with pytest.raises(Misconfigured, match=r"people\.csv is the newest and was delivered more than 26 hours ago"):
        await read(tmp_path, "people.csv", complete={"delivered_within_hours": 26})


async def test_a_file_that_is_too_large_is_not_even_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(tmp_path, "people.csv")
    monkeypatch.setattr("connectors.files.places.disk._copied", None)
    with pytest.raises(Misconfigured, match=r"people\.csv is larger than 50 bytes"):
        await read(tmp_path, "people.csv", most_bytes=50)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("people.csv.pgp", b"\x85\x01\x0c", "is encrypted with PGP"),
        ("people.csv", b"-----BEGIN PGP MESSAGE-----\n", "is encrypted with PGP"),
        ("people.csv", b"\x1f\x8b\x08\0", "is packed (gzip)"),
    ],
)
async def test_what_is_packed_away_is_said_so(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Misconfigured) as refused:
        await read(tmp_path, name)
    assert words in str(refused.value)


async def test_nothing_is_left_behind_of_a_file_that_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(ours))
    deliver(tmp_path, "people.csv")
    await read(tmp_path, "people.csv")
    deliver(tmp_path, "people.csv", "Nr\r\n")
    with pytest.raises(Misconfigured):
        await read(tmp_path, "people.csv")
    assert not list(ours.iterdir())


async def test_nothing_is_left_behind_when_nobody_reads_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(ours))
    deliver(tmp_path, "people.csv", table(ANNA, PIET, columns=COLUMNS))
    from connectors.files import Export

    world = outside(tmp_path, NOW)
    reading = Export(settings(path="people.csv"), world).fetch()
    await anext(reading)
    assert list(ours.iterdir())
    await reading.aclose()  # type: ignore[attr-defined]
    await world.http.aclose()
    assert not list(ours.iterdir())


async def test_a_newest_file_that_vanishes_before_it_is_looked_at_is_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(tmp_path, "people-1.csv")
    looked = DiskFolder.look

    async def once(self: DiskFolder, name: str) -> object:
        found = await looked(self, name)
        (tmp_path / name).unlink(missing_ok=True)
        return found

    monkeypatch.setattr(DiskFolder, "look", once)
    with pytest.raises(TryLater, match=r"people-1\.csv was taken away while it was looked at"):
        await read(tmp_path, "people-{n}.csv")
    deliver(tmp_path, "people-1.csv")
    with pytest.raises(TryLater, match=r"people-1\.csv was taken away while it was read"):
        await read(tmp_path, "people-1.csv")


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (PermissionError(13, "no"), Misconfigured, "the folder of the export may not be read; give this process"),
        (NotADirectoryError(20, "no"), Misconfigured, "the folder of the export cannot be opened"),
        (OSError(5, "no"), TryLater, "the folder of the export could not be read to its end"),
    ],
)
async def test_a_folder_that_cannot_be_listed_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, kind: type[Exception], words: str
) -> None:
    def denied(_: object) -> None:
        raise error

    monkeypatch.setattr("connectors.files.places.disk.os.listdir", denied)
    with pytest.raises(kind, match=words):
        await read(tmp_path, "*.csv")
