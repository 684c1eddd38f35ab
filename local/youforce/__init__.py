"""A simulated Youforce (Beaufort) or YouServe (Business): one customer with a memory, limits kept, faults on demand."""

from local.youforce.app import youforce_app
from local.youforce.company import SCOPES, Company, User
from local.youforce.faults import Faults
from local.youforce.limits import Limits
from local.youforce.settling import settle

__all__ = ["SCOPES", "Company", "Faults", "Limits", "User", "settle", "youforce_app"]
