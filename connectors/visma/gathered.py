"""The rows of all exports, brought together by employee on a temporary disk: memory stays the same however many.

The database has no name and no file that anybody else could open; it is gone when it is closed.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TypeAlias

from connectors._values import identity
from connectors.visma.exports import LIKENESS, Export
from connectors.visma.people import Record
from connectors.visma.table import Cells

TABLES = {
    Export.EMPLOYEES: "employees",
    Export.CONTRACTS: "contracts",
    Export.USERS: "users",
    Export.EMPLOYEE_FIELDS: "employee_fields",
    Export.CONTRACT_FIELDS: "contract_fields",
}
SCHEMA = "PRAGMA cache_size = -4000;" + "".join(
    f"CREATE TABLE {name} (id TEXT NOT NULL, cells TEXT NOT NULL, likeness TEXT);" for name in TABLES.values()
)
INDEXES = "".join(f"CREATE INDEX {name}_by_id ON {name} (id);" for name in TABLES.values())
EVERYBODY = """
    CREATE TABLE everybody AS
        SELECT id, FIRST_VALUE(id) OVER (PARTITION BY likeness ORDER BY LENGTH(id), id) AS head FROM (
            SELECT id, MIN(likeness) AS likeness FROM employees GROUP BY id
            UNION ALL SELECT DISTINCT id, '=' || id FROM contracts WHERE id NOT IN (SELECT id FROM employees)
        );
    CREATE INDEX everybody_by_id ON everybody (id);
    CREATE INDEX everybody_by_head ON everybody (LENGTH(head), head);
"""
Group: TypeAlias = list[Record]


class Gathered(AbstractContextManager["Gathered"]):
    """Filled first, then `together`, then read. Each step runs in one thread at a time, in whichever."""

    def __init__(self, *, join: bool) -> None:
        self._join = join
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._rows.executescript(SCHEMA)
        self.nameless = dict.fromkeys((Export.EMPLOYEES, Export.CONTRACTS), 0)
        """Rows without an employee id that can be one."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.close()

    def fill(self, export: Export, rows: Iterable[Cells]) -> None:
        key = "userid" if export is Export.USERS else "employeeid"
        self._rows.execute("BEGIN")
        self._rows.executemany(
            f"INSERT INTO {TABLES[export]} VALUES (?, ?, ?)",  # noqa: S608 - a name of our own
            (
                (row[key], json.dumps(row, ensure_ascii=False), self._likeness(row))
                for row in rows
                if self._named(export, row[key])
            ),
        )
        self._rows.execute("COMMIT")

    def together(self) -> None:
        self._rows.executescript(INDEXES)
        self._rows.executescript(EVERYBODY)

    def count(self, export: Export) -> int:
        """How many records there are, with those that have no id."""
        (found,) = self._rows.execute(f"SELECT COUNT(*) FROM {TABLES[export]}").fetchone()  # noqa: S608
        return int(found) + self.nameless.get(export, 0)

    def strays(self) -> int:
        """How many have contracts and are not among the employees."""
        found = self._rows.execute("SELECT COUNT(*) FROM everybody WHERE id NOT IN (SELECT id FROM employees)")
        return int(found.fetchone()[0])

    def humans(self, after: str = "") -> Iterator[Group]:
        """The records of each human, in order of the first one's id, from the one behind `after` on."""
        heads = self._rows.execute(
            "SELECT DISTINCT head FROM everybody WHERE (LENGTH(head), head) > (?, ?) ORDER BY LENGTH(head), head",
            (len(after), after),
        )
        for (head,) in heads:
            ids = self._rows.execute(
                "SELECT id FROM everybody WHERE LENGTH(head) = ? AND head = ? ORDER BY LENGTH(id), id",
                (len(head), head),
            )
            yield [self._record(id) for (id,) in ids.fetchall()]

    def employee_of(self, user: str) -> str:
        """The HR id of whom a user is; "" for one who is no employee, and for one who may be several people."""
        found = {head for row in self._of(Export.USERS, user) for head in self._heads(row["employeeid"])}
        return found.pop() if len(found) == 1 else ""

    def _heads(self, id: str) -> list[str]:
        return [head for (head,) in self._rows.execute("SELECT head FROM everybody WHERE id = ?", (id,)).fetchall()]

    def _named(self, export: Export, id: str) -> bool:
        named = bool(identity(id))
        if export in self.nameless and not named:
            self.nameless[export] += 1
        return named

    def _likeness(self, row: Cells) -> str:
        same = [" ".join(row.get(column, "").split()) for column in LIKENESS]
        return json.dumps(same) if self._join and all(same) else "=" + row.get("employeeid", "")

    def _record(self, id: str) -> Record:
        return Record(
            id=id,
            employee=self._of(Export.EMPLOYEES, id),
            contracts=self._of(Export.CONTRACTS, id),
            user_defined=self._of(Export.EMPLOYEE_FIELDS, id),
            contract_user_defined=self._of(Export.CONTRACT_FIELDS, id),
        )

    def _of(self, export: Export, id: str) -> list[Mapping[str, str]]:
        """The rows of one employee, each once, in an order that does not hang on that of the files."""
        found = self._rows.execute(
            f"SELECT DISTINCT cells FROM {TABLES[export]} WHERE id = ? ORDER BY cells",  # noqa: S608
            (id,),
        )
        return [json.loads(cells) for (cells,) in found.fetchall()]
