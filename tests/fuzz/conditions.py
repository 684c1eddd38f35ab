"""Conditions of a policy on what HR says: refused with a ValidationError while loading, or answered for any facts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from pydantic import ValidationError

from shared.conditions import About, Condition
from shared.strict_yaml import NotYaml, read
from tests.fuzz.facts import NUMBERS, WORDS, facts, told
from tests.fuzz.laws import Target, law
from tests.fuzz.reader import Reader, written

KEYS = (
    *("department", "hours", "all", "any", "any_contract", "not", "any_of"),
    *("one_of", "starts_with", "ends_with", "contains", "at_least", "at_most", "present"),
)
TODAY = date(2026, 3, 2)
DEEPEST = 90
EXAMPLES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("{department: [Sales, Finance], not: {type: external}}", {"department": "sales", "type": "internal"}),
    ("{any: [{hours: {at_least: 8, at_most: 16}}, {kind: {starts_with: tr}}]}", {"hours": "12", "kind": True}),
    ("{start: {at_least: 2026-03-01, at_most: 2026-12-31}}", {"start": "2026-04-01T00:00:00+02:00"}),
    ("{title: {present: no}, groups: {one_of: [VPN, 1, 2.5, true]}}", {"groups": ["vpn", "mail"]}),
    ("{start: {at_least: today - 30, at_most: today + 30}}", {"start": "2026-04-01"}),
    ("{any_contract: {department: Sales, site: {ends_with: de, contains: d}}}", {"department": "sales", "site": "Ede"}),
    ("not: {not: {not: {any: [{a: 1}, {b: x}]}}}", {"a": 1, "b": None}),
    ('{hours: {at_least: "1.10"}, x: Straße}', {"hours": 2, "x": "STRASSE"}),
)


def check(data: bytes) -> None:
    reader = Reader(data)
    try:
        given = _given(reader)
        condition = Condition.model_validate(given)
    except (NotYaml, ValidationError):
        return
    known = facts(reader, sorted(condition.names))
    about = About(facts=known, today=TODAY, contracts=(known,))
    holds = condition.holds(about)
    law(isinstance(holds, bool), "a condition neither holds nor does not")
    law(condition.holds(about) is holds, "the second answer is another")
    law(Condition.model_validate(given).holds(about) is holds, "loaded again, the answer is another")
    law(Condition.model_validate({"not": given}).holds(about) is not holds, "its opposite holds too")
    law(Condition.model_validate({"any": [given]}).holds(about) is holds, "any of one is not that one")
    law(Condition.model_validate({"all": [given]}).holds(about) is holds, "all of one is not that one")
    law(Condition.model_validate({"any_contract": given}).holds(about) is holds, "the only contract is not that one")
    law(bool(condition.contracts(about)) is holds, "it holds by no contract, or does not by one")
    condition.days(known)


def _given(reader: Reader) -> Any:
    if reader.flag():
        return _data(reader, 0)
    return read(reader.stretched(2_000) if reader.once_in(8) else reader.text()).values


def _data(reader: Reader, depth: int) -> Any:
    """What a file could hold, and more: mappings, lists and every kind of value."""
    if depth < DEEPEST:
        match reader.below(4):
            case 0:
                keys = [reader.text() if reader.once_in(8) else reader.pick(KEYS) for _ in range(reader.below(4))]
                return {key: _data(reader, depth + 1) for key in keys}
            case 1:
                return [_data(reader, depth + 1) for _ in range(reader.below(4))]
    kinds: tuple[Any, ...] = (
        reader.text,
        lambda: reader.pick(WORDS),
        lambda: reader.pick(NUMBERS),
        lambda: reader.number(2),
        reader.flag,
        lambda: None,
        lambda: date.fromordinal(1 + reader.number(3) % date.max.toordinal()),
        lambda: datetime(2025, 7, 30, tzinfo=UTC),
    )
    return reader.pick(kinds)()


def seeds() -> Iterator[bytes]:
    for text, given in EXAMPLES:
        yield written(0, 0, text, told(given, sorted(given)))
    yield written(0, 1, "", "{not: ", "")
    for number in range(len(KEYS)):
        yield written(1, 0, 1, 0, number, 1, 2, 2, 0, "Sales", 2, 3, 0, 8, 2, 0, "sales")


TARGET = Target(
    check=check,
    seeds=seeds,
    words=(*(f"{key}: " for key in KEYS), "2026-01-31", "[", "]", "{", "}", ", ", "true", "no", "null", "1.5", "- "),
    longest=1_000,
)
