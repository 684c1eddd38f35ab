"""What is Visma's own among the values of cells; the rest is in `connectors._values`."""

from datetime import date

from connectors._values import Unusable
from connectors._values import day as any_day
from shared.errors import Reason
from shared.model import Rejected

NEVER = ("9999-12-31", "2999-12-31", "2900-01-01")
"""How systems write an end that is none; nobody says that Visma does."""


def nameless(what: str) -> Rejected:
    return Rejected(
        hr_id="",
        code=Reason.INVALID_RECORD.value,
        because=f"A record of {what} has no usable employee id; look for it in Visma.net HRM.",
    )


def line(cell: str) -> str | None:
    """One line of text, whatever breaks the cell has; None for an empty one."""
    return " ".join(cell.split()) or None


def day(column: str, cell: str) -> date | None:
    """The calendar day as it is written; None for one that stands for «never»."""
    return None if cell.startswith(NEVER) else any_day(column, cell)


def span(start: date | None, end: date | None) -> tuple[date, date | None]:
    """First and last working day of one contract, inclusive. Raises `Unusable` when they are not a time."""
    if start is None:
        raise Unusable("has a contract without startdate; enter it in Visma.net HRM.", Reason.MISSING_DATA)
    if end is not None and end < start:
        raise Unusable("has a contract with enddate before startdate; correct the dates in Visma.net HRM.")
    return start, end
