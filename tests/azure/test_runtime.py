"""Microsoft's own Python runtime indexes the app and delivers to it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.azure.triggers import Listener, Role, Route, Timer, Trigger, of

HERE = Path(__file__).resolve().parent
ONE = b'{"schema":1,"body":{"person":"p1","target":"entra"}}'


HEARD: dict[str, list[tuple[str, list[bytes]]]] = {
    "admit": [("admit", [ONE, ONE])],
    "approve_hold": [("approve_hold", [b"3f2a9c1b", b'{"why":"HR called"}']), ("POST", [b"Bearer a.b.c"])],
    "glance": [("glance", [])],
    "poll": [("poll", [])],
    "provisioning": [("provisioning", [ONE])],
}


@pytest.mark.parametrize("role", Role)
def test_the_runtime_accepts_what_the_role_has_and_delivers_what_the_doors_expect(role: Role) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(HERE / "runtime_world.py")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "JOINLY_ROLE": role},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, heard = done.stdout.splitlines()
    bindings = {name: json.loads(text) for name, _, text in (line.partition(" ") for line in lines)}
    assert bindings.keys() == {one.name for one in of(role)}
    for one in of(role):
        assert bindings[one.name][0] == as_the_host_reads_it(one)
    assert heard == f"heard {[one for name in sorted(HEARD.keys() & bindings.keys()) for one in HEARD[name]]}"


def as_the_host_reads_it(trigger: Trigger) -> dict[str, Any]:
    """The binding in the words of function.json."""
    match trigger:
        case Timer():
            schedule = f"%{trigger.setting}%"
            said = {"type": "timerTrigger", "name": "timer", "schedule": schedule, "useMonitor": True}
        case Listener():
            said = {
                "type": "serviceBusTrigger",
                "name": "messages" if trigger.many else "message",
                "connection": "ServiceBus",
                "queueName": trigger.queue,
                "isSessionsEnabled": True,
                "cardinality": "MANY" if trigger.many else "ONE",
            }
        case Route():
            said = {
                "type": "httpTrigger",
                "name": "request",
                "methods": [trigger.method],
                "authLevel": "ANONYMOUS",
                "route": trigger.path,
            }
    return {"direction": "IN", **said}


def test_the_runtime_tells_why_an_app_without_a_role_does_not_start() -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(HERE / "runtime_world.py")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "JOINLY_ROLE": "reader"},
    )
    assert done.returncode != 0
    assert "the app setting JOINLY_ROLE is not right: set it to read or write" in done.stderr
