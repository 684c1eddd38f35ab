"""A simulated Exchange Online beside the simulated Entra tenant: mailboxes, permissions and lists that it remembers."""

from local.exchange.app import exchange_app
from local.exchange.faults import Faults
from local.exchange.organisation import Organisation

__all__ = ["Faults", "Organisation", "exchange_app"]
