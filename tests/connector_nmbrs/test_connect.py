"""The whole way on loopback: a policy names Nmbrs, somebody consents in a browser, and the next run reads HR."""

import asyncio
import socket
import threading
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from local.nmbrs import Environment, nmbrs_app
from local.nmbrs.seeds import seeded
from local.serve import serving
from tests.cli.cli_world import joinly
from tests.connector_nmbrs.nmbrs_world import CLIENT, KEY, SECRET

POLICY = """
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr:
    connector: nmbrs
    settings:
      client_id: secret:nmbrs-id
      client_secret: secret:nmbrs-secret
      subscription_key: secret:nmbrs-key
      base: {address}
      identity: {address}
      redirect: {redirect}
      calls_per_second: 50
targets:
  entra:
    connector: entra
    settings: {{tenant: sandbox}}
    correlate: [employeeId]
    attributes:
      employeeId: "[employeeNumber]"
      displayName: 'Name([nameUsage], "{{nick}} {{family}}")'
      department: "[department]"
      mailNickname: {{mode: create_only, value: "[employeeNumber]"}}
      userPrincipalName: 'SelectUniqueValue(Join("@", [employeeNumber], "c.nl"), Join("@", [employeeId], "c.nl"))'
"""


@dataclass
class There:
    """A simulated Nmbrs that is served, and a person in front of a browser."""

    folder: Path
    nmbrs: Environment
    address: str
    people: list[threading.Thread] = field(default_factory=list)

    def joinly(self, command: str, *words: object) -> tuple[int, str]:
        said = joinly(command, self.folder / "contoso.yaml", *words, "--data", self.folder / "data")
        for person in self.people:
            person.join(10)
        return said.code, said.out + said.err

    def browser(self, address: str) -> bool:
        self.people.append(threading.Thread(target=self.person, args=(address,)))
        self.people[-1].start()
        return True

    def person(self, address: str) -> None:
        """Who says yes."""
        assert httpx.get(address).status_code == 200
        httpx.get(str(httpx.post(address, data={"answer": "yes"}).headers["location"]))


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[There]:
    for name, value in {"ID": CLIENT, "SECRET": SECRET, "KEY": KEY}.items():
        monkeypatch.setenv(f"JOINLY_SECRET_NMBRS_{name}", value)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        redirect = f"http://127.0.0.1:{free.getsockname()[1]}/"
    nmbrs = seeded(Environment(lambda: datetime.now(UTC)), 25)
    nmbrs.register(CLIENT, SECRET, KEY, redirect)
    started, stopping = threading.Event(), asyncio.Event()
    known: dict[str, There] = {}
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        async with serving(nmbrs_app(nmbrs)) as address:
            known["there"] = There(tmp_path, nmbrs, address)
            loops.append(asyncio.get_running_loop())
            started.set()
            await stopping.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    started.wait(10)
    (tmp_path / "contoso.yaml").write_text(POLICY.format(address=known["there"].address, redirect=redirect))
    monkeypatch.setattr(webbrowser, "open", known["there"].browser)
    try:
        yield known["there"]
    finally:
        loops[0].call_soon_threadsafe(stopping.set)
        thread.join()


@pytest.mark.slow
def test_somebody_consents_and_the_next_runs_read_hr(there: There) -> None:
    code, said = there.joinly("run")
    assert code == 1
    assert "nobody has consented to it yet" in said
    code, said = there.joinly("connect", "hr")
    assert code == 0, said
    assert "Granted: company.info.read, employee.info.read, employee.employment.read, offline_access" in said
    code, said = there.joinly("preview")
    assert code == 0, said
    code, said = there.joinly("run", "--json")
    assert code == 0, said
    assert there.nmbrs.authority.sign_ins == 1
    assert there.nmbrs.authority.reused == 0
