"""Settings that cannot work are refused before a file is read."""

from typing import Any

import pytest
from csv_world import MAPPING, settings
from pydantic import ValidationError

from connectors import manifest, names
from connectors.files.places.settings import fingerprint
from connectors.files.settings import Settings


def contract(**changes: Any) -> dict[str, Any]:
    return {"contract": {**MAPPING["contract"], **changes}}


def usage(**traits: Any) -> dict[str, Any]:
    return {"person": {"nameUsage": {"column": "Naamgebruik", **traits}}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unknown": 1}, "Extra inputs"),
        ({"key": " "}, "a column needs a name"),
        ({"person": {}}, "at least 1 item"),
        ({"person": {"given name": "Roepnaam"}}, "should match pattern"),
        ({"person": {"bsn": "BSN"}}, "citizen service number"),
        ({"key": "Burgerservicenummer "}, "citizen service number"),
        ({"person": {"a": {"column": "b", "type": "colour"}}}, "Input should be"),
        ({"person": {"a": {"column": "b", "type": "number", "values": {"x": "y"}}}}, "for text only"),
        ({"person": {"a": {"column": "b", "otherwise": "x"}}}, "list the values too"),
        (usage(codes="afsa"), "'adp', 'afas', 'beaufort', 'nmbrs', 'visma' or 'youforce'"),
        (usage(codes="afas", values={"0": "B"}), "keep one of them"),
        (usage(codes="afas", otherwise="B"), "list the values too"),
        (usage(codes="afas", type="number"), "for text only"),
        (usage(values={"Eigen": "own"}), "are B, P, PB, BP"),
        (usage(values={"Eigen": "B"}, otherwise="b"), "are B, P, PB, BP"),
        ({"person": {"surname": "A", "gender": {"column": "b", "codes": "afas"}}}, "codes translates nameUsage only"),
        ({"person": {"department": "Afdeling"}}, "both person and contract: department"),
        ({"person": {"employeeId": "Nr"}}, "fields employeeId are filled"),
        (contract(fields={"manager": "Chef"}), "fields manager are filled"),
        (contract(start=None), "valid string"),
        ({"date_formats": ["dd-mm-yy"]}, "no date format"),
        ({"date_formats": ["mm-mm-yyyy"]}, "no date format"),
        ({"date_formats": ["dmyyyy"]}, "needs mm and dd"),
        ({"date_formats": ["dd-mm-yyyy", "m-d-yyyy"]}, "ambiguous"),
        ({"complete": {"trailer_counts_rows": True}}, "needs a trailer"),
        ({"active": {"column": "x", "values": []}}, "at least 1 item"),
        ({"most_bad_rows": 2}, "less than or equal to 1"),
        ({"delimiter": "#"}, "Input should be"),
        ({"encoding": "latin-1"}, "Input should be"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**changes)
    assert words in str(refused.value)


def test_formats_that_name_the_same_order_do_not_collide() -> None:
    assert settings(date_formats=["dd-mm-yyyy", "d-m-yyyy", "m/d/yyyy", "yyyymmdd"]).dates.formats[2] == "m/d/yyyy"


def test_settings_are_frozen_and_say_which_facts_they_provide() -> None:
    wanted = settings()
    assert wanted.facts == {"givenName", "surname", "department", "manager"}
    assert settings(contract={"start": "In dienst"}).facts == {"givenName", "surname"}
    with pytest.raises(ValidationError, match="frozen"):
        wanted.key = "other"


def test_the_schema_lets_a_column_be_a_name_or_an_object() -> None:
    (column,) = Settings.model_json_schema()["properties"]["person"]["patternProperties"].values()
    assert {"type": "string"} in column["anyOf"]
    assert any("$ref" in one for one in column["anyOf"])


def test_the_manifest_is_found_by_name() -> None:
    found = manifest("files")
    assert "files" in names()
    assert (found.name, found.settings, found.target) == ("files", Settings, None)


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1PG6SZAHcVtD0ifVI2XFeJTvNsdbyxaAkwNu4Mm2gU"
SFTP = {"host": "sftp.example.nl", "user": "joinly", "key": "secret:key", "host_keys": [KEY]}
BLOB = {"container": "https://account.blob.core.windows.net/hr-export"}
PINNED = {"encoding": "utf-8", "delimiter": ";"}


def sftp(**changes: Any) -> dict[str, Any]:
    return {"sftp": {**SFTP, **changes}, **PINNED}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"path": ""}, "at least 1 character"),
        ({"path": "hr-*/export.csv"}, "only the last part of a path"),
        ({"path": "{yy}.csv"}, "{yy} in a path means nothing"),
        ({"path": "{yyyy}{yyyy}.csv"}, "{yyyy} stands in a path twice"),
        ({"path": "{mm}{dd}.csv"}, "{mm} in a path tells no order without {yyyy}"),
        ({"path": "export.csv.part"}, "hidden or still being written"),
        ({"path": "~$export.xlsx"}, "hidden or still being written"),
        ({"form": "xml"}, "Input should be"),
        ({"sheet": "Blad1"}, "sheet mean nothing for a file that is csv"),
        ({"path": "a.xlsx", "delimiter": ";"}, "delimiter mean nothing for a file that is excel"),
        ({"path": "a.json", "footers": ["x"]}, "footers mean nothing for a file that is json"),
        ({"path": "a.jsonl", "records": "$.x"}, "records mean nothing for a file that is json lines"),
        ({"path": "a.json", "complete": {"trailer": "EINDE"}}, "JSON has no closing row"),
        ({"path": "a.json", "records": "data"}, "write a path of members"),
        ({"path": "a.json", "key": "$..id"}, "are no paths of members"),
        ({"path": "a.json", "key": "$.a[0]"}, "are no paths of members"),
        ({"path": "a.json", "key": "@.a"}, "name the list with each"),
        ({"path": "a.json", "records": "@.a"}, "write a path of members"),
        ({"path": "a.json", "each": "$.jobs"}, "set rows to contract"),
        ({"each": "$.jobs", "rows": "contract"}, "each mean nothing for a file that is csv"),
        ({"person": {"pay": "Salaris"}}, "may not be used for accounts"),
        ({"path": "a.json", "person": {"x": "$.social.bsn"}}, "may not be used for accounts"),
        ({"key_width": 0}, "greater than or equal to 1"),
        ({"complete": {"control": ".txt"}}, "Input should be"),
        ({"complete": {"settled_seconds": 301}}, "less than or equal to 300"),
        ({"blob": BLOB, **sftp()}, "either in a blob container or on an SFTP server"),
        ({"blob": BLOB}, "set encoding and delimiter"),
        ({"sftp": SFTP, "encoding": "utf-8"}, "set encoding and delimiter"),
        ({"blob": {"container": "https://evil.test/hr-export"}}, "is no container"),
        ({"blob": {"container": "http://account.blob.core.windows.net/hr-export"}}, "is no container"),
        ({"blob": {"container": "https://account.blob.core.windows.net.evil.test/hr-export"}}, "is no container"),
        ({"blob": {"container": "https://account.blob.core.windows.net/hr-export?sv=1"}}, "is no container"),
        (sftp(host="a b"), "should match pattern"),
        (sftp(host_keys=[]), "at least 1 item"),
        (sftp(host_keys=["SHA256:abc"]), "is no public host key"),
        (sftp(host_keys=["ssh-ed25519 AAAA"]), "is no public host key"),
        (sftp(host_keys=[KEY.replace("ssh-ed25519", "ssh-rsa")]), "is no public host key"),
        (sftp(host_keys=["sftp.example.nl " + KEY]), "is no public host key"),
        (sftp(key=None), "nothing to sign in with"),
        (sftp(key="-----BEGIN OPENSSH PRIVATE KEY-----"), "should match pattern"),
        (sftp(password="Kanarie"), "should match pattern"),
        (sftp(old_algorithms=["none"]), "Input should be"),
    ],
)
def test_a_place_or_form_that_cannot_work_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**changes)
    assert words in str(refused.value)
    assert "Kanarie" not in str(refused.value)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("export.csv", "csv"),
        ("export.txt", "csv"),
        ("export", "csv"),
        ("Export.XLSX", "excel"),
        ("old.xls", "excel"),
        ("p-{yyyy}.json", "json"),
        ("p.ndjson", "json lines"),
    ],
)
def test_a_name_says_what_a_file_is(path: str, form: str) -> None:
    assert settings(path=path).written_as == form
    assert settings(path=path, form="excel").written_as == "excel"


def test_a_young_file_is_waited_for_over_sftp_unless_it_is_said_otherwise() -> None:
    assert settings().settled_seconds == 0
    assert settings(blob=BLOB, **PINNED).settled_seconds == 0
    assert settings(**sftp()).settled_seconds == 30
    assert settings(**sftp(), complete={"settled_seconds": 0}).settled_seconds == 0


def test_a_host_key_is_known_by_the_fingerprint_that_people_compare() -> None:
    kept = settings(**sftp(host_keys=[f"  {KEY} root@server "])).sftp
    assert kept is not None
    assert kept.host_keys == (KEY,)
    assert fingerprint(KEY) == "SHA256:qp4WOc3SnTjtUZ4FK1REEl3gUqd7SjP/CSM8I89VXow"
