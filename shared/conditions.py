"""Who a rule is for, as plain data: `{department: [Sales, Finance], not: {type: external}}`.

Every key of a condition must hold. An absent or null fact satisfies nothing but `present: no`, and text compares
without case, because HR systems do not agree on case.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.facts import Bound, FromToday, Item, compared, day_of, items, shift, text_of
from shared.model import Attributes, Value


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What a condition is held against on one day: the facts of the contract that speaks for the person, and those of
    every contract that is in force, or of that same one when none is.
    """

    facts: Attributes
    today: date
    contracts: tuple[Attributes, ...] = ()


def _scalar(given: object) -> object:
    """As it is: "0800" and "1" are texts, whatever they look like."""
    if isinstance(given, bool | int | float | str | date) and not isinstance(given, datetime):
        return given
    raise ValueError("write a text, a number, a date, true or false")


Scalar: TypeAlias = Annotated[bool | int | float | date | str, BeforeValidator(_scalar)]
Part: TypeAlias = Annotated[str, Field(min_length=1)]


class Test(BaseModel):
    """How one fact is tested; every given test must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one_of: Annotated[tuple[Scalar, ...], Field(min_length=1)] | None = None
    starts_with: Part | None = None
    ends_with: Part | None = None
    contains: Part | None = None
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
    def _asks_something_possible(self) -> "Test":
        asked = {name for name in Test.model_fields if getattr(self, name) is not None}
        if not asked:
            raise ValueError(
                "say what it must be: a value, a list, starts_with, ends_with, contains, at_least, at_most or present"
            )
        if self.present is False and len(asked) > 1:
            raise ValueError("what is not present has no value that could be tested; leave the rest out")
        if self.one_of is not None and not any(map(self._spelled, map(text_of, self.one_of))):
            raise ValueError("none of these values begins, ends or reads as is asked, so this never holds")
        low, high = self.at_least, self.at_most
        if low is not None and high is not None:
            if isinstance(low, date | FromToday) is not isinstance(high, date | FromToday):
                raise ValueError("at_least and at_most must both be numbers or both be days")
            if type(low) is type(high) and _place(low) > _place(high):
                raise ValueError("at_least is beyond at_most, so this never holds")
        return self

    @property
    def measures(self) -> bool:
        """Whether it compares with a number, which no day ever does."""
        return any(isinstance(bound, int | float) for bound in (self.at_least, self.at_most))

    def holds(self, value: Value, today: date) -> bool:
        """Of a list, one item must hold what is asked; an empty text or list is as good as none."""
        found = items(value)
        if not found:
            return self.present is False
        return self.present is not False and any(self._of_one(item, today) for item in found)

    def days(self, value: Value) -> Iterator[date]:
        """The days from which on it may hold, or hold no longer, though the fact stays as it is."""
        known = [day for item in items(value) if (day := day_of(item)) is not None]
        if isinstance(self.at_least, FromToday):
            yield from (shift(day, 1 - self.at_least.days) for day in known)
        if isinstance(self.at_most, FromToday):
            yield from (shift(day, -self.at_most.days) for day in known)

    def _of_one(self, value: Item, today: date) -> bool:
        text = text_of(value)
        return (
            (self.one_of is None or any(text.casefold() == text_of(wanted).casefold() for wanted in self.one_of))
            and self._spelled(text)
            and (self.at_least is None or compared(value, self.at_least, today) in (0, 1))
            and (self.at_most is None or compared(value, self.at_most, today) in (-1, 0))
        )

    def _spelled(self, text: str) -> bool:
        folded = text.casefold()
        return (
            (self.starts_with is None or folded.startswith(self.starts_with.casefold()))
            and (self.ends_with is None or folded.endswith(self.ends_with.casefold()))
            and (self.contains is None or self.contains.casefold() in folded)
        )


def _place(bound: int | float | date | FromToday) -> float:
    """Where a bound stands among those of its own kind."""
    if isinstance(bound, FromToday):
        return bound.days
    return bound.toordinal() if isinstance(bound, date) else bound


class Condition(BaseModel):
    """Facts that must hold, and beside them `all` or `any` of several conditions, `not` a condition, and a condition
    that `any_contract` in force must meet by itself.
    """

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)
    __pydantic_extra__: dict[str, Test] = Field(init=False)

    all_of: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = Field(None, alias="all")
    any_of: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = Field(None, alias="any")
    none_of: "Condition | None" = Field(None, alias="not")
    one_contract: "Condition | None" = Field(None, alias="any_contract")

    def holds(self, about: About) -> bool:
        return (
            all(test.holds(about.facts.get(name), about.today) for name, test in self.tests.items())
            and (self.all_of is None or all(condition.holds(about) for condition in self.all_of))
            and (self.any_of is None or any(condition.holds(about) for condition in self.any_of))
            and (self.none_of is None or not self.none_of.holds(about))
            and (self.one_contract is None or bool(self._met(self.one_contract, about)))
        )

    def contracts(self, about: About) -> tuple[Attributes, ...]:
        """The facts of the contracts by which it holds: those that meet `any_contract`, else the one that speaks for
        the person. Empty when it does not hold.
        """
        if not self.holds(about):
            return ()
        found = self._chosen(about)
        return tuple(one for one in about.contracts if one in found) if found else (about.facts,)

    def _chosen(self, about: About) -> list[Attributes]:
        found = list(self._met(self.one_contract, about)) if self.one_contract else []
        for condition in (*(self.all_of or ()), *(self.any_of or ())):
            if condition.holds(about):
                found += condition._chosen(about)
        return found

    def _met(self, condition: "Condition", about: About) -> tuple[Attributes, ...]:
        return tuple(one for one in about.contracts if condition.holds(replace(about, facts=one)))

    def days(self, facts: Attributes) -> set[date]:
        """The days on which it may begin or cease to hold for these facts of one contract, though none of them changes.

        What depends on which contract speaks or is in force changes on the contracts' own days.
        """
        days = {day for name, test in self.tests.items() for day in test.days(facts.get(name))}
        return days.union(*(condition.days(facts) for _, condition in self._inner()))

    @property
    def tests(self) -> Mapping[str, Test]:
        return self.__pydantic_extra__

    @property
    def names(self) -> frozenset[str]:
        """The facts it reads."""
        return frozenset(path[-1] for path, _ in self.places())

    def places(self) -> Iterator[tuple[tuple[str, ...], Test]]:
        """Every test with its place, as the policy writes it: `("any", "0", "department")`."""
        yield from (((name,), test) for name, test in self.tests.items())
        for path, condition in self._inner():
            yield from (((*path, *rest), test) for rest, test in condition.places())

    def _inner(self) -> Iterator[tuple[tuple[str, ...], "Condition"]]:
        for word, several in (("all", self.all_of), ("any", self.any_of)):
            yield from (((word, str(number)), condition) for number, condition in enumerate(several or ()))
        for word, one in (("not", self.none_of), ("any_contract", self.one_contract)):
            if one is not None:
                yield (word,), one
