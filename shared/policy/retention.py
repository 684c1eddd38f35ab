"""How long what is kept of people is kept after they have gone."""

from typing import Annotated

from pydantic import Field

from shared.policy.strict import Strict
from shared.policy_fields import Days

Kept = Annotated[Days, Field(ge=1)]


class Retention(Strict):
    """What has been kept for so long is taken out, or says no longer whose it was. Without it, it is kept for ever."""

    people: Kept | None = None
    """Days after somebody left, and HR no longer names them, after which all that is kept of them is taken out. Nobody
    who has an account left is."""
    ledger: Kept | None = None
    """Days after which a line of the ledger no longer says of whom it was, nor any value; it cannot be undone then."""
