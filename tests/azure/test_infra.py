"""infra/ says the same as the code: queues, tables, settings, schedules; and nothing in it is or makes a key."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from shared import queues
from shared.azure.bearer import APPROVE, READ
from shared.azure.ncrontab import problem
from shared.azure.reach import REACH
from shared.azure.settings import Settings
from shared.azure.triggers import SERVICE_BUS, TRIGGERS, Role, Timer, of

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
FILES = sorted(INFRA.rglob("*.bicep"))
CUSTOMERS = sorted((INFRA / "customers").glob("*.bicepparam"))
EVERYTHING = "\n".join(file.read_text() for file in FILES)
MAIN = (INFRA / "main.bicep").read_text()
APP = (INFRA / "modules" / "app.bicep").read_text()
RIGHTS = json.loads((INFRA / "rights.json").read_text())
CONNECTION = {f"{SERVICE_BUS}__{name}" for name in ("fullyQualifiedNamespace", "credential", "clientId")}


def iso(text: str) -> timedelta:
    """A duration such as PT5M."""
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", text)
    assert found is not None, text
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def named(text: str, start: str) -> set[str]:
    """The keys of the object that begins with `start`."""
    body = re.search(rf"{re.escape(start)}(.*?)\n *\}}", text, re.DOTALL)
    assert body is not None, start
    return set(re.findall(r"^ +(\w+): ", body[1], re.MULTILINE))


def app_settings(role: str) -> set[str]:
    """What the app of this role is given."""
    given = named(MAIN, "var common = {") | named(APP, "var own = {")
    return given | (named(MAIN, "settings: union(common, {") if role == "read" else set())


def schedules(text: str) -> dict[str, str]:
    body = re.search(r"param schedules (?:object )?= \{(.*?)\}", text, re.DOTALL)
    assert body is not None
    return dict(re.findall(r"(\w+): '(.*)'", body[1]))


def test_queues_are_those_of_the_code_with_the_same_settings() -> None:
    found = {one["name"]: one for one in json.loads((INFRA / "queues.json").read_text())}
    assert found.keys() == queues.QUEUES.keys()
    for name, settings in queues.QUEUES.items():
        assert iso(found[name]["lockDuration"]).total_seconds() == settings.lock_seconds
        assert found[name]["maxDeliveryCount"] == settings.max_deliveries
        assert settings.ttl_seconds is None, "a queue whose doorbells expire needs defaultMessageTimeToLive"
    assert "requiresSession: true" in (INFRA / "modules" / "queues.bicep").read_text()


@pytest.mark.parametrize("role", [Role.READ, Role.WRITE])
def test_an_app_is_given_what_its_code_reaches_and_nothing_else(role: Role) -> None:
    given, reached = RIGHTS[role], REACH[role]
    assert set(given["tables"]) == reached.tables
    assert set(given["sends"]) == reached.sends
    assert set(given["receives"]) == reached.receives


@pytest.mark.parametrize("role", [Role.READ, Role.WRITE])
def test_every_setting_that_the_code_reads_is_set_and_no_other_of_ours(role: Role) -> None:
    read = {str(field.alias) for field in Settings.model_fields.values()} | CONNECTION
    read |= {one.setting for one in of(role) if isinstance(one, Timer)}
    ours = {name for name in app_settings(role) if name.startswith(("JOINLY_", SERVICE_BUS))}
    assert ours == read


def test_host_and_worker_tell_in_the_same_way() -> None:
    assert json.loads((INFRA.parent / "host.json").read_text())["telemetryMode"] == "OpenTelemetry"
    assert "PYTHON_ENABLE_OPENTELEMETRY: 'true'" in (INFRA / "modules" / "app.bicep").read_text()


def test_what_is_put_out_is_a_deployment_on_the_command_line() -> None:
    """Named as the settings are; who signs in is the person at the keyboard, and which app it is does not matter."""
    put_out = set(re.findall(r"^output (\w+) ", MAIN, re.MULTILINE))
    wanted = {str(field.alias) for field in Settings.model_fields.values()}
    assert wanted - put_out <= {"JOINLY_ROLE", "JOINLY_IDENTITY", "APPLICATIONINSIGHTS_CONNECTION_STRING"}


@pytest.mark.parametrize(
    "file", [INFRA / "main.bicep", INFRA / "customers" / "minimal.bicepparam"], ids=lambda f: f.stem
)
def test_timers_run_at_times_that_exist_and_not_all_at_once(file: str) -> None:
    given = schedules((INFRA / file).read_text())
    assert {name: problem(text) for name, text in given.items()} == dict.fromkeys(given, "")
    assert given.keys() == {one.name for one in TRIGGERS if isinstance(one, Timer)}
    assert len(set(given.values())) == len(given)


def test_a_schedule_that_nobody_sets_is_the_one_of_the_code() -> None:
    assert schedules(MAIN) == {one.name: one.default for one in TRIGGERS if isinstance(one, Timer)}


def test_there_is_no_key_and_no_way_to_make_one() -> None:
    assert not re.search(r"listKeys|listAccountSas|AccountKey|SharedAccessKey|primaryKey|@secure", EVERYTHING)
    accounts = EVERYTHING.count("'Microsoft.Storage/storageAccounts@2025-06-01' = {")
    assert EVERYTHING.count("allowSharedKeyAccess: false") == accounts
    assert EVERYTHING.count("minimumTlsVersion: 'TLS1_2'") == accounts
    assert EVERYTHING.count("disableLocalAuth: true") == 2
    assert "DisableLocalAuth: true" in EVERYTHING
    assert "enablePurgeProtection: true" in EVERYTHING
    assert "enableRbacAuthorization: true" in EVERYTHING
    assert "AzureWebJobsStorage" not in app_settings("read")


def test_no_identity_of_an_app_is_given_a_role_on_more_than_it_needs() -> None:
    """One queue, one table, one container, one secret; only its own host's account is an app's as a whole."""
    access = (INFRA / "modules" / "access.bicep").read_text()
    assert re.findall(r"^    ?  ?scope: (\S+)$|^  scope: (\S+)$", access, re.MULTILINE)
    scopes = {one.strip() for one in re.findall(r"scope: (\S+)", access)}
    assert scopes == {"inbound[index]", "outbound[index]", "tables[index]", "policies", "secrets[index]", "component"}
    assert re.findall(r"scope: (\S+)", APP) == ["account"]
    given = {file.stem for file in FILES if "roleAssignments@" in file.read_text()}
    assert given == {"access", "app", "operators"}


def test_only_what_is_missing_is_made_of_secrets() -> None:
    vault = (INFRA / "modules" / "vault.bicep").read_text()
    assert re.search(r"@onlyIfNotExists\(\)\nresource secrets ", vault), "a deployment must not empty a secret"


@pytest.mark.parametrize("file", CUSTOMERS, ids=lambda file: file.stem)
def test_a_parameter_file_names_parameters_that_exist_and_writes_nothing_at_first(file: Path) -> None:
    text = file.read_text()
    given = set(re.findall(r"^param (\w+) =", text, re.MULTILINE))
    assert given <= set(re.findall(r"^param (\w+) ", MAIN, re.MULTILINE))
    assert text.count("using '../main.bicep'") == 1
    assert re.search(r"^param stopped = true$", text, re.MULTILINE)


def test_every_parameter_says_what_it_is() -> None:
    assert len(re.findall(r"^param ", MAIN, re.MULTILINE)) == len(re.findall(r"^@description\('\S", MAIN, re.MULTILINE))


def test_the_registration_of_the_api_has_the_roles_that_are_asked_for_and_tokens_that_are_taken() -> None:
    given = json.loads((INFRA / "api.json").read_text())
    assert {one["value"] for one in given["appRoles"]} == {READ, APPROVE}
    assert given["api"]["requestedAccessTokenVersion"] == 2
    only_people = [one for one in given["appRoles"] if one["allowedMemberTypes"] == ["User"]]
    assert [one["value"] for one in only_people] == [APPROVE]
    ids = [one["id"] for one in (*given["appRoles"], *given["api"]["oauth2PermissionScopes"])]
    assert len(set(ids)) == len(ids)


def test_azd_makes_what_a_customers_file_says_and_puts_one_package_into_both_apps() -> None:
    told = YAML(typ="safe", pure=True).load((ROOT / "azure.yaml").read_text())
    assert told["services"] == {role: {"project": ".", "language": "py", "host": "function"} for role in RIGHTS}
    assert "tags: union(tags, { 'azd-service-name': role })" in APP
    assert ROOT / told["infra"]["path"] / f"{told['infra']['module']}.bicepparam" in CUSTOMERS
    script = (INFRA / "secrets.sh").read_text()
    for hook in told["hooks"].values():
        program, word = hook["run"].split()
        assert (ROOT / program) == INFRA / "secrets.sh"
        assert f"\n  {word})\n" in script
