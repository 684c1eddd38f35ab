"""What `joinly exceptions` does: make, end and list exceptions for one person, and carry out what follows at once."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from shared.cli import at_once, report, terminal
from shared.cli.ending import OK
from shared.cli.local import open_local, open_state
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.cli.whom import source_of, target_of
from shared.engine import Engine, blocking, exceptions
from shared.engine.blocking import Blocked
from shared.engine.exceptions import Listed
from shared.engine.records import human_of
from shared.exceptions import Exemption, Kind
from shared.model import Entitlement


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Which policy and state, and on which day."""

    policy: Path
    data: Path
    on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which exception is meant: whose, of which kind, on which target, and about what entitlement."""

    person: str
    kind: Kind
    entitlement: Entitlement | None
    target: str

    def on(self, engine: Engine) -> str:
        """The target it is for; "" for all of them, as a freeze is."""
        return "" if self.kind is Kind.FREEZE else target_of(engine, self.target)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """From when to when, who answers for it, and why."""

    first: date | None
    last: date
    owner: str
    because: str


def add_exception(place: Place, asked: Asked, terms: Terms) -> int:
    """The exit code. Raises `Ended`, `Misconfigured`, `Refused` and `TryLater`."""
    return until_done(_add(place, asked, terms), "what was done is kept")


def end_exception(place: Place, asked: Asked, because: str) -> int:
    return until_done(_end(place, asked, because), "what was done is kept")


def list_exceptions(place: Place, *, as_json: bool) -> int:
    return until_done(_list(place, as_json), "nothing was written")


async def _add(place: Place, asked: Asked, terms: Terms) -> int:
    async with open_local(place.policy, place.data, place.on, None) as local:
        engine, source = local.engine, await source_of(local.engine, asked.person)
        one = Exemption(
            kind=asked.kind,
            target=asked.on(engine),
            entitlement=asked.entitlement,
            first=terms.first,
            last=terms.last,
            owner=terms.owner,
            because=terms.because,
        )
        known = await exceptions.add(engine, source, asked.person, one, await who(local))
        await at_once.carry_out(local)
        said = f"{asked.person}: {_what(one)} {_when(one)}{', in place of the one before' if known else ''}."
        await at_once.show(local, await human_of(engine, source, asked.person), [said])
        return report.complain_of(local)


async def _end(place: Place, asked: Asked, because: str) -> int:
    async with open_local(place.policy, place.data, place.on, None) as local:
        engine, source = local.engine, await source_of(local.engine, asked.person)
        what = f"{asked.entitlement.kind}:{asked.entitlement.name}" if asked.entitlement else ""
        by, target = await who(local), asked.on(engine)
        await exceptions.end(engine, source, asked.person, asked.kind, target, what, by, because)
        await at_once.carry_out(local)
        said = f"{asked.person}: {_said(asked.kind, what, target)} has ended."
        await at_once.show(local, await human_of(engine, source, asked.person), [said])
        return report.complain_of(local)


async def _list(place: Place, as_json: bool) -> int:
    async with open_state(place.policy, place.data, place.on, looks=True) as local:
        engine = local.engine
        some, blocks = await exceptions.listed(engine), await blocking.blocked(engine)
        if as_json:
            shown = {"exceptions": [_json(engine, one) for one in some], "blocked": [_blocked_json(b) for b in blocks]}
            click.echo(json.dumps(shown))
            return OK
        page = terminal.console()
        lines = [*_lines(page, engine, some), *_blocked(page, engine, blocks)]
        terminal.show(page, lines or [Text("There is no exception, and nobody is blocked.")])
    return OK


def _lines(page: Console, engine: Engine, some: list[Listed]) -> Iterator[Text]:
    if not some:
        return
    yield Text()
    yield Text(f"Exceptions ({len(some):,})", style="bold")
    rows = [
        (
            one.hr_id,
            _what(one.exemption),
            _when(one.exemption),
            f"ends {_in(engine, one)}" if _soon(engine, one) else "",
            f"{one.exemption.owner} answers for it, {one.by} asked: {one.exemption.because}",
        )
        for one in some
    ]
    yield from terminal.table(page, rows, 2)


def _blocked(page: Console, engine: Engine, blocks: list[Blocked]) -> Iterator[Text]:
    if not blocks:
        return
    yield Text()
    yield Text(f"Blocked ({len(blocks):,})", style="bold red")
    zone = engine.policy.time_zone
    rows = [
        (one.hr_id, f"since {_day(one.block.at.astimezone(zone).date())}", f"{one.block.by}: {one.block.because}")
        for one in blocks
    ]
    yield from terminal.table(page, rows, 2)


def _what(one: Exemption) -> str:
    return _said(one.kind, one.what, one.target)


def _said(kind: Kind, what: str, target: str) -> str:
    return " ".join(part for part in (kind, what, f"on {target}" if target else "") if part)


def _when(one: Exemption) -> str:
    return f"{f'from {_day(one.first)} ' if one.first else ''}until {_day(one.last)}"


def _soon(engine: Engine, one: Listed) -> bool:
    return (one.exemption.last - engine.today).days <= engine.policy.exceptions.soon


def _in(engine: Engine, one: Listed) -> str:
    days = (one.exemption.last - engine.today).days
    return "today" if not days else f"in {terminal.counted(days, 'day', 'days')}"


def _json(engine: Engine, listed: Listed) -> dict[str, Any]:
    one = listed.exemption
    return {
        "person": listed.hr_id,
        "kind": str(one.kind),
        "target": one.target,
        "entitlement": one.what,
        "first": one.first.isoformat() if one.first else None,
        "last": one.last.isoformat(),
        "soon": _soon(engine, listed),
        "owner": one.owner,
        "by": listed.by,
        "because": one.because,
    }


def _blocked_json(one: Blocked) -> dict[str, Any]:
    return {
        "person": one.hr_id,
        "since": one.block.at.isoformat(),
        "by": one.block.by,
        "because": one.block.because,
        "strip": one.block.strip,
    }


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
