"""When accounts begin and end, counted in days around a contract's own."""

from pydantic import model_validator

from shared.policy.strict import Strict
from shared.policy_fields import Days


class Timing(Strict):
    """Days around a contract's first day and its last working day; both are civil dates of the customer."""

    create_before: Days = 14
    enable_before: Days = 0
    disable_after: Days = 0
    delete_after: Days | None = None
    """Days after the last working day; nothing is ever deleted when it is left out."""

    @model_validator(mode="after")
    def _in_order(self) -> "Timing":
        if self.enable_before > self.create_before:
            raise ValueError("enable_before cannot be earlier than create_before")
        if self.delete_after is not None and self.delete_after <= self.disable_after:
            raise ValueError("delete_after must be later than disable_after")
        return self
