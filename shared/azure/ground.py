"""What every engine of one process stands on, whichever policy is active: connections, and who says which one is."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias

from shared.azure.settings import Settings
from shared.compose import Surroundings
from shared.digest_page import Letter
from shared.policy import Mail
from shared.policy_file import PolicyText


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """`around` knows nothing of a policy; its credential is for any target of the tenant."""

    around: Surroundings
    active: Callable[[], Awaitable[PolicyText]]
    """The active policy. Raises `Misconfigured` when there is none, `PolicyInvalid` and `TryLater`."""
    reach: Callable[[str], Awaitable[None]]
    """Opens the way to a queue and sends nothing. Raises `TryLater` and `Misconfigured` when it cannot be used."""
    keys: Callable[[], Awaitable[Mapping[str, Any]]]
    """The tenant's signing keys as a JSON Web Key Set. Raises `TryLater`."""
    post: Callable[[str, Mail, Letter], Awaitable[None]]
    """Sends a letter by the Graph at an address, as the policy says. Raises `TryLater` and `Misconfigured`."""


Laying: TypeAlias = Callable[[Settings, AsyncExitStack], Awaitable[Ground]]
"""Makes the ground; what it opens closes with the stack."""
