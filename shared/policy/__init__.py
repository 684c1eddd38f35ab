"""One customer's rules as data: what is read, what each target should hold, when, for whom and how much at once.

Unknown keys are refused, expressions are compiled while loading, and nothing here knows any system.
"""

from shared.policy.attributes import AttributePolicy, Default, Mode, OnNull
from shared.policy.customer import Policy
from shared.policy.exceptions import Exceptions
from shared.policy.grants import Grant
from shared.policy.limits import SAFE_LIMITS, Limit
from shared.policy.names import Adopt, Names, Rename
from shared.policy.source import Plausible, SourcePolicy
from shared.policy.target import TargetPolicy
from shared.policy.timing import Timing

__all__ = [
    "SAFE_LIMITS",
    "Adopt",
    "AttributePolicy",
    "Default",
    "Exceptions",
    "Grant",
    "Limit",
    "Mode",
    "Names",
    "OnNull",
    "Plausible",
    "Policy",
    "Rename",
    "SourcePolicy",
    "TargetPolicy",
    "Timing",
]
