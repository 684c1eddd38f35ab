"""How much may happen before a person says yes."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from shared.model import Verb
from shared.policy.strict import Strict
from shared.policy_fields import Count


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


SAFE_LIMITS: Mapping[Verb, Limit] = {
    Verb.DISABLE: Limit(day=20, week=60, percent=10),
    Verb.DELETE: Limit(day=10, week=30, percent=5),
    Verb.RENAME: Limit(day=20, week=60, percent=5),
}
