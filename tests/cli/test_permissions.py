"""`joinly permissions`: what each app must be allowed, as text and JSON, and a script that grants exactly that."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_world import PROJECT, Place, joinly

GRAPH, EXCHANGE = "00000003-0000-0000-c000-000000000000", "00000002-0000-0ff1-ce00-000000000000"
READ, WRITE = "principal-r", "principal-w"
MAIL = """  mail:
    connector: exchange
    follows: entra
    settings: {tenant: sandbox, unsupported_interface: true}
    attributes: {}
    grants:
      - full_access: sales@contoso.nl
"""
AZ = '''#!PYTHON
"""The Azure CLI as far as the script uses it: what is assigned is kept in a file, as lines."""
import json, re, sys
from pathlib import Path
kept = Path(__file__).with_name("held.json")
held = json.loads(kept.read_text()) if kept.exists() else []
words = sys.argv[1:]
said = dict(zip(words, words[1:]))
if words[:3] == ["ad", "sp", "show"]:
    found = re.search(r"value=='([^']+)'", said["--query"])
    print(f"role-{found[1]}" if found else f"sp-{said['--id']}")
    sys.exit()
assert words[0] == "rest", words
method, url = said["--method"], said["--url"].removeprefix("https://graph.microsoft.com/v1.0/")
if method == "GET":
    principal = re.search(r"principal-.", url)[0]
    directory = "roleManagement" in url
    for one in held:
        if one["principalId"] == principal and one["directory"] == directory:
            of = "directory" if directory else one["resourceId"]
            print(one["id"], of, one["roleDefinitionId" if directory else "appRoleId"], sep="\\t")
elif method == "POST":
    directory = url == "roleManagement/directory/roleAssignments"
    held.append({**json.loads(said["--body"]), "id": f"a{len(held)}", "directory": directory})
elif method == "DELETE":
    held = [one for one in held if one["id"] != url.rsplit("/", 1)[1]]
kept.write_text(json.dumps(held))
'''


class Cloud:
    """A tenant seen through its command line, and the script of a policy."""

    def __init__(self, folder: Path, policy: Path) -> None:
        self.folder = folder
        az = folder / "az"
        az.write_text(AZ.replace("PYTHON", sys.executable), encoding="utf-8")
        az.chmod(0o755)
        said = joinly("permissions", policy, "--script")
        assert (said.code, said.err) == (0, "")
        (folder / "grant.sh").write_text(said.out, encoding="utf-8")

    def run(self, *words: str) -> tuple[int, list[str]]:
        around = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "JOINLY_READ_PRINCIPAL": READ,
            "JOINLY_WRITE_PRINCIPAL": WRITE,
        }
        run = ["/bin/sh", str(self.folder / "grant.sh"), *words]
        done = subprocess.run(run, env=around, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()

    @property
    def held(self) -> set[tuple[str, str, str]]:
        rows = json.loads((self.folder / "held.json").read_text())
        return {
            (one["principalId"], one.get("resourceId", "directory"), one.get("appRoleId") or one["roleDefinitionId"])
            for one in rows
        }

    def hold(self, principal: str, role: str) -> None:
        kept = self.folder / "held.json"
        rows = json.loads(kept.read_text()) if kept.exists() else []
        one = {"principalId": principal, "resourceId": f"sp-{GRAPH}", "appRoleId": role, "directory": False}
        kept.write_text(json.dumps([*rows, {**one, "id": f"by-hand-{len(rows)}"}]))


@pytest.fixture
def cloud(place: Place, tmp_path: Path) -> Cloud:
    with place.policy.open("a", encoding="utf-8") as policy:
        policy.write(MAIL)
    return Cloud(tmp_path, place.policy)


def needed(place: Place) -> dict[str, list[str]]:
    said = joinly("permissions", place.policy, "--json")
    assert (said.code, said.err) == (0, "")
    return {app: [row["name"] for row in told["permissions"]] for app, told in json.loads(said.out).items()}


def test_each_app_is_told_what_it_needs_and_why(place: Place) -> None:
    said = joinly("permissions", place.policy)
    assert (said.code, said.err) == (0, "")
    reading, writing = said.out.split("The app that writes to targets (write):\n")
    assert "    User.Read.All: " in reading
    assert "User.ReadWrite.All" not in reading
    assert "  entra, given by Microsoft Graph:\n    User.ReadWrite.All: " in writing
    assert not [name for name in ("Group.ReadWrite.All", "AppRoleAssignment.ReadWrite.All") if name in said.out]


def test_the_script_grants_exactly_what_is_needed_and_a_second_time_nothing(place: Place, cloud: Cloud) -> None:
    code, told = cloud.run()
    assert code == 0
    wanted = needed(place)
    roles = {(READ, f"sp-{GRAPH}", f"role-{name}") for name in wanted["read"]}
    roles |= {(WRITE, f"sp-{GRAPH}", f"role-{name}") for name in wanted["write"] if not name.startswith("Exchange")}
    roles |= {(WRITE, f"sp-{EXCHANGE}", "role-Exchange.ManageAsApp")}
    roles |= {(WRITE, "directory", "31392ffb-586c-42d1-9346-e59415a2cc4e")}
    assert cloud.held == roles
    assert len(told) == len(roles)
    assert cloud.run() == (0, [])
    assert cloud.run("--check") == (0, [])


def test_what_is_missing_and_what_is_too_much_is_named_and_nothing_is_changed(cloud: Cloud) -> None:
    cloud.hold(READ, "role-User.ReadWrite.All")
    before = cloud.held
    code, told = cloud.run("--check")
    assert code == 1
    assert f"read: role-User.ReadWrite.All of sp-{GRAPH} is too much" in told
    assert "write: User.ReadWrite.All is missing" in told
    assert cloud.held == before


def test_granting_takes_nothing_away_and_only_remove_does(cloud: Cloud) -> None:
    cloud.hold(READ, "role-User.ReadWrite.All")
    cloud.run()
    assert (READ, f"sp-{GRAPH}", "role-User.ReadWrite.All") in cloud.held
    rest = cloud.held - {(READ, f"sp-{GRAPH}", "role-User.ReadWrite.All")}
    assert cloud.run("--remove")[1] == [f"read: role-User.ReadWrite.All of sp-{GRAPH} is taken away"]
    assert cloud.held == rest


def test_the_script_beside_the_templates_runs_that_of_the_policy(cloud: Cloud, place: Place) -> None:
    program = cloud.folder / "joinly"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from shared.cli import main; main()' \"$@\"\n")
    program.chmod(0o755)
    around = {
        "PATH": f"{cloud.folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(PROJECT),
        "JOINLY_READ_PRINCIPAL": READ,
        "JOINLY_WRITE_PRINCIPAL": WRITE,
    }
    run = ["/bin/sh", str(PROJECT / "infra" / "grant.sh"), str(place.policy)]
    done = subprocess.run(run, env=around, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")
    assert cloud.run("--check") == (0, [])


def test_a_policy_with_mistakes_gives_no_script(place: Place) -> None:
    place.alter("customer: Contoso", "customer: [Contoso]")
    said = joinly("permissions", place.policy, "--script")
    assert (said.code, said.out) == (1, "")


def test_one_form_at_a_time(place: Place) -> None:
    assert joinly("permissions", place.policy, "--script", "--json").code == 2
