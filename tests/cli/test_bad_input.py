"""Bad input: one clear error, the right exit code, nothing written, and the state as it was."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_world import DAY, Place, files_of, joinly

from shared import layout

HEADER = "Medewerker;Voornaam"


def _missing(place: Place) -> None:
    place.people.unlink()


def _folder(place: Place) -> None:
    place.people.unlink()
    place.people.mkdir()


def _another_encoding(place: Place) -> None:
    text = place.people.read_text(encoding="utf-8-sig")
    place.people.write_bytes(text.encode("cp1252", "replace"))


def _utf_16(place: Place) -> None:
    text = place.people.read_text(encoding="utf-8-sig")
    place.people.write_text(text, encoding="utf-16")


def _workbook(place: Place) -> None:
    place.people.write_bytes(b"PK\x03\x04 and the rest of a workbook")


def _missing_column(place: Place) -> None:
    text = place.people.read_text(encoding="utf-8-sig")
    place.people.write_text(text.replace(";Achternaam;", ";Naam;", 1), encoding="utf-8")


def _empty(place: Place) -> None:
    place.people.write_text("", encoding="utf-8")


def _header_only(place: Place) -> None:
    text = place.people.read_text(encoding="utf-8-sig")
    place.people.write_text(text.splitlines()[0] + "\n", encoding="utf-8")


def _cut_off(place: Place) -> None:
    place.people.write_bytes(place.people.read_bytes()[:1500])


def _half(place: Place) -> None:
    lines = place.people.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    place.people.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")


BAD_EXPORTS: dict[str, tuple[Callable[[Place], None], str]] = {
    "missing": (_missing, "there is no file people.csv in the folder of the export; deliver it or correct path"),
    "a folder": (_folder, "people.csv is a folder; path must name one file"),
    "another encoding": (_another_encoding, "people.csv, line 3: the text is not UTF-8; export it again or correct"),
    "UTF-16": (_utf_16, "people.csv is marked as another encoding than utf-8; export it as before or change encoding"),
    "a workbook": (_workbook, "people.csv is a workbook, not a CSV file; save it as «CSV UTF-8»"),
    "a missing column": (_missing_column, "people.csv: the header has no column «Achternaam»; export with these"),
    "empty": (_empty, "people.csv is empty; deliver the export again"),
    "a header only": (_header_only, "people.csv has a header and no rows; deliver the export again"),
    "cut off": (_cut_off, "people.csv, line 12: the last row is cut off; deliver the whole file again"),
    "too few rows": (_half, "people.csv has 7 rows and should have at least 10; deliver the whole export"),
}


@pytest.mark.parametrize("kind", BAD_EXPORTS)
def test_a_bad_export_changes_nothing_and_says_what_to_do(kept: Place, kind: str) -> None:
    spoil, says = BAD_EXPORTS[kind]
    good = kept.people.read_bytes()
    spoil(kept)
    said = kept.run()
    assert said.code == 1
    assert said.err.startswith(f"joinly: source hr: {says}")
    assert said.err.count("\n") == 1
    assert " 0 writes" in said.out
    assert said.out.count("\n") == 1

    if kept.people.is_dir():
        kept.people.rmdir()
    kept.people.write_bytes(good)
    again = kept.run("--json")
    assert (again.code, again.json["changes"], again.json["writes"]) == (0, 0, 0)


def test_an_export_with_half_the_people_gone_is_not_believed(kept: Place) -> None:
    good = kept.people.read_bytes()
    kept.alter("minimum_rows: 10", "minimum_rows: 5")
    _half(kept)
    said = kept.run("--json")
    assert said.code == 1
    assert said.err.startswith("joinly: source hr: 9 of the 16 people known are missing, and at most 10 % may be;")
    assert "nothing was changed. Ask HR what happened." in said.err
    assert said.json["writes"] == 0
    assert said.json["failures"] == [said.err.removeprefix("joinly: ").rstrip("\n")]
    kept.people.write_bytes(good)
    assert kept.run("--json").json["writes"] == 0


def test_a_bad_export_does_not_stop_what_the_calendar_brings(kept: Place) -> None:
    _empty(kept)
    said = kept.run(on="2027-01-23")
    assert said.code == 1
    assert said.err == "joinly: source hr: people.csv is empty; deliver the export again\n"
    assert "Disabled (1)\n" in said.out
    assert said.out.endswith("Not everything could be done.\n")


BAD_POLICIES = {
    "unknown key": ("correlate:", "corelate:", ":48:5: targets.entra.corelate: this key is not known"),
    "expression": ('"[department]"', '"Foo([department])"', ": there is no function Foo"),
    "time zone": ("Europe/Amsterdam", "Europe/Amsterdm", ":5:12: time_zone: there is no time zone 'Europe/Amsterdm'"),
    "connector": (
        "connector: entra",
        "connector: entr",
        ":46:16: targets.entra.connector: there is no connector 'entr'",
    ),
    "attribute": ("jobTitle:", "jobtitel:", "targets.entra.attributes.jobtitel: entra has no attribute jobtitel"),
    "not YAML": ("customer: Contoso", "customer: 'Contoso", "example.yaml:"),
}


@pytest.mark.parametrize("command", ["run", "preview", "validate"])
@pytest.mark.parametrize("kind", BAD_POLICIES)
def test_a_mistake_in_the_policy_is_named_with_its_place_and_nothing_is_begun(
    place: Place, kind: str, command: str
) -> None:
    old, new, says = BAD_POLICIES[kind]
    place.alter(old, new)
    said = joinly(command, place.policy, *(() if command == "validate" else ("--data", place.data)))
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"{place.policy}:")
    assert says in said.err
    assert not (place.data / "state.db").exists() or not place.rows("SELECT * FROM rows")


def test_every_mistake_is_named_at_once(place: Place) -> None:
    place.alter("Europe/Amsterdam", "Nowhere")
    place.alter("correlate:", "corelate:")
    place.alter("delete_after: 90", "delete_after: ninety")
    assert len(joinly("validate", place.policy).err.splitlines()) == 3


def test_a_good_policy_is_said_to_be_one(place: Place) -> None:
    said = joinly("validate", place.policy)
    assert (said.code, said.err) == (0, "")
    assert said.out == f"{place.policy}: no mistakes. It reads hr and keeps entra in line.\n"


@pytest.mark.parametrize("command", ["run", "preview", "validate"])
def test_a_policy_that_cannot_be_read_is_one_clear_error(tmp_path: Path, command: str) -> None:
    data = () if command == "validate" else ("--data", tmp_path / "data")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    for policy, says in {
        tmp_path / "none.yaml": "there is no such file; POLICY is a YAML file",
        tmp_path: "it is a folder; name the policy's own file",
        binary: "it is not UTF-8 text; save it as UTF-8",
        tmp_path / "binary.yaml" / "x": "it cannot be read (Not a directory)",
    }.items():
        said = joinly(command, policy, *data)
        assert (said.code, said.out, said.err) == (1, "", f"joinly: {policy}: {says}\n")
    assert not (tmp_path / "data").exists()


def test_an_export_named_on_the_command_line_must_be_there(place: Place) -> None:
    for name, says in {
        "none.csv": "there is no such file; --hr needs an export",
        "hr": "it is a folder; --hr needs one export",
    }.items():
        said = place.run("--hr", place.folder / name)
        assert (said.code, said.out, said.err) == (1, "", f"joinly: {place.folder / name}: {says}\n")
    assert not place.data.exists()


def test_an_export_on_the_command_line_needs_one_source_that_reads_a_file(place: Place) -> None:
    place.alter("connector: files\n    settings:\n      path: hr/people.csv", "connector: files\n    settings:")
    said = place.run("--hr", place.people)
    assert (said.code, said.out) == (1, "")
    assert said.err == "joinly: --hr replaces the file of one source, and 0 sources of this policy read a file\n"


def test_an_export_on_the_command_line_takes_the_place_of_one_on_a_server(place: Place) -> None:
    """Nobody asks the server, nor for the secret of its user."""
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1PG6SZAHcVtD0ifVI2XFeJTvNsdbyxaAkwNu4Mm2gU"
    server = f"{{host: 127.0.0.1, port: 1, user: joinly, key: secret:absent, host_keys: [{key}]}}"
    place.alter("path: hr/people.csv", f"path: out/people-{{yyyy}}.csv\n      sftp: {server}")
    assert "there is no secret secret:absent" in place.run().err
    said = place.run("--hr", place.people)
    assert (said.code, said.err) == (0, "")


@pytest.mark.parametrize("command", ["run", "preview"])
def test_a_data_folder_that_is_a_file_is_one_clear_error(place: Place, command: str) -> None:
    file = place.folder / "file"
    file.touch()
    said = joinly(command, place.policy, "--data", file, "--on", DAY)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"joinly: {file}: it is a file; --data needs a folder\n"


def test_a_data_folder_that_cannot_be_made_is_one_clear_error(place: Place) -> None:
    file = place.folder / "file"
    file.touch()
    said = joinly("run", place.policy, "--data", file / "data")
    assert (said.code, said.out) == (1, "")
    assert said.err == f"joinly: {file / 'data'}: the data folder cannot be made (Not a directory)\n"


SPOILED = {
    "state.db": (b"this is no database, whatever its name says" * 40, "state.db cannot be used as the state"),
    "tenant.db": (b"this is no database, whatever its name says" * 40, "tenant.db holds no simulated tenant"),
    "hash.key": (b"short", "hash.key is damaged; remove it, and everybody in HR is compared anew"),
    "lock": (b"this is no lock, whatever its name says" * 40, "lock is not Joinly's; remove it or name another folder"),
}


@pytest.mark.parametrize("command", ["run", "preview"])
@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_file_in_the_data_folder_is_one_clear_error(place: Place, name: str, command: str) -> None:
    content, says = SPOILED[name]
    place.data.mkdir()
    (place.data / name).write_bytes(content)
    said = joinly(command, place.policy, "--data", place.data, "--on", DAY)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("joinly: ")
    assert says in said.err
    assert said.err.count("\n") == 1
    assert (place.data / name).read_bytes() == content


@pytest.mark.parametrize("command", ["run", "preview"])
def test_a_state_of_a_newer_version_is_left_alone(kept: Place, command: str) -> None:
    kept.rows("PRAGMA user_version = 99")
    kept.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (kept.data / "state.db").read_bytes()
    said = joinly(command, kept.policy, "--data", kept.data, "--on", DAY)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("state.db was written by a newer version of Joinly; update this one\n")
    assert (kept.data / "state.db").read_bytes() == before


@pytest.mark.parametrize("command", ["run", "preview"])
@pytest.mark.parametrize("table", ["sources", "state"])
def test_rows_of_a_newer_version_are_left_alone(kept: Place, table: str, command: str) -> None:
    ours, newer = f'"schema":{layout.SCHEMA}', f'"schema":{layout.SCHEMA + 1}'
    kept.rows("UPDATE rows SET data = replace(data, ?, ?) WHERE tab = ?", ours, newer, table)
    said = joinly(command, kept.policy, "--data", kept.data, "--on", DAY)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"joinly: {kept.data / 'state.db'}: a row has schema {layout.SCHEMA + 1}; this version reads {layout.SCHEMA}. "
        "It was written by another version of Joinly; use that one\n"
    )
    kept.rows("UPDATE rows SET data = replace(data, ?, ?) WHERE tab = ?", newer, ours, table)
    assert kept.run("--json").json["writes"] == 0


def test_a_tenant_description_that_says_something_else_is_one_clear_error(place: Place) -> None:
    for text, says in {
        "users: [": "it cannot be read as YAML (ParserError)",
        "people: []": "it holds users, groups",
    }.items():
        (place.folder / "example.tenant.yaml").write_text(text, encoding="utf-8")
        said = place.run()
        assert (said.code, said.out) == (1, "")
        assert f"example.tenant.yaml: {says}" in said.err
        assert not (place.data / "tenant.db").exists()


def test_a_preview_with_a_bad_export_is_the_same_error_and_writes_nothing(kept: Place) -> None:
    _empty(kept)
    with files_of(kept.folder):
        said = kept.preview()
    assert (said.code, said.out) == (1, "")
    assert said.err == "joinly: source hr: people.csv is empty; deliver the export again\n"
