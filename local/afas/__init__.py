"""A simulated AFAS Profit: one environment with a memory, GetConnectors and UpdateConnectors, faults on demand."""

from local.afas.app import afas_app
from local.afas.environment import Employee, Employment, Environment, Position, Token, Unit, User
from local.afas.faults import Faults
from local.afas.population import populate

__all__ = [
    "Employee",
    "Employment",
    "Environment",
    "Faults",
    "Position",
    "Token",
    "Unit",
    "User",
    "afas_app",
    "populate",
]
