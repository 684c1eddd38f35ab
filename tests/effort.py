"""How much the tests try: what fits into the checks, or far more with JOINLY_THOROUGH set, as `make thorough` does."""

import os
from typing import TypeVar

THOROUGH = os.environ.get("JOINLY_THOROUGH", "") not in ("", "0")

Amount = TypeVar("Amount", int, float)


def effort(checks: Amount, thorough: Amount) -> Amount:
    """So much in the checks, and so much when there is time."""
    return thorough if THOROUGH else checks
