"""infra/ says the same as the code: queues, tables, settings, roles; and it is Bicep that fits the published types."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from triggers import timers

from connectors.entra import MANIFEST
from shared import layout, queues
from shared.azure.ncrontab import problem
from shared.azure.settings import Settings
from shared.azure.triggers import SERVICE_BUS

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
TYPES = ROOT / ".." / "shared" / "specs" / "bicep-types"
FILES = sorted(INFRA.rglob("*.bicep"))
EVERYTHING = "\n".join(file.read_text() for file in FILES)


def iso(text: str) -> timedelta:
    """A duration such as PT5M."""
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", text)
    assert found is not None, text
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def app_settings() -> dict[str, str]:
    body = re.search(r"settings: \{(.*?)\n    \}", (INFRA / "main.bicep").read_text(), re.DOTALL)
    assert body is not None
    return dict(re.findall(r"^ +(\w+): (.+)$", body[1], re.MULTILINE))


def test_queues_are_those_of_the_code_with_the_same_settings() -> None:
    found = {one["name"]: one for one in json.loads((INFRA / "queues.json").read_text())}
    assert found.keys() == queues.QUEUES.keys()
    for name, settings in queues.QUEUES.items():
        assert iso(found[name]["lockDuration"]).total_seconds() == settings.lock_seconds
        assert found[name]["maxDeliveryCount"] == settings.max_deliveries
        assert settings.ttl_seconds is None, "a queue whose doorbells expire needs defaultMessageTimeToLive"
    assert "requiresSession: true" in (INFRA / "modules" / "queues.bicep").read_text()


def test_tables_are_those_of_the_layout() -> None:
    body = re.search(r"var tableNames = \[(.*?)\]", (INFRA / "modules" / "storage.bicep").read_text(), re.DOTALL)
    assert body is not None
    assert sorted(re.findall(r"'(\w+)'", body[1])) == sorted(layout.TABLES)


def test_every_setting_that_the_code_reads_is_set_and_no_other_of_ours() -> None:
    read = {field.alias for field in Settings.model_fields.values()}
    read |= set(timers().values())
    connection = SERVICE_BUS
    read |= {f"{connection}__{name}" for name in ("fullyQualifiedNamespace", "credential", "clientId")}
    ours = {name for name in app_settings() if name.startswith(("JOINLY_", connection))}
    assert ours == read


def test_timers_run_at_times_that_exist_and_not_all_at_once() -> None:
    body = re.search(r"param schedules object = \{(.*?)\}", (INFRA / "main.bicep").read_text(), re.DOTALL)
    assert body is not None
    schedules = dict(re.findall(r"(\w+): '(.*)'", body[1]))
    assert {name: problem(text) for name, text in schedules.items()} == dict.fromkeys(schedules, "")
    assert {f"JOINLY_{name.upper()}_SCHEDULE" for name in schedules} == set(timers().values())
    assert schedules.keys() == timers().keys()
    assert len(set(schedules.values())) == len(schedules)


def test_there_is_no_key_and_no_way_to_make_one() -> None:
    assert not re.search(r"listKeys|listAccountSas|AccountKey|SharedAccessKey|primaryKey|@secure", EVERYTHING)
    assert "allowSharedKeyAccess: false" in EVERYTHING
    assert EVERYTHING.count("disableLocalAuth: true") == 2
    assert "DisableLocalAuth: true" in EVERYTHING
    assert "enablePurgeProtection: true" in EVERYTHING
    assert "enableRbacAuthorization: true" in EVERYTHING
    assert "AzureWebJobsStorage" not in app_settings()


def test_every_role_is_given_on_one_resource_only() -> None:
    assignments = re.findall(
        r"resource \w+ 'Microsoft.Authorization/roleAssignments@.*?\n(?=\n|\Z)", EVERYTHING, re.DOTALL
    )
    scopes = [re.findall(r"scope: (\w+)", one) for one in assignments]
    assert scopes == [["insights"], ["namespace"], ["account"], ["vault"]]


def test_the_readme_asks_for_the_permissions_of_the_manifest() -> None:
    loop = re.search(r"for permission in (.*?); do", (INFRA / "README.md").read_text(), re.DOTALL)
    assert loop is not None
    usual = {"delete", "group", "license"}
    needed = [name for name in MANIFEST.permissions if MANIFEST.only_for.get(name, usual) & usual]
    assert sorted(loop[1].replace("\\\n", " ").split()) == sorted(needed)


def test_the_parameter_file_names_parameters_that_exist() -> None:
    given = re.findall(r"^param (\w+) =", (INFRA / "main.bicepparam").read_text(), re.MULTILINE)
    main = (INFRA / "main.bicep").read_text()
    declared = re.findall(r"^param (\w+) \w+( =)?", main, re.MULTILINE)
    assert set(given) <= {name for name, _ in declared}
    assert {name for name, default in declared if not default} <= set(given)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_file_is_bicep_whose_names_are_declared(file: Path) -> None:
    pytest.importorskip("tree_sitter_bicep", reason="tree-sitter-bicep is not installed")
    from bicep_reading import check_modules, read

    found = read(file)
    check_modules(found)
    assert found.wrong == []


@pytest.mark.skipif(not TYPES.exists(), reason="the published resource types are not here")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_resource_has_the_properties_of_its_published_type(file: Path) -> None:
    pytest.importorskip("tree_sitter_bicep", reason="tree-sitter-bicep is not installed")
    from bicep_reading import check_types, read

    found = read(file)
    assert check_types(found, TYPES) > 0
    assert found.wrong == []


MISTAKES = {
    "an unknown property": ("requiresSession", "requireSession", "there is no property requireSession"),
    "a wrong type": ("requiresSession: true", "requiresSession: 'yes'", "'yes'\" is not BooleanType"),
    "a wrong word": ("name: 'Standard'", "name: 'Gold'", "'Gold'\" is not Basic or Standard or Premium"),
    "a property that can only be read": ("disableLocalAuth: true", "status: 'x'", "status can only be read"),
    "a name that nothing declares": ("parent: namespace", "parent: namespaces", "namespaces is not declared"),
    "a type that does not exist": ("namespaces/queues@", "namespaces/queue@", "there is no type"),
    "broken syntax": ("sku: {", "sku: [", "syntax error"),
    "something left out": ("principalId: principalId\n", "\n", "principalId is missing"),
}


@pytest.mark.skipif(not TYPES.exists(), reason="the published resource types are not here")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_check_would_see(mistake: str, tmp_path: Path) -> None:
    pytest.importorskip("tree_sitter_bicep", reason="tree-sitter-bicep is not installed")
    from bicep_reading import check_types, read

    right, wrong, said = MISTAKES[mistake]
    file = tmp_path / "queues.bicep"
    file.write_text((INFRA / "modules" / "queues.bicep").read_text().replace(right, wrong))
    found = read(file)
    if not found.wrong:
        check_types(found, TYPES)
    assert said in "\n".join(found.wrong)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("    packages: storage.outputs.packages\n", "", "module app needs packages"),
        ("identityId: identity.id", "identity: identity.id", "module app has no parameter identity"),
        ("storage.outputs.tables", "storage.outputs.table", "module storage has no output table"),
    ],
)
def test_the_check_would_see_a_module_used_wrongly(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    pytest.importorskip("tree_sitter_bicep", reason="tree-sitter-bicep is not installed")
    from bicep_reading import check_modules, read

    main = (INFRA / "main.bicep").read_text().replace(right, wrong)
    (tmp_path / "main.bicep").write_text(main.replace("'modules/", f"'{INFRA}/modules/"))
    found = read(tmp_path / "main.bicep")
    check_modules(found)
    assert said in "\n".join(found.wrong)
