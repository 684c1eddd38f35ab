"""Who a rule is for, as plain data: `{department: [Sales, Finance], not: {type: external}}`.

Every key of a condition must hold. An absent or null fact satisfies nothing but `present: no`, and text compares
without case, because HR systems do not agree on case.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.model import Attributes, Value

Scalar: TypeAlias = Annotated[bool | int | float | date | str, Field(union_mode="left_to_right")]


class Test(BaseModel):
    """How one fact is tested; every given test must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one_of: tuple[Scalar, ...] | None = None
    starts_with: str | None = None
    at_least: int | float | date | None = None
    at_most: int | float | date | None = None
    present: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, given: Any) -> Any:
        """`Sales` and `[Sales, Finance]` are short for `{one_of: …}`."""
        if isinstance(given, Mapping):
            return given
        return {"one_of": given if isinstance(given, list | tuple) else [given]}

    def holds(self, value: Value) -> bool:
        if self.present is not None and self.present != (value is not None and value != ""):
            return False
        if value is None:
            return self.present is False
        return (
            (self.one_of is None or any(_same(value, wanted) for wanted in self.one_of))
            and (self.starts_with is None or str(value).casefold().startswith(self.starts_with.casefold()))
            and (self.at_least is None or _compare(value, self.at_least) >= 0)
            and (self.at_most is None or -1 <= _compare(value, self.at_most) <= 0)
        )


class Condition(BaseModel):
    """Facts that must hold, with `any` of several conditions and `not` a condition beside them."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)
    __pydantic_extra__: dict[str, Test] = Field(init=False)

    any_of: tuple["Condition", ...] | None = Field(None, alias="any")
    none_of: "Condition | None" = Field(None, alias="not")

    def holds(self, facts: Attributes) -> bool:
        return (
            all(test.holds(facts.get(name)) for name, test in self.tests.items())
            and (self.any_of is None or any(condition.holds(facts) for condition in self.any_of))
            and (self.none_of is None or not self.none_of.holds(facts))
        )

    @property
    def tests(self) -> Mapping[str, Test]:
        return self.__pydantic_extra__

    @property
    def names(self) -> frozenset[str]:
        """The facts it reads."""
        inner = (*(self.any_of or ()), *((self.none_of,) if self.none_of else ()))
        return frozenset(self.tests).union(*(condition.names for condition in inner))


def _same(value: Value, wanted: Scalar) -> bool:
    if isinstance(value, tuple):
        return any(_same(item, wanted) for item in value)
    return _text(value).casefold() == _text(wanted).casefold()


def _text(value: Value | date) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _compare(value: Value, bound: int | float | date) -> int:
    """-1, 0 or 1; -2 when the value cannot be compared with the bound, which then does not hold either way."""
    try:
        if isinstance(bound, date):
            day = date.fromisoformat(str(value)[:10])
            return (day > bound) - (day < bound)
        number = float(str(value))
    except ValueError:
        return -2
    return (number > bound) - (number < bound)
