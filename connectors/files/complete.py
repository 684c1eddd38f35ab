"""How a whole file is told from a part of one, and from one of another day: what a policy says about it."""

from typing import Literal

from pydantic import BaseModel, Field, model_validator

from connectors.files.columns import STRICT, Text


class Complete(BaseModel):
    """How a whole file is told from a part of one, and from one of another day.

    A row without all its cells or a quotation mark left open shows by itself. A file cut between two rows, or inside
    its very last cell, does not: only a closing row, a number of rows or a control file tells.
    """

    model_config = STRICT

    minimum_rows: int = Field(default=1, ge=1)
    """How many rows there are at least; a shorter file is not believed."""
    trailer: Text = ""
    """The last row starts with this text; a file without it is still being written."""
    trailer_counts_rows: bool = False
    """The trailer's second cell is the number of rows above it."""
    control: Literal["", ".ok", ".done", ".ready", ".sha256"] = ""
    """A second file says that the first is whole, by its name (`people.csv.ok` or `people.ok`), and is not older.

    One that ends with `.sha256` holds the hash of the file.
    """
    settled_seconds: int | None = Field(default=None, ge=0, le=300)
    """Read a file only when its size and time were seen equal so many seconds apart.

    Without it 30 over SFTP, and 0 elsewhere: a blob appears when it is whole.
    """
    delivered_within_hours: int | None = Field(default=None, ge=1, le=10_000)
    """A file that is older than this is no news; the delivery has stopped."""

    @model_validator(mode="after")
    def _only_a_trailer_counts(self) -> "Complete":
        if self.trailer_counts_rows and not self.trailer:
            raise ValueError("trailer_counts_rows needs a trailer")
        return self
