"""What `joinly policy push`, `list`, `show` and `diff` do: keep a version, name them, and say what one changes."""

import json
from collections.abc import Iterator
from datetime import date
from difflib import unified_diff
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

import connectors
from shared.checks.policy import warnings
from shared.cli import terminal
from shared.cli.ending import FAILED, LATER, OK
from shared.cli.policy_consequences import Consequences, consequences
from shared.cli.policy_home import Home, at
from shared.cli.policy_text import Given, shown, text_in
from shared.cli.progress import Progress
from shared.cli.stopping import until_done
from shared.policies import Activation

COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def push_policy(place: Path, file: Path, *, as_json: bool) -> int:
    """The exit code. Raises `Ended` with every mistake, `Misconfigured` and `TryLater`."""
    return until_done(_push(place, file, as_json), "push it again; it may be there or not")


def list_policies(place: Path, most: int, *, as_json: bool) -> int:
    return until_done(_list(place, most, as_json), "nothing was written")


def show_policy(place: Path, version: str) -> int:
    return until_done(_show(place, version), "nothing was written")


def diff_policy(place: Path, new: str, on: date | None, *, text_only: bool, everyone: bool, as_json: bool) -> int:
    return until_done(_diff(place, new, on, text_only, everyone, as_json), "nothing was written")


async def _push(place: Path, file: Path, as_json: bool) -> int:
    async with at(place) as home:
        text = text_in(file)
        found, _ = home.checked(text, file)
        known = found.hash in {one.name for one in await home.policies.versions()}
        await home.policies.keep(text)
        odd = warnings(found, connectors.manifest)
    for one in odd:
        click.echo(shown(file, one), err=as_json)
    if as_json:
        click.echo(json.dumps({"version": found.hash, "new": not known}))
        return OK
    said = "was pushed before" if known else "is pushed"
    click.echo(f"{file} {said} as {found.hash}. It is not active: `joinly policy diff {place} {found.hash}`")
    click.echo(f"says what it would change, and `joinly policy activate {place} {found.hash}` makes it active.")
    return OK


async def _list(place: Path, most: int, as_json: bool) -> int:
    async with at(place) as home:
        versions, history = await home.policies.versions(), await home.policies.history(most)
    active = history[0].version if history else ""
    if as_json:
        pushed = [{"version": one.name, "pushed": one.at.isoformat()} for one in versions]
        click.echo(json.dumps({"active": active, "versions": pushed, "activations": list(map(_plain, history))}))
        return OK
    page = terminal.console()
    terminal.show(page, _page(page, [(one.name, f"{one.at:%Y-%m-%d %H:%M}") for one in versions], history, active))
    return OK


def _page(page: Console, versions: list[tuple[str, str]], history: list[Activation], active: str) -> Iterator[Text]:
    if not versions:
        yield Text("No policy was pushed yet.")
        return
    yield Text(f"Pushed ({len(versions):,}; times are UTC)", style="bold")
    yield from terminal.table(page, [(name, at, "active" if name == active else "") for name, at in versions], 2)
    yield Text()
    yield Text("Activated, the latest first" if history else "None is active.", style="bold")
    rows = [
        (
            str(one.number),
            one.version,
            f"{one.at:%Y-%m-%d %H:%M}",
            f"{one.by}: {'rolled back: ' if one.rollback else ''}{one.because}",
        )
        for one in history
    ]
    yield from terminal.table(page, rows, 2)


def _plain(one: Activation) -> dict[str, object]:
    return one.model_dump(mode="json")


async def _show(place: Path, version: str) -> int:
    async with at(place) as home:
        name = await home.version(version) if version else (await home.policies.active()).hash
        click.echo(await home.policies.text(name), nl=False)
    return OK


async def _diff(place: Path, new: str, on: date | None, text_only: bool, everyone: bool, as_json: bool) -> int:
    async with at(place) as home:
        given = await home.given(new)
        active = await home.policies.activation()
        old = await home.given(active.version) if active else None
        found = Consequences() if text_only else await meant(home, given, old, on)
        texts = await _texts(home, new, old)
    if as_json:
        about = {"from": old[0].hash if old else "", "to": given[0].hash}
        click.echo(json.dumps({**about, **({} if text_only else found.as_json())}))
    else:
        page = terminal.console()
        terminal.show(page, _differences(texts, old[0].hash if old else "nothing", given[0].hash))
        if not text_only:
            terminal.show(page, [Text(), *found.lines(page, everyone=everyone)])
    return (LATER if found.passes else FAILED) if found.unknown else OK


async def meant(home: Home, given: Given, old: Given | None, on: date | None) -> Consequences:
    with Progress(Console(stderr=True, highlight=False)) as progress:
        return await consequences(home, given, old, on, progress)


async def _texts(home: Home, new: str, old: Given | None) -> tuple[str, str]:
    after = text_in(Path(new)) if Path(new).is_file() else await home.policies.text(await home.version(new))
    return await home.policies.text(old[0].hash) if old else "", after


def _differences(texts: tuple[str, str], old: str, new: str) -> Iterator[Text]:
    before, after = (text.splitlines() for text in texts)
    lines = list(unified_diff(before, after, f"active {old}", f"new {new}", lineterm=""))
    if not lines:
        yield Text("The two texts are the same.")
    for line in lines:
        yield Text(terminal.printable(line), style=COLOURS.get(line[:1], ""))
