"""What the Functions host sees: indexing without I/O, triggers that fit host.json and the queues, a lean package."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, List, get_args, get_origin, get_type_hints  # noqa: UP035

import azure.functions as func
import pytest
from ncrontab import problem
from triggers import timers, triggers

import function_app
from shared import queues
from shared.azure.settings import Settings
from shared.engine import turns

ROOT = Path(__file__).resolve().parents[2]
HOST = json.loads((ROOT / "host.json").read_text())
SERVICE_BUS = HOST["extensions"]["serviceBus"]

INDEXING = """
import sys
touched = []
writing = ("socket.", "subprocess.", "os.system", "os.mkdir", "os.remove", "os.rename", "sqlite3.", "http.", "ssl.")
def watch(event, given):
    if event.startswith(writing) or (event == "open" and given[1] and set(given[1]) & set("wax+")):
        touched.append(event)
sys.addaudithook(watch)
import function_app
assert function_app.app.get_functions()
found = [one for one in sys.modules if one.split(".")[0] == "local" or one.startswith(("msgraph", "connectors."))]
print(touched, found)
"""

PACKAGE = """
import sys
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
import function_app, connectors, shared
manifests = [connectors.manifest(name).name for name in connectors.names()]
print(shared.__file__)
print("entra" in manifests, [one for one in sys.modules if one.split(".")[0] in {"local", "tests"}])
"""


def python(program: str, where: Path) -> list[str]:
    """What a new interpreter in `where` says, without this one's surroundings."""
    clean = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    run = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(run, cwd=where, env=clean, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def span(text: str) -> timedelta:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def test_indexing_opens_no_socket_writes_no_file_and_loads_no_connector() -> None:
    assert python(INDEXING, ROOT) == ["[] []"]


def test_every_queue_has_one_trigger_with_sessions() -> None:
    found = [one for one in triggers().values() if one["type"] == "serviceBusTrigger"]
    assert sorted(one["queueName"] for one in found) == sorted(queues.QUEUES)
    assert all(one["isSessionsEnabled"] and one["connection"] == function_app.SERVICE_BUS for one in found)


def test_functions_are_named_after_their_queues_so_that_logs_can_be_read() -> None:
    named = {one["queueName"]: name for name, one in triggers().items() if "queueName" in one}
    assert named == {queue: queue.replace("-", "_") for queue in queues.QUEUES}


@pytest.mark.parametrize("name", ["changes", "admit", "provisioning_now", "provisioning"])
def test_a_batch_is_annotated_as_one_and_a_message_as_one(name: str) -> None:
    trigger, function = triggers()[name], _function(name)
    hint = get_type_hints(function)[trigger["name"]]
    if trigger.get("cardinality") is func.Cardinality.MANY:
        assert (get_origin(hint), get_args(hint)) == (list, (func.ServiceBusMessage,))
        raw = inspect.signature(function).parameters[trigger["name"]].annotation
        assert raw == List[func.ServiceBusMessage], "the runtime refuses list[…]"  # noqa: UP006
    else:
        assert hint is func.ServiceBusMessage


def test_only_admit_takes_many_because_only_there_all_doorbells_say_the_same() -> None:
    many = [name for name, one in triggers().items() if one.get("cardinality") is func.Cardinality.MANY]
    assert many == ["admit"]
    assert queues.QUEUES[queues.ADMIT].lock_seconds == 300, "the lock of a batch is not renewed"


def test_every_function_is_asynchronous_and_takes_what_its_trigger_gives() -> None:
    for name, trigger in triggers().items():
        function = _function(name)
        assert inspect.iscoroutinefunction(function)
        assert list(inspect.signature(function).parameters) == [trigger["name"]]


def test_an_invocation_ends_before_its_session_is_somebody_elses() -> None:
    assert span(HOST["functionTimeout"]) <= span(SERVICE_BUS["maxAutoLockRenewalDuration"])


def test_a_turn_at_a_source_ends_well_before_the_host_would_end_it() -> None:
    """Whoever has read for the longest time there is must still be able to save what was read."""
    assert turns.SHORT * 2 < turns.LONG < span(HOST["functionTimeout"]) - timedelta(minutes=5)


def test_an_idle_session_is_let_go_at_once_and_messages_are_completed_by_the_host() -> None:
    assert timedelta() < span(SERVICE_BUS["sessionIdleTimeout"]) <= timedelta(seconds=5)
    assert SERVICE_BUS["autoCompleteMessages"] is True
    assert SERVICE_BUS["prefetchCount"] == 0, "a prefetched doorbell's lock would run while it waits"
    assert SERVICE_BUS["maxConcurrentSessions"] > 1


def test_failures_are_never_sampled_away() -> None:
    sampling = HOST["logging"]["applicationInsights"]["samplingSettings"]
    assert {"Exception", "Request"} <= set(sampling["excludedTypes"].split(";"))


def test_the_sample_settings_name_everything_and_hold_no_secret() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    expected = {field.alias for field in Settings.model_fields.values()} - {"JOINLY_IDENTITY"} | set(timers().values())
    assert sample.keys() == expected | {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}
    assert {name: problem(sample[name]) for name in timers().values()} == dict.fromkeys(timers().values(), "")
    assert not re.search(r"AccountKey|SharedAccess|[A-Za-z0-9+/]{40}", str(sample))


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("0 */15 * * * *", ""),
        ("0 0,30 8-18 * * 1-5", ""),
        ("*/15 * * * *", "5 fields instead of 6"),
        ("0 60 * * * *", "minute: 60"),
        ("0 0 8-7 * * *", "hour: 8-7"),
        ("0 */0 * * * *", "minute: */0"),
        ("0 0 0 0 * *", "day: 0"),
        ("%NAME%", "1 fields instead of 6"),
    ],
)
def test_the_check_of_schedules_knows_right_from_wrong(schedule: str, said: str) -> None:
    assert problem(schedule) == said


def test_the_deployed_package_is_enough_and_holds_nothing_else(tmp_path: Path) -> None:
    ignored = [line for line in (ROOT / ".funcignore").read_text().splitlines() if line and line[0] != "#"]
    (tmp_path / "app").mkdir()
    for entry in sorted(ROOT.iterdir()):
        if not _matches(entry, ignored):
            _copy(entry, tmp_path / "app" / entry.name, ignored)
    held = {one.name for one in (tmp_path / "app").iterdir()}
    assert held <= {"function_app.py", "host.json", "requirements.txt", "shared", "connectors", "config", "agent"}
    assert not [one for one in (tmp_path / "app").rglob("*") if one.suffix == ".csv" or "example" in one.name]
    where, whole = python(PACKAGE, tmp_path / "app")
    assert Path(where).is_relative_to(tmp_path)
    assert whole == "True []"


def _matches(path: Path, ignored: list[str]) -> bool:
    """The patterns used here: `name`, `name*` and `folder/name`, with a slash at the end for folders."""
    relative = path.relative_to(ROOT).as_posix()
    for pattern in ignored:
        bare = pattern.rstrip("/")
        if pattern.endswith("/") and not path.is_dir():
            continue
        if fnmatch(relative if "/" in bare else path.name, bare):
            return True
    return False


def _copy(path: Path, to: Path, ignored: list[str]) -> None:
    if path.is_file():
        shutil.copyfile(path, to)
        return
    to.mkdir()
    for entry in path.iterdir():
        if not _matches(entry, ignored):
            _copy(entry, to / entry.name, ignored)


def _function(name: str) -> Any:
    triggers()
    return getattr(function_app, name)._function.get_user_function()
