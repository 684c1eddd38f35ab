"""What every engine of one process stands on, whichever policy is active: connections, and who says which one is."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeAlias

from shared.azure.settings import Settings
from shared.compose import Surroundings
from shared.policy_file import PolicyText


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """`around` knows nothing of a policy; its credential is for any target of the tenant."""

    around: Surroundings
    active: Callable[[], Awaitable[PolicyText]]
    """The active policy. Raises `Misconfigured` when there is none, `PolicyInvalid` and `TryLater`."""


Laying: TypeAlias = Callable[[Settings, AsyncExitStack], Awaitable[Ground]]
"""Makes the ground; what it opens closes with the stack."""
