"""What becomes of names that only one person may have, and of accounts that were there before us."""

from enum import StrEnum

from shared.policy.strict import Strict
from shared.policy_fields import Days, LocalTime


class Adopt(StrEnum):
    """Whether an existing account that is certainly theirs is taken over at once or after a person says yes."""

    AUTOMATIC = "automatic"
    ASK = "ask"


class Rename(StrEnum):
    """What a change of somebody's name does to the names they sign in and are mailed with."""

    NEVER = "never"
    ASK = "ask"
    AUTOMATIC = "automatic"


class Names(Strict):
    """What becomes of names that only one person may have."""

    rename: Rename = Rename.ASK
    at: LocalTime | None = None
    """The local time of day at which somebody is renamed; at once, when it is left out."""
    keep_old: Days = 365
    """Days for which an old name stays theirs, as an alias where the target has those."""
    quarantine: Days = 730
    """Days after which a name that is no longer used may go to somebody else."""
