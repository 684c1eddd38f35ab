"""JSON exports of HR, byte by byte: people and what is rejected, or Misconfigured; no message repeats what is in it."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connectors.files.settings import Settings
from tests.fuzz.csv_files import lawful
from tests.fuzz.laws import CANARY, Target
from tests.fuzz.reader import Reader, written

NAME = "export.json"
RECORD: dict[str, Any] = {
    "id": "7",
    "name": {"last": f"{CANARY} Núñez"},
    "job": {"in": "2020-02-01", "out": None, "hours": 36.5, "fixed": True, "chief": {"id": 8}},
    "status": "A",
}
RECORDS = [
    RECORD,
    {**RECORD, "id": 9, "name": {}},
    {**RECORD, "id": 10.0, "job": {"in": "2021-03-01", "hours": "36,5"}},
]


def check(data: bytes) -> None:
    reader = Reader(data)
    settings = _settings(reader)
    if settings is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NAME
        file.write_bytes(reader.rest())
        lawful(file, settings)


def _settings(reader: Reader) -> Settings | None:
    lines = reader.flag()
    given: dict[str, Any] = {
        "path": NAME,
        "form": "json lines" if lines else "json",
        "omitted": reader.pick(("absent", "null")),
        "key": "$.id",
        "person": {"name": {"column": "$.name.last", "required": reader.flag()}},
        "contract": {
            "start": "$.job.in",
            "end": "$.job.out",
            "manager": "$.job.chief.id",
            "fields": {
                "hours": {"column": "$.job.hours", "type": "number"},
                "fixed": {"column": "$.job.fixed", "type": "boolean"},
            },
        },
        "active": {"column": "status", "values": ["A"]},
        "most_bad_rows": reader.pick((1.0, 0.05)),
    }
    where = reader.pick(({}, {"records": "$.data", "count": "$.n"}))
    try:
        return Settings.model_validate(given if lines else {**given, **where})
    except ValidationError:
        return None


def seeds() -> Iterator[bytes]:
    whole = json.dumps({"n": len(RECORDS), "data": RECORDS}, ensure_ascii=False)
    for omitted in (0, 1):
        yield written(0, omitted, 0, 0, 0, json.dumps(RECORDS).encode())
        yield written(0, omitted, 1, 0, 1, whole.encode("utf-8-sig"))
        yield written(1, omitted, 0, 0, 0, "".join(json.dumps(one) + "\r\n" for one in RECORDS).encode())
    yield written(0, 0, 0, 0, 0, b'[{"id": "1", "id": "2"}]')
    yield written(0, 0, 0, 0, 0, b'[{"id": 1e999, "name": {"last": "\\ud800"}}]')


TARGET = Target(
    check=check,
    seeds=seeds,
    words=(
        *("{", "}", "[", "]", ":", ",", '"', "null", "true", "NaN", "1e400", "-0.0", "1E+5", "\\u0000", "\\ud800"),
        *('"id"', '"name"', '"last"', '"job"', '"in"', '"data"', '"n"', "2020-02-01", "\ufeff", "[[[[[[[[", "9" * 40),
    ),
    longest=2_000,
)
