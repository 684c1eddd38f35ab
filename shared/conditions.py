"""Who a rule is for, as plain data: `{department: [Sales, Finance], not: {type: external}}`.

Every key of a condition must hold. An absent or null fact satisfies nothing but `present: no`, and text compares
without case, because HR systems do not agree on case.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.model import Attributes, Value

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")


def _scalar(given: object) -> object:
    """As it is: "0800" and "1" are texts, whatever they look like."""
    if isinstance(given, bool | int | float | str | date) and not isinstance(given, datetime):
        return given
    raise ValueError("write a text, a number, a date, true or false")


def _bound(given: object) -> object:
    if isinstance(given, str) and _NUMBER.fullmatch(given):
        return float(given)
    if isinstance(given, str):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    elif isinstance(given, int | float | date) and not isinstance(given, bool | datetime):
        return given
    raise ValueError("write a number or a date such as 2026-01-31")


Scalar: TypeAlias = Annotated[bool | int | float | date | str, BeforeValidator(_scalar)]
Bound: TypeAlias = Annotated[int | float | date, BeforeValidator(_bound)]


class Test(BaseModel):
    """How one fact is tested; every given test must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one_of: Annotated[tuple[Scalar, ...], Field(min_length=1)] | None = None
    starts_with: Annotated[str, Field(min_length=1)] | None = None
    at_least: Bound | None = None
    at_most: Bound | None = None
    present: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, given: Any) -> Any:
        """`Sales` and `[Sales, Finance]` are short for `{one_of: …}`."""
        if isinstance(given, Mapping):
            return given
        return {"one_of": given if isinstance(given, list | tuple) else [given]}

    @model_validator(mode="after")
    def _asks_something(self) -> "Test":
        if all(getattr(self, name) is None for name in Test.model_fields):
            raise ValueError("say what it must be: a value, a list, starts_with, at_least, at_most or present")
        return self

    def holds(self, value: Value) -> bool:
        """Of a list, one item must hold what is asked; an empty text or list is as good as none."""
        if value is None or value == "" or value == ():
            return self.present is False
        return self.present is not False and any(map(self._of_one, value if isinstance(value, tuple) else (value,)))

    def _of_one(self, value: str | bool | int | float) -> bool:
        text = _text(value).casefold()
        return (
            (self.one_of is None or any(text == _text(wanted).casefold() for wanted in self.one_of))
            and (self.starts_with is None or text.startswith(self.starts_with.casefold()))
            and (self.at_least is None or _compare(value, self.at_least) in (0, 1))
            and (self.at_most is None or _compare(value, self.at_most) in (-1, 0))
        )


class Condition(BaseModel):
    """Facts that must hold, with `any` of several conditions and `not` a condition beside them."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)
    __pydantic_extra__: dict[str, Test] = Field(init=False)

    any_of: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = Field(None, alias="any")
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


def _text(value: str | bool | int | float | date) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _compare(value: str | bool | int | float, bound: int | float | date) -> int | None:
    """-1, 0 or 1; None when the value cannot be compared with the bound, which then does not hold either way."""
    if isinstance(bound, date):
        try:
            day = date.fromisoformat(str(value)[:10])
        except ValueError:
            return None
        return (day > bound) - (day < bound)
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
        return None
    number = float(value) if isinstance(value, str) else value
    return (number > bound) - (number < bound) if number == number else None
