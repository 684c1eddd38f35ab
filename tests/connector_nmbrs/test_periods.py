"""Payroll periods as days."""

from datetime import date

import pytest

from connectors._values import Unusable
from connectors.nmbrs.periods import Calendar, Kind


@pytest.mark.parametrize(
    ("kind", "year", "number", "day"),
    [
        (Kind.MONTH, 2026, 1, date(2026, 1, 1)),
        (Kind.MONTH, 2026, 12, date(2026, 12, 1)),
        (Kind.MONTH, 2026, 0, date(2026, 1, 1)),
        (Kind.FOUR_WEEKS, 2026, 1, date(2025, 12, 29)),
        (Kind.FOUR_WEEKS, 2026, 2, date(2026, 1, 26)),
        (Kind.FOUR_WEEKS, 2026, 13, date(2026, 11, 30)),
        (Kind.WEEK, 2026, 1, date(2025, 12, 29)),
        (Kind.WEEK, 2026, 53, date(2026, 12, 28)),
    ],
)
def test_a_period_begins_on_its_first_day(kind: Kind, year: int, number: int, day: date) -> None:
    assert Calendar(kind).first_day("a department", {"year": year, "period": number}) == day


@pytest.mark.parametrize("kind", list(Kind))
def test_every_period_begins_after_the_one_before(kind: Kind) -> None:
    last = {Kind.MONTH: 12, Kind.FOUR_WEEKS: 13, Kind.WEEK: 52}[kind]
    days = [
        Calendar(kind).first_day("a department", {"year": year, "period": number})
        for year in range(2020, 2031)
        for number in range(1, last + 1)
    ]
    assert days == sorted(set(days))


@pytest.mark.parametrize(
    ("kind", "period"),
    [
        (Kind.MONTH, {"year": 2026, "period": 13}),
        (Kind.FOUR_WEEKS, {"year": 2026, "period": 14}),
        (Kind.WEEK, {"year": 2026, "period": 54}),
        (Kind.WEEK, {"year": 2025, "period": 53}),
        (Kind.MONTH, {"year": 2026, "period": -1}),
        (Kind.MONTH, {"year": 0, "period": 1}),
        (Kind.MONTH, {"year": 9999, "period": 1}),
        (Kind.MONTH, {"year": "2026", "period": 1}),
        (Kind.MONTH, {"year": 2026}),
        (Kind.MONTH, "2026-1"),
        (Kind.MONTH, None),
    ],
)
def test_a_period_that_there_is_none_of_is_not_guessed_at(kind: Kind, period: object) -> None:
    with pytest.raises(Unusable, match="has a department from a period on that does not exist"):
        Calendar(kind).first_day("a department", period)


@pytest.mark.parametrize(
    ("row", "calendar"),
    [
        ({"periodType": "month", "period": {"year": 2026, "period": 4}}, Calendar(Kind.MONTH, date(2026, 4, 1))),
        (
            {"periodType": "4-weeks", "period": {"year": 2026, "period": 2}},
            Calendar(Kind.FOUR_WEEKS, date(2026, 1, 26)),
        ),
        ({"periodType": "1-week", "period": {}}, Calendar(Kind.WEEK)),
        ({"periodType": "daily", "period": {"year": 2026, "period": 4}}, Calendar(Kind.MONTH, date(2026, 4, 1))),
        ({"periodType": ["month"]}, Calendar()),
        ({}, Calendar()),
    ],
)
def test_a_company_says_how_long_its_periods_are_and_which_one_it_is_at(
    row: dict[str, object], calendar: Calendar
) -> None:
    assert Calendar.of(row) == calendar
