"""Employments and assignments as contracts: their days, and what is true of them on the day; pure.

A contract is a whole employment, first to last day, and says what its time slice of the day says; of one that is still
to come it is the first day's, and of one that is over the last day's. So it changes on the right day by itself, and its
last day is the last working day and not the end of a slice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from connectors._values import Unusable, heaviest, identity, number, plain, text
from connectors.youforce.known import Job, Known, begins, job
from connectors.youforce.reduce import Row, day
from connectors.youforce.slices import begin
from shared.errors import Reason
from shared.model import Contract, Value

ONE_DAY = timedelta(1)


def contracts(hr_id: str, known: Known) -> tuple[Contract, ...]:
    """All contracts of one person. Raises `Unusable`."""
    found: list[Contract] = []
    for own_id, slices in _by_id(known.employments.of(hr_id)).items():
        for start, group in sorted(_by_hiring(slices).items()):
            again = any(one.id == own_id for one in found)
            found += _of_one(f"{own_id}/{start}" if again else own_id, start, group, known)
    return tuple(sorted(found, key=lambda one: (one.start, one.id)))


def _by_id(rows: Iterable[Row]) -> Mapping[str, dict[date, Row]]:
    """The time slices of each employment, by the day on which they begin."""
    found = defaultdict[str, dict[date, Row]](dict)
    for row in rows:
        own = identity(row.get("id")) or identity(row.get("employmentCode"))
        if not own:
            raise Unusable("has an employment without an id; ask Visma's support to look at it.")
        found[own][begins(row) or date.min] = row
    return found


def _by_hiring(slices: Mapping[date, Row]) -> Mapping[date, dict[date, Row]]:
    """Somebody who comes back under the same number has been hired twice."""
    found = defaultdict[date, dict[date, Row]](dict)
    for first, row in slices.items():
        hired = day("hireDate", row.get("hireDate"))
        if hired is None:
            raise Unusable("has an employment without a hire date; enter it in HR Core.", Reason.MISSING_DATA)
        found[hired][first] = row
    return found


def _of_one(own_id: str, start: date, slices: dict[date, Row], known: Known) -> Iterator[Contract]:
    """One employment: a contract, or its assignments and whatever days are left between them."""
    end = _end(slices, known)
    if end and end < start:
        raise Unusable("leaves before the first day (dischargeDate is before hireDate); correct the dates in HR Core.")
    assigned = [one for row in known.assignments.get(_job(slices), ()) if (one := _span(row, start, end))]
    for first, last, row in assigned:
        given = _row_on(slices, known.today, first, last)
        fields = _fields({**given, **row}, known, first, last, start, end, _own_centre(row))
        yield Contract(id=identity(row.get("id")) or f"{own_id}/{first}", start=first, end=last, fields=fields)
    for number_, (first, last) in enumerate(gaps(start, end, [(one, other) for one, other, _ in assigned])):
        given = _row_on(slices, known.today, first, last)
        fields = _fields(given, known, first, last, start, end)
        yield Contract(id=f"{own_id}/{first}" if number_ else own_id, start=first, end=last, fields=fields)


def _end(slices: Mapping[date, Row], known: Known) -> date | None:
    """The last working day, which the last slice says; one that is not gone on with ends what it is of."""
    row = slices[max(slices)]
    discharged = day("dischargeDate", row.get("dischargeDate"))
    if discharged is None:
        return day("validUntil", row.get("validUntil"))
    return discharged - ONE_DAY if known.settings.last_day == "day_before" else discharged


def _job(slices: Mapping[date, Row]) -> Job:
    return job(slices[max(slices)])


def _span(row: Row, start: date, end: date | None) -> tuple[date, date | None, Row] | None:
    """The days of an assignment within its employment; None when it is archived or has none there."""
    if row.get("isActive") is False:
        return None
    first = max(day("startDate", row.get("startDate")) or start, start)
    ends = [one for one in (day("endDate", row.get("endDate")), end) if one]
    last = min(ends, default=None)
    return (first, last, row) if last is None or first <= last else None


def gaps(
    start: date, end: date | None, taken: Sequence[tuple[date, date | None]]
) -> Iterator[tuple[date, date | None]]:
    """The days from `start` to `end` that are in none of the spans, as spans."""
    free = start
    for first, last in sorted(taken, key=lambda span: (span[0], span[1] or date.max)):
        if free < first:
            yield free, first - ONE_DAY
        if last is None or last == date.max:
            return
        free = max(free, last + ONE_DAY)
    if end is None or free <= end:
        yield free, end


def _row_on(slices: dict[date, Row], today: date, first: date, last: date | None) -> Row:
    return slices[begin(slices, _within(today, first, last))]


def _within(today: date, first: date, last: date | None) -> date:
    """The day itself, or of the days of a contract the one that is nearest to it."""
    return max(first, min(today, last or today))


def _own_centre(row: Row) -> str:
    return identity(row.get("costCenterCode")) or identity(row.get("costCenter"))


def _fields(
    row: Row, known: Known, first: date, last: date | None, start: date, end: date | None, centre: str = ""
) -> Mapping[str, Value]:
    today = _within(known.today, first, last)
    unit_id, job_id = identity(row.get("organizationUnit")), identity(row.get("jobProfile"))
    unit, profile = known.chart.unit(unit_id, today), known.jobs.on(job_id, today)
    found: dict[str, Value] = {
        "employmentStart": start.isoformat(),
        "employmentEnd": end.isoformat() if end else None,
        "employer": _employer(row, known, today),
        "type": text("employmentType", row.get("employmentTypeName") or row.get("employmentType")),
        "department": unit.name if unit else None,
        "departmentId": unit_id or None,
        "departmentCode": unit.code if unit else None,
        "departmentPath": known.chart.path(unit_id, today),
        "title": profile.name if profile else None,
        "functionId": job_id or None,
        "functionCode": profile.code if profile else None,
        **_amount(row),
        **_costs(row, known, today, centre),
    }
    if "manager" in known.settings.facts:
        found["manager"] = known.chart.manager(unit_id, identity(row.get("personCode")), today)
    return {**found, **_extras(row, known)}


def _amount(row: Row) -> Mapping[str, Value]:
    amount = row.get("workingAmount")
    given: Mapping[str, Any] = amount if isinstance(amount, Mapping) else {}
    part = number("parttimePercentage", given.get("parttimePercentage"))
    return {
        "hours": number("amountOfWork", given.get("amountOfWork")),
        "fte": round(part / 100, 4) if part is not None else None,
    }


def _employer(row: Row, known: Known, today: date) -> str | None:
    """The company's name, or its code where there is no name; Beaufort has the code of the payroll client."""
    code = identity(row.get("company")) or identity(row.get("payrollClientCode"))
    found = known.companies.on(code, today)
    return (found.name if found else None) or code or None


def _costs(row: Row, known: Known, today: date, centre: str) -> Mapping[str, Value]:
    """The cost centre of an assignment or of the employment itself, or the one that carries most of it."""
    shares = known.shares.get(job(row), ())
    code = centre or _own_centre(row) or heaviest((one.part, one.code) for one in shares) or ""
    listed = known.centres.on(code, today)
    name = next((one.name for one in shares if one.code == code), None) or (listed.name if listed else None)
    return {"costCenter": code or None, "costCenterName": name}


def _extras(row: Row, known: Known) -> Mapping[str, Value]:
    """What the settings let in: null for whom nothing is shown, absent when it is shown for nobody."""
    given = {**row, **known.extensions.get(job(row), {})}
    return {
        name: plain(reference, given.get(reference))
        for name, reference in known.settings.fields.items()
        if not reference.startswith("person.") and (reference in given or reference in known.seen)
    }
