"""infra/ is Bicep whose names are declared and whose resources fit the published types; where Bicep is, it compiles."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("tree_sitter_bicep", reason="tree-sitter-bicep is not installed")

from bicep_reading import check_modules, check_types, read

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
TYPES = ROOT / ".." / "shared" / "specs" / "bicep-types"
FILES = sorted(INFRA.rglob("*.bicep"))
CUSTOMERS = sorted((INFRA / "customers").glob("*.bicepparam"))
NAMES = [file.stem for file in FILES]
published = pytest.mark.skipif(not TYPES.exists(), reason="the published resource types are not here")
BICEP = shutil.which("bicep")


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_each_file_is_bicep_whose_names_are_declared(file: Path) -> None:
    found = read(file)
    check_modules(found)
    assert found.wrong == []


@published
@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_each_resource_has_the_properties_of_its_published_type(file: Path) -> None:
    found = read(file)
    assert check_types(found, TYPES) > 0
    assert found.wrong == []


@pytest.mark.parametrize("file", CUSTOMERS, ids=lambda file: file.stem)
def test_a_parameter_file_holds_values(file: Path, tmp_path: Path) -> None:
    """The grammar knows no such files; what they give is written as variables are."""
    text = re.sub(r"^using .*$", "", file.read_text(), flags=re.MULTILINE)
    copy = tmp_path / "values.bicep"
    copy.write_text(re.sub(r"^param (\w+) =", r"var \1 =", text, flags=re.MULTILINE))
    assert read(copy).wrong == []


@pytest.mark.skipif(BICEP is None, reason="bicep is not installed: the templates were never compiled here")
@pytest.mark.parametrize("file", CUSTOMERS, ids=lambda file: file.stem)
def test_bicep_compiles_what_a_customer_deploys(file: Path, tmp_path: Path) -> None:
    run = [str(BICEP), "build-params", str(file), "--outfile", str(tmp_path / "parameters.json")]
    done = subprocess.run(run, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    run = [str(BICEP), "build", str(INFRA / "main.bicep"), "--outfile", str(tmp_path / "main.json")]
    done = subprocess.run(run, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, "Error" in done.stderr) == (0, False), done.stderr


MISTAKES = {
    "an unknown property": ("requiresSession", "requireSession", "there is no property requireSession"),
    "a wrong type": ("requiresSession: true", "requiresSession: 'yes'", "'yes'\" is not BooleanType"),
    "a wrong word": ("name: private ? 'Premium' : 'Standard'", "name: private ? 'Premium' : 'Gold'", "is not Basic or"),
    "a property that can only be read": ("disableLocalAuth: true", "status: 'x'", "status can only be read"),
    "a name that nothing declares": ("parent: namespace", "parent: namespaces", "namespaces is not declared"),
    "a type that does not exist": ("namespaces/queues@", "namespaces/queue@", "there is no type"),
    "broken syntax": ("sku: {", "sku: [", "syntax error"),
    "something left out": ("  sku: {\n    name: private ? 'Premium' : 'Standard'\n", "  sku: {\n", "name is missing"),
    "something inside a condition": ("AccessEnabled: true", "AccessEnabled: 'yes'", "'yes'\" is not BooleanType"),
}


@published
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_check_would_see(mistake: str, tmp_path: Path) -> None:
    right, wrong, said = MISTAKES[mistake]
    text = (INFRA / "modules" / "queues.bicep").read_text()
    assert right in text
    file = tmp_path / "queues.bicep"
    file.write_text(text.replace(right, wrong))
    found = read(file)
    if not found.wrong:
        check_types(found, TYPES)
    assert said in "\n".join(found.wrong)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("    role: 'read'\n", "", "module readApp needs role"),
        ("identity: identities[0].id", "identityId: identities[0].id", "module readApp has no parameter identityId"),
        ("storage.outputs.tables", "storage.outputs.table", "module storage has no output table"),
        ("network!.outputs.readers", "network!.outputs.reader", "module network has no output reader"),
    ],
)
def test_the_check_would_see_a_module_used_wrongly(right: str, wrong: str, said: str, tmp_path: Path) -> None:
    main = (INFRA / "main.bicep").read_text()
    assert right in main
    (tmp_path / "main.bicep").write_text(main.replace(right, wrong).replace("'modules/", f"'{INFRA}/modules/"))
    found = read(tmp_path / "main.bicep")
    check_modules(found)
    assert said in "\n".join(found.wrong)
