"""What is only observed on a target, and for whom: how a customer begins without anything being written."""

from enum import StrEnum

from pydantic import model_validator

from shared.conditions import Condition
from shared.policy.strict import Strict


class Conduct(StrEnum):
    """Whether a target is written to, or only looked at."""

    ENFORCE = "enforce"
    OBSERVE = "observe"


class Pilot(Strict):
    """The people a target is kept in line for; everybody else is only observed."""

    people: tuple[str, ...] = ()
    """By the id HR uses."""
    when: Condition | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> "Pilot":
        if not self.people and self.when is None:
            raise ValueError("say who takes part: people, when, or both")
        return self
