"""Groups, licences, roles, mailbox permissions: who gets them, from when to when, and which exclude each other."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property

from pydantic import Field, model_validator

from shared.conditions import Condition
from shared.model import Entitlement
from shared.policy.strict import Strict
from shared.policy_fields import Days, Text, WithFacts, YesNo
from shared.templates import Template, template

KINDS = ("group", "license", "role", "full_access", "send_as", "send_on_behalf", "distribution_group", "opened_to")
"""Keys under which a rule names an entitlement; each is the kind of entitlement that a target's manifest speaks of."""

POINTING = frozenset({"opened_to"})
"""Kinds whose name is a person by the number of HR; the account that they have on the target stands in its place."""


class Named(Strict):
    """One group, licence, application role or mailbox permission, by the name that a policy gives it."""

    group: WithFacts | None = None
    license: WithFacts | None = None
    role: WithFacts | None = None
    """An application role, written App/Role."""
    full_access: WithFacts | None = None
    """A mailbox, by its address or name, that may be opened."""
    send_as: WithFacts | None = None
    """A mailbox from which mail may be sent as if it came from there."""
    send_on_behalf: WithFacts | None = None
    """A mailbox from which mail may be sent that also says who sent it."""
    distribution_group: WithFacts | None = None
    """A distribution list or mail-enabled security group, by its address or name."""
    opened_to: WithFacts | None = None
    """Somebody, as HR numbers them, such as {manager}, who may open the mailbox of who left."""

    @model_validator(mode="after")
    def _one_thing(self) -> "Named":
        if len(self._given) != 1:
            raise ValueError(f"name exactly one thing: {', '.join(KINDS[:-1])} or {KINDS[-1]}")
        return self

    @property
    def kind(self) -> str:
        return next(iter(self._given))

    @cached_property
    def name(self) -> Template:
        return template(self._given[self.kind])

    @property
    def entitlement(self) -> Entitlement | None:
        """The one thing it is for everybody; None when its name has places for facts."""
        return Entitlement(self.kind, self.name.texts[0]) if self.name.fixed else None

    def may_be(self, entitlement: Entitlement) -> bool:
        return entitlement.kind == self.kind and self.name.may_give(entitlement.name)

    @property
    def _given(self) -> Mapping[str, str]:
        return {kind: name for kind in KINDS if (name := getattr(self, kind)) is not None}


class Grant(Named):
    """Something that a rule gives, and who gets it while they are in service."""

    when: Condition = Condition()
    before: Days = 0
    """Days before the first day from which on it is given, ahead of the account being opened."""
    after: Days = 0
    """Days that it is kept when the rule no longer gives it to somebody who stays, so that work can be handed over."""
    after_leaving: Days = 0
    """Days that it is kept after the last day in service; it never holds up a dismissal."""
    leaving: Days = 0
    """Days after the last day in service for which it is given, and not while in service."""
    create: YesNo = False
    """Whether a group that does not exist may be created."""
    ask: Text | None = None
    """Who has to say yes for each person: manager, owner, it, or a name from approvers."""

    @model_validator(mode="after")
    def _begins_when_they_leave(self) -> "Grant":
        if self.leaving and (self.before or self.after or self.after_leaving):
            raise ValueError("leaving gives something to who is gone; leave before, after and after_leaving out")
        if self.kind in POINTING and not self.leaving:
            raise ValueError(f"{self.kind} is for who has left; say for how many days, with leaving")
        return self

    @model_validator(mode="after")
    def _creates_groups_only(self) -> "Grant":
        if self.create and self.group is None:
            raise ValueError("only a group can be created; leave create out")
        return self


class Then(StrEnum):
    """What becomes of somebody whom rules give more than one of what excludes each other."""

    HOLD = "hold"
    """None is given and none taken, until a person has decided."""
    FIRST = "first"
    """The first of the list is given, and no other."""


class Exclusive(Strict):
    """Entitlements of which nobody may have two."""

    of: tuple[Named, ...] = Field(min_length=2)
    then: Then = Then.HOLD

    @model_validator(mode="after")
    def _names_each_once(self) -> "Exclusive":
        if any(one.entitlement is None for one in self.of):
            raise ValueError("what excludes each other is named without facts; write the names as they are")
        if len(self.entitlements) < len(self.of):
            raise ValueError("the same thing is named twice")
        return self

    @cached_property
    def entitlements(self) -> tuple[Entitlement, ...]:
        """In order of precedence."""
        return tuple(dict.fromkeys(one.entitlement for one in self.of if one.entitlement is not None))
