"""Microsoft's own Python runtime, where it is installed, indexes the app and delivers to it."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ONE = b'{"schema":1,"body":{"person":"p1","target":"entra"}}'


@pytest.mark.skipif(
    importlib.util.find_spec("azure_functions_runtime") is None, reason="azure-functions-runtime is not installed"
)
def test_the_runtime_accepts_every_function_and_delivers_what_the_doors_expect() -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(HERE / "runtime_world.py")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, heard = done.stdout.splitlines()
    bindings = {name: json.loads(text) for name, _, text in (line.partition(" ") for line in lines)}
    assert set(bindings) == {
        *("poll", "follow", "wake", "sweep"),
        *("changes", "admit", "provisioning_now", "provisioning"),
    }
    assert bindings["admit"] == [
        {
            "direction": "IN",
            "type": "serviceBusTrigger",
            "name": "messages",
            "connection": "ServiceBus",
            "queueName": "admit",
            "isSessionsEnabled": True,
            "cardinality": "MANY",
        }
    ]
    assert heard == f"heard {[('provisioning', [ONE]), ('admit', [ONE, ONE]), ('poll', [])]}"
