"""`joinly record` against a simulated Personio on loopback: what it says, what it keeps, and when it keeps nothing."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.personio import Company, Credential, Employment, Faults, personio_app
from local.replay import NotRecorded, Replay
from local.serve import serving
from tests.cli.cli_world import Said, joinly

CLIENT, SECRET = "papi-client-0001", "s3cret-never-shown"
POLICY = """
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr:
    connector: {connector}
    settings: {settings}
targets:
  entra:
    connector: entra
    settings: {{tenant: sandbox}}
    correlate: [employeeId]
    attributes:
      employeeId: "[employeeId]"
      displayName: "[givenName]"
      mailNickname: {{mode: create_only, value: "[givenName]"}}
      userPrincipalName: 'SelectUniqueValue(Join("@", [givenName], "contoso.nl"), Join("@", [employeeId], "c.nl"))'
"""
PERSONIO = '{{api: v1, client_id: "secret:hr-id", client_secret: "secret:hr-secret", base: "{base}"}}'
FILE = "{path: people.csv, key: Nr, person: {givenName: Naam, employeeNo: Nr}, contract: {start: Begin}}"


class Vendor:
    """Personio in a thread of its own, because the command line has a loop of its own."""

    def __init__(self, folder: Path, address: str, company: Company, faults: Faults) -> None:
        self.folder, self.company, self.faults = folder, company, faults
        self.policy("personio", PERSONIO.format(base=address))

    def policy(self, connector: str, settings: str) -> None:
        (self.folder / "contoso.yaml").write_text(POLICY.format(connector=connector, settings=settings))

    @property
    def recording(self) -> Path:
        return self.folder / "recording"

    def record(self, source: str = "hr", *words: object) -> Said:
        policy, data = self.folder / "contoso.yaml", self.folder / "data"
        return joinly("record", policy, source, "--to", self.recording, "--data", data, *words)

    def exchanges(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.recording / "exchanges.jsonl").read_text().splitlines()]


@contextmanager
def vendor(folder: Path) -> Iterator[Vendor]:
    company, faults = Company(lambda: datetime.now(UTC)), Faults()
    company.allow(Credential(client_id=CLIENT, client_secret=SECRET))
    started, stopping, known = threading.Event(), asyncio.Event(), dict[str, Any]()

    async def serve() -> None:
        async with serving(personio_app(company, faults)) as address:
            known.update(address=address, loop=asyncio.get_running_loop())
            started.set()
            await stopping.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    started.wait(10)
    try:
        yield Vendor(folder, known["address"], company, faults)
    finally:
        known["loop"].call_soon_threadsafe(stopping.set)
        thread.join()


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    monkeypatch.setenv("JOINLY_SECRET_HR_ID", CLIENT)
    monkeypatch.setenv("JOINLY_SECRET_HR_SECRET", SECRET)
    with vendor(tmp_path) as running:
        for number in range(1_000_001, 1_000_131):
            job = Employment(start=date(2020, 1, 1), title="Toezichthouder", department="Binnendienst")
            running.company.hire(number, f"Annelies{number}", "Bakkersveld", job, email=f"a{number}@private.test")
        running.company.hire(1_000_131, "Zonder", "Begindatum", Employment(start=None))
        yield running


def test_a_whole_reading_is_recorded_and_says_so(there: Vendor) -> None:
    said = there.record()
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(
        f"2 answers were recorded in {there.recording}: 130 people, 1 records that cannot be used."
    )
    assert "Look through exchanges.jsonl" in said.out
    assert [one["query"] for one in there.exchanges()] == ["offset=0&limit=100", "offset=100&limit=100"]
    assert json.loads((there.recording / "recording.json").read_text())["connector"] == "personio"


def test_nothing_of_anybody_and_no_secret_is_in_it(there: Vendor) -> None:
    said = there.record()
    told = said.out + "".join(file.read_text() for file in there.recording.iterdir())
    hidden = [CLIENT, SECRET, *there.company.tokens, "Annelies", "Bakkersveld", "private.test", "Toezicht", "Binnend"]
    assert not [value for value in (*hidden, "1000001", "1000131", "2020-01-01", "127.0.0.1") if value in told]
    assert "papi-" not in told


def test_what_it_found_can_be_read_by_programs(there: Vendor) -> None:
    said = there.record("hr", "--json")
    assert said.json == {"answers": 2, "left_out": 0, "people": 130, "rejected": 1}


def test_a_reading_that_fails_keeps_nothing(there: Vendor) -> None:
    there.faults.soft_errors = True
    said = there.record()
    assert said.code != 0
    assert "the list of employees was refused" in said.err
    assert not there.recording.exists()


def test_a_folder_that_is_there_is_not_written_to(there: Vendor) -> None:
    there.recording.mkdir()
    (there.recording / "mine.txt").write_text("mine")
    said = there.record()
    assert said.code != 0
    assert "is there already; name a new folder" in said.err
    assert [file.name for file in there.recording.iterdir()] == ["mine.txt"]


def test_a_source_that_is_not_there_is_named_with_those_that_are(there: Vendor) -> None:
    said = there.record("payroll")
    assert said.code != 0
    assert "payroll is no source of this policy; there are: hr" in said.err


def test_a_file_is_not_recorded(there: Vendor) -> None:
    (there.folder / "people.csv").write_text("Nr;Naam;Begin\r\n1;Anna;2020-01-01\r\n")
    there.policy("files", FILE)
    said = there.record()
    assert said.code != 0
    assert "hr is not asked over HTTP, so there is nothing to record" in said.err
    assert not there.recording.exists()


def test_what_nobody_recorded_is_not_answered(there: Vendor) -> None:
    there.record()
    replay, base = Replay(there.recording), "https://hr.example.test/v1/company"

    async def ask(path: str) -> int:
        return (await replay.handle_async_request(httpx.Request("GET", base + path))).status_code

    assert asyncio.run(ask("/employees?limit=100&offset=100")) == 200
    with pytest.raises(NotRecorded, match="GET /v1/company/attributes was not recorded"):
        asyncio.run(ask("/attributes"))
