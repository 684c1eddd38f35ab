"""What every form of the state asks of a commit before it saves: the limits of Table Storage, so that what works on a
laptop works in Azure.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from shared import keys
from shared.errors import Reason, Refused
from shared.store import MOST, Change, Delete, Replace

_TABLE = re.compile(r"[A-Za-z][A-Za-z0-9]{2,62}")

LONGEST_KEY = 512
"""UTF-16 units of an encoded key (Table Storage: 1 KiB for each of PartitionKey and RowKey)."""

LARGEST = 480_000
"""Characters of one row's data as JSON. Table Storage: 1 MiB for an entity, two bytes a character."""

HEAVIEST = 1_900_000
"""Characters of all rows of one commit as JSON. Table Storage allows 4 MiB for a transaction, in which that JSON is
quoted once more: a character may become two."""


def texts(table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
    """Each written row's data as JSON text in ASCII, by key; empty for a commit that only deletes.

    Raises `Refused` for a row or a commit that is too large, and `ValueError` (a bug of the caller) for more than
    `MOST` changes, a key twice, a key that is empty or too long, a replace without version, or data that is not JSON.
    """
    if len(changes) > MOST:
        raise ValueError(f"{len(changes)} changes in one commit to {table}; at most {MOST}")
    if not _TABLE.fullmatch(table):
        raise ValueError("a table's name has 3 to 63 letters and digits and starts with a letter")
    _check_key(table, partition)
    written: dict[str, str] = {}
    seen: set[str] = set()
    for change in changes:
        _check_key(table, change.key)
        if change.key in seen:
            raise ValueError(f"{table}/{partition}/{change.key} is changed twice in one commit")
        seen.add(change.key)
        if isinstance(change, Replace) and not change.version:
            raise ValueError(f"{table}/{partition}/{change.key} is replaced without the version that was read")
        if not isinstance(change, Delete):
            written[change.key] = _text(table, partition, change.key, change.data)
    if sum(map(len, written.values())) > HEAVIEST:
        raise Refused(f"a commit to {table}/{partition} is too large; save it in parts", Reason.INVALID_RECORD)
    return written


def _check_key(table: str, key: str) -> None:
    if not key:
        raise ValueError(f"a row of {table} has an empty key or partition")
    if len(keys.encode(key)) > LONGEST_KEY:
        raise ValueError(f"a key or partition of {table} is longer than {LONGEST_KEY} characters when encoded")


def _text(table: str, partition: str, key: str, data: Mapping[str, Any]) -> str:
    text = json.dumps(dict(data), allow_nan=False, separators=(",", ":"))
    if len(text) > LARGEST:
        raise Refused(
            f"row {table}/{partition}/{key} has {len(text)} characters; at most {LARGEST} fit", Reason.INVALID_RECORD
        )
    return text
