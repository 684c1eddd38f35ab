"""Dates as text: reading and writing .NET formats, and the calendar's edges."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.expressions import ExpressionError, compile_expression
from shared.expressions.datetext import date_text, read_date
from shared.expressions.formats import compile_format, readable_format

MOMENT = datetime(2025, 3, 9, 4, 5, 6, 789000, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001

WRITTEN = [
    ("d/M/yy H:m:s.f", "9/3/25 4:5:6.7"),
    ("dd-MM-yyyy HH:mm:ss.fff", "09-03-2025 04:05:06.789"),
    ("dddd, d MMMM", "Sunday, 9 March"),
    ("ddd MMM", "Sun Mar"),
    ("dddddd MMMMMM", "Sunday March"),
    ("hh:mm tt t", "04:05 AM A"),
    ("yyyyMMddHHmmss.fffffffZ", "20250309040506.7890000Z"),
    ("K zzz zz z%K", "Z +00:00 +00 +0Z"),
    ("'d'\\d\"d\" T", "ddd T"),
    ("%d", "9"),
]


@pytest.mark.parametrize(("form", "text"), WRITTEN)
def test_a_date_is_written_as_dotnet_writes_it(form: str, text: str) -> None:
    assert compile_format(form).write(MOMENT) == text


@pytest.mark.parametrize(("hour", "text"), [(0, "12 AM"), (11, "11 AM"), (12, "12 PM"), (23, "11 PM")])
def test_midnight_and_noon_are_twelve(hour: int, text: str) -> None:
    assert compile_format("h tt").write(MOMENT.replace(hour=hour)) == text
    assert readable_format("yyyy h tt").read(f"2025 {text}").hour == hour


@pytest.mark.parametrize(("text", "year"), [("49", 2049), ("50", 1950), ("00", 2000), ("99", 1999)])
def test_two_digits_of_a_year_are_read_as_dotnet_reads_them(text: str, year: int) -> None:
    assert readable_format("yy-MM").read(f"{text}-07").year == year


@pytest.mark.parametrize(
    ("form", "text", "moment"),
    [
        ("yyyy-MM-ddzzz", "2025-03-09-08:00", "2025-03-09T08:00:00+00:00"),
        ("yyyy-MM-dd HH:mm zz", "2025-03-09 01:00 +02", "2025-03-08T23:00:00+00:00"),
        ("yyyy-MM-dd HH:mm z", "2025-03-09 01:00 +2", "2025-03-08T23:00:00+00:00"),
        ("yyyy-MM-ddTHH:mmK", "2025-03-09T01:00", "2025-03-09T01:00:00+00:00"),
        ("yyyy-MM-ddTHH:mmK", "2025-03-09T01:00Z", "2025-03-09T01:00:00+00:00"),
        ("d MMMM yyyy", "9 MARCH 2025", "2025-03-09T00:00:00+00:00"),
        ("dddd d MMM yyyy", "Sunday 9 mar 2025", "2025-03-09T00:00:00+00:00"),
        ("M/d/yyyy hh:mm:ss tt", "3/9/2025 4:05:06 pm", "2025-03-09T16:05:06+00:00"),
        ("yyyyMMddHHmmss.fZ", "20250309040506.7Z", "2025-03-09T04:05:06.700000+00:00"),
    ],
)
def test_a_date_is_read_in_its_format(form: str, text: str, moment: str) -> None:
    assert readable_format(form).read(text) == datetime.fromisoformat(moment)


@pytest.mark.parametrize("text", ["2025-3-09", "2025-03-09 ", "٢٠٢٥-03-09", "2025-13-09", "", "x" * 101])
def test_a_text_that_does_not_fit_its_format_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        readable_format("yyyy-MM-dd").read(text)


@pytest.mark.parametrize("form", ["yyyy-yy", "MM MMM yyyy", "d MMMM yy M", "H h yyyy", "dd MM"])
def test_a_format_that_says_a_part_twice_or_no_year_cannot_read(form: str) -> None:
    assert compile_format(form).write(MOMENT)
    with pytest.raises(ExpressionError, match="each part once"):
        readable_format(form)


@given(MOMENTS)
def test_a_date_written_by_the_language_is_read_by_it(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert read_date(date_text(whole)) == whole
    assert read_date(whole.isoformat()) == whole
    for form in ("yyyy-MM-dd HH:mm:ss", "M/d/yyyy h:mm:ss tt", "d MMMM yyyy H.m.s zzz"):
        compiled = readable_format(form)
        assert compiled.read(compiled.write(whole)) == whole


@given(MOMENTS, st.sampled_from(["d", "ww", "h", "n", "s"]), st.integers(-5000, 5000))
def test_adding_and_counting_fixed_intervals_agree(moment: datetime, interval: str, count: int) -> None:
    far = moment.replace(microsecond=0, year=min(max(moment.year, 200), 9800), day=min(moment.day, 28))
    facts = {"from": date_text(far), "count": count}
    added = compile_expression(f'DateDiff("{interval}", [from], DateAdd("{interval}", [count], [from]))')
    assert added(facts, MOMENT) == str(count)


@given(MOMENTS, MOMENTS)
def test_days_and_weeks_are_calendar_boundaries(first: datetime, second: datetime) -> None:
    facts = {"a": date_text(first), "b": date_text(second)}
    days = compile_expression('DateDiff("d", [a], [b])')(facts, MOMENT)
    weeks = compile_expression('DateDiff("ww", [a], [b])')(facts, MOMENT)
    assert days == str((second.date() - first.date()).days)

    def sunday(moment: datetime) -> int:
        return moment.toordinal() - moment.isoweekday() % 7

    assert weeks == str((sunday(second) - sunday(first)) // 7)


@given(MOMENTS)
def test_a_file_time_leads_back_to_its_date(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    number = compile_expression("NumFromDate([d])")({"d": whole.isoformat()}, MOMENT)
    assert int(str(number)) == (whole - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10
    assert compile_expression("DateFromNum([n])")({"n": number}, MOMENT) == date_text(whole)
