"""When accounts begin and end, counted in days around a contract's own, for whom otherwise, and what a leave does."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import model_validator

from shared.conditions import About, Condition
from shared.model import Attributes
from shared.policy.strict import Strict
from shared.policy_fields import Days, Text


class LeaveAccount(StrEnum):
    """What becomes of an account for as long as somebody is on leave."""

    DISABLE = "disable"
    KEEP = "keep"


class LeaveEntitlements(StrEnum):
    """What becomes of groups and licences for as long as somebody is on leave."""

    TAKE = "take"
    KEEP = "keep"


class Leave(Strict):
    """Who is on leave, by `when`, by dates or both, and what that does; attributes are kept current all the while."""

    when: Condition = Condition()
    begins: Text | None = None
    """The fact that holds the first day of the leave; nobody without such a day is on leave."""
    ends: Text | None = None
    """The fact that holds the last day of the leave; without such a day it goes on."""
    account: LeaveAccount = LeaveAccount.DISABLE
    entitlements: LeaveEntitlements = LeaveEntitlements.TAKE

    @model_validator(mode="after")
    def _says_who(self) -> "Leave":
        if self.when == Condition() and self.begins is None:
            raise ValueError("say who is on leave: when, begins or both; as it stands everybody is")
        return self


class TimingRule(Strict):
    """Other days for some contracts; what a rule leaves out is as in the timing around it."""

    when: Condition
    create_before: Days = 14
    enable_before: Days = 0
    disable_after: Days = 0
    delete_after: Days | None = None

    @property
    def days(self) -> dict[str, Any]:
        """The days it gives itself."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"when"}}


class Timing(Strict):
    """Days around a contract's first day and its last working day; both are civil dates of the customer."""

    create_before: Days = 14
    enable_before: Days = 0
    disable_after: Days = 0
    delete_after: Days | None = None
    """Days after the last working day; nothing is ever deleted when it is left out."""
    at_once: Condition | None = None
    """A contract that has an end and for which this holds is over as soon as HR says so, whatever its last day is."""
    rules: tuple[TimingRule, ...] = ()
    """Other days; of these the first that holds for a contract counts for it."""
    leave: tuple[Leave, ...] = ()
    """Of these the first that holds for a contract counts for it."""

    @model_validator(mode="after")
    def _in_order(self) -> "Timing":
        for place, one in (("", self), *((f"rule {n}: ", self._with(rule)) for n, rule in enumerate(self.rules, 1))):
            if one.enable_before > one.create_before:
                raise ValueError(f"{place}enable_before cannot be earlier than create_before")
            if one.delete_after is not None and one.delete_after <= one.disable_after:
                raise ValueError(f"{place}delete_after must be later than disable_after")
        return self

    @property
    def asks(self) -> bool:
        """Whether it asks for facts at all; most do not, and everybody is asked of every day."""
        return bool(self.rules or self.leave or self.at_once)

    def of(self, about: About) -> "Timing":
        """The days that count for a contract of which this is known."""
        return next((self._with(rule) for rule in self.rules if rule.when.holds(about)), self)

    def days(self, facts: Attributes) -> Iterator[date]:
        """The days on which one of its conditions may turn for a contract with these facts."""
        asked = (*(rule.when for rule in self.rules), *(leave.when for leave in self.leave), self.at_once)
        for condition in asked:
            if condition is not None:
                yield from condition.days(facts)

    def _with(self, rule: TimingRule) -> "Timing":
        return self.model_copy(update=rule.days)
