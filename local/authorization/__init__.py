"""A simulated authorization server: strict like a vendor's, with its own clock and with faults that tests turn on."""

from local.authorization.app import authorization_app
from local.authorization.authority import EXACT, NMBRS, STRICT, VISMA, Authority, Manners, Registered
from local.authorization.faults import Faults

__all__ = ["EXACT", "NMBRS", "STRICT", "VISMA", "Authority", "Faults", "Manners", "Registered", "authorization_app"]
