"""How much may happen before a person says yes: of each what, in a run, a day and a week, and within a department."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from shared.model import Verb
from shared.policy.strict import Strict
from shared.policy_fields import Count, Text
from shared.whats import URGENT, parsed

FORM = r"^(create|correlate|rename|enable|disable|delete|restore|update(:.+)?|(grant|revoke)(:[^:]+(:.+)?)?)$"


def _limited(text: str) -> str:
    return text if text == URGENT else parsed(text)


Percent = Annotated[float, Field(ge=0, le=100)]
What = Annotated[str, AfterValidator(parsed), WithJsonSchema({"type": "string", "pattern": FORM})]
Limited = Annotated[
    str,
    AfterValidator(_limited),
    WithJsonSchema({"type": "string", "pattern": FORM.replace("(", f"({URGENT}|", 1)}),
]


class Limit(Strict):
    """How much of one what may happen before a person says yes; beyond any of these, none of it happens."""

    run: Count | None = None
    """People, in what one poll, wake or other door brought in together."""
    day: Count | None = None
    """People, in any 24 hours."""
    week: Count | None = None
    """People, in any 7 days."""
    percent: Percent | None = None
    """Of the people HR knows, in one run."""
    day_percent: Percent | None = None
    """Of the people HR knows, in any 24 hours."""
    week_percent: Percent | None = None
    """Of the people HR knows, in any 7 days."""
    at_least: Count = 1
    """People that no percentage ever keeps waiting, so that a small organisation can work."""


class Departments(Strict):
    """Limits that count within each department, or whatever else one fact tells apart."""

    field: Text
    """The fact that says where somebody belongs; people without it count in the target's own limits only."""
    limits: Annotated[Mapping[What, Limit], Field(min_length=1)]


SAFE_LIMITS: Mapping[str, Limit] = {
    URGENT: Limit(day=5),
    Verb.DISABLE: Limit(day=20, week=60, percent=10, week_percent=5, at_least=2),
    Verb.DELETE: Limit(day=10, week=30, percent=5),
    Verb.RENAME: Limit(day=20, week=60, percent=5),
    f"{Verb.UPDATE}:manager": Limit(day_percent=10, at_least=10),
    f"{Verb.REVOKE}:group": Limit(day_percent=10, at_least=25),
    f"{Verb.REVOKE}:license": Limit(day_percent=10, at_least=25),
}
