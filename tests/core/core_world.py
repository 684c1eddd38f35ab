"""Policies, people and values for the tests of the core: short to write, and generated where a law is to be shown."""

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from shared.model import Contract, Person
from shared.policy import SourcePolicy, TargetPolicy

ROOT = Path(__file__).resolve().parents[2]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SOURCE = SourcePolicy(connector="hr")
SMALL = """\
customer: Contoso
sources:
  hr: {connector: files}
targets:
  entra:
    connector: entra
    correlate: [employeeId]
    attributes:
      employeeId: "[employeeId]"
"""
"""The smallest policy there is; what is appended with four spaces before it belongs to the target."""

TEXTS = st.text(max_size=8)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    TEXTS,
    st.lists(TEXTS, max_size=3).map(tuple),
    st.sampled_from(["1", "0800", "true", "2026-03-01", "9999-12-31", "nan", "inf", ""]),
)
"""Every kind of value an attribute can have."""

NAMES = st.sampled_from(["department", "title", "hours", "start"])


def target(**changes: Any) -> TargetPolicy:
    given = {"connector": "entra", "correlate": ["employeeId"], "attributes": {"employeeId": "[employeeId]"}}
    return TargetPolicy.model_validate({**given, **changes})


def day(text: str) -> date:
    return date.fromisoformat(text)


def contract(start: str, end: str | None = None, id: str = "1", **fields: Any) -> Contract:
    return Contract(id=id, start=day(start), end=day(end) if end else None, fields=fields)


def person(*contracts: Contract, missing_since: str | None = None, **fields: Any) -> Person:
    since = day(missing_since) if missing_since else None
    return Person(hr_id="7", fields=fields, contracts=contracts, missing_since=since)
