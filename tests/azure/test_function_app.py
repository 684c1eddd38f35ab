"""What the Functions host sees: indexing without I/O, triggers that fit host.json and the queues, a lean package."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, List  # noqa: UP035

import azure.functions as func
import pytest
from triggers import indexed, loaded, timers, triggers

from shared import queues
from shared.azure.indexed import Indexed, mistakes
from shared.azure.ncrontab import problem
from shared.azure.settings import Settings
from shared.azure.triggers import SERVICE_BUS as CONNECTION
from shared.azure.triggers import TRIGGERS, Listener, Role, Route, Timer, of, registered
from shared.engine import turns
from shared.errors import Misconfigured

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
    clean = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "JOINLY_ROLE": "both"}
    run = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(run, cwd=where, env=clean, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def span(text: str) -> timedelta:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def test_indexing_opens_no_socket_writes_no_file_and_loads_no_connector() -> None:
    assert python(INDEXING, ROOT) == ["[] []"]


@pytest.mark.parametrize("role", Role)
def test_each_app_has_what_its_role_has_and_nothing_that_the_runtime_would_let_pass_is_wrong(role: Role) -> None:
    assert [one.name for one in indexed(role)] == [one.name for one in of(role)]
    assert mistakes(indexed(role), role, HOST) == []


def test_together_the_two_apps_have_everything_and_no_queue_has_two_listeners() -> None:
    assert {*of(Role.READ), *of(Role.WRITE)} == set(of(Role.BOTH)) == set(TRIGGERS)
    listeners = [one.queue for role in (Role.READ, Role.WRITE) for one in of(role) if isinstance(one, Listener)]
    assert sorted(listeners) == sorted(queues.QUEUES)


def test_only_the_app_that_writes_listens_to_what_is_written_and_it_reads_nothing() -> None:
    assert {one.name for one in of(Role.WRITE) if isinstance(one, Listener)} == {
        "provisioning",
        "provisioning_now",
        "memberships",
    }
    assert not {"poll", "follow", "changes", "admit"} & {one.name for one in of(Role.WRITE)}


@pytest.mark.parametrize(("given", "said"), [({}, "missing"), ({"JOINLY_ROLE": "reader"}, "not right")])
def test_an_app_without_a_role_does_not_start_and_says_what_to_set(given: dict[str, str], said: str) -> None:
    with pytest.raises(Misconfigured, match=f"the app setting JOINLY_ROLE is {said}: set it to read or write"):
        registered(given)
    with pytest.raises(Misconfigured, match=f"JOINLY_ROLE is {said}"):
        loaded(given.get("JOINLY_ROLE", ""))


@pytest.mark.parametrize("schedule", ["*/15 * * * *", "0 61 * * * *", "every day"])
def test_an_app_with_a_schedule_that_is_none_does_not_start_and_names_the_setting(schedule: str) -> None:
    with pytest.raises(Misconfigured, match=r"JOINLY_POLL_SCHEDULE is not right .* such as 0 \*/15"):
        loaded("read", JOINLY_POLL_SCHEDULE=schedule)
    loaded("write", JOINLY_POLL_SCHEDULE=schedule)


async def one_by_one(message: func.ServiceBusMessage) -> None: ...
async def as_python_writes_it(messages: list[func.ServiceBusMessage]) -> None: ...
async def as_the_runtime_wants_it(messages: List[func.ServiceBusMessage]) -> None: ...  # noqa: UP006
async def by_another_name(batch: List[func.ServiceBusMessage]) -> None: ...  # noqa: UP006
def at_once(timer: func.TimerRequest) -> None: ...


MISTAKES = {
    "a schedule that is no setting": ("poll", {"schedule": "0 * * * * *"}, None, "is not the app setting JOINLY_POLL"),
    "an empty queue": ("changes", {"queueName": " "}, None, "changes: its queueName is empty"),
    "another queue": ("changes", {"queueName": "admit"}, None, "does not listen to changes of ServiceBus"),
    "another connection": ("changes", {"connection": "Bus"}, None, "does not listen to changes of ServiceBus"),
    "no sessions": ("changes", {"isSessionsEnabled": False}, None, "without sessions"),
    "many where one is meant": ("changes", {"cardinality": "many"}, None, "cardinality is not one"),
    "one where many are meant": ("admit", {"cardinality": func.Cardinality.ONE}, None, "cardinality is not many"),
    "a batch annotated as one": ("admit", {}, one_by_one, "must take messages as typing.List"),
    "a batch the runtime refuses": ("admit", {}, as_python_writes_it, "must take messages as typing.List"),
    "a parameter by another name": ("admit", {}, by_another_name, "must take messages"),
    "one annotated as a batch": ("changes", {}, as_the_runtime_wants_it, "must take message as"),
    "a function that blocks": ("poll", {}, at_once, "poll: it is not asynchronous"),
    "another trigger": ("poll", {"type": "queueTrigger"}, None, "poll: it is no timer"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_check_would_see(mistake: str) -> None:
    name, binding, handler, said = MISTAKES[mistake]
    wrong = [_changed(one, binding, handler) if one.name == name else one for one in indexed()]
    assert said in "; ".join(mistakes(wrong, Role.BOTH, HOST))


def _changed(one: Indexed, binding: dict[str, Any], handler: Any) -> Indexed:
    return replace(one, binding={**one.binding, **binding}, handler=handler or one.handler)


def test_the_check_would_see_a_name_twice_one_too_many_and_one_too_few() -> None:
    twice = [*indexed(), replace(indexed()[0], name="Poll")]
    assert "poll: 2 functions have this name" in mistakes(twice, Role.BOTH, HOST)
    assert "changes: the app write has no such trigger" in mistakes(indexed(), Role.WRITE, HOST)
    assert "poll: nothing is registered for it" in mistakes(indexed()[1:], Role.BOTH, HOST)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ({}, "an idle one would be held for a minute"),
        ({"extensions": {"serviceBus": {**SERVICE_BUS, "sessionIdleTimeout": "1"}}}, "an idle one would be held"),
        ({"extensions": {"serviceBus": {**SERVICE_BUS, "autoCompleteMessages": False}}}, "messages are not completed"),
    ],
)
def test_the_check_would_see_a_host_that_does_not_fit(host: dict[str, Any], said: str) -> None:
    assert said in "; ".join(mistakes(indexed(), Role.BOTH, host))


def test_only_where_all_doorbells_of_a_session_say_the_same_many_are_taken() -> None:
    many = [one.queue for one in TRIGGERS if isinstance(one, Listener) and one.many]
    assert many == [queues.ADMIT, queues.MEMBERSHIPS]
    assert {queues.QUEUES[one].lock_seconds for one in many} == {300}, "the lock of a batch is not renewed"


def test_every_schedule_is_a_setting_of_its_own_and_not_all_run_at_once() -> None:
    found = [one for one in TRIGGERS if isinstance(one, Timer)]
    assert {one.name: problem(one.default) for one in found} == {one.name: "" for one in found}
    assert len({one.setting for one in found}) == len({one.default for one in found}) == len(found)
    assert all(triggers()[one.name]["useMonitor"] for one in found)
    assert CONNECTION == "ServiceBus"


def test_no_address_is_another_ones() -> None:
    found = [(one.method, one.path) for one in TRIGGERS if isinstance(one, Route)]
    assert len(set(found)) == len(found)


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
