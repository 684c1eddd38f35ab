"""A simulated Personio: one company with a memory, answering v1 and v2 as the vendor does, faults on demand."""

from local.personio.app import personio_app
from local.personio.company import Company, Credential, Custom, Employee, Employment
from local.personio.faults import Faults
from local.personio.population import populate

__all__ = ["Company", "Credential", "Custom", "Employee", "Employment", "Faults", "personio_app", "populate"]
