"""What `joinly policy activate` and `rollback` do: show what it means, have that confirmed, and only then do it.

Whoever was faster is heard: an activation is refused when another policy has become active since it was looked at.
"""

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from shared.cli import terminal
from shared.cli.ending import FAILED, LATER, OK, Ended, complain
from shared.cli.policy_consequences import Consequences
from shared.cli.policy_home import Home, at, now
from shared.cli.policy_text import Given
from shared.cli.policy_versions import meant
from shared.cli.stopping import until_done
from shared.errors import Misconfigured, Refused, TryLater
from shared.policies import Activation


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """Who is careful how: why it is done, and how many people may be touched without being asked again."""

    because: str
    yes: int | None
    """At most so many people; None to be asked."""
    unseen: bool
    """Although nobody can say what it means."""
    on: date | None
    everyone: bool


def activate_policy(place: Path, version: str, word: Word) -> int:
    """The exit code. Raises `Ended`, `Misconfigured`, `Refused` and `TryLater`, with nothing changed."""
    return until_done(_activate(place, version, word), "`joinly policy list` says which one is active")


def roll_back(place: Path, word: Word) -> int:
    return until_done(_roll_back(place, word), "`joinly policy list` says which one is active")


async def _activate(place: Path, version: str, word: Word) -> int:
    async with at(place) as home:
        active, name = await home.policies.activation(), await home.version(version)
        if active is not None and active.version == name:
            raise Refused(f"{name} is active already, since {active.at:%Y-%m-%d %H:%M} UTC")
        given = await home.given(name)
        found = await _agreed(home, given, active, word)
        by = await home.by()
        done = await home.policies.activate(name, by=by, at=now(), because=word.because, after=active)
        return await _said(home, done, given, active, found)


async def _roll_back(place: Path, word: Word) -> int:
    async with at(place) as home:
        active = await home.policies.activation()
        behind = await home.policies.behind(active) if active else None
        if active is None or behind is None:
            raise Refused("no other policy was active before; there is nothing to go back to")
        given = await home.given(behind.version)
        click.echo(f"Back from {active.version}, which {active.by} activated: {active.because}")
        found = await _agreed(home, given, active, word)
        done = await home.policies.roll_back(by=await home.by(), at=now(), because=word.because, after=active)
        return await _said(home, done, given, active, found)


async def _agreed(home: Home, given: Given, active: Activation | None, word: Word) -> Consequences:
    """What it means, once somebody has agreed to that. Raises `Ended` when nobody has."""
    found, page = await _seen(home, given, active, word), terminal.console()
    if page.is_terminal or word.everyone or found.unknown:
        terminal.show(page, found.lines(page, everyone=word.everyone))
    else:
        click.echo(found.closing())  # what a pipeline prints is kept by it, and values are nobody's to keep
    if found.unknown and not word.unseen:
        text = "nothing was changed; --unseen activates it all the same, and the limits hold in any case"
        raise Ended(f"joinly: {text}", LATER if found.passes else FAILED)
    if found.people and word.yes is None:
        _typed(found.people)
    elif word.yes is not None and found.people > word.yes:
        text = f"--yes {word.yes:,} was said, and {terminal.counted(found.people, 'person is', 'people are')} touched"
        raise Ended(f"joinly: {text}; nothing was changed", FAILED)
    return found


async def _seen(home: Home, given: Given, active: Activation | None, word: Word) -> Consequences:
    """What it means against the active one; unknown where this version of Joinly cannot read that."""
    try:
        old = await home.given(active.version) if active else None
    except (Ended, Misconfigured, Refused) as error:
        return Consequences(unknown=f"the active policy cannot be read by this version of Joinly ({error})")
    return await meant(home, given, old, word.on)


def _typed(people: int) -> None:
    """Have somebody at a terminal type the number. Raises `Ended` when they do not, and where nobody can."""
    touched = terminal.counted(people, "person is", "people are")
    if not sys.stdin.isatty():
        raise Ended(f"joinly: {touched} touched; nothing was changed. --yes {people} says that this is meant", FAILED)
    click.echo(f"{touched} touched. Type the number to go on: ", err=True, nl=False)
    if sys.stdin.readline().strip() != str(people):
        raise Ended("joinly: that is another number; nothing was changed", FAILED)


async def _said(home: Home, done: Activation, given: Given, before: Activation | None, found: Consequences) -> int:
    """Tell the ledger and whoever asked. The activation stands, also when the ledger cannot be told now."""
    people = None if found.unknown else found.people
    heard = "the deployment goes by it within a minute" if home.there else f"`joinly run {home.place}` goes by it"
    click.echo(f"{done.version} is active, by {done.by}; {heard}.")
    try:
        await home.tell(done, given[0], people, before.version if before else "")
    except (Misconfigured, TryLater) as error:
        complain(f"it is active, and the ledger could not be told: {error}; `joinly policy list` keeps who and why")
        return FAILED
    return OK
