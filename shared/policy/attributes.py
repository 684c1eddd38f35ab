"""Where one attribute's value comes from, when it is written, and what a null from HR does."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Tag, model_validator

from shared.policy.strict import Strict
from shared.policy_fields import Mapped, Text, YesNo


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


class Leaver(StrEnum):
    """Where a reference points once whom HR names has left."""

    KEEP = "keep"
    """To them, until HR names another one or the account is gone."""
    NEXT = "next"
    """To their own manager, and so on upwards."""


class AttributePolicy(Strict):
    """Where one attribute's value comes from; a plain text is short for `{value: text}`."""

    value: Mapped
    null: Annotated[
        Annotated[OnNull, BeforeValidator(_word), Tag("[word]")] | Annotated[Default, Tag("[default]")],
        Discriminator(_null),
    ] = OnNull.CLEAR
    mode: Mode = Mode.ENFORCE
    leaver: Leaver = Leaver.KEEP
    """For an attribute that points to somebody: what it does once they have left."""
    sensitive: YesNo = False
    """Keeps its value out of everything that people or programs are shown."""

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, given: Any) -> Any:
        return given if isinstance(given, Mapping | AttributePolicy) else {"value": given}
