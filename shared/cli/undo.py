"""What `joinly undo` does: show what takes a run back and what cannot be, keep it in a file, and do it when told to."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from shared.cli import report, terminal
from shared.cli.at_once import asked, carry_out
from shared.cli.ending import OK
from shared.cli.holding import held_lines
from shared.cli.line import cohort_name, cohort_of
from shared.cli.local import Local, open_local
from shared.cli.people import Name, name_of
from shared.cli.plan import HIDDEN, MARKS
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.engine import held
from shared.engine.undoing import Package, package, read, undo_run, written
from shared.errors import Misconfigured, Refused
from shared.inverse import Inverse, Left

MOST = 20
"""People who are shown; the others are counted."""


def undo_policy(
    policy: Path,
    data: Path,
    on: date | None,
    run: str,
    given: Path | None,
    out: Path | None,
    *,
    apply: bool,
    everyone: bool,
    as_json: bool,
) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing could be looked at."""
    then = "what was done is kept" if apply else "nothing was written"
    return until_done(_undo(policy, data, on, run, given, out, apply, everyone, as_json), then)


async def _undo(
    policy: Path,
    data: Path,
    on: date | None,
    run: str,
    given: Path | None,
    out: Path | None,
    apply: bool,
    everyone: bool,
    wanted: bool,
) -> int:
    async with open_local(policy, data, on, None, preview=not apply) as local:
        try:
            made = read(_text(given)) if given else await package(local.engine, cohort_of(run))
        except Refused as refused:
            raise Misconfigured(str(refused)) from None
        if out is not None:
            _keep(out, written(made))
        left: list[Left] = []
        if apply:
            left = await undo_run(local.engine, made, await who(local))
            await carry_out(local)
        if wanted:
            click.echo(json.dumps(await _plain(local, made, left, apply=apply)))
        else:
            page = terminal.console()
            terminal.show(page, await _page(page, local, made, left, apply=apply, everyone=everyone))
        return report.complain_of(local) if apply else OK


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Misconfigured(f"{file}: there is no such file; --from needs an undo package") from None
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(f"{file}: it cannot be read as an undo package") from None


def _keep(file: Path, text: str) -> None:
    """It holds values from before, so nobody but its owner may read it."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as handle:
            handle.write(text)
    except OSError as error:
        raise Misconfigured(f"{file} cannot be written ({error.strerror})") from None


async def _page(
    page: Console, local: Local, made: Package, late: Sequence[Left], *, apply: bool, everyone: bool
) -> list[Text]:
    names = await _names(local, made, late)
    gone = {(one.person, one.target, one.what) for one in late}
    steps = [step for step in made.steps if (step.person, step.target, step.what) not in gone]
    lines = [Text.assemble((f"Undo of {cohort_name(made.run)}", "bold"), (f"  package {made.hash}", "dim"))]
    some = [(key, list(few)) for key, few in groupby(steps, key=lambda step: (step.person, step.target))]
    some.sort(key=lambda one: names[one[0]])
    shown = some if everyone or len(some) <= MOST + 1 else some[:MOST]
    for key, few in shown:
        lines += _person(page, local, names[key], key[1], few)
    if len(shown) < len(some):
        lines.append(Text(f"\n… and {len(some) - len(shown):,} more people; --all shows everyone", style="dim"))
    left = [*(made.left if not apply else ()), *late]
    if left:
        lines += [Text(), Text(f"Not taken back ({len(left):,})", style="bold yellow")]
        rows = [(names[one.person, one.target].hr_id, one.what, one.because) for one in left]
        shown_rows = rows if everyone else rows[: MOST * 2]
        lines += terminal.table(page, sorted(shown_rows), 2)
        lines += [] if len(shown_rows) == len(rows) else [Text(f"  … and {len(rows) - len(shown_rows):,} more")]
    if apply and not local.remote:
        lines += held_lines(page, await _held(local, steps), everyone)
    return [*lines, Text(), _closing(local, steps, len(left), apply=apply)]


def _person(page: Console, local: Local, name: Name, target: str, steps: Sequence[Inverse]) -> Iterator[Text]:
    secret = local.found.policy.sensitive(target)
    yield Text()
    yield Text.assemble((terminal.printable(f"{name.hr_id}  {name.account}".rstrip()), "bold"), (f"  {target}", "dim"))
    for step in steps:
        mark, colour = MARKS[step.verb]
        line = Text.assemble("  ", (f"{mark} {step.verb}", colour), terminal.printable(step.what[len(step.verb) :]))
        if step.attribute:
            hidden = step.attribute in secret
            stands, back = (
                HIDDEN if hidden else json.dumps(one, ensure_ascii=False) for one in (step.stands, step.back)
            )
            line = Text.assemble(line, f"  {terminal.printable(stands)} → {terminal.printable(back)}")
        yield line


def _closing(local: Local, steps: Sequence[Inverse], left: int, *, apply: bool) -> Text:
    people = terminal.counted(len({step.person for step in steps}), "person", "people")
    if not steps:
        return Text("There is nothing that can be taken back. Nothing was written.", style="bold")
    count = terminal.counted(len(steps), "step", "steps")
    if not apply:
        rest = f" {left:,} cannot be taken back." if left else ""
        return Text(f"{count} for {people}.{rest} Nothing was written; --apply does it.", style="bold")
    if local.remote:
        return Text(" ".join([f"{count} for {people}.", *asked(local)]))
    return Text(
        f"{terminal.counted(len(local.story.actions), 'write', 'writes')} for {people}. "
        "It stays so until HR or the policy wants something else of them.",
        style="bold",
    )


async def _held(local: Local, steps: Sequence[Inverse]) -> list[Any]:
    people = {step.person for step in steps}
    return [one for one in await held(local.engine) if one.person in people]


async def _names(local: Local, made: Package, late: Sequence[Left]) -> dict[tuple[str, str], Name]:
    some: list[Inverse | Left] = [*made.steps, *made.left, *late]
    keys = {(one.person, one.target) for one in some}
    return {(person, target): await name_of(local.engine, person, target) for person, target in keys}


async def _plain(local: Local, made: Package, late: Sequence[Left], *, apply: bool) -> dict[str, Any]:
    """For programs: names of what is taken back, and no value."""
    names = await _names(local, made, late)

    def said(one: Inverse | Left) -> dict[str, str]:
        found = {"person": names[one.person, one.target].hr_id, "target": one.target, "step": one.what}
        return found | ({"because": one.because} if isinstance(one, Left) else {})

    done = {"done": dict(sorted(report.verbs(local).items()))} if apply else {}
    return {
        "run": cohort_name(made.run),
        "package": made.hash,
        "steps": list(map(said, made.steps)),
        "left": list(map(said, [*made.left, *late])),
        **done,
    }
