"""One customer's rules as data: what is read, what each target should hold, when, for whom and how much at once.

Unknown keys are refused, expressions are compiled while loading, and nothing here knows any system.
"""

from shared.policy.approvals import MANAGER, OWNER, SPONSOR, Approvals, Deputy
from shared.policy.attributes import AttributePolicy, Default, Leaver, Mode, OnNull
from shared.policy.customer import Policy
from shared.policy.digest import Mail
from shared.policy.exceptions import Exceptions
from shared.policy.externals import External
from shared.policy.grants import Exclusive, Grant, Then
from shared.policy.limits import SAFE_LIMITS, Departments, Limit
from shared.policy.names import Adopt, Names, Rename
from shared.policy.observing import Conduct, Pilot
from shared.policy.people import Alike, People, Precedence
from shared.policy.primary import Dates, Least, Merit, Most, Order
from shared.policy.quality import Quality
from shared.policy.retention import Retention
from shared.policy.source import Plausible, SourcePolicy
from shared.policy.target import TargetPolicy
from shared.policy.timing import Leave, LeaveAccount, LeaveEntitlements, Timing, TimingRule

__all__ = [
    "MANAGER",
    "OWNER",
    "SAFE_LIMITS",
    "SPONSOR",
    "Adopt",
    "Alike",
    "Approvals",
    "AttributePolicy",
    "Conduct",
    "Dates",
    "Default",
    "Departments",
    "Deputy",
    "Exceptions",
    "Exclusive",
    "External",
    "Grant",
    "Least",
    "Leave",
    "LeaveAccount",
    "LeaveEntitlements",
    "Leaver",
    "Limit",
    "Mail",
    "Merit",
    "Mode",
    "Most",
    "Names",
    "OnNull",
    "Order",
    "People",
    "Pilot",
    "Plausible",
    "Policy",
    "Precedence",
    "Quality",
    "Rename",
    "Retention",
    "SourcePolicy",
    "TargetPolicy",
    "Then",
    "Timing",
    "TimingRule",
]
