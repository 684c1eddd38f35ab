"""Groups, licences and roles, and who gets them."""

from pydantic import model_validator

from shared.conditions import Condition
from shared.model import Entitlement
from shared.policy.strict import Strict
from shared.policy_fields import Text


class Grant(Strict):
    """A group, licence or role, and who gets it while they are in service."""

    group: Text | None = None
    license: Text | None = None
    when: Condition = Condition()

    @model_validator(mode="after")
    def _one_thing(self) -> "Grant":
        if (self.group is None) == (self.license is None):
            raise ValueError("a grant names exactly one thing: group or license")
        return self

    @property
    def entitlement(self) -> Entitlement:
        return Entitlement("group", self.group) if self.group is not None else Entitlement("license", str(self.license))
