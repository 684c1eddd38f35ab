"""How long an exception from the rules may last."""

from shared.policy.strict import Strict
from shared.policy_fields import Days


class Exceptions(Strict):
    """Exceptions from the rules for one person; each has an end, and is renewed by a person or not at all."""

    longest: Days = 366
    """Days ahead of the day on which it is asked for that an exception may end, at most."""
    soon: Days = 14
    """Days before its end from which on an exception is marked in the list."""
