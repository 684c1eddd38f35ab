"""One reading of all exports: whether they can be the whole company, and the people they make.

Nobody is called gone here. What is empty and cannot be is refused, and who stands in one export and not in the other
is somebody whose record cannot be used.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from connectors.visma.exports import KINDS, Export
from connectors.visma.gathered import TABLES, Gathered
from connectors.visma.people import Around, human
from connectors.visma.reduce import nameless
from connectors.visma.settings import Settings
from connectors.visma.table import Cells
from connectors.visma.units import units
from shared.errors import Anew, Misconfigured
from shared.model import Person, Rejected

NEVER_EMPTY = (Export.EMPLOYEES, Export.CONTRACTS, Export.USERS)
"""Exports that hold something in every company: without any of it a permission is missing, or a filter was set."""

STRAYS, SHARE = 5, 0.02
"""So many, or such a share of all, may have contracts and be no employees: somebody joined between the two exports.
Where records are put together nobody may: it could be one of somebody's, who would seem to have fewer contracts.
"""

MANY = 200_000
"""Organization units or cost centers that are believed; these are kept in memory."""


class Reading:
    """What the files of one reading hold, as it is on `today`."""

    def __init__(self, settings: Settings, today: date, gathered: Gathered) -> None:
        self._settings, self._today, self._gathered = settings, today, gathered
        self._small: dict[Export, list[Cells]] = {Export.UNITS: [], Export.COST_CENTERS: []}
        self._around = Around(settings=settings, today=today)

    def keep(self, export: Export, rows: Iterable[Cells]) -> None:
        """Take in one file. Raises what reading it raises, and `Misconfigured` for more than is believed."""
        if export in TABLES:
            self._gathered.fill(export, rows)
            return
        small = self._small[export]
        small.extend(rows)
        if len(small) > MANY:
            raise Misconfigured(f"Visma: the export of {export} has more than {MANY:,} rows; that is not believed")

    def complete(self) -> int:
        """Everything is in: how many records of employees and contracts there are.

        Raises `Misconfigured` when an export is empty that cannot be: that never means that everybody has left; and
        `Anew` when employees are missing of whom there are contracts, for then the file was cut off unnoticed.
        """
        for export in NEVER_EMPTY:
            if export in self._settings.exports and not self._gathered.count(export):
                raise Misconfigured(
                    f"Visma: the export of {export} is empty; check that tenant_id is the company's own, and what the "
                    f"application may read with {KINDS[export].scope}"
                )
        self._gathered.together()
        strays, employees = self._gathered.strays(), self._gathered.count(Export.EMPLOYEES)
        if strays > (0 if self._settings.records == "together" else max(STRAYS, SHARE * employees)):
            raise Anew(
                f"Visma: the export of employees lacks {strays} of whom there are contracts; it is asked for anew, and "
                "if it stays so, check which employees the application may read"
            )
        self._around = Around(
            settings=self._settings,
            today=self._today,
            units=units(self._small[Export.UNITS], self._today),
            employee_of=self._gathered.employee_of,
            cost_centers=codes(self._small[Export.COST_CENTERS]),
        )
        return employees + self._gathered.count(Export.CONTRACTS)

    def nameless(self) -> Iterator[Rejected]:
        """One for each record without an id."""
        for export, count in self._gathered.nameless.items():
            for _ in range(count):
                yield nameless(export)

    def humans(self, after: str) -> Iterator[Person | Rejected]:
        """Everybody behind that HR id, in order."""
        return (human(records, self._around) for records in self._gathered.humans(after))


def codes(rows: Iterable[Cells]) -> Mapping[str, str]:
    """Name of a cost center → its code; a code stands for itself. A name that two of them bear stands for neither."""
    by_name, by_code = dict[str, set[str]](), dict[str, str]()
    for row in rows:
        code, name = row["costcenter"], row["costcentername"].casefold()
        if code:
            by_code[code.casefold()] = code
            by_name.setdefault(name, set()).add(code)
    return by_code | {name: found.pop() for name, found in by_name.items() if name and len(found) == 1}
