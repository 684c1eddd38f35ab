"""A plan step by step, with what stands there now beside what will; what the policy calls sensitive is never shown."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared import codec, layout
from shared.engine.parts import Engine
from shared.engine.people import Name, holder_of, name_of
from shared.model import Action, Attributes, Value
from shared.store import Store

HIDDEN = "•••"
"""Stands for every value of an attribute that the policy calls sensitive."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One attribute's new value beside the old one, which is None where it is empty or unknown.

    A value that points to another account is shown as whose it is, and one the policy calls sensitive not at all.
    """

    name: str
    old: Value | Name
    new: Value | Name

    def __str__(self) -> str:
        new = "(emptied)" if self.new is None else _shown(self.new)
        return new if self.old in (None, "") else f"{_shown(self.old)} → {new}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One action of the plan."""

    name: Name
    target: str
    action: Action
    shifts: tuple[Shift, ...] = ()

    @property
    def hr_id(self) -> str:
        return self.name.hr_id

    def as_json(self) -> dict[str, Any]:
        action = self.action
        shown: dict[str, Any] = {
            "person": self.hr_id,
            "account": self.name.account,
            "target": self.target,
            "verb": str(action.verb),
            "because": action.because,
        }
        if action.entitlement:
            shown["entitlement"] = {"kind": action.entitlement.kind, "name": action.entitlement.name}
        if self.shifts:
            shown["attributes"] = {one.name: _plain(one.new) for one in self.shifts}
            shown["before"] = {one.name: _plain(one.old) for one in self.shifts if one.old not in (None, "")}
        return shown


async def planned(
    engine: Engine, actions: Iterable[tuple[str, str, Action]], before: Store | None = None
) -> list[Step]:
    """The steps of these (person, target, action) in order of person; the actions of one person stay in the order in
    which they will be done. `before` is the state as it was before them, where they have been tried.
    """
    names: dict[tuple[str, str], Name] = {}
    values: dict[tuple[str, str], dict[str, Value]] = {}
    found = []
    for person, target, action in actions:
        who = (person, target)
        if who not in names:
            names[who] = await name_of(engine, person, target)
            values[who] = await _live(engine, before or engine.store, person, target)
        shifts = [await _shift(engine, target, one, values[who]) for one in sorted(action.attributes.items())]
        values[who] |= action.attributes
        found.append(Step(name=names[who], target=target, action=action, shifts=tuple(shifts)))
    return sorted(found, key=lambda step: (step.name, step.target))


async def _shift(engine: Engine, target: str, one: tuple[str, Value], before: Attributes) -> Shift:
    name, new = one
    old = before.get(name)
    if name in engine.policy.sensitive(target):
        return Shift(name, HIDDEN if old not in (None, "") else None, HIDDEN if new not in (None, "") else None)
    if name not in engine.references(target):
        return Shift(name, old, new)
    return Shift(name, await _whose(engine, target, old), await _whose(engine, target, new))


async def _whose(engine: Engine, target: str, account: Value) -> Value | Name:
    return (await holder_of(engine, target, str(account)) or account) if account else account


def _shown(value: Value | Name) -> str:
    if isinstance(value, Name):
        return f"{value.hr_id} {value.account}".rstrip()
    return HIDDEN if value == HIDDEN else json.dumps(value, ensure_ascii=False)


def _plain(value: Value | Name) -> Any:
    return {"person": value.hr_id} if isinstance(value, Name) else value


async def _live(engine: Engine, before: Store, person: str, target: str) -> dict[str, Value]:
    """What the account holds now: as the directory last said, and as we last wrote it."""
    home = layout.bucket(person)
    row = await before.get(layout.STATE, home, layout.link(person, target))
    link = codec.LINK.load(row.data) if row else None
    written = dict(link.written) if link else {}
    account = link.account if link else await _account(engine, person, target)
    drawer = f"{target}|{layout.bucket(account)}"
    mirror = await engine.store.get(layout.DIRECTORY, drawer, account) if account else None
    return {**written, **(codec.ACCOUNT.load(mirror.data).attributes if mirror else {})}


async def _account(engine: Engine, person: str, target: str) -> str:
    """The account that the plan adopts or creates."""
    row = (await engine.rows_of(person)).get(layout.link(person, target))
    return codec.LINK.load(row.data).account if row else ""
