"""When two records of HR are one human: which facts are alike, and how sure that makes us."""

from typing import Annotated

from pydantic import Field

from shared.policy.strict import Strict
from shared.policy_fields import Text


class Alike(Strict):
    """Facts that two records have in common, and how sure it is then that both are one human."""

    all: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Facts that are equal in both and empty in neither, without regard to case and to spaces."""
    confidence: Annotated[float, Field(gt=0, le=1)] = 1.0
    """1.0 joins the two by itself; anything below is a question to a person."""


class People(Strict):
    """Humans of whom HR holds more than one record: with this part, several records can share one set of accounts."""

    same: tuple[Alike, ...] = ()
    """By what records are found that are one human; without any, only a person's word joins two."""
