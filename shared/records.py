"""Whether a record of HR can be kept at all; one that cannot is held by itself and stops nobody else. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from shared.errors import Reason
from shared.model import Attributes, Person, Rejected

LONGEST = 100_000
"""Characters in one record, all its values together: far more than any HR system holds of somebody."""


def storable(item: Person | Rejected) -> Person | Rejected:
    """The record itself, or why it is held: text that is no text, a number that is none, or far too much of it."""
    if not _is_text(item.hr_id):
        hr_id = item.hr_id.encode("ascii", "backslashreplace").decode()
        return Rejected(hr_id=hr_id, code=Reason.INVALID_RECORD, because="its id holds characters that are no text")
    if isinstance(item, Rejected):
        return replace(item, because=item.because[:LONGEST])
    because = next(_doubts(item), "")
    return Rejected(hr_id=item.hr_id, code=Reason.INVALID_RECORD, because=because) if because else item


def _doubts(person: Person) -> Iterator[str]:
    length = 0
    for fields in (person.fields, *(contract.fields for contract in person.contracts)):
        length += sum(len(str(value)) for value in fields.values())
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
