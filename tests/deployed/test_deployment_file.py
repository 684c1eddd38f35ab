"""The file that names a deployment: as azd writes it, with one sentence for each thing that is wrong with it."""

import os
import re
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from azure.core.credentials import AccessToken
from deployed_world import ENV, joinly

from shared.azure.settings import Settings
from shared.cli.deployment import Deployment, connect
from shared.cli.deployment_file import HERE_ONLY, Named, prepare, read
from shared.errors import Misconfigured
from shared.policies import Policies
from shared.vault import Remembered

TENANT = "11111111-2222-4333-8444-555555555555"
PROD = ENV.replace('TENANT"', f'{TENANT}"')
HERE = f"""
JOINLY_TENANT={TENANT}
JOINLY_IDENTITY='{TENANT}'
export JOINLY_TABLES=https://127.0.0.1:10002/joinlylocal
JOINLY_POLICIES=https://127.0.0.1:10000/joinlylocal/policies
JOINLY_KEY_VAULT=https://localhost:8443
ServiceBus__fullyQualifiedNamespace=127.0.0.1:5672
IDENTITY_ENDPOINT=http://127.0.0.1:9000/msi/token
IDENTITY_HEADER=header
"""


def file(folder: Path, text: str, name: str = "prod.env") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_it_is_read_as_azd_writes_it(tmp_path: Path) -> None:
    named, beside = read(file(tmp_path, PROD, ".env"))
    assert named.tenant == TENANT
    assert named.tables == "https://stjoinly.table.core.windows.net"
    assert named.policies == "https://stjoinly.blob.core.windows.net/policies"
    assert named.namespace == "sb-joinly.servicebus.windows.net"
    assert (beside, named.here) == ({}, False)


def test_a_loopback_azure_says_who_signs_in_there(tmp_path: Path) -> None:
    named, beside = read(file(tmp_path, HERE))
    assert (named.here, named.identity) == (True, TENANT)
    assert beside == {"IDENTITY_ENDPOINT": "http://127.0.0.1:9000/msi/token", "IDENTITY_HEADER": "header"}


def test_its_names_are_those_of_the_app_settings() -> None:
    settings = {field.alias for field in Settings.model_fields.values()}
    assert {field.alias for field in Named.model_fields.values()} <= settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "JOINLY_TENANT is missing: it is the id of its tenant; JOINLY_TABLES is missing: "),
        (PROD.replace("https://stj", "http://stj"), "JOINLY_TABLES is not right: it is the table endpoint of its stor"),
        (
            PROD.replace("/policies", ""),
            "JOINLY_POLICIES is not right: it is the address of the blob container with its",
        ),
        (PROD.replace("sb-joinly.", "sb joinly "), "ServiceBus__fullyQualifiedNamespace is not right: it is the host"),
        (PROD + "what is this\n", ":8: a line is NAME=value"),
        (PROD + HERE.splitlines()[-2], "IDENTITY_ENDPOINT can be said only when all addresses are of this machine"),
        (HERE.replace("http://127.0.0.1:9000", "https://contoso.nl"), "IDENTITY_ENDPOINT is not on this machine"),
    ],
)
def test_what_is_wrong_is_said_with_its_name_and_no_value(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Misconfigured) as wrong:
        read(file(tmp_path, text))
    assert said in str(wrong.value)
    assert str(wrong.value).startswith(f"{tmp_path / 'prod.env'}:")
    assert not re.search("stjoinly|sb joinly|contoso", str(wrong.value))


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    said = joinly("holds", "list", tmp_path / "prod.env")
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "prod.env: it cannot be read (there is no such file); it is the file with a deployment's" in said.err


async def test_connecting_asks_nobody_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in HERE_ONLY:
        monkeypatch.setenv(name, "")
    prepare(file(tmp_path, HERE))
    assert os.environ["IDENTITY_HEADER"] == "header"
    async with AsyncExitStack() as stack:
        assert (await connect(file(tmp_path, HERE), stack)).tenant == TENANT


def test_the_sdks_are_not_loaded_before_they_can_find_what_a_loopback_azure_needs() -> None:
    program = "import sys, shared.cli.local, shared.cli.policy_home; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603


async def test_who_is_signed_in_to_another_tenant_is_told_how_to_sign_in_to_this_one() -> None:
    class Elsewhere:
        async def get_token(self, *_: str) -> AccessToken:
            return AccessToken("e30.eyJ0aWQiOiAib3RoZXIiLCAidXBuIjogImVscyJ9.s", 0)  # {"tid": "other", "upn": "els"}

    async def nothing(name: str) -> str:
        raise AssertionError(name)

    given = {"store": None, "bus": None, "policies": Policies, "secret": Remembered(nothing)}
    there = Deployment(tenant=TENANT, credential=Elsewhere(), **given)  # type: ignore[arg-type]
    with pytest.raises(Misconfigured, match=f"signed in to another tenant; run `az login --tenant {TENANT}`"):
        await there.signed()
