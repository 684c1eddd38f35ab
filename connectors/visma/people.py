"""From what the exports say of one employee to a person, and from several records of one human to one. Pure.

A record with one contract in doubt is rejected whole: a contract left out would look like a contract that ended.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from connectors._values import Unusable, identity, number
from connectors.visma.exports import NAMES, PLACES
from connectors.visma.reduce import day, line, span
from connectors.visma.settings import Settings
from connectors.visma.table import Cells
from connectors.visma.units import Units
from shared.errors import Reason
from shared.model import Contract, Person, Rejected, Value
from shared.names import usage_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything the exports say of one employee id; rows that are the same stand once."""

    id: str
    employee: Sequence[Cells]
    contracts: Sequence[Cells] = ()
    user_defined: Sequence[Cells] = ()
    """Rows of user-defined fields of the employee."""
    contract_user_defined: Sequence[Cells] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What records are read beside: the settings, the day, and what other exports say."""

    settings: Settings
    today: date
    units: Units = field(default_factory=lambda: Units({}))
    employee_of: Callable[[str], str] = lambda user: ""
    """The HR id of the person a user is; "" for one who is no employee, or not one of whom anything is known."""
    cost_centers: Mapping[str, str] = field(default_factory=dict)
    """Name or code → code, where it is clear which is meant."""


def human(records: Sequence[Record], around: Around) -> Person | Rejected:
    """One person of all their records, the first of which gives the id.

    Raises nothing: a doubt about one of the records is a doubt about the human.
    """
    head = records[0].id
    found = [_person(record, around, head) for record in records]
    refused = next((one for one in found if isinstance(one, Rejected)), None)
    if refused is not None:
        return replace(refused, hr_id=head)
    people = [one for one in found if isinstance(one, Person)]
    if len(people) == 1:
        return people[0]
    contracts = [_moved(one, person, head) for person in people for one in person.contracts]
    return Person(hr_id=head, fields=people[0].fields, contracts=_sorted(contracts))


def person(record: Record, around: Around) -> Person | Rejected:
    """One employee record by itself."""
    return _person(record, around, record.id)


def _person(record: Record, around: Around, head: str) -> Person | Rejected:
    try:
        row = _only(record)
        contracts = _sorted(_contract(record, cells, row, around, head) for cells in record.contracts)
        if not contracts and around.settings.without_contract == "hold":
            raise Unusable("has no contract; enter one, or look whether it was deleted.", Reason.MISSING_DATA)
        if len({contract.id for contract in contracts}) < len(contracts):
            raise Unusable("has two contracts with the same numbers and different content; tell Visma.")
        return Person(hr_id=record.id, fields=_fields(record, row, around), contracts=contracts)
    except Unusable as flaw:
        return flaw.rejects(record.id)


def _only(record: Record) -> Cells:
    if not record.employee:
        raise Unusable(
            "has contracts and is not among the employees; look whether it was deleted.", Reason.MISSING_DATA
        )
    if len(record.employee) > 1:
        raise Unusable("is in the export twice, and not the same; give everybody a number.", Reason.DUPLICATE_ID)
    return record.employee[0]


def _fields(record: Record, row: Cells, around: Around) -> Mapping[str, Value]:
    settings = around.settings
    found: dict[str, Value] = {"employeeId": record.id, "nameUsage": usage_from("visma", row["nameusage"]).value}
    found |= {ours: line(row[column]) for ours, column in (NAMES | dict(settings.fields)).items()}
    found |= _user_defined(settings.user_fields, record.user_defined, around.today)
    return found


def _contract(record: Record, cells: Cells, row: Cells, around: Around, head: str) -> Contract:
    settings = around.settings
    own = f"{cells['contractid']}/{cells['subcontractid']}".strip("/")
    if not identity(own):
        raise Unusable("has a contract without contractid; tell Visma.")
    start, end = span(day("startdate", cells["startdate"]), day("enddate", cells["enddate"]))
    found: dict[str, Value] = {"employer": line(row["companyname"]), "employerId": line(row["companyid"])}
    found |= {ours: line(cells[column]) for ours, column in (PLACES | dict(settings.contract_fields)).items()}
    found |= _hours(cells)
    mine = [one for one in record.contract_user_defined if _same_contract(one, cells)]
    found |= _user_defined(settings.contract_user_fields, mine, around.today)
    found |= _looked_up(cells, around, head)
    if settings.records == "together":
        found["recordId"] = record.id
    return Contract(id=own, start=start, end=end, fields=found)


def _hours(cells: Cells) -> dict[str, Value]:
    hours = number("weekhoursfixed", cells["weekhoursfixed"])
    if "normalhours" not in cells:
        return {"hours": hours}
    full = number("normalhours", cells["normalhours"])
    part = round(hours / full, 4) if hours is not None and full and full >= 1 else None
    return {"hours": hours, "fullTimeHours": full, "fte": part}


def _looked_up(cells: Cells, around: Around, head: str) -> dict[str, Value]:
    lookups, found = around.settings.lookups, dict[str, Value]()
    if "manager" in lookups:
        found["manager"] = _manager(cells, around, head)
    if "departmentPath" in lookups:
        found |= _said("departmentPath", around.units.path(cells["orgunit"]), cells["orgunit"])
    if "costCenterId" in lookups:
        code = around.cost_centers.get(cells["costcenter"].casefold())
        found |= _said("costCenterId", code, cells["costcenter"])
    return found


def _said(name: str, found: Value, asked: str) -> dict[str, Value]:
    """Null where HR names nothing; absent where it names what no export knows."""
    return {name: found} if found else {} if asked else {name: None}


def _manager(cells: Cells, around: Around, head: str) -> str | None:
    """The HR id of the manager: whom the contract names, or the first above who is somebody else.

    A user who is no employee is named as `user:…`: nobody of that id is known, so nothing is written for them, and
    nobody takes it for «there is no manager».
    """
    if around.settings.manager_from == "contract":
        user = cells["manageruserid"]
        return (around.employee_of(user) or f"user:{user}") if user else None
    for user in around.units.managers(cells["orgunit"]):
        found = around.employee_of(user) or f"user:{user}"
        if found != head:
            return found
    return None


def _user_defined(wanted: Mapping[str, str], rows: Iterable[Cells], today: date) -> dict[str, Value]:
    """The value of each field that holds today; null for one that has none today."""
    found: dict[str, Value] = {}
    held = [one for one in rows if _holds(one, today)]
    for ours, theirs in wanted.items():
        values = {one["value"] for one in held if one["fieldname"].casefold() == theirs.casefold()}
        if len(values) > 1:
            raise Unusable(f"has two values of «{theirs}» today; correct the dates in Visma.net HRM.")
        found[ours] = line(values.pop()) if values else None
    return found


def _holds(row: Cells, today: date) -> bool:
    start, end = day("startdate", row["startdate"]), day("enddate", row["enddate"])
    return (start or date.min) <= today <= (end or date.max)


def _same_contract(one: Cells, other: Cells) -> bool:
    return all(one[column] == other[column] for column in ("contractid", "subcontractid"))


def _moved(contract: Contract, record: Person, head: str) -> Contract:
    """A contract with the facts of its own record, which speak where it does; the number stays that of the human."""
    fields = {**record.fields, **contract.fields, "employeeId": head}
    id = contract.id if record.hr_id == head else f"{record.hr_id}/{contract.id}"
    return replace(contract, id=id, fields=fields)


def _sorted(contracts: Iterable[Contract]) -> tuple[Contract, ...]:
    return tuple(sorted(contracts, key=lambda one: (one.start, one.id)))
