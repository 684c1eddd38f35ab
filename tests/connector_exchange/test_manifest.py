"""What the connector says about itself, and which settings it takes."""

import json
from pathlib import Path

import pytest
from exchange_world import NOBODY, opened, whole_life
from pydantic import ValidationError

from connectors import manifest
from connectors.exchange import MANIFEST
from connectors.exchange.settings import HOSTS, Settings
from shared.model import Verb

COMMANDS = Path(__file__).resolve().parents[2] / ".." / "shared" / "specs" / "exchange" / "cmdlet_parameters.json"


def test_the_connector_is_found_by_name_and_makes_nothing() -> None:
    assert manifest("exchange") is MANIFEST
    assert MANIFEST.follows == "entra"
    assert not MANIFEST.verbs & {Verb.CREATE, Verb.DELETE, Verb.RESTORE, Verb.RENAME}
    assert MANIFEST.proven == "simulated"


def test_nobody_uses_it_without_having_read_that_it_is_not_supported() -> None:
    with pytest.raises(ValidationError, match="does not support this interface"):
        Settings(tenant=NOBODY, unsupported_interface=False)
    with pytest.raises(ValidationError, match="unsupported_interface"):
        Settings(tenant=NOBODY)  # type: ignore[call-arg]


@pytest.mark.parametrize("tenant", ["", "contoso.nl", "x", f"{NOBODY}x", "Sandbox"])
def test_a_tenant_is_an_id(tenant: str) -> None:
    with pytest.raises(ValidationError):
        Settings(tenant=tenant, unsupported_interface=True)


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_a_token_goes_to_microsoft_over_https_or_to_this_machine(host: str) -> None:
    assert (
        Settings(tenant=NOBODY, unsupported_interface=True, base_url=f"https://{host}/").base_url == f"https://{host}"
    )
    assert Settings(tenant="sandbox", unsupported_interface=True, base_url="http://127.0.0.1:8080")
    for odd in (f"http://{host}", "https://outlook.office365.com.evil.example", f"https://x@{host}", "file:///x", "\0"):
        with pytest.raises(ValidationError):
            Settings(tenant=NOBODY, unsupported_interface=True, base_url=odd)


@pytest.mark.skipif(not COMMANDS.is_file(), reason="the shared list of commands is not here")
async def test_every_command_and_parameter_that_is_sent_is_one_that_exchange_online_has() -> None:
    known = json.loads(COMMANDS.read_text(encoding="utf-8"))
    async with opened() as world:
        await whole_life(world)
        for request in world.sent.requests:
            told = json.loads(request.content)["CmdletInput"]
            parameters = known[told["CmdletName"]]["parameters"]
            for name in told["Parameters"]:
                assert "Exchange Online" in parameters[name]["applicable"], (told["CmdletName"], name)
