"""What a source of externals asks of each of them: an end, a sponsor, and a yes before either passes."""

from typing import Annotated

from pydantic import Field, model_validator

from shared.policy.strict import Strict
from shared.policy_fields import Days, Name, Text

SomeDays = Annotated[Days, Field(ge=1)]


class External(Strict):
    """People who are not in HR: each record has an end date and a sponsor, and ends unless somebody says otherwise."""

    sponsor: Text
    """The field that names who answers for them: by the id HR uses, or by an address of their account."""
    sponsors_in: Name
    """The source whose people may answer for them. Other ids in these records, such as a manager's, are looked up
    there too."""
    at_most: SomeDays = 365
    """Days ahead of their first day, or of today once that has come, that an end may be."""
    ask_before: SomeDays = 14
    """Days before the end, or before the sponsor's last day, on which somebody is asked whether they stay."""
    extend_by: SomeDays = 90
    """Days by which a yes extends the end."""

    @model_validator(mode="after")
    def _in_order(self) -> "External":
        if self.extend_by <= self.ask_before:
            raise ValueError("extend_by must be more than ask_before; otherwise every yes is followed by a question")
        if self.ask_before + self.extend_by > self.at_most:
            raise ValueError("ask_before and extend_by together are more than at_most; a yes would extend too far")
        return self
