"""From a record of Acme to a person: nothing invented, nothing that may not enter, and a reason HR can act on."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.model import Person, Rejected
from tests.scaffold.acme.connector.reduce import person
from tests.scaffold.acme.connector.settings import Settings
from tests.scaffold.acme.simulator import Employee, Faults
from tests.scaffold.acme.simulator.app import shape

SAMPLE = json.loads((Path(__file__).parent / "sample.json").read_text(encoding="utf-8"))
ROW: dict[str, Any] = SAMPLE["items"][0]
KEYS = {"client_id": "secret:acme-id", "client_secret": "secret:acme-secret"}


def read(**changes: Any) -> Person:
    found = person({**ROW, **changes}, {"shoes": "shoeSize"})
    assert isinstance(found, Person)
    return found


def test_the_sample_is_read_as_one_person() -> None:
    anna = read()
    assert anna.hr_id == "000123"
    assert dict(anna.fields) == {
        "employeeId": "000123",
        "givenName": "Anna",
        "surname": "Bakker",
        "email": "anna@example.test",
        "shoes": "39",
    }
    (contract,) = anna.contracts
    assert (contract.start, contract.end) == (date(2020, 2, 1), None)
    assert dict(contract.fields) == {"department": "Sales", "title": None, "manager": "000200"}


def test_the_simulator_sends_what_the_sample_has() -> None:
    sent = shape(Employee(id="1", first_name="A", last_name="B"), Faults())
    assert sent.keys() == ROW.keys()


def test_the_last_working_day_is_inclusive() -> None:
    (contract,) = read(endDate="2026-03-31").contracts
    assert contract.covers(date(2026, 3, 31))


def test_what_is_not_sent_is_absent_and_null_is_null() -> None:
    row = {key: value for key, value in ROW.items() if key not in {"email", "managerId"}}
    found = person({**row, "department": None})
    assert isinstance(found, Person)
    assert "email" not in found.fields
    assert dict(found.contracts[0].fields) == {"department": None, "title": None}


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"id": " "}, "has no employee id"),
        ({"startDate": None}, "has no first day; enter startDate"),
        ({"startDate": "31-12-2020"}, "startDate in a form that is not a date"),
        ({"endDate": "2019-12-31"}, "leaves before the first day"),
        ({"firstName": 7}, "firstName in a form that is not text"),
        ({"extra": "none"}, "extra in an unknown form"),
    ],
)
def test_what_cannot_be_used_says_why_and_shows_no_value(changes: dict[str, Any], because: str) -> None:
    found = person({**ROW, **changes})
    assert isinstance(found, Rejected)
    assert because in found.because
    assert "Bakker" not in found.because


@pytest.mark.parametrize("fields", [{"surname": "other"}, {"bsn": "number"}, {"number": "bsn"}, {"a b": "c"}])
def test_a_field_that_may_not_enter_is_refused_when_the_policy_is_read(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({**KEYS, "fields": fields})
