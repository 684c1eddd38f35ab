"""A tenant that cannot be reached or does not let us in, and one that somebody else serves on this machine."""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime

import pytest
from azure.identity.aio import EnvironmentCredential
from cli_world import Place

from local.graph import Faults, Tenant, graph_app
from local.graph.quota import Bucket
from local.sandbox import CLIENT_ID, Sandbox
from local.serve import serving
from shared.cli.signin import Signed, credential
from shared.errors import Misconfigured

SECRET = "the-secret-of-the-tests"
GROUPS = ("All staff", "Externals", "Finance", "Sales", "ICT")


class _FullOnceRefused(Bucket):
    """As many as it holds go through, the next is refused, and then it is full again, however slow the machine is."""

    def take(self, amount: float, now: datetime) -> int:
        wait = super().take(amount, now)
        if wait:
            self._left = self.size
        return wait


@contextmanager
def _served(faults: Faults | None = None) -> Iterator[Sandbox]:
    """A tenant on loopback with what the example needs, served by another thread."""
    tenant = Tenant(clock=lambda: datetime.now(UTC))
    for name in GROUPS:
        tenant.add_group(name)
    tenant.add_sku("SPE_E3", 500)
    tenant.add_app(CLIENT_ID, SECRET)
    ready, done = threading.Event(), threading.Event()
    found: list[Sandbox] = []

    async def serve() -> None:
        app = graph_app(tenant, faults)
        async with serving(app) as address:
            found.append(Sandbox(address=address, tenant=tenant, app=app, client_secret=SECRET))
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20)
    try:
        yield found[0]
    finally:
        done.set()
        thread.join()


def _closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _aim(place: Place, tenant: str, base_url: str) -> None:
    place.alter("{tenant: sandbox}", json.dumps({"tenant": tenant, "base_url": base_url}))


def _sign_in(monkeypatch: pytest.MonkeyPatch, there: Sandbox, secret: str = "") -> None:
    monkeypatch.setenv("AZURE_CLIENT_ID", there.access["client_id"])
    monkeypatch.setenv("AZURE_CLIENT_SECRET", secret or there.client_secret)


def test_a_sandbox_served_by_somebody_else_is_used_like_any_tenant(place: Place, monkeypatch) -> None:
    with _served() as there:
        _aim(place, there.tenant.id, there.graph)
        _sign_in(monkeypatch, there)
        plan = place.preview("--json")
        assert all(method == "GET" or path.endswith("/$batch") for method, path, _ in there.tenant.log)
        assert (plan.code, there.tenant.writes, plan.json["writes"]) == (0, 0, 0)
        assert not place.data.exists()

        first = place.run("--json")
        assert (first.code, first.err) == (0, "")
        assert first.json["actions"] == plan.json["actions"]
        assert len([user for user in there.tenant.users.values() if user.get("employeeId")]) == 16
        assert place.run("--json").json["writes"] == 0
    assert there.client_secret not in first.out


def test_a_tenant_that_cannot_be_reached_is_one_sentence_and_try_again_later(place: Place) -> None:
    _aim(place, "11111111-1111-4111-8111-111111111111", f"http://127.0.0.1:{_closed_port()}/v1.0")
    said = place.run()
    assert said.code == 75
    assert said.err == (
        "joinly: target entra: Microsoft sign-in did not answer (ServiceRequestError); check the network "
        "and the address; try again later\n"
        "joinly: 16 people are left for another run; nothing of it is lost\n"
    )
    assert said.out.startswith("0 reads, 0 writes")


def test_what_an_unreachable_tenant_left_is_done_by_the_next_good_run(ran: Place) -> None:
    good = ran.policy.read_text(encoding="utf-8")
    _aim(ran, "x", f"http://127.0.0.1:{_closed_port()}/v1.0")
    assert ran.run("--hr", ran.next_week, "--json").json["writes"] == 0
    ran.policy.write_text(good, encoding="utf-8")
    said = ran.run("--hr", ran.next_week, "--json")
    assert (said.code, said.json["actions"]) == (0, {"create": 1, "update": 3, "grant": 1})


def test_a_wrong_secret_is_one_sentence_and_nothing_is_written(place: Place, monkeypatch) -> None:
    with _served() as there:
        _aim(place, there.tenant.id, there.graph)
        _sign_in(monkeypatch, there, "a-wrong-secret-nobody-may-see")
        said = place.run()
        assert said.code == 1
        assert said.err.startswith("joinly: target entra: Microsoft sign-in was refused AADSTS7000215")
        assert said.err.count("\n") == 2
        assert "a-wrong-secret" not in said.out + said.err
        assert (there.tenant.reads, there.tenant.writes) == (0, 0)

        _sign_in(monkeypatch, there)
        repaired = place.run("--json")
        assert (repaired.code, repaired.json["actions"]["create"]) == (0, 16)


def test_an_app_that_may_not_write_is_one_sentence_and_goes_on_once_it_may(place: Place, monkeypatch) -> None:
    faults = Faults(deny={"User.ReadWrite.All"})
    with _served(faults) as there:
        _aim(place, there.tenant.id, there.graph)
        _sign_in(monkeypatch, there)
        said = place.run()
        assert said.code == 1
        assert said.err.startswith("joinly: target entra: Microsoft Graph: POST /users answered 403")
        assert "grant the permissions listed for this connector" in said.err
        assert said.err.splitlines()[1:] == ["joinly: 16 people are left for another run; nothing of it is lost"]
        assert there.tenant.users == {}

        faults.deny.clear()
        repaired = place.run("--json")
        assert (repaired.code, repaired.err, repaired.json["actions"]["create"]) == (0, "", 16)


def test_a_tenant_that_asks_us_to_wait_is_waited_for(place: Place, monkeypatch) -> None:
    faults = Faults()
    with _served(faults) as there:
        _aim(place, there.tenant.id, there.graph)
        _sign_in(monkeypatch, there)
        place.run()
        place.alter('jobTitle: "[title]"', "jobTitle: ToUpper([title])")
        faults.writes, faults.retry_after = _FullOnceRefused(14, 10_000), 1
        said = place.run("--json")
    assert any(status == 429 for _, _, status in there.tenant.log)
    assert (said.code, said.err, said.json["left"]) == (0, "", 0)
    assert said.json["actions"] == {"update": 16}


def test_no_credential_for_a_tenant_on_this_machine_says_what_to_set(place: Place) -> None:
    with _served() as there:
        _aim(place, there.tenant.id, there.graph)
        said = place.run()
    assert said.code == 1
    assert "set AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to what `joinly sandbox` printed" in said.err


async def test_nobody_signed_in_to_microsoft_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    async with Signed(EnvironmentCredential()) as nobody:
        with pytest.raises(Misconfigured, match="nobody is signed in to Microsoft on this machine; run `az login`"):
            await nobody.get_token("https://graph.microsoft.com/.default")


async def test_a_real_tenant_gets_the_machines_own_sign_in_and_a_target_without_a_tenant_none() -> None:
    async with AsyncExitStack() as stack:
        assert isinstance(credential({"tenant": "contoso.onmicrosoft.com"}, stack), Signed)
        assert credential({}, stack) is None
