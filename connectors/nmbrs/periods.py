"""Nmbrs' payroll periods as days: most of its history says «from period 4 of 2026 on» and never a date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from connectors._values import PLAUSIBLE, Unusable


class Kind(StrEnum):
    """How long a company's periods are; the words of `GET /api/companies/{id}/period`."""

    MONTH = "month"
    FOUR_WEEKS = "4-weeks"
    WEEK = "1-week"


LAST = {Kind.MONTH: 12, Kind.FOUR_WEEKS: 13, Kind.WEEK: 53}


@dataclass(frozen=True, slots=True)
class Calendar:
    """One company's periods; `current` is the first day of the one its payroll is at, which may be ahead of the day."""

    kind: Kind = Kind.MONTH
    current: date | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Calendar":
        """From a company's own answer; one that says nothing of periods counts in months, as most do."""
        kind = row.get("periodType")
        plain = cls(Kind(kind) if isinstance(kind, str) and kind in set(Kind) else Kind.MONTH)
        try:
            return cls(plain.kind, plain.first_day("period", row.get("period")))
        except Unusable:
            return plain

    def first_day(self, what: str, period: Any) -> date:
        """The first day of `{year, period}`. Weeks are those of ISO 8601. Period 0 is the first one.

        Raises `Unusable` for a period that there is none of.
        """
        match period:
            case {"year": int(year), "period": int(number)} if year in PLAUSIBLE and 0 <= number <= LAST[self.kind]:
                return self._first_day(what, year, max(number, 1))
        raise _unknown(what)

    def _first_day(self, what: str, year: int, number: int) -> date:
        if self.kind is Kind.MONTH:
            return date(year, number, 1)
        try:
            return date.fromisocalendar(year, number if self.kind is Kind.WEEK else 4 * number - 3, 1)
        except ValueError:
            raise _unknown(what) from None

    def since(self, what: str, row: Mapping[str, Any]) -> date:
        """The first day of a row of a history; one without a period was always so (an official example has none)."""
        return self.first_day(what, row["period"]) if row.get("period") else date.min


def _unknown(what: str) -> Unusable:
    return Unusable(f"has {what} from a period on that does not exist; correct it in Nmbrs.")
