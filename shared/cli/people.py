"""Who somebody is, for people to recognise: the id HR uses and the name of the account; and what happened to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.engine import Engine
from shared.engine.people import Name, holder_of, name_of
from shared.model import Action, Verb

__all__ = ["ACCESS", "EVENTS", "Doings", "Name", "by_event", "doings", "holder_of", "name_of"]

EVENTS = (Verb.CREATE, Verb.CORRELATE, Verb.RESTORE, Verb.DELETE, Verb.DISABLE, Verb.ENABLE, Verb.RENAME, Verb.UPDATE)
"""What somebody is listed under: the first of these that was done. Who is new is not said to have changed as well."""

ACCESS = Verb.GRANT
"""Stands for those to whom nothing was done but giving and taking groups and licences."""


@dataclass(slots=True)
class Doings:
    """Everything done to one person on one target, in order."""

    name: Name
    actions: list[Action] = field(default_factory=list)

    @property
    def event(self) -> Verb:
        done = {action.verb for action in self.actions}
        return next((verb for verb in EVENTS if verb in done), ACCESS)

    @property
    def because(self) -> str:
        """Why, where it is the same for all that was done; else why the event happened."""
        reasons = {action.because for action in self.actions}
        if len(reasons) == 1:
            return reasons.pop()
        return next((action.because for action in self.actions if action.verb is self.event), "")


def by_event(some: Iterable[Doings]) -> Mapping[Verb, list[Doings]]:
    """People under what happened to them, in the order in which it is told; each appears once."""
    found: dict[Verb, list[Doings]] = {verb: [] for verb in (*EVENTS, ACCESS)}
    for one in some:
        found[one.event].append(one)
    return {verb: sorted(those, key=lambda one: one.name) for verb, those in found.items() if those}


async def doings(engine: Engine, actions: Iterable[tuple[str, str, Action]]) -> dict[str, list[Doings]]:
    """Target → what was done there, by person."""
    found: dict[tuple[str, str], Doings] = {}
    for person, target, action in actions:
        key = (target, person)
        if key not in found:
            found[key] = Doings(await name_of(engine, person, target))
        found[key].actions.append(action)
    return {target: [one for (where, _), one in found.items() if where == target] for target in engine.policy.targets}
