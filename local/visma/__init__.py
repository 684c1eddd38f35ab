"""A simulated Visma.net HRM (Netherlands): export jobs of one company, files elsewhere, and Visma Connect before it."""

from local.visma.app import visma_app
from local.visma.company import Company
from local.visma.faults import Faults
from local.visma.running import running
from local.visma.seeds import settle

__all__ = ["Company", "Faults", "running", "settle", "visma_app"]
