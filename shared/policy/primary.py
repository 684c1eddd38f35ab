"""Which of several contracts speaks for somebody: merits in order, the weightiest first."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from shared.policy.strict import Strict
from shared.policy_fields import Text


class Dates(StrEnum):
    """A merit that follows from a contract's dates; one without an end ends last."""

    ENDS_LAST = "ends_last"
    ENDS_FIRST = "ends_first"
    BEGAN_FIRST = "began_first"
    BEGAN_LAST = "began_last"


class Most(Strict):
    """The largest number in this field; what is no number counts as 0."""

    most: Text


class Least(Strict):
    """The smallest number in this field; what is no number comes after all that are."""

    least: Text


class Order(Strict):
    """The values of this field in this order; all others come after them, alike."""

    of: Text
    order: Annotated[tuple[Text, ...], Field(min_length=1)]


def _kind(given: object) -> str:
    if isinstance(given, Most | Least | Order):
        return f"[{type(given).__name__.lower()}]"
    if isinstance(given, Mapping):
        return next((f"[{name}]" for name in ("most", "least") if name in given), "[order]")
    return "[dates]"


def _dates(given: object) -> object:
    if isinstance(given, str) and given in set(Dates):
        return given
    words = ", ".join(Dates)
    raise ValueError(f"write {words}, {{most: a field}}, {{least: a field}} or {{of: a field, order: [its values]}}")


Merit = Annotated[
    Annotated[Dates, BeforeValidator(_dates), Tag("[dates]")]
    | Annotated[Most, Tag("[most]")]
    | Annotated[Least, Tag("[least]")]
    | Annotated[Order, Tag("[order]")],
    Discriminator(_kind),
]

USUAL: tuple[Any, ...] = (Most(most="fte"), Most(most="hours"), Dates.ENDS_LAST, Dates.BEGAN_FIRST)
"""The field's usual order."""
