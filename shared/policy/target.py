"""What one target should hold: for whom, with which values and entitlements, when, and how much at once."""

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any

from pydantic import Field, model_validator

from shared.conditions import Condition
from shared.policy.attributes import AttributePolicy, Default, Leaver
from shared.policy.grants import Exclusive, Grant
from shared.policy.limits import SAFE_LIMITS, Departments, Limit, Limited, What
from shared.policy.names import Adopt, Names
from shared.policy.observing import Conduct, Pilot
from shared.policy.strict import Strict
from shared.policy.timing import Timing
from shared.policy_fields import Name


class TargetPolicy(Strict):
    """What one target should hold."""

    connector: str
    settings: Mapping[str, Any] = Field(default_factory=dict)
    when: Condition = Condition()
    correlate: tuple[str, ...] = Field(default=(), min_length=1)
    follows: Name | None = None
    """The target whose accounts appear here by themselves, where they bear the same ids."""
    writes_back: Name | None = None
    """The source whose own records the accounts are: they are corrected for whoever has an account elsewhere."""
    adopt: Adopt = Adopt.AUTOMATIC
    names: Names = Names()
    timing: Timing = Timing()
    attributes: Mapping[str, AttributePolicy]
    grants: tuple[Grant, ...] = ()
    exclusive: tuple[Exclusive, ...] = ()
    """What nobody may have together."""
    limits: Mapping[Limited, Limit] = Field(default_factory=lambda: dict(SAFE_LIMITS))
    departments: Departments | None = None
    mode: Conduct = Conduct.ENFORCE
    observe: tuple[What, ...] = ()
    """What is only looked at while the rest is enforced."""
    pilot: Pilot | None = None
    protected: tuple[str, ...] = ()
    """Account ids that no plan may ever contain."""

    @cached_property
    def reads_the_day(self) -> bool:
        """Whether some value follows from what day it is, so that it may be another one tomorrow."""
        return any(mapping.value.dated for mapping in self.attributes.values())

    @cached_property
    def follows_leavers(self) -> bool:
        """Whether something points elsewhere once whom it points to has left."""
        return any(mapping.leaver is not Leaver.KEEP for mapping in self.attributes.values())

    @property
    def brakes(self) -> str:
        """Names exactly these limits; another text when one of them changes."""
        within = self.departments.model_dump_json() if self.departments else ""
        limits = [f"{what} {limit.model_dump_json()}" for what, limit in sorted(self.limits.items())]
        return sha256("\n".join([*limits, within]).encode()).hexdigest()[:12]

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """Of a target that writes back: the targets whose names its expressions read (`[entra.mail]`), and which."""
        found: dict[str, frozenset[str]] = {}
        for mapping in self.attributes.values() if self.writes_back else ():
            for fact in mapping.value.names | mapping.value.optional:
                target, dot, attribute = fact.partition(".")
                if dot:
                    found[target] = found.get(target, frozenset()) | {attribute}
        return found

    @property
    def closes(self) -> bool:
        """Whether accounts here are opened and closed by themselves, and not with another one or by HR."""
        return self.follows is None and self.writes_back is None

    @model_validator(mode="after")
    def _finds_accounts_in_one_way(self) -> "TargetPolicy":
        if [bool(self.correlate), self.follows is not None, self.writes_back is not None].count(True) != 1:
            raise ValueError(
                "say by which attributes accounts are found, with correlate, or whose they are, with follows or "
                "writes_back"
            )
        return self

    @model_validator(mode="after")
    def _correlates_by_what_it_writes(self) -> "TargetPolicy":
        for name in self.correlate:
            if name not in self.attributes:
                raise ValueError(f"correlate names {name}, which attributes does not map; a new account would be lost")
            if self.attributes[name].value.tried:
                raise ValueError(
                    f"correlate names {name}, whose value is tried until it is free; it cannot tell whose account it is"
                )
            if isinstance(self.attributes[name].null, Default):
                raise ValueError(
                    f"correlate names {name}, which has a default; whoever has none would be taken for the same person"
                )
        return self

    @model_validator(mode="after")
    def _keeps_the_safe_limits(self) -> "TargetPolicy":
        """What is not mentioned keeps its safe limit; only naming it changes it."""
        object.__setattr__(self, "limits", {**SAFE_LIMITS, **self.limits})
        return self
