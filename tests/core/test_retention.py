"""Somebody counts as gone once HR names them no longer and nothing of theirs lives; then the days are counted."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.model import Contract, Link, Person
from shared.policy import Policy, Retention
from shared.retention import gone_since, outlived

MISSING = date(2026, 3, 10)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def leaver(end: date | None = date(2026, 2, 28), missing: date | None = MISSING) -> Person:
    return Person(hr_id="7", contracts=(Contract(id="c", start=date(2020, 1, 1), end=end),), missing_since=missing)


def test_the_days_count_from_the_day_on_which_HR_names_them_no_longer() -> None:
    assert gone_since(leaver(), []) == MISSING
    assert gone_since(leaver(end=None), []) == MISSING
    assert gone_since(Person(hr_id="7", missing_since=MISSING), []) == MISSING


def test_a_contract_that_goes_on_for_longer_counts_to_its_last_day() -> None:
    assert gone_since(leaver(end=date(2026, 3, 31)), []) == date(2026, 4, 1)


def test_somebody_whom_HR_names_is_not_gone_however_long_ago_they_left() -> None:
    assert gone_since(leaver(end=date(2001, 1, 1), missing=None), []) is None


@pytest.mark.parametrize(
    ("link", "gone"),
    [
        (Link(), True),
        (Link(account="a", deleted=True), True),
        (Link(account="a"), False),
        (Link(account="a", enabled=True), False),
        (Link(account="a", deleted=True, intending=NOW), True),
        (Link(intended={"employeeId": "7"}, intending=NOW), False),
        (Link(account="a", deleting=True), False),
    ],
)
def test_nobody_is_gone_who_has_an_account_or_may_have_one_soon(link: Link, gone: bool) -> None:
    assert (gone_since(leaver(), [Link(), link]) is not None) is gone


def test_all_of_the_days_must_have_passed() -> None:
    day = MISSING + timedelta(days=30)
    assert not outlived(leaver(), [], 30, day - timedelta(days=1))
    assert outlived(leaver(), [], 30, day)
    assert not outlived(leaver(missing=None), [], 30, day)


def test_without_a_retention_everything_is_kept_and_one_of_no_days_is_refused() -> None:
    assert Retention() == Retention(people=None, ledger=None)
    assert Policy.model_fields["retention"].default == Retention()
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        Retention(people=0)
