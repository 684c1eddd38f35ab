"""Every noun comes back from its row as it was, through JSON, and a row of another version is left alone."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from math import isfinite
from typing import Any

import pytest
from core_world import VALUES
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import codec
from shared.codec import UnknownSchema
from shared.layout import SCHEMA
from shared.model import Account, Candidates, Contract, Desired, Entitlement, Link, Person, Series, Stage
from tests.effort import effort

KEYS = st.text(max_size=6)
FINITE = VALUES.filter(lambda value: not isinstance(value, float) or isfinite(value))
FIELDS = st.dictionaries(KEYS, FINITE, max_size=4)
DATES = st.dates() | st.sampled_from([date.min, date.max, date(2024, 2, 29)])
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))]))
ENTITLEMENTS = st.frozensets(st.builds(Entitlement, KEYS, KEYS), max_size=3)
CONTRACTS = st.builds(Contract, id=KEYS, start=DATES, end=st.none() | DATES, fields=FIELDS)
SERIES = st.builds(Series, stem=KEYS, opening=KEYS, first=st.integers(0, 9), digits=st.integers(1, 3), ending=KEYS)
CANDIDATES = st.builds(Candidates, values=st.lists(KEYS, max_size=3).map(tuple), series=st.none() | SERIES)

NOUNS: dict[str, tuple[codec.Codec[Any], st.SearchStrategy[Any]]] = {
    "person": (
        codec.PERSON,
        st.builds(
            Person,
            hr_id=KEYS,
            fields=FIELDS,
            contracts=st.lists(CONTRACTS, max_size=2).map(tuple),
            missing_since=st.none() | DATES,
        ),
    ),
    "desired": (
        codec.DESIRED,
        st.builds(
            Desired,
            stage=st.sampled_from(Stage),
            keys=FIELDS,
            attributes=FIELDS,
            changing=FIELDS,
            lacking=FIELDS,
            initial=FIELDS,
            candidates=st.dictionaries(KEYS, CANDIDATES, max_size=2),
            basis=KEYS,
            entitlements=ENTITLEMENTS,
            because=KEYS,
        ),
    ),
    "link": (
        codec.LINK,
        st.builds(
            Link,
            account=KEYS,
            since=st.none() | MOMENTS,
            enabled=st.booleans(),
            disabling=st.booleans(),
            deleted=st.booleans(),
            written=FIELDS,
            granted=ENTITLEMENTS,
            identifiers=st.dictionaries(KEYS, KEYS, max_size=2),
            count=st.integers(0, 9),
            basis=KEYS,
            former=st.dictionaries(KEYS, KEYS, max_size=2),
            told=FIELDS,
            intended=FIELDS,
            granting=ENTITLEMENTS,
            deleting=st.booleans(),
            intending=st.none() | MOMENTS,
        ),
    ),
    "account": (
        codec.ACCOUNT,
        st.builds(
            Account, id=KEYS, enabled=st.booleans(), attributes=FIELDS, entitlements=ENTITLEMENTS, protected=KEYS
        ),
    ),
}


def through_json(data: Any) -> Any:
    return json.loads(json.dumps(data, allow_nan=False))


@pytest.mark.parametrize("noun", NOUNS)
@given(data=st.data())
@settings(max_examples=effort(30, 800))
def test_a_noun_comes_back_as_it_was(noun: str, data: st.DataObject) -> None:
    one, strategy = NOUNS[noun]
    before = data.draw(strategy)
    row = through_json(one.dump(before, version=7))
    assert row["schema"] == SCHEMA
    assert row["version"] == 7
    after = one.load(row)
    assert after == before
    assert type(after) is type(before)


@pytest.mark.parametrize(
    "value",
    [
        1, 0, -1, 10**18, True, False, 1.0, 0.5, -0.0, "1", "true", "1.0", "", "null", None, (), ("1", "2"), ("",),
        "2026-03-01", "2026-03-01T00:00:00Z", "Zoë «O'Neill» 😀", "\0\x1f\u200f", "\ud800", "ẞ",
    ],
)  # fmt: skip
def test_a_value_keeps_its_kind(value: Any) -> None:
    row = through_json(codec.PERSON.dump(Person(hr_id="1", fields={"x": value})))
    found = codec.PERSON.load(row).fields["x"]
    assert (type(found), repr(found)) == (type(value), repr(value))


def test_absent_is_not_null() -> None:
    found = codec.PERSON.load(through_json(codec.PERSON.dump(Person(hr_id="1", fields={"null": None}))))
    assert "null" in found.fields
    assert "absent" not in found.fields


@pytest.mark.parametrize("schema", [0, SCHEMA + 1, "1", None, 1.5])
def test_a_row_of_another_version_is_not_guessed_at(schema: Any) -> None:
    row = {**codec.LINK.dump(Link()), "schema": schema}
    for read in (codec.LINK.load, codec.known):
        with pytest.raises(UnknownSchema, match=f"schema {schema!r}; this version reads {SCHEMA}"):
            read(row)
    assert not codec.readable(row)


def test_a_row_without_a_version_is_not_guessed_at() -> None:
    with pytest.raises(UnknownSchema, match="schema None"):
        codec.PERSON.load({"is": {}})


def test_a_plain_row_says_its_version_and_is_known() -> None:
    assert codec.known(codec.plain(at="x")) == {"schema": SCHEMA, "at": "x"}
    assert codec.readable(codec.plain())


def test_a_moment_is_read_with_its_zone() -> None:
    at = datetime(2026, 3, 1, 12, 30, 0, 5, tzinfo=UTC)
    assert codec.moment(at.isoformat()) == at
    assert codec.moment("2026-03-01T12:30:00Z").tzinfo is not None
