"""A record of HR as it is kept: whatever kind of mapping a source has made of it."""

from datetime import date
from types import MappingProxyType

from shared.codec import PERSON
from shared.model import Contract, Person
from shared.records import storable


def test_a_record_whose_fields_are_read_only_can_be_kept() -> None:
    job = Contract(id="1", start=date(2020, 1, 1), fields=MappingProxyType({"departmentPath": ("ICT", "TOP")}))
    person = Person(hr_id="7", fields=MappingProxyType({"givenName": "Anna"}), contracts=(job,))
    kept = storable(person)
    assert isinstance(kept, Person)
    assert PERSON.load(PERSON.dump(kept)) == person
