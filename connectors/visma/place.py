"""Where a reading of Visma can be taken up, as text and back: ids of jobs, counts, and the id of the last person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from connectors.visma.exports import Export
from connectors.visma.settings import Settings
from shared.errors import Anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The jobs of one reading, since when they run, what their files held, and who was given last.

    A job is a good place to go on from: its files are a picture of one moment, and are the same whenever they are read.
    """

    jobs: Mapping[Export, str]
    began: datetime
    asked: str
    """A mark of the settings: with others, other columns would be in the files, and other records one person."""
    rows: int = 0
    """Records of employees and contracts together; 0 when nobody has counted them yet."""
    after: str = ""

    @classmethod
    def new(cls, settings: Settings, jobs: Mapping[Export, str], began: datetime) -> "Place":
        return cls(jobs=jobs, began=began, asked=_mark(settings))

    @classmethod
    def at(cls, cursor: str, settings: Settings) -> "Place":
        """Raises `Anew` for one that this version or these settings do not know."""
        try:
            jobs, began, asked, rows, after = json.loads(cursor)
            known = {Export[name]: str(job) for name, job in jobs.items()}
            moment = datetime.fromisoformat(began)
            place = cls(jobs=known, began=moment, asked=asked, rows=int(rows), after=str(after))
        except (ValueError, TypeError, KeyError, AttributeError):
            place = None
        if place is None or place.asked != _mark(settings) or place.began.tzinfo is None:
            raise Anew("Visma: the place to go on from is of other settings or another version; it is read anew")
        return place

    @property
    def cursor(self) -> str:
        jobs = {export.name: job for export, job in self.jobs.items()}
        return json.dumps([jobs, self.began.isoformat(), self.asked, self.rows, self.after])

    def counted(self, rows: int) -> "Place":
        """Raises `Anew` when the files do not hold what they held when some of them was given already."""
        if self.rows not in (0, rows):
            raise Anew("Visma: the files of an export are not what they were; it is read from the beginning")
        return replace(self, rows=rows)

    def given(self, hr_id: str) -> "Place":
        return replace(self, after=hr_id)


def _mark(settings: Settings) -> str:
    whole = settings.model_dump(mode="json")
    known = {name: sorted(value) if isinstance(value, list) else value for name, value in whole.items()}
    return blake2b(json.dumps(known, sort_keys=True).encode(), digest_size=8).hexdigest()
