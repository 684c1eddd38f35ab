"""Rows → people: the rows of one HR id are brought together, and doubts about them become one `Rejected`.

A person with one row in doubt is rejected whole: a contract left out would look like a contract that ended.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from connectors.files.cells import Absent
from connectors.files.forms.table import Broken, Row
from connectors.files.origin import Origin
from connectors.files.reading import Doubt, Known, RowReader
from connectors.files.settings import Settings
from shared.errors import Misconfigured, Reason
from shared.model import Person, Rejected

_MOST_REASONS = 3


@dataclass(slots=True)
class _Gathered:
    """All rows that carry one HR id; exact repeats count once."""

    rows: dict[bytes, Row] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)


def people(rows: Iterable[Row | Broken], settings: Settings, origin: Origin) -> Iterator[Person | Rejected]:
    """Everyone in `rows`, each once, in the order of the file; raises `Misconfigured` when too much is unreadable.

    Rows that carry no usable HR id are one `Rejected` with the id "".
    """
    gathering = _Gathering(settings, origin)
    for row in rows:
        gathering.add(row)
    gathering.place_the_broken()
    if gathering.nobody:
        yield _rejected("", gathering.nobody)
    for key, one in gathering.known.items():
        yield gathering.outcome(key, one)
    gathering.believable()


class _Gathering:
    """All rows of a file by HR id, and a count of those that cannot be read."""

    def __init__(self, settings: Settings, origin: Origin) -> None:
        self.known: dict[str, _Gathered] = {}
        self.nobody: list[Doubt] = []
        self._settings, self._origin = settings, origin
        self._reader = RowReader(settings, origin)
        self._broken: list[Broken] = []
        self._total = self._bad = 0
        self._example = ""

    def add(self, row: Row | Broken) -> None:
        self._total += 1
        if isinstance(row, Broken):
            self._broken.append(row)
            self._count(self._of(row))
            return
        try:
            self.known.setdefault(self._reader.key(row), _Gathered()).rows.setdefault(row.digest, row)
        except Doubt as doubt:
            self.nobody.append(doubt)
            self._count(doubt)

    def place_the_broken(self) -> None:
        """Give every broken row to whom it seems to be of.

        Anything may stand where its id should be, a name even. It is believed when it is an id of a sound row, or
        looks like one, digit for digit and letter for letter.
        """
        shapes = {shape for shape in map(_shape, self.known) if "9" in shape}
        for row in self._broken:
            if row.key in self.known or _shape(row.key) in shapes:
                self.known.setdefault(row.key, _Gathered()).broken.append(row)
            else:
                self.nobody.append(self._of(row))

    def outcome(self, key: str, gathered: _Gathered) -> Person | Rejected:
        rows = list(gathered.rows.values())
        doubts = [self._of(row) for row in gathered.broken]
        if self._settings.rows == "person" and len(rows) > 1:
            return _rejected(key, [self._two_people([row.line for row in rows], ()), *doubts])
        known: list[Known] = []
        for row in rows:
            found = self._reader.row(row)
            if isinstance(found, Known):
                known.append(found)
            else:
                self._count(found[0])
                doubts.extend(found)
        try:
            return _rejected(key, doubts) if doubts else self._person(key, known)
        except Doubt as doubt:
            return _rejected(key, [doubt])

    def believable(self) -> None:
        """Raises `Misconfigured` when more rows are unreadable than the settings allow."""
        most = self._settings.most_bad_rows * self._total
        if self._bad == self._total or (self._bad > 1 and self._bad > most):
            raise Misconfigured(
                f"{self._bad} of {self._total} rows cannot be read, more than most_bad_rows allows; repair the export. "
                f"The first: {self._example}"
            )

    def _person(self, key: str, known: list[Known]) -> Person:
        """One person of rows that agree on the person and are different contracts; raises `Doubt`."""
        first = known[0]
        for other in known[1:]:
            differ = [
                column.column
                for name, column in self._settings.person.items()
                if other.fields.get(name, Absent.ABSENT) != first.fields.get(name, Absent.ABSENT)
            ]
            if differ:
                raise self._two_people([first.line, other.line], differ)
        contracts = [one.contract for one in known if one.contract]
        if contracts:
            number, times = Counter(one.id for one in contracts).most_common(1)[0]
            if times > 1:
                raise self._two_contracts([one.line for one in known if one.contract and one.contract.id == number])
        return Person(
            hr_id=key, fields=first.fields, contracts=tuple(sorted(contracts, key=lambda one: (one.start, one.id)))
        )

    def _two_people(self, lines: list[int], columns: Iterable[str]) -> Doubt:
        differ = ", ".join(f"«{name}»" for name in columns)
        because = f"differ in {differ}" if differ else "are not the same"
        return Doubt(
            Reason.DUPLICATE_ID,
            f"{self._origin.among(lines)}: the rows carry one «{self._settings.key}» and {because}; "
            "give every person a number of their own",
        )

    def _two_contracts(self, lines: list[int]) -> Doubt:
        column = self._settings.contract.id or self._settings.contract.start
        return Doubt(
            Reason.INVALID_RECORD,
            f"{self._origin.among(lines)}, column «{column}»: two contracts of one person cannot be told "
            "apart; give every contract its own number",
        )

    def _of(self, row: Broken) -> Doubt:
        return Doubt(Reason.INVALID_RECORD, f"{self._origin.at(row.line)}: {row.because}")

    def _count(self, doubt: Doubt) -> None:
        self._bad += 1
        self._example = self._example or doubt.because


def _shape(key: str) -> str:
    return "".join("9" if letter.isdigit() else "A" if letter.isalpha() else letter for letter in key)


def _rejected(key: str, doubts: list[Doubt]) -> Rejected:
    """One record for all doubts: the first few in full, and how many there are besides."""
    because = "; ".join(doubt.because for doubt in doubts[:_MOST_REASONS])
    more = len(doubts) - _MOST_REASONS
    return Rejected(hr_id=key, code=doubts[0].code, because=because + (f"; and {more} more" if more > 0 else ""))
