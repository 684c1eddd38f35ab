"""One customer's rules as data: what is read, what each target should hold, when, for whom and how much at once.

Unknown keys are refused, expressions are compiled while loading, and nothing here knows any system.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from shared.conditions import Condition
from shared.expressions import Expression
from shared.model import Entitlement, Verb
from shared.policy_fields import Count, Days, LocalTime, Mapped, Name, Text, YesNo, Zone


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, use_attribute_docstrings=True)


class OnNull(StrEnum):
    """What a null from HR does: empty the attribute (if we wrote it), or leave it."""

    CLEAR = "clear"
    KEEP = "keep"


class Default(Strict):
    """The value that stands in for a null from HR."""

    default: Text


def _word(given: object) -> object:
    if isinstance(given, str) and given in set(OnNull):
        return given
    raise ValueError("write clear, keep or {default: a value}")


def _null(given: object) -> str:
    return "[default]" if isinstance(given, Mapping | Default) else "[word]"


class Mode(StrEnum):
    """When an attribute is written."""

    ENFORCE = "enforce"
    """Kept in line for ever: what somebody else writes there is put right."""
    ON_CHANGE = "on_change"
    """When what we want changes; in between it is left to others."""
    IF_EMPTY = "if_empty"
    """Where nothing stands; whatever somebody wrote stays."""
    CREATE_ONLY = "create_only"
    """Once, when the account is created."""


class AttributePolicy(Strict):
    """Where one attribute's value comes from; a plain text is short for `{value: text}`."""

    value: Mapped
    null: Annotated[
        Annotated[OnNull, BeforeValidator(_word), Tag("[word]")] | Annotated[Default, Tag("[default]")],
        Discriminator(_null),
    ] = OnNull.CLEAR
    mode: Mode = Mode.ENFORCE
    sensitive: YesNo = False
    """Keeps its value out of everything that people or programs are shown."""

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, given: Any) -> Any:
        return given if isinstance(given, Mapping | AttributePolicy) else {"value": given}


class Grant(Strict):
    """A group, licence or role, and who gets it while they are in service."""

    group: Text | None = None
    license: Text | None = None
    when: Condition = Condition()

    @model_validator(mode="after")
    def _one_thing(self) -> "Grant":
        if (self.group is None) == (self.license is None):
            raise ValueError("a grant names exactly one thing: group or license")
        return self

    @property
    def entitlement(self) -> Entitlement:
        return Entitlement("group", self.group) if self.group is not None else Entitlement("license", str(self.license))


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


class Limit(Strict):
    """How much of one verb may happen before a person says yes; beyond any of these, none of it happens."""

    run: Count | None = None
    """In what one poll, wake or other door brought in together."""
    day: Count | None = None
    """In any 24 hours."""
    week: Count | None = None
    """In any 7 days."""
    percent: Annotated[float, Field(ge=0, le=100)] | None = None
    """Of the people HR knows, in one run."""


class Adopt(StrEnum):
    """Whether an existing account that is certainly theirs is taken over at once or after a person says yes."""

    AUTOMATIC = "automatic"
    ASK = "ask"


class Rename(StrEnum):
    """What a change of somebody's name does to the names they sign in and are mailed with."""

    NEVER = "never"
    ASK = "ask"
    AUTOMATIC = "automatic"


class Names(Strict):
    """What becomes of names that only one person may have."""

    rename: Rename = Rename.ASK
    at: LocalTime | None = None
    """The local time of day at which somebody is renamed; at once, when it is left out."""
    keep_old: Days = 365
    """Days for which an old name stays theirs, as an alias where the target has those."""
    quarantine: Days = 730
    """Days after which a name that is no longer used may go to somebody else."""


SAFE_LIMITS: Mapping[Verb, Limit] = {
    Verb.DISABLE: Limit(day=20, week=60, percent=10),
    Verb.DELETE: Limit(day=10, week=30, percent=5),
    Verb.RENAME: Limit(day=20, week=60, percent=5),
}


class TargetPolicy(Strict):
    """What one target should hold."""

    connector: str
    settings: Mapping[str, Any] = Field(default_factory=dict)
    when: Condition = Condition()
    correlate: tuple[str, ...] = Field(min_length=1)
    adopt: Adopt = Adopt.AUTOMATIC
    names: Names = Names()
    timing: Timing = Timing()
    attributes: Mapping[str, AttributePolicy]
    grants: tuple[Grant, ...] = ()
    limits: Mapping[Verb, Limit] = Field(default_factory=lambda: dict(SAFE_LIMITS))
    protected: tuple[str, ...] = ()
    """Account ids that no plan may ever contain."""

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
        """A verb that is not mentioned keeps its safe limit; only naming it changes it."""
        object.__setattr__(self, "limits", {**SAFE_LIMITS, **self.limits})
        return self


class Plausible(Strict):
    """When an answer of HR is believed."""

    most_gone: Annotated[float, Field(ge=0, le=100)] = 10
    """Percent of the people known that may be missing from one answer."""
    always_allowed: Count = 3
    """People who may be missing whatever the percentage, for small organisations."""


class SourcePolicy(Strict):
    """One HR system."""

    connector: str
    settings: Mapping[str, Any] = Field(default_factory=dict)
    plausible: Plausible = Plausible()
    leave_when_missing_for: Days | None = None
    """Days after which somebody who is missing from HR counts as a leaver; never, when it is left out."""


class Policy(Strict):
    """Everything one customer decides."""

    customer: str
    time_zone: Zone = ZoneInfo("Europe/Amsterdam")
    tables: Mapping[Text, Mapping[str, str]] = Field(default_factory=dict)
    """Tables that expressions look things up in: `Lookup("table", key, default)`."""
    sources: Mapping[Name, SourcePolicy] = Field(min_length=1)
    targets: Mapping[Name, TargetPolicy] = Field(min_length=1)

    @cached_property
    def manager_names(self) -> frozenset[str]:
        """The facts of managers that some expression reads."""
        return frozenset[str]().union(*(one.manager_names | one.manager_optional for one in self.expressions()))

    def sensitive(self, target: str) -> frozenset[str]:
        """The attributes of a target whose values nobody is shown."""
        attributes = self.targets[target].attributes if target in self.targets else {}
        return frozenset(name for name, mapping in attributes.items() if mapping.sensitive)

    def expressions(self) -> Iterator[Expression]:
        return (mapping.value for target in self.targets.values() for mapping in target.attributes.values())

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> "Policy":
        if both := sorted(self.sources.keys() & self.targets.keys()):
            raise ValueError(f"{both[0]} names a source and a target; give one of them another name")
        return self
