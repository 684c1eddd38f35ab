"""Which family name a person uses: read by the codes of the HR system of the export, or by values of one's own."""

from pathlib import Path
from typing import Any

import pytest
from csv_world import COLUMNS, MAPPING, people, read, table

PERSON = ("000123", "Anna", "Bakker", "01-02-2020", "", "Verkoop", "")


async def usage(folder: Path, cell: str, **column: Any) -> Any:
    person = {**MAPPING["person"], "nameUsage": {"column": "Naamgebruik", **column}}
    found = await read(folder, table((*PERSON, cell), columns=(*COLUMNS, "Naamgebruik")), person=person)
    return people(found)["000123"].fields["nameUsage"]


@pytest.mark.parametrize(
    ("system", "cell", "meant"),
    [
        ("afas", "0", "B"),
        ("afas", "1", "PB"),
        ("youforce", "0", "PB"),
        ("youforce", "1", "B"),
        ("nmbrs", "4", "BP"),
        ("beaufort", "p", "P"),
        ("visma", "Part./eig.", "PB"),
        ("adp", "TIVA-WP", "BP"),
    ],
)
async def test_one_code_means_what_its_own_system_says(tmp_path: Path, system: str, cell: str, meant: str) -> None:
    found = await usage(tmp_path, cell, codes=system)
    assert found == meant
    assert type(found) is str


@pytest.mark.parametrize("cell", ["", "9", "?"])
async def test_no_code_and_one_that_the_system_does_not_document_are_the_birth_name(tmp_path: Path, cell: str) -> None:
    assert await usage(tmp_path, cell, codes="afas") == "B"


async def test_values_of_one_s_own_are_read_as_before(tmp_path: Path) -> None:
    column = {"values": {"Eigen": "B", "Partner": "P"}, "otherwise": "B"}
    assert await usage(tmp_path, "partner", **column) == "P"
    assert await usage(tmp_path, "", **column) == "B"


async def test_a_required_code_must_be_there(tmp_path: Path) -> None:
    person = {**MAPPING["person"], "nameUsage": {"column": "Naamgebruik", "codes": "afas", "required": True}}
    rows = [(*PERSON, ""), ("000124", *PERSON[1:], "3")]
    found = await read(tmp_path, table(*rows, columns=(*COLUMNS, "Naamgebruik")), person=person)
    assert list(people(found)) == ["000124"]
