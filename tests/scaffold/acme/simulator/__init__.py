"""A simulated Acme: one company with a memory, answering as the vendor does, faults on demand."""

from tests.scaffold.acme.simulator.app import acme_app
from tests.scaffold.acme.simulator.company import Company, Employee, Faults

__all__ = ["Company", "Employee", "Faults", "acme_app"]
