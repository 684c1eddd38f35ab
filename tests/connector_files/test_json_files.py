"""JSON is read by simple paths; what is absent is not null, and nothing is chosen from two members of one name."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from csv_world import everyone, only_rejected, people, rejected, settings

from connectors.files.settings import Settings
from shared.errors import Misconfigured
from shared.model import Person, Rejected

ANNA: dict[str, Any] = {
    "id": "000123",
    "name": {"first": "Anna", "last": "Bakker"},
    "job": {"start": "2020-02-01", "end": None, "department": "Verkoop", "manager": {"id": "000200"}, "hours": 28.8},
}
MAPPING: dict[str, Any] = {
    "path": "export.json",
    "key": "id",
    "person": {"givenName": "$.name.first", "surname": "$.name.last"},
    "contract": {
        "start": "$.job.start",
        "end": "$.job.end",
        "manager": "$.job.manager.id",
        "fields": {"department": "$.job.department", "hours": {"column": "$.job.hours", "type": "number"}},
    },
}


def json_settings(**changes: Any) -> Settings:
    return settings(**{**MAPPING, **changes})


def named(number: int, **changes: Any) -> dict[str, Any]:
    return {**ANNA, "id": f"9{number:05}", **changes}


MANY = [named(number) for number in range(30)]


async def read(folder: Path, content: Any, **changes: Any) -> list[Person | Rejected]:
    wanted = json_settings(**changes)
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    (folder / wanted.path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return await everyone(folder, wanted)


async def why_not(folder: Path, record: Any, **changes: Any) -> str:
    return only_rejected(await read(folder, [record, *MANY], **changes)).because


async def test_records_are_read_by_paths_to_their_members(tmp_path: Path) -> None:
    person = people(await read(tmp_path, [ANNA]))["000123"]
    (contract,) = person.contracts
    assert person.fields == {"givenName": "Anna", "surname": "Bakker"}
    assert (contract.start, contract.end) == (date(2020, 2, 1), None)
    assert contract.fields == {"department": "Verkoop", "manager": "000200", "hours": 28.8}


async def test_the_list_can_be_below_and_say_how_long_it_is(tmp_path: Path) -> None:
    whole = {"meta": {"total": 1}, "data": {"employees": [ANNA]}}
    below = {"records": "$.data.employees", "count": "$.meta.total"}
    assert list(people(await read(tmp_path, whole, **below))) == ["000123"]
    with pytest.raises(Misconfigured, match=r"export\.json has 1 records, and \$\.meta\.total says another number"):
        await read(tmp_path, {**whole, "meta": {"total": 2}}, **below)
    with pytest.raises(Misconfigured, match="says another number"):
        await read(tmp_path, {**whole, "meta": {}}, **below)
    with pytest.raises(Misconfigured, match=r"has no list at \$\.employees"):
        await read(tmp_path, whole, records="$.employees")


@pytest.mark.parametrize("name", ["export.jsonl", "export.ndjson"])
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
async def test_a_record_on_each_line_is_read_too(tmp_path: Path, name: str, eol: str) -> None:
    text = "".join(json.dumps(one, ensure_ascii=False) + eol for one in [ANNA, *MANY]) + eol
    assert len(people(await read(tmp_path, text.encode("utf-8-sig"), path=name))) == 31


async def test_a_line_that_is_no_record_is_nobody_s_and_a_last_one_without_an_end_is_cut_off(tmp_path: Path) -> None:
    lines = "".join(json.dumps(one) + "\n" for one in MANY)
    found = rejected(await read(tmp_path, '{"id": "000123", "Kanarie\n' + lines, path="export.jsonl"))
    assert "export.jsonl, line 1: the line" in found[""].because
    assert "Kanarie" not in found[""].because
    with pytest.raises(Misconfigured, match=r"export\.jsonl, line 31: the last line is cut off"):
        await read(tmp_path, lines + json.dumps(ANNA)[:-9], path="export.jsonl")
    assert len(people(await read(tmp_path, lines + json.dumps(ANNA), path="export.jsonl"))) == 31


async def test_what_a_record_lacks_is_absent_and_what_is_null_is_null(tmp_path: Path) -> None:
    bare = {"id": "1", "name": {"first": None}, "job": {"start": "2020-01-01", "manager": None}}
    person = people(await read(tmp_path, [bare, *MANY]))["1"]
    assert person.fields == {"givenName": None}
    assert person.contracts[0].fields == {"manager": None}
    person = people(await read(tmp_path, [bare, *MANY], omitted="null"))["1"]
    assert person.fields == {"givenName": None, "surname": None}
    assert person.contracts[0].fields == {"department": None, "manager": None, "hours": None}


async def test_a_member_that_no_record_has_is_like_a_missing_column(tmp_path: Path) -> None:
    records = [named(number, name={"first": "Anna"}) for number in range(3)]
    with pytest.raises(Misconfigured, match=r"export\.json: no record has «\$\.name\.last»"):
        await read(tmp_path, records)
    assert len(people(await read(tmp_path, records, omitted="null"))) == 3


async def test_a_required_member_must_be_there(tmp_path: Path) -> None:
    person = {"surname": {"column": "$.name.last", "required": True}}
    because = await why_not(tmp_path, {**ANNA, "name": {}}, person=person)
    assert because == "export.json, record 1, column «$.name.last»: the cell is empty; fill it in"


async def test_nobody_is_inactive_because_a_record_says_nothing_about_it(tmp_path: Path) -> None:
    active = {"column": "status", "values": ["active"]}
    records = [named(number, status="active" if number % 2 else "gone") for number in range(30)]
    found = await read(tmp_path, [ANNA, *records], active=active)
    assert "column «status»: the record says nothing about it" in only_rejected(found).because
    assert len([one for one in people(found).values() if one.contracts]) == 15


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": {"first": "Anna", "last": ["Bakker", "Kanarie"]}}, "«$.name.last»: the member holds several values"),
        ({"name": {"first": {"x": "Kanarie"}, "last": "B"}}, "«$.name.first»: the member holds several values"),
        ({"job": {**ANNA["job"], "start": 1580515200000}}, "«$.job.start»: the date cannot be read"),
        ({"job": {**ANNA["job"], "start": "2020-02-01T00:00:00Z"}}, "«$.job.start»: the date cannot be read"),
        ({"job": {**ANNA["job"], "hours": True}}, "«$.job.hours»: this is no number"),
        ({"job": {**ANNA["job"], "hours": 1e300}}, "«$.job.hours»: a spreadsheet has shortened this number"),
        ({"name": {"first": "\ud800", "last": "B"}}, "«$.name.first»: the cell holds a control character"),
    ],
)
async def test_a_member_that_cannot_be_used_rejects_the_record(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    because = await why_not(tmp_path, {**ANNA, **change})
    assert because.startswith("export.json, record 1, column ")
    assert words in because
    assert "Kanarie" not in because


@pytest.mark.parametrize(("given", "hr_id"), [(123, "123"), (123.0, "123"), ("0123", "0123")])
async def test_an_id_is_text_whatever_json_made_of_it(tmp_path: Path, given: Any, hr_id: str) -> None:
    assert list(people(await read(tmp_path, [{**ANNA, "id": given}]))) == [hr_id]


async def test_exact_repeats_are_one_person_whatever_their_order(tmp_path: Path) -> None:
    turned = dict(reversed(ANNA.items()))
    assert list(people(await read(tmp_path, [ANNA, turned, ANNA]))) == ["000123"]
    other = {**ANNA, "name": {"first": "Bert", "last": "Kok"}}
    found = only_rejected(await read(tmp_path, [ANNA, *MANY, other]))
    assert "export.json, records 1, 32: the rows carry one «id»" in found.because


async def test_members_are_compared_by_every_letter(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no record has «ID»"):
        await read(tmp_path, [ANNA], key="ID")


EACH: dict[str, Any] = {
    "rows": "contract",
    "each": "$.jobs",
    "contract": {"id": "@.nr", "start": "@.start", "end": "@.end", "fields": {"department": "@.unit.name"}},
}


def working(*jobs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**{name: ANNA[name] for name in ("id", "name")}, "jobs": list(jobs), **changes}


JOB = {"nr": 1, "start": "2020-02-01", "end": "2023-04-30", "unit": {"name": "Verkoop"}}
NEXT = {"nr": 2, "start": "2024-05-01", "end": None, "unit": {"name": "ICT"}}


async def test_a_list_within_a_record_is_the_person_s_contracts(tmp_path: Path) -> None:
    contracts = people(await read(tmp_path, [working(NEXT, JOB)], **EACH))["000123"].contracts
    assert [(one.id, one.start.year, one.fields["department"]) for one in contracts] == [
        ("1", 2020, "Verkoop"),
        ("2", 2024, "ICT"),
    ]


async def test_a_record_with_an_empty_list_is_a_person_without_contracts(tmp_path: Path) -> None:
    found = people(await read(tmp_path, [working(), working(JOB, id="2")], **EACH))
    assert (found["000123"].contracts, found["000123"].fields["givenName"]) == ((), "Anna")
    assert len(found["2"].contracts) == 1


@pytest.mark.parametrize("jobs", [None, "absent", {"nr": 1}, "x"])
async def test_a_record_whose_list_is_missing_is_held_and_not_without_contracts(tmp_path: Path, jobs: Any) -> None:
    record = working(jobs=jobs)
    if jobs == "absent":
        del record["jobs"]
    others = [working(JOB, id=f"9{number:05}") for number in range(30)]
    held = only_rejected(await read(tmp_path, [record, *others], **EACH))
    assert held.hr_id == "000123"
    assert held.because == "export.json, record 1: there is no list at $.jobs; export it"


async def test_a_person_with_one_contract_that_cannot_be_read_is_held_whole(tmp_path: Path) -> None:
    others = [working(JOB, id=f"9{number:05}") for number in range(30)]
    found = await read(tmp_path, [working(JOB, {**NEXT, "start": "ooit"}), *others], **EACH)
    assert only_rejected(found).hr_id == "000123"
    assert "record 1, column «@.start»: the date cannot be read" in only_rejected(found).because


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "export.json is empty"),
    "blank": (" \n", "export.json is empty"),
    "an empty list": ("[]", "export.json holds no records"),
    "cut off": (json.dumps([ANNA])[:-40], "ends in the middle; it was cut off"),
    "cut off before the end": (json.dumps([ANNA])[:-1], "ends in the middle; it was cut off"),
    "cut off in a text": ('[{"id": "Kanarie', "ends in the middle; it was cut off"),
    "a member that stands twice": ('[{"id": "1", "id": "Kanarie"}]', "an object with one member twice"),
    "a member that stands twice below": ('[{"id": "1", "x": {"a": 1, "a": 2}}]', "an object with one member twice"),
    "no JSON": ("id;Kanarie\n", "is not JSON from line 1, character 1 on"),
    "two documents": ("[] []", "is not JSON from line 1, character 4 on"),
    "no list": (json.dumps(ANNA), "has no list at $"),
    "NaN": ('[{"id": "1", "hours": NaN}]', "holds NaN or Infinity"),
    "a number without end": ('[{"id": ' + "9" * 5_000 + "}]", "holds a number that is too long"),
    "nested without end": ("[" * 200_000, "is nested too deeply"),
    "another encoding": (json.dumps([{"id": "é"}], ensure_ascii=False).encode("utf-16"), "as another encoding"),
    "no encoding at all": (b'[{"id": "\xff"}]', "the text is not UTF-8"),
    "a workbook": (b"PK\x03\x04Kanarie", "is a workbook, not a JSON file; export it as JSON"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_json_that_cannot_be_believed_is_refused_whole_and_without_its_values(tmp_path: Path, case: str) -> None:
    content, words = REFUSED[case]
    with pytest.raises(Misconfigured) as refused:
        await read(tmp_path, content)
    assert words in str(refused.value)
    assert "export.json" in str(refused.value)
    assert "Kanarie" not in str(refused.value)
