"""The employments of one employee as contracts, with what the histories of everything else say of them; pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from connectors._values import Unusable, text
from connectors.nmbrs.about import About
from connectors.nmbrs.histories import histories
from connectors.nmbrs.reduce import day, identity, inside, listed
from connectors.nmbrs.rows import EXTERNAL
from connectors.nmbrs.spells import Employment, cut
from shared.errors import Reason
from shared.model import Attributes, Contract, Value


def contracts(row: Mapping[str, Any], what: str, about: About) -> tuple[Contract, ...]:
    employments = {identity(one.get("employmentId")): one for one in _by_change(listed(row, "employments"))}
    if not employments:
        raise Unusable("has no employment that the login can see; enter it in Nmbrs.", Reason.MISSING_DATA)
    common = _common(row, what, about)
    past = list(histories(row, about))
    cuts = [cut(_employment(hr_id, one, common), past, about.since) for hr_id, one in employments.items()]
    return tuple(sorted((contract for each in cuts for contract in each), key=lambda one: (one.start, one.id)))


def _by_change(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Several rows of one employment occur: the one that was changed last comes last, whatever order they came in."""
    return sorted(rows, key=lambda one: (str(one.get("changedDate") or ""), repr(sorted(one.items()))))


def _common(row: Mapping[str, Any], what: str, about: About) -> Attributes:
    """What is the same in every contract of an employee."""
    found: dict[str, Value] = {"employer": about.company.name, "companyNumber": about.company.number or None}
    if what:
        found |= {"status": what, "type": "external" if what in EXTERNAL else "payroll"}
    if row.get("managers") == []:
        found["manager"] = None
    if "EmployeeParentalLeaves" in row:
        found |= _leave(listed(row, "EmployeeParentalLeaves"), about)
    return found


def _leave(rows: Sequence[Mapping[str, Any]], about: About) -> Attributes:
    """The first leave that has not ended, of the kinds that the settings name."""
    asked = [
        one for one in rows if text("a kind of leave", inside(one, "parentalLeaveType").get("code")) in about.leave
    ]
    spans = [(day("startDate", one.get("startDate")), day("endDate", one.get("endDate"))) for one in asked]
    coming = [(start, end or date.max) for start, end in spans if start and (end is None or end >= about.today)]
    start, end = min(coming, default=(None, None))
    known = end if end != date.max else None
    return {"leaveStart": start.isoformat() if start else None, "leaveEnd": known.isoformat() if known else None}


def _employment(own_id: str, row: Mapping[str, Any], common: Attributes) -> Employment:
    if not own_id:
        raise Unusable("has an employment without an id; ask Nmbrs support to look at it.")
    start, end = day("startDate", row.get("startDate")), day("endDate", row.get("endDate"))
    if start is None:
        raise Unusable("has an employment without a start date; enter it in Nmbrs.", Reason.MISSING_DATA)
    if end and end < start:
        raise Unusable("has an employment that ends before it starts; correct the dates in Nmbrs.")
    found = {**common, "employmentStart": start.isoformat(), "employmentEnd": end.isoformat() if end else None}
    if "endContractReason" in row:
        found["endReason"] = text("endContractReason", inside(row, "endContractReason").get("reason"))
    return Employment(own_id, start, end, found)
