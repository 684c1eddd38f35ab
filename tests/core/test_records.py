"""A record of HR as it is kept: with fields that a row can hold, whatever kind of mapping a source gives."""

from datetime import date
from types import MappingProxyType

from shared import codec
from shared.model import Contract, Person
from shared.records import storable


def test_fields_that_nobody_can_change_are_kept_as_others() -> None:
    """Sources give them; a record that cannot be saved would end the poll of everybody."""
    fields = MappingProxyType({"x": "1", "many": ("a", "b"), "none": None})
    contract = Contract(id="1", start=date(2020, 1, 1), fields=fields)
    given = Person(hr_id="1", fields=fields, contracts=(contract,))
    kept = storable(given)
    assert kept == given
    assert isinstance(kept, Person)
    assert codec.PERSON.load(codec.PERSON.dump(kept)) == given
