"""One HR system: how it is read, when its answer is believed, whose contract speaks, and what missing means."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from shared.policy.externals import External
from shared.policy.primary import USUAL, Merit
from shared.policy.quality import Quality
from shared.policy.strict import Strict
from shared.policy_fields import Count, Days, Text, YesNo

Percent = Annotated[float, Field(ge=0, le=100)]


class Plausible(Strict):
    """When an answer of HR is believed."""

    most_gone: Percent = 10
    """Percent of the people known that may be missing from one answer."""
    always_allowed: Count = 3
    """People who may be missing whatever the percentage, for small organisations."""
    may_come_again: YesNo = False
    """Whether HR may go back to exactly an earlier answer; it is doubted otherwise when more than a few differ."""
    most_changed: Percent = 30
    """Percent of the people known of whom one field may say something else, or nothing any longer, in one answer."""
    most_changed_of: Mapping[Text, Percent] = Field(default_factory=dict)
    """The same for single fields, such as `{department: 100}` before a reorganisation."""
    always_changed: Count = 10
    """People of whom a field may change whatever the percentage; and, for a glance to tell of them, whom HR may have
    changed since the last poll."""


class SourcePolicy(Strict):
    """One HR system."""

    connector: str
    settings: Mapping[str, Any] = Field(default_factory=dict)
    plausible: Plausible = Plausible()
    glances: YesNo = True
    """Whether it is asked between two whole reads whom it has changed, where the system can say so."""
    primary: tuple[Merit, ...] = USUAL
    """What speaks for one of several contracts that cover the day, the weightiest first; the lowest id decides last."""
    external: External | None = None
    """Says that nobody in it is in HR, and what is asked of them instead."""
    quality: Quality = Quality()
    leave_when_missing_for: Days | None = None
    """Days after which somebody who is missing from HR counts as a leaver; never, when it is left out."""
