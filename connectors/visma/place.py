"""Where a reading of Visma can be taken up, as text and back: ids of jobs, counts, and the id of the last person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.visma.exports import Export
from shared.errors import Anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The jobs of one reading, since when they run, what their files held, and who was given last.

    A job is a good place to go on from: its files are a picture of one moment, and are the same whenever they are read.
    """

    jobs: Mapping[Export, str]
    began: datetime
    rows: int = 0
    """Records of employees and contracts together; 0 when nobody has counted them yet."""
    after: str = ""

    @property
    def cursor(self) -> str:
        jobs = {export.name: job for export, job in self.jobs.items()}
        return json.dumps([jobs, self.began.isoformat(), self.rows, self.after])

    @classmethod
    def at(cls, cursor: str, exports: tuple[Export, ...]) -> "Place":
        """Raises `Anew` for one that this version or these settings do not know."""
        try:
            jobs, began, rows, after = json.loads(cursor)
            known = {Export[name]: str(job) for name, job in jobs.items()}
            place = cls(jobs=known, began=datetime.fromisoformat(began), rows=int(rows), after=str(after))
        except (ValueError, TypeError, KeyError, AttributeError):
            place = None
        if place is None or set(place.jobs) != set(exports) or place.began.tzinfo is None:
            raise Anew("Visma: the place to go on from is of other settings or another version; it is read anew")
        return place

    def counted(self, rows: int) -> "Place":
        """Raises `Anew` when the files do not hold what they held when some of them was given already."""
        if self.rows not in (0, rows):
            raise Anew("Visma: the files of an export are not what they were; it is read from the beginning")
        return replace(self, rows=rows)

    def given(self, hr_id: str) -> "Place":
        return replace(self, after=hr_id)
