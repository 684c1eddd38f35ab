"""The simulated company's memory: rows as its exports show them, the jobs that were started, and who may ask for what.

A job is a picture of the company at the moment it was started (*assumed*); `clock` (UTC, aware) decides when tokens and
addresses of files end.
"""

import csv
import hashlib
import hmac
import io
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from local.authorization import VISMA, Authority, Registered
from local.visma import columns

Row: TypeAlias = dict[str, str]
SCOPES = frozenset(
    f"hrmanalytics:nlhrm:export{name}"
    for name in ("employees", "contracts", "organizationunits", "metadata", "users", "contactinformation")
)
PRIVATE = ("home", "private", "emergency", "postal", "otheraddresses", "otheremail", "otherphone", "corraddress")
"""How columns begin that are empty without the scope of contact information (*assumed* which)."""
LIFETIME = timedelta(hours=1)
"""Of the address of a file (*assumed*)."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One export: which scope it wants, what its answer calls its files, and the columns of those."""

    scope: str
    files: str
    columns: Sequence[str]
    delta: bool = True
    """Whether its answer has `changeTimestampBefore`."""


def _scope(name: str) -> str:
    return f"hrmanalytics:nlhrm:export{name}"


KINDS: Mapping[str, Kind] = {
    "employees": Kind(scope=_scope("employees"), files="employeeFileUris", columns=columns.EMPLOYEES),
    "contracts": Kind(scope=_scope("contracts"), files="contractFileUris", columns=columns.CONTRACTS),
    "users": Kind(scope=_scope("users"), files="usersFileUris", columns=columns.USERS),
    "metadata/cost-centers": Kind(
        scope=_scope("metadata"), files="costCentersFileUris", columns=columns.COST_CENTERS, delta=False
    ),
    "metadata/organization-units": Kind(
        scope=_scope("organizationunits"), files="organizationUnitsFileUris", columns=columns.UNITS, delta=False
    ),
    "employees/user-defined-field-histories": Kind(
        scope=_scope("employees"), files="employeeUdfHistoryFileUris", columns=columns.EMPLOYEE_FIELDS
    ),
    "contracts/user-defined-field-histories": Kind(
        scope=_scope("contracts"), files="contractUdfHistoryFileUris", columns=columns.CONTRACT_FIELDS
    ),
}


@dataclass(kw_only=True)
class Job:
    path: str
    files: Sequence[bytes] = field(repr=False)
    looked: int = 0


class Company:
    """One company, which is a tenant of Visma Connect, and the applications it has accepted."""

    def __init__(self, clock: Callable[[], datetime], tenant: str, storage: str) -> None:
        self.clock, self.tenant, self.storage = clock, tenant, storage
        """`storage` is the address of the host on which files lie: another one than the API's."""
        self.authority = Authority(clock, VISMA)
        self.rows: dict[str, list[Row]] = {path: [] for path in KINDS}
        self.more: dict[str, list[str]] = {path: [] for path in KINDS}
        """Columns that an export has besides the known ones."""
        self.lacks: frozenset[str] = frozenset()
        """Columns that no export has."""
        self.jobs: dict[str, Job] = {}
        self.rows_per_file = 100_000
        self.mark = True
        """Whether a file begins with a byte order mark."""
        self.callbacks: list[str] = []
        """Addresses that were given with commands."""
        self._key = secrets.token_bytes(16)

    def accept(self, client: str, secret: str, scopes: Iterable[str] = SCOPES, *others: str) -> Registered:
        """The company's administrator accepts an application, as those of the tenants `others` do."""
        return self.authority.register(
            Registered(
                id=client,
                secret=secret,
                grants=frozenset({"client_credentials"}),
                scopes=frozenset(scopes),
                tenants=frozenset({self.tenant, *others}),
            )
        )

    def add(self, path: str, **cells: str) -> Row:
        """A row of an export; columns that are not named are empty."""
        row = dict.fromkeys([*KINDS[path].columns, *self.more[path]], "") | cells
        self.rows[path].append(row)
        return row

    def start(self, path: str, without: frozenset[str], only: frozenset[str], private: bool) -> str:
        """A new job for an export, and its id."""
        kind, rows = KINDS[path], self.rows[path]
        names = [name for name in (*kind.columns, *self.more[path]) if name not in self.lacks | without]
        shown = [name for name in names if name in only] if only else names
        size = self.rows_per_file
        parts = [rows[start : start + size] for start in range(0, len(rows), size)]
        id = secrets.token_hex(16)
        self.jobs[id] = Job(path=path, files=[self._file(shown, part, private) for part in parts])
        return id

    def addresses(self, id: str) -> list[str]:
        """Where a job's files are, from now on for as long as an address is good."""
        ends = (self.clock() + LIFETIME).strftime("%Y-%m-%dT%H:%M:%SZ")
        signed = [f"se={ends}&sr=b&sp=r&sig={self._sign(id, n, ends)}" for n in range(len(self.jobs[id].files))]
        return [f"{self.storage}/exports/{id}/{n}.csv?sv=2023-11-03&{one}" for n, one in enumerate(signed)]

    def opens(self, id: str, number: int, ends: str, signature: str) -> bool:
        """Whether an address is good now."""
        try:
            until = datetime.fromisoformat(ends)
        except ValueError:
            return False
        return hmac.compare_digest(signature, self._sign(id, number, ends)) and self.clock() < until

    def _sign(self, id: str, number: int, ends: str) -> str:
        return hmac.new(self._key, f"{id}/{number}/{ends}".encode(), hashlib.sha256).hexdigest()

    def _file(self, names: Sequence[str], rows: Iterable[Row], private: bool) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(names)
        hidden = () if private else PRIVATE
        writer.writerows(
            ["" if hidden and name.startswith(hidden) else row.get(name, "") for name in names] for row in rows
        )
        return text.getvalue().encode("utf-8-sig" if self.mark else "utf-8")
