"""What Azure runs: the same engine as everywhere, put together from app settings, and the doors its triggers open.

Importing it is what indexing waits for; the engine is loaded with the first invocation.
"""

import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from shared.azure.doors import Doors
from shared.azure.messages import beside

if TYPE_CHECKING:
    from shared.azure.ground import Laying
    from shared.azure.root import Deployment

__all__ = ["Doors", "beside", "deploy"]


async def deploy(
    stack: AsyncExitStack, laying: "Laying | None" = None, environment: Mapping[str, str] = os.environ
) -> "Deployment":
    """As `shared.azure.root.deploy`, which is loaded now."""
    from shared.azure import root

    return await root.deploy(stack, laying, environment)
