"""One customer's rules as data: what is read, what each target should hold, when, for whom and how much at once.

Unknown keys are refused, expressions are compiled while loading, and nothing here knows any system.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from shared.conditions import Condition
from shared.expressions import Expression, ExpressionError, compile_expression, parse
from shared.expressions.syntax import Call
from shared.model import Entitlement, Verb

Days = Annotated[int, Field(ge=0, le=3660)]
Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


def _compile(text: object) -> Expression:
    if isinstance(text, Expression):
        return text
    if not isinstance(text, str):
        raise ValueError('an expression is text, such as [givenName] or "a constant"')
    try:
        return compile_expression(text)
    except ExpressionError as error:
        raise ValueError(str(error)) from error


def _is_tried(expression: Expression) -> bool:
    """Whether it gives candidates for a value that must be unique."""
    root = parse(expression.source)
    return isinstance(root, Call) and root.name == "SelectUniqueValue"


def _zone(name: object) -> ZoneInfo:
    try:
        return name if isinstance(name, ZoneInfo) else ZoneInfo(str(name))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}; use a name such as Europe/Amsterdam") from error


Mapped = Annotated[
    Expression,
    BeforeValidator(_compile),
    PlainSerializer(lambda expression: expression.source, return_type=str),
    WithJsonSchema({"type": "string", "description": 'An expression: [attribute], "constant" or Function(…).'}),
]
Zone = Annotated[
    ZoneInfo,
    BeforeValidator(_zone),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["Europe/Amsterdam"]}),
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, use_attribute_docstrings=True)


class OnNull(StrEnum):
    """What a null from HR does: empty the attribute (if we wrote it), or leave it."""

    CLEAR = "clear"
    KEEP = "keep"


class Mode(StrEnum):
    """Whether an attribute is kept in line for ever or written once."""

    ENFORCE = "enforce"
    CREATE_ONLY = "create_only"


class AttributePolicy(Strict):
    """Where one attribute's value comes from; a plain text is short for `{value: text}`."""

    value: Mapped
    null: OnNull = OnNull.CLEAR
    mode: Mode = Mode.ENFORCE

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


SAFE_LIMITS: Mapping[Verb, Limit] = {
    Verb.DISABLE: Limit(day=20, week=60, percent=10),
    Verb.DELETE: Limit(day=10, week=30, percent=5),
}


class TargetPolicy(Strict):
    """What one target should hold."""

    connector: str
    settings: Mapping[str, Any] = Field(default_factory=dict)
    when: Condition = Condition()
    correlate: tuple[str, ...] = Field(min_length=1)
    adopt: Adopt = Adopt.AUTOMATIC
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
            if _is_tried(self.attributes[name].value):
                raise ValueError(
                    f"correlate names {name}, whose value is tried until it is free; it cannot tell whose account it is"
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
    sources: Mapping[Name, SourcePolicy] = Field(min_length=1)
    targets: Mapping[Name, TargetPolicy] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> "Policy":
        if both := sorted(self.sources.keys() & self.targets.keys()):
            raise ValueError(f"{both[0]} names a source and a target; give one of them another name")
        return self
