"""Whether a record of HR can be kept at all; one that cannot is held by itself and stops nobody else. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from shared.errors import Reason
from shared.model import Attributes, Person, Rejected

LONGEST_ID = 256
"""Characters of an id of HR."""

LONGEST = 100_000
"""Characters in one record, all its values together: far more than any HR system holds of somebody."""


def storable(item: Person | Rejected) -> Person | Rejected:
    """The record as it is kept, or why it is held: text that is none, a number that is none, or far too much of it."""
    if not _is_text(item.hr_id) or len(item.hr_id) > LONGEST_ID:
        hr_id = item.hr_id[:LONGEST_ID].encode("ascii", "backslashreplace").decode()
        because = f"its id is longer than {LONGEST_ID} characters, or holds some that are no text"
        return Rejected(hr_id=hr_id, code=Reason.INVALID_RECORD, because=because)
    if isinstance(item, Rejected):
        return item if _is_text(item.because) else replace(item, because="the reason cannot be told")
    because = next(_doubts(item), "")
    return Rejected(hr_id=item.hr_id, code=Reason.INVALID_RECORD, because=because) if because else _plain(item)


def _plain(person: Person) -> Person:
    """The same with fields that a row can hold, which a read-only view of them cannot be."""
    contracts = tuple(replace(contract, fields=dict(contract.fields)) for contract in person.contracts)
    return replace(person, fields=dict(person.fields), contracts=contracts)


def _doubts(person: Person) -> Iterator[str]:
    length = 0
    parts = [("", person.fields), *((contract.id, contract.fields) for contract in person.contracts)]
    for id, fields in parts:
        length += len(id) + sum(len(name) + len(str(value)) for name, value in fields.items())
        if not all(map(_is_text, (id, *fields))):
            yield "the name of a field or the id of a contract holds characters that are no text"
        yield from (f"{name} holds characters or a number that cannot be kept" for name in _odd(fields))
    if length > LONGEST:
        yield f"it holds more than {LONGEST:,} characters"


def _odd(fields: Attributes) -> Iterator[str]:
    for name, value in fields.items():
        texts = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
        if not all(map(_is_text, texts)) or (isinstance(value, float) and not isfinite(value)):
            yield name


def _is_text(text: str) -> bool:
    """Half a surrogate pair is no text: no encoding can write it."""
    return not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)
