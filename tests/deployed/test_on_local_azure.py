"""The command line on the local Azure: signed in at its identity endpoint, over TLS, with an operator's rights only."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from deployed_world import CONFIG, Said

from local.azure.settings import write_commands
from local.azure.up import LocalAzure, local_azure
from local.sandbox import seeds_beside
from tests.emulator import installed

EXAMPLE = CONFIG / "example.yaml"

pytestmark = pytest.mark.slow


@dataclass
class Running:
    azure: LocalAzure
    env: Path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    installed()
    folder = tmp_path_factory.mktemp("local")
    ready, done = threading.Event(), threading.Event()
    found: list[LocalAzure] = []

    async def serve() -> None:
        text = EXAMPLE.read_text(encoding="utf-8")
        async with local_azure(folder, text, CONFIG, seeds_beside(EXAMPLE)) as azure:
            found.append(azure)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(120)
    write_commands(found[0], folder / "local.env")
    try:
        yield Running(found[0], folder / "local.env")
    finally:
        done.set()
        thread.join()


def joinly(*words: object) -> Said:
    """A process of its own: what the file says of certificates is heard when the SDKs are loaded."""
    program = [sys.executable, "-c", "from shared.cli import main; main()", *map(str, words)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603
    return Said(done.returncode, done.stdout, done.stderr)


def test_a_policy_goes_live_and_back_on_the_local_azure(running: Running, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_text(f"{running.azure.policy}# renamed soon\n", encoding="utf-8")
    pushed = joinly("policy", "push", running.env, file, "--json")
    assert pushed.code == 0, pushed.err
    version = pushed.json["version"]
    done = joinly("policy", "activate", running.env, version, "--because", "CHG-1")
    assert (done.code, f"{version} is active, by entra:" in done.out) == (0, True), done.err
    back = joinly("policy", "rollback", running.env, "--because", "wrong")
    assert (back.code, back.err) == (0, "")
    history = joinly("policy", "list", running.env, "--json").json["activations"]
    assert [(one["number"], one["rollback"]) for one in history] == [(3, True), (2, False), (1, False)]


def test_words_are_said_and_looks_are_taken_with_an_operators_rights(running: Running) -> None:
    assert joinly("stop", running.env, "--because", "a test").code == 0
    planned = joinly("preview", running.env, "--json")
    assert planned.code == 0, planned.err
    assert [one["because"] for one in planned.json["stopped"]] == ["a test"]
    assert len({step["person"] for step in planned.json["plan"]}) > 100
