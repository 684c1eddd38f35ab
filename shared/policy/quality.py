"""What is asked of the data of one HR system beyond what every record must have."""

from shared.policy.strict import Strict
from shared.policy_fields import Text


class Quality(Strict):
    """What `joinly hr check` looks at, and what has somebody wait whose account would be wrong."""

    unique: tuple[Text, ...] = ("email",)
    """Facts that no two people in service share. Who comes later waits, where the policy reads the fact."""
    departments: tuple[Text, ...] = ()
    """The departments there are; without them only what is written like another one is reported."""
