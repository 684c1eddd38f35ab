"""The three ways something can fail, each named by what to do next; anything else is a bug and propagates.

Messages carry ids and attribute names only: never a secret, never a value from HR or a directory.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why something waits for a person. The code is stable; reports and approvals refer to it."""

    ACCOUNT_GONE = "account_gone"
    ADOPTION = "adoption"
    CONFLICT = "conflict"
    DISABLED_BY_OTHERS = "disabled_by_others"
    DISPUTED = "disputed"
    DUPLICATE_ID = "duplicate_id"
    DUPLICATE_VALUE = "duplicate_value"
    ENTITLEMENT = "entitlement"
    INVALID_RECORD = "invalid_record"
    INVALID_VALUE = "invalid_value"
    LIMIT = "limit"
    MISSING_DATA = "missing_data"
    NAMES_EXHAUSTED = "names_exhausted"
    NO_PROGRESS = "no_progress"
    NO_SEAT = "no_seat"
    OBSERVED = "observed"
    PROTECTED = "protected"
    REFUSED = "refused"
    RENAME = "rename"
    REVALIDATION = "revalidation"
    SAME_HUMAN = "same_human"
    TAKEN = "taken"
    VANISHED = "vanished"


class TryLater(Exception):
    """Busy, timed out, throttled, or the answer was lost: the same thing may work in `seconds` seconds."""

    def __init__(self, message: str, seconds: float = 60.0) -> None:
        super().__init__(message)
        self.seconds = seconds


class Anew(TryLater):
    """What was read so far is part of no whole answer any longer: begin at the beginning, and not where one stopped."""


class Refused(Exception):
    """Understood and declined for this one object; it becomes a hold and others go on.

    `attribute` names the attribute at fault where there is one: with `Reason.TAKEN`, the one somebody else holds.
    """

    def __init__(self, message: str, reason: Reason = Reason.REFUSED, attribute: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.attribute = attribute


class Misconfigured(Exception):
    """Nothing of this system can work until a person repairs it: credentials, permissions, settings, a bad export."""
