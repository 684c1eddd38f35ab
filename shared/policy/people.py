"""When two records of HR are one human, and which says what: facts that are alike, and whose word goes first."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, field_validator

from shared.policy.strict import Strict
from shared.policy_fields import Name, Text


class Alike(Strict):
    """Facts that two records have in common, and how sure it is then that both are one human."""

    all: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Facts that are equal in both and empty in neither, without regard to case and to spaces."""
    confidence: Annotated[float, Field(gt=0, le=1)] = 1.0
    """1.0 joins the two by itself; anything below is a question to a person."""


class Precedence(Strict):
    """Whose word about one fact goes before whose; written as a list, it is the sources alone."""

    sources: Annotated[tuple[Name, ...], Field(min_length=1)]
    """The first of these that says anything of it; where none does, it is as without this rule."""
    null: Literal["counts", "next"] = "counts"
    """Whether an empty fact is an answer, or leaves it to the next."""

    @field_validator("sources")
    @classmethod
    def _are_told_apart(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if twice := sorted({one for one in value if value.count(one) > 1}):
            raise ValueError(f"{twice[0]} stands here twice; each source has one place")
        return value

    @property
    def skips_null(self) -> bool:
        return self.null == "next"


def _alone(given: object) -> object:
    return {"sources": given} if isinstance(given, list | tuple) else given


AnyPrecedence: TypeAlias = Annotated[
    Precedence,
    BeforeValidator(_alone, json_schema_input_type=Annotated[tuple[Name, ...], Field(min_length=1)] | Precedence),
]


class People(Strict):
    """Humans of whom HR holds more than one record: with this part, several records can share one set of accounts."""

    same: tuple[Alike, ...] = ()
    """By what records are found that are one human; without any, only a person's word joins two."""
    precedence: Mapping[Text, AnyPrecedence] = Field(default_factory=dict)
    """Fact → the sources whose word about it goes before that of others, for a human with records in several."""
