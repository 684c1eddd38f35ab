"""A simulated Entra tenant behind Microsoft Graph v1.0: it remembers, refuses and fails as the service does."""

from local.graph.app import graph_app
from local.graph.faults import AnswerLost, Faults
from local.graph.permissions import DEFAULT as DEFAULT_PERMISSIONS
from local.graph.quota import Bucket
from local.graph.tenant import Tenant

__all__ = ["DEFAULT_PERMISSIONS", "AnswerLost", "Bucket", "Faults", "Tenant", "graph_app"]
