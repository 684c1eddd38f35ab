"""A simulated Nmbrs: an environment with a memory, answering REST and SOAP v3 as the vendor does, faults on demand."""

from local.nmbrs.app import nmbrs_app
from local.nmbrs.environment import (
    Company,
    Contract,
    Cost,
    Debtor,
    Employee,
    Employment,
    Environment,
    Extra,
    Info,
    Leave,
    Manager,
    Placed,
    Schedule,
)
from local.nmbrs.faults import Faults

__all__ = [
    "Company",
    "Contract",
    "Cost",
    "Debtor",
    "Employee",
    "Employment",
    "Environment",
    "Extra",
    "Faults",
    "Info",
    "Leave",
    "Manager",
    "Placed",
    "Schedule",
    "nmbrs_app",
]
