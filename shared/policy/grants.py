"""Groups, licences and application roles, and who gets them."""

from collections.abc import Mapping

from pydantic import model_validator

from shared.conditions import Condition
from shared.model import Entitlement
from shared.policy.strict import Strict
from shared.policy_fields import Text

KINDS = ("group", "license", "role")
"""Keys under which a rule names an entitlement; each is the kind of entitlement that a target's manifest speaks of."""


class Grant(Strict):
    """A group, licence or application role, and who gets it while they are in service."""

    group: Text | None = None
    license: Text | None = None
    role: Text | None = None
    """An application role, written App/Role."""
    when: Condition = Condition()

    @model_validator(mode="after")
    def _one_thing(self) -> "Grant":
        if len(self._given) != 1:
            raise ValueError(f"name exactly one thing: {', '.join(KINDS[:-1])} or {KINDS[-1]}")
        return self

    @property
    def kind(self) -> str:
        return next(iter(self._given))

    @property
    def entitlement(self) -> Entitlement:
        return Entitlement(self.kind, self._given[self.kind])

    @property
    def _given(self) -> Mapping[str, str]:
        return {kind: name for kind in KINDS if (name := getattr(self, kind)) is not None}
