"""What `joinly holds` does: show what waits, and give the engine the answer of whoever runs the command."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from shared.cli import at_once, report, terminal
from shared.cli.at_once import carry_out
from shared.cli.ending import OK
from shared.cli.holding import held_lines
from shared.cli.holds_page import page_lines
from shared.cli.holds_show import show_lines
from shared.cli.local import Local, open_local
from shared.cli.people import doings
from shared.cli.plan import Step, steps
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.engine import (
    Approved,
    Engine,
    Held,
    approve,
    consequences,
    held,
    holds,
    reconsider,
    reject,
    snooze,
    state_of,
)
from shared.engine.seen import plain, seen
from shared.holds import Answer, State, fingerprint
from shared.picking import Filter, listed, picked

Answering = Callable[[Engine, str], Awaitable[Sequence[Held]]]
"""An answer of whoever runs the command → what it was given to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Which policy and state, and on which day."""

    policy: Path
    data: Path
    on: date | None


def list_holds(place: Place, only: Filter, *, as_json: bool) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater`."""
    return until_done(_list(place, only, as_json), "nothing was written")


def show_holds(place: Place, names: Sequence[str], *, as_json: bool) -> int:
    return until_done(_show(place, names, as_json), "nothing was written")


def approve_holds(place: Place, names: Sequence[str], because: str, *, recreate: bool) -> int:
    return until_done(_approve(place, names, because, recreate), "what was approved and done is kept")


def reject_holds(place: Place, names: Sequence[str], because: str) -> int:
    async def answer(engine: Engine, by: str) -> Sequence[Held]:
        return await reject(engine, names, by, because)

    return until_done(_answer(place, answer, "rejected"), "what was rejected stays so")


def snooze_holds(place: Place, names: Sequence[str], until: date, because: str) -> int:
    async def answer(engine: Engine, by: str) -> Sequence[Held]:
        return await snooze(engine, names, by, until, because)

    return until_done(_answer(place, answer, f"put off until {until}"), "what was put off stays so")


def reconsider_holds(place: Place, names: Sequence[str], because: str) -> int:
    async def answer(engine: Engine, by: str) -> Sequence[Held]:
        return await reconsider(engine, names, by, because)

    return until_done(_answer(place, answer, "asked again"), "what is asked again stays so")


async def _list(place: Place, only: Filter, as_json: bool) -> int:
    async with open_local(place.policy, place.data, place.on, None, preview=True) as local:
        engine = local.engine
        some = [one for one in (await holds(engine) if only.everything else await held(engine)) if only.fits(one)]
        shown = await seen(engine, some)
        if as_json:
            waiting = [one for one in some if state_of(engine, one) is State.WAITING]
            answered = listed(waiting, by_reason=bool(only.reason))
            name = fingerprint(answered) if answered else None
            click.echo(json.dumps({"holds": [plain(one) for one in shown], "fingerprint": name}))
        else:
            page = terminal.console()
            terminal.show(page, page_lines(page, shown, engine.clock(), place.policy, only.everything))
    return OK


async def _show(place: Place, names: Sequence[str], as_json: bool) -> int:
    async with open_local(place.policy, place.data, place.on, None, preview=True) as local:
        engine, page = local.engine, terminal.console()
        everything = await holds(engine)
        chosen = picked(everything, [one for one in everything if state_of(engine, one) is State.WAITING], names)
        whole = [(one, await _consequences(local, one.held)) for one in await seen(engine, chosen)]
        if as_json:
            said = [{**plain(one), "actions": [step.as_json() for step in done]} for one, done in whole]
            click.echo(json.dumps({"holds": said, "policy": engine.policy_hash}))
        else:
            zone, now, rules = engine.policy.time_zone, engine.clock(), engine.policy_hash
            terminal.show(page, (text for one, done in whole for text in show_lines(page, one, done, rules, now, zone)))
    return OK


async def _consequences(local: Local, one: Held) -> list[Step]:
    return await steps(local, [(one.person, one.place, action) for action in await consequences(local.engine, one)])


async def _approve(place: Place, names: Sequence[str], because: str, recreate: bool) -> int:
    async with open_local(place.policy, place.data, place.on, None) as local:
        by = await who(local)
        answered = await approve(local.engine, names, by, because, recreate=recreate)
        await carry_out(local)
        page = terminal.console()
        terminal.show(page, await _done(local, page, answered, by))
        return report.complain_of(local)


async def _done(local: Local, page: Console, answered: Approved, by: str) -> list[Text]:
    """What became of a yes: what was done for whom, and what still waits."""
    asked = len(answered.done) + len(answered.second) + len(answered.changed)
    lines = [Text(f"{by} approved {len(answered.done):,} of {asked:,}.", style="bold")]
    if answered.second:
        lines.append(Text(f"{len(answered.second):,} wait for a second person's yes."))
    if answered.changed:
        lines.append(Text(f"{len(answered.changed):,} had changed meanwhile, and nothing was done; look again."))
    if local.remote:
        return [*lines, *map(Text, at_once.asked(local) if answered.done else [])]
    for target, people in (await doings(local.engine, local.story.actions)).items():
        if people:
            lines += [Text(), *report.target_lines(page, target, people, everyone=True)]
    acted = {person for person, _, _ in local.story.actions}
    if longer := [one for one in answered.done if one.answer is Answer.EXTEND]:
        lines += [Text(terminal.printable(f"  {one.hr_id}: {one.because}")) for one in longer]
    if late := [one for one in answered.done if one not in longer and one.person not in acted]:
        lines.append(Text(f"{len(late):,} could not be done yet; it is done when it is due, or by the next run."))
    concerned = {one.person for one in (*answered.done, *answered.second, *answered.changed)}
    left = [one for one in await held(local.engine) if one.person in concerned]
    return [*lines, *held_lines(page, left, everyone=False)]


async def _answer(place: Place, answer: Answering, outcome: str) -> int:
    async with open_local(place.policy, place.data, place.on, None) as local:
        by = await who(local)
        some = await answer(local.engine, by)
        page = terminal.console()
        rows = [(one.name[:8], one.hr_id, one.reason, one.what) for one in some]
        lines = [Text(f"{terminal.counted(len(some), 'question', 'questions')} {outcome}, by {by}.", style="bold")]
        terminal.show(page, [*lines, *terminal.table(page, rows, 2)] if rows else lines)
    return OK
