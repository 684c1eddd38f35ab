"""A plan as people read it: by person, what will be done and why, with the old value beside the new one."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from shared import codec, layout
from shared.cli import terminal
from shared.cli.local import Local
from shared.cli.people import Name, holder_of, name_of
from shared.engine import Engine
from shared.model import Action, Attributes, Value, Verb

MOST = 20
"""People whose plan is shown; the others are counted."""

HIDDEN = "•••"
"""Stands for every value of an attribute that the policy calls sensitive."""

MARKS = {
    Verb.CREATE: ("+", "green"),
    Verb.CORRELATE: ("=", "cyan"),
    Verb.RESTORE: ("+", "green"),
    Verb.UPDATE: ("~", "yellow"),
    Verb.RENAME: ("~", "yellow"),
    Verb.ENABLE: ("+", "green"),
    Verb.DISABLE: ("-", "red"),
    Verb.DELETE: ("-", "bold red"),
    Verb.GRANT: ("+", "green"),
    Verb.REVOKE: ("-", "red"),
}
"""In the order in which a plan is counted."""


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


async def steps(local: Local, actions: Sequence[tuple[str, str, Action]] | None = None) -> list[Step]:
    """The plan in order of person; the actions of one person stay in the order in which they will be done.

    It is what a preview did, unless other `actions` are given, as (person, target, action).
    """
    names: dict[tuple[str, str], Name] = {}
    values: dict[tuple[str, str], dict[str, Value]] = {}
    found = []
    for person, target, action in local.story.actions if actions is None else actions:
        who = (person, target)
        if who not in names:
            names[who] = await name_of(local.engine, person, target)
            values[who] = await _live(local, person, target)
        shifts = [await _shift(local.engine, target, one, values[who]) for one in sorted(action.attributes.items())]
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


async def known(local: Local, hr_id: str) -> bool:
    """Whether HR has ever given us somebody with this id."""
    for source in local.engine.policy.sources:
        person = layout.own_id(source, hr_id)
        if await local.engine.store.get(layout.STATE, layout.bucket(person), layout.person(person)):
            return True
    return False


def verbs(some: Iterable[Step]) -> dict[str, int]:
    return dict(Counter(str(step.action.verb) for step in some))


def lines(page: Console, some: Sequence[Step], everyone: bool) -> Iterator[Text]:
    """Each person under a heading with the reason, then one line for each thing that will be done."""
    people = [list(steps) for _, steps in groupby(some, key=lambda step: (step.name, step.target))]
    shown = people if everyone or len(people) <= MOST + 1 else people[:MOST]
    for one in shown:
        yield from _person(page, one)
    if len(shown) < len(people):
        rest = len(people) - len(shown)
        yield Text()
        yield Text(f"… and {rest:,} more people; --all shows everyone, --person ID shows one", style="dim")


def closing(some: Sequence[Step], held: int) -> Text:
    """How much it is, and that nothing of it has been done."""
    waits = f" {held:,} held." if held else ""
    if not some:
        return Text(f"Nothing to do.{waits} Nothing was written.", style="bold")
    count = verbs(some)
    said = " · ".join(f"{count[verb]:,} {verb}" for verb in MARKS if verb in count)
    who = terminal.counted(len({step.name for step in some}), "person", "people")
    actions = terminal.counted(len(some), "action", "actions")
    return Text(f"Plan: {actions} for {who}: {said}.{waits} Nothing was written.", style="bold")


def _person(page: Console, some: Sequence[Step]) -> Iterator[Text]:
    first = some[0]
    reasons = {step.action.because for step in some}
    why = f"  {reasons.pop()}" if len(reasons) == 1 else ""
    heading = terminal.printable(f"{first.hr_id}  {first.name.account}".rstrip())
    yield Text()
    yield Text.assemble((heading, "bold"), (f"  {first.target}{why}", "dim"))
    for step in some:
        yield from step_lines(page, step, because="" if why else step.action.because)


def step_lines(page: Console, step: Step, *, because: str = "", indent: int = 2) -> Iterator[Text]:
    """One action, and each attribute with the old value beside the new one."""
    mark, colour = MARKS[step.action.verb]
    what = f" {step.action.entitlement.kind} {step.action.entitlement.name}" if step.action.entitlement else ""
    line = Text.assemble(" " * indent, (f"{mark} {step.action.verb}", colour), terminal.printable(what))
    yield line.append(f"  {because}", style="dim") if because else line
    yield from terminal.table(page, [(one.name, str(one)) for one in step.shifts], indent + 4)


def _shown(value: Value | Name) -> str:
    if isinstance(value, Name):
        return f"{value.hr_id} {value.account}".rstrip()
    return HIDDEN if value == HIDDEN else json.dumps(value, ensure_ascii=False)


def _plain(value: Value | Name) -> Any:
    return {"person": value.hr_id} if isinstance(value, Name) else value


async def _live(local: Local, person: str, target: str) -> dict[str, Value]:
    """What the account holds now: as the directory last said, and as we last wrote it."""
    home = layout.bucket(person)
    row = await local.before.get(layout.STATE, home, layout.link(person, target))
    link = codec.LINK.load(row.data) if row else None
    written = dict(link.written) if link else {}
    account = link.account if link else await _account(local.engine, person, target)
    drawer = f"{target}|{layout.bucket(account)}"
    mirror = await local.engine.store.get(layout.DIRECTORY, drawer, account) if account else None
    return {**written, **(codec.ACCOUNT.load(mirror.data).attributes if mirror else {})}


async def _account(engine: Engine, person: str, target: str) -> str:
    """The account that the plan adopts or creates."""
    row = (await engine.rows_of(person)).get(layout.link(person, target))
    return codec.LINK.load(row.data).account if row else ""
