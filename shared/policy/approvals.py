"""Who answers what waits for a person, how many must say yes, how long a yes lasts, and when somebody is reminded."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from shared.policy.strict import Strict
from shared.policy_fields import Count, Days, Text

Hours = Annotated[int, Field(ge=1, le=8760)]


def _as_list(given: object) -> object:
    """One word is short for a list of one."""
    return (given,) if isinstance(given, str) else given


Several = Annotated[
    tuple[Text, ...],
    Field(min_length=1),
    BeforeValidator(_as_list),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
            ]
        }
    ),
]
"""One text, or a list of them."""


def _day(given: object) -> object:
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise ValueError("write a day such as 2026-12-31") from None


Day = Annotated[date, BeforeValidator(_day)]

MANAGER, OWNER, SPONSOR = "manager", "owner", "sponsor"
"""Roles that the policy need not list: the manager that HR names, whoever `owners` names for the entitlement, and who
answers for somebody that is not in HR."""


class Deputy(Strict):
    """Somebody who may answer in another's place; a plain text is short for `{who: text}`."""

    who: Text
    since: Day | None = None
    """The first day; at once, when it is left out."""
    until: Day | None = None
    """The last day, inclusive; for ever, when it is left out."""

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, given: Any) -> Any:
        return {"who": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _in_order(self) -> "Deputy":
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError("until cannot be earlier than since")
        return self


class Approvals(Strict):
    """Who answers what waits, how many must say yes, how long a yes lasts, and when somebody is reminded.

    People are named as they sign in (`anna@contoso.nl`), by their object id, or on a sandbox as `local:anna`. What
    waits is named by its reason (`limit`), by what would be done (`delete`), or more closely (`grant:group:Finance`).
    """

    approvers: Mapping[Text, Several] = Field(default_factory=dict)
    """Roles, and who has them. `manager`, `owner` and `sponsor` are roles too, and need no list."""
    owners: Mapping[Text, Several] = Field(default_factory=dict)
    """Who owns a group or licence, such as `group:Finance`."""
    ask: Mapping[Text, Several] = Field(default_factory=dict)
    """What waits → the roles that answer it; the closest name counts. What is not named here may be answered by anybody
    who can run the command."""
    four_eyes: Annotated[tuple[Text, ...], BeforeValidator(_as_list)] = ()
    """What needs a yes of two different people."""
    four_eyes_above: Count | None = None
    """People for whom the same thing waits, or whom one list holds, above which two must say yes."""
    deputies: Mapping[Text, tuple[Deputy, ...]] = Field(default_factory=dict)
    """Who may answer in whose place."""
    expire: Hours = 72
    """Hours after which a yes that was not carried out, or not followed by a second one, must be asked again."""
    remind_after: Hours = 24
    """Hours after which what nobody answered is overdue."""
    lapse_after: Annotated[Days, Field(ge=1)] | None = None
    """Days after which what nobody answered counts as rejected. It is never done by itself; it waits for ever when this
    is left out."""
