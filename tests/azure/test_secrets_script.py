"""infra/secrets.sh: keys are made once and never shown, a value comes in by no argument, and what is left is named."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from shared.azure.surroundings import HASH_KEY, KEY_BYTES
from shared.tokens.sealed import SECRET

ROOT = Path(__file__).resolve().parents[2]
RIGHTS = json.loads((ROOT / "infra" / "rights.json").read_text())
CANARY = "canary-41d7"
AZ = '''#!PYTHON
"""The Azure CLI as far as the script uses it; the vault is a file, and every argument is written down."""
import json, sys
from pathlib import Path
here = Path(__file__).parent
vault, words = here / "vault.json", sys.argv[1:]
with (here / "arguments.txt").open("a") as told:
    told.write(" ".join(words) + "\\n")
held, said = json.loads(vault.read_text()), dict(zip(words, words[1:]))
assert said["--vault-name"] == "kv-test", words
match words[:3]:
    case ["keyvault", "secret", "show"]:
        if said["--name"] not in held:
            sys.exit("SecretNotFound")
        print(held[said["--name"]][0])
    case ["keyvault", "secret", "set"]:
        assert said["--file"] == "/dev/stdin"
        held[said["--name"]] = [said["--content-type"], sys.stdin.read()]
        vault.write_text(json.dumps(held))
    case ["keyvault", "secret", "list"]:
        if said["--output"] != "none":
            print("\\n".join(name for name, one in held.items() if one[0] == "not set yet"))
    case _:
        sys.exit("unknown")
'''


class Vault:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        az = folder / "az"
        az.write_text(AZ.replace("PYTHON", sys.executable), encoding="utf-8")
        az.chmod(0o755)
        names = ("joinly-hash-key", "joinly-token-key", "personio-client-id")
        (folder / "vault.json").write_text(json.dumps({name: ["not set yet", "not set yet"] for name in names}))

    def run(self, *words: str, typed: str = "") -> str:
        """What it says; every value that was set is looked for in it and in all arguments."""
        path = f"{self.folder}:{os.environ['PATH']}"
        run = ["/bin/sh", str(ROOT / "infra" / "secrets.sh"), *words]
        around = {"PATH": path, "JOINLY_VAULT_NAME": "kv-test", "PAUSE": "0"}
        done = subprocess.run(run, env=around, input=typed, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stderr
        told = done.stdout + done.stderr + (self.folder / "arguments.txt").read_text()
        assert not [value for kind, value in self.held.values() if kind != "not set yet" and value in told]
        return done.stdout

    @property
    def held(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = json.loads((self.folder / "vault.json").read_text())
        return found


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def test_the_keys_that_are_missing_are_made_in_the_form_that_the_code_takes(vault: Vault) -> None:
    assert vault.run("keys") == "joinly-hash-key: made\njoinly-token-key: made\n"
    assert len(base64.b64decode(vault.held["joinly-hash-key"][1], validate=True)) == KEY_BYTES
    assert Fernet(vault.held["joinly-token-key"][1])


def test_a_key_that_is_there_is_left_as_it_is(vault: Vault) -> None:
    vault.run("keys")
    before = vault.held
    assert vault.run("keys") == ""
    assert vault.held == before


@pytest.mark.parametrize("typed", [CANARY, f"{CANARY}\n"])
def test_a_value_comes_in_by_no_argument_and_without_the_end_of_its_line(vault: Vault, typed: str) -> None:
    assert "set" in vault.run("set", "personio-client-id", typed=typed)
    assert vault.held["personio-client-id"][1] == CANARY


def test_what_is_still_to_be_set_is_named_with_the_command_that_sets_it(vault: Vault) -> None:
    vault.run("keys")
    told = vault.run("remaining")
    assert "infra/secrets.sh set personio-client-id" in told
    assert "joinly-hash-key" not in told


def test_the_keys_are_those_that_the_code_reads_and_both_apps_may_read_them() -> None:
    named = {HASH_KEY.removeprefix("secret:"), SECRET.removeprefix("secret:")}
    assert set(RIGHTS["read"]["secrets"]) == named
    assert set(RIGHTS["write"]["secrets"]) == named
