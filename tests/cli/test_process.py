"""`joinly` as a process: signals, closed pipes, terminals, two at a time, and what it loads."""

import asyncio
import fcntl
import json
import os
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import asyncssh
import httpx
import pytest
from cli_world import DAY, PROJECT, Place, joinly, small_place

from shared.cli import lock

PROGRAM = Path(sys.executable).with_name("joinly")
UNTIL = 300.0
"""Seconds after which something hangs; nothing waits so long, however busy the machine is."""


def _start(*words: object, **given) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}
    return subprocess.Popen(  # noqa: S603 - our own program
        [PROGRAM, *map(str, words)],
        stdout=given.pop("stdout", subprocess.PIPE),
        stderr=given.pop("stderr", subprocess.PIPE),
        text=True,
        cwd=PROJECT,
        env={**kept, **given.pop("env", {})},
        preexec_fn=_hear_ctrl_c,
        **given,
    )


def _hear_ctrl_c() -> None:
    """What a terminal's child does by itself; tests that run in the background inherit that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=UNTIL)
    return process.returncode, out or "", err or ""


def _rows(place: Place) -> int:
    try:
        return int(place.rows("SELECT count(*) FROM rows WHERE tab = 'ledger' AND data LIKE '%\"outcome\"%'")[0][0])
    except Exception:
        return 0


def _when_writing(process: subprocess.Popen[str], place: Place) -> None:
    """Wait until the run has written something and has more to write."""
    end = time.monotonic() + UNTIL
    while _rows(place) < 5:
        assert process.poll() is None, "it ended before it could be stopped"
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def many(tmp_path: Path) -> Place:
    """The example with enough people to be interrupted among them."""
    return small_place(tmp_path / "example", 40)


def _run(place: Place, *words: object, **given) -> subprocess.Popen[str]:
    return _start("run", place.policy, "--data", place.data, "--on", DAY, *words, **given)


@pytest.mark.parametrize(
    ("sent", "code", "says"),
    [
        (signal.SIGINT, 130, "joinly: interrupted; what was done is kept, and the next run goes on from there\n"),
        (signal.SIGTERM, 143, "joinly: told to stop; what was done is kept, and the next run goes on from there\n"),
        (signal.SIGKILL, -9, ""),
    ],
)
def test_a_run_that_is_stopped_is_finished_by_the_next_one(
    many: Place, sent: signal.Signals, code: int, says: str
) -> None:
    with _run(many) as process:
        try:
            _when_writing(process, many)
        finally:
            process.send_signal(sent)
        assert _ended(process) == (code, "", says)

    started = time.monotonic()
    again = many.run("--json")
    assert (again.code, again.err, again.json["left"]) == (0, "", 0)
    assert time.monotonic() - started < 120, "it waited for the leases of a run that is no more"
    last = many.run("--json").json
    assert (last["changes"], last["writes"], last["actions"]) == (0, 0, {})
    done = [verb for lines in many.ledger().values() for verb, _, _ in lines]
    assert done.count("enable") >= 36


@pytest.mark.parametrize("command", ["run", "preview"])
def test_who_comes_to_a_data_folder_in_use_is_told_to_come_back(place: Place, command: str) -> None:
    place.data.mkdir()
    with lock.to_write(place.data):
        said = joinly(command, place.policy, "--data", place.data, "--on", DAY)
    assert (said.code, said.out) == (75, "")
    assert said.err == f"joinly: {place.data}: another joinly is using this data folder; try again later\n"
    assert not (place.data / "state.db").exists()


def test_of_two_runs_at_the_same_time_one_works_and_nothing_is_done_twice(place: Place) -> None:
    with _run(place, "--json") as one, _run(place, "--json") as other:
        codes = sorted(_ended(process)[0] for process in (one, other))
    assert codes in ([0, 75], [0, 0])
    assert place.run("--json").json["writes"] == 0
    assert all(max(lines.values()) == 1 for lines in place.ledger().values())


def test_a_reader_that_goes_away_ends_it_quietly_with_the_work_done(place: Place) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = _run(place, stdout=writing)
    os.close(writing)
    assert _ended(process) == (141, "", "")
    assert place.run("--json").json["writes"] == 0


def _on_a_terminal(place: Place, columns: int, **env: str) -> str:
    """What a terminal of this width is shown by a preview."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = _start(
        "preview", place.policy, "--data", place.data, "--on", DAY, "--person", "000330",
        stdout=theirs, env={"TERM": "xterm-256color", **env},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            block = os.read(ours, 65536)
        except OSError:
            break
        if not block:
            break
        shown += block
    os.close(ours)
    assert _ended(process) == (0, "", "")
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colour_and_its_own_width_unless_colour_is_not_wanted(ran: Place) -> None:
    coloured = _on_a_terminal(ran, 60)
    assert "\x1b[35mduplicate_id" in coloured
    plain = _on_a_terminal(ran, 60, NO_COLOR="1")
    assert "\x1b[35m" not in plain
    lines = plain.splitlines()
    assert max(map(len, lines[1:-1])) <= 60
    assert any(line.startswith("            ") for line in lines), "a long sentence goes on beside its heading"


async def _delivered(access: dict[str, str]) -> str:
    """The export on the sandbox's SFTP server."""
    known = ([asyncssh.import_public_key(access["host_key"])], [], [])
    signing_in = {"username": access["user"], "password": access["password"], "known_hosts": known}
    async with (
        asyncssh.connect(access["host"], int(access["port"]), config=None, **signing_in) as connection,
        connection.start_sftp_client() as client,
        client.open(access["path"], encoding="utf-8") as file,
    ):
        return str(await file.read())


def test_the_sandbox_lets_any_client_sign_in_and_read_and_stops_on_ctrl_c(place: Place) -> None:
    process = _start("sandbox", "--policy", place.policy, "--data", place.data)
    assert process.stdout is not None
    try:
        text = ""
        while not text.endswith("}\n}\n"):
            text += process.stdout.readline()
        access = json.loads(text)
        with httpx.Client(trust_env=False, timeout=20) as client:
            form = {
                "grant_type": "client_credentials",
                "client_id": access["entra"]["client_id"],
                "client_secret": access["entra"]["client_secret"],
                "scope": "https://graph.microsoft.com/.default",
            }
            token = client.post(access["entra"]["token_url"], data=form).json()["access_token"]
            bearer = {"Authorization": f"Bearer {token}"}
            users = client.get(f"{access['entra']['base_url']}/users", headers=bearer).json()["value"]
            groups = client.get(f"{access['entra']['base_url']}/groups", headers=bearer).json()["value"]
            personio = client.post(
                f"{access['personio']['base']}/v1/auth",
                json={name: access["personio"][name] for name in ("client_id", "client_secret")},
            )
        assert {user["userPrincipalName"] for user in users} >= {"greet.vandenboogaard@contoso.nl"}
        assert {group["displayName"] for group in groups} >= {"All staff", "ICT"}
        assert personio.json()["success"] is True
        assert asyncio.run(_delivered(access["files"])).startswith("\ufeffMedewerker;")

        code, out, err = _ended(_run(place))
        assert (code, out) == (75, "")
        assert "another joinly is using this data folder" in err
    finally:
        process.send_signal(signal.SIGINT)
    code, out, err = _ended(process)
    assert code == 0
    assert err.splitlines()[-1] == "stopped"


def test_a_port_that_is_taken_is_one_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = _ended(_start("sandbox", "--port", port))
    assert (code, out) == (1, "")
    assert err == f"joinly: port {port} on 127.0.0.1 cannot be used (Address already in use); choose another\n"


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["eval", '"a"']])
def test_what_a_command_does_not_need_is_not_loaded(words: list[str]) -> None:
    program = (
        "import sys; from shared.cli import main; sys.argv = ['joinly', *sys.argv[1:]]\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'pydantic', 'httpx', 'azure', 'msgraph', 'rich', 'ruamel', 'starlette', 'uvicorn'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, *words], capture_output=True, text=True, cwd=PROJECT, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "[]\n")
