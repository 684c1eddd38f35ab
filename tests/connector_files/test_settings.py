"""Settings that cannot work are refused before a file is read."""

from typing import Any

import pytest
from csv_world import MAPPING, settings
from pydantic import ValidationError

from connectors import manifest, names
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
