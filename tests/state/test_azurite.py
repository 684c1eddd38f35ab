"""The emulator's own life: it answers while it runs, is gone afterwards, and says why it cannot be had."""

import socket
from pathlib import Path

import pytest

from local import azurite
from local.azurite import Azurite, NpmUnreachable


def test_every_start_has_ports_and_a_key_of_its_own_and_nothing_answers_after_a_stop(azurite: Azurite) -> None:
    with Azurite() as other:
        settings = dict(part.split("=", 1) for part in other.connection_string.strip(";").split(";"))
        assert settings["AccountKey"] not in azurite.connection_string
        endpoints = [settings[f"{service}Endpoint"] for service in ("Blob", "Queue", "Table")]
        assert not any(endpoint in azurite.connection_string for endpoint in endpoints)
    port = int(endpoints[2].split(":")[2].split("/")[0])
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", port)) != 0


def test_without_the_registry_it_says_so_and_leaves_nothing_half_done(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(azurite, "HOME", tmp_path / "azurite" / "1")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_prefer_online", "true")
    with pytest.raises(NpmUnreachable, match="registry"):
        Azurite().start()
    assert list((tmp_path / "azurite").iterdir()) == []
