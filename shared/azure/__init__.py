"""What Azure runs: the same engine as everywhere, put together from app settings, and the doors its triggers open."""

from shared.azure.doors import Doors
from shared.azure.root import deploy

__all__ = ["Doors", "deploy"]
