"""Whether a file is whole: its rows are counted, and held against its closing row and what the settings expect."""

from dataclasses import dataclass

from connectors.files.cells import Cell, bare
from connectors.files.columns import heading
from connectors.files.origin import Origin
from connectors.files.settings import Settings
from shared.errors import Misconfigured


@dataclass
class Ending:
    """Counts the rows and tells whether the last of them has been seen."""

    settings: Settings
    origin: Origin
    seen: int = 0
    said: str | None = None
    """What the closing row says is the number of rows; None before there was one."""

    def is_trailer(self, cells: tuple[Cell, ...]) -> bool:
        wanted = self.settings.complete.trailer
        if not wanted or not starts(cells, wanted):
            return False
        self.said = bare(cells[1]) if len(cells) > 1 else ""
        return True

    def count(self, number: int) -> None:
        """One more row; raises `Misconfigured` for one too many."""
        self.seen += 1
        if self.said is not None:
            raise Misconfigured(f"{self.origin.at(number)}: rows follow the closing row; two files were joined")
        if self.seen > self.settings.most_rows:
            raise Misconfigured(
                f"{self.origin.file} has more than {self.settings.most_rows:,} rows; raise most_rows if that is right"
            )

    def reached(self) -> None:
        """The file is at its end; raises `Misconfigured` when that came too early."""
        complete, file, seen = self.settings.complete, self.origin.file, self.seen
        if not seen:
            raise Misconfigured(f"{file} has a header and no rows; deliver the export again")
        if complete.trailer and self.said is None:
            raise Misconfigured(
                f"{file} has no closing row that starts with «{complete.trailer}»; it is not complete, deliver it again"
            )
        if complete.trailer_counts_rows and (self.said or "").lstrip("0") != str(seen):
            raise Misconfigured(f"{file} has {seen} rows, and its closing row says another number; deliver it again")
        if seen < complete.minimum_rows:
            raise Misconfigured(
                f"{file} has {seen} rows and should have at least {complete.minimum_rows}; deliver the whole export"
            )


def starts(cells: tuple[Cell, ...], wanted: str) -> bool:
    """Whether the first cell that says anything starts so."""
    return heading(next(filter(None, map(bare, cells)), "")).startswith(heading(wanted))
