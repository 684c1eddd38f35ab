"""What `joinly hr check` does: HR is read once, and what is wrong in it is told in the forms that were asked for."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
from rich.console import Console

import connectors
from shared.checks.policy import check
from shared.cli import terminal
from shared.cli.ending import FAILED, LATER, OK, complain
from shared.cli.hr_html import document
from shared.cli.hr_page import Line, plain, report_csv, report_lines
from shared.cli.local import Local, open_local
from shared.cli.progress import Progress
from shared.cli.stopping import until_done
from shared.connector import Manifest
from shared.engine import Report, check_hr
from shared.errors import Misconfigured, TryLater
from shared.policy_words import near


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know of HR, and in which forms."""

    policy: Path
    data: Path
    on: date | None
    hr: Path | None
    sources: tuple[str, ...]
    csv: Path | None
    html: Path | None
    values: bool
    everyone: bool
    as_json: bool


def check_policy(asked: Asked) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing could be read."""
    return until_done(_check(asked), "nothing was written")


async def _check(asked: Asked) -> int:
    async with open_local(asked.policy, asked.data, asked.on, asked.hr, preview=True, asks=True) as local:
        sources = _sources(local, asked.sources)
        with Progress(Console(stderr=True, highlight=False)) as progress:
            report = await check_hr(local.engine, sources, lambda source, count: progress(f"{source}: {count:,}", 0))
        if report.troubles and not report.people:
            raise report.troubles[0]
        _show(local, report, asked)
    for trouble in report.troubles:
        complain(f"{trouble}; what only all sources together show is left out")
    if not report.troubles:
        return OK
    return LATER if all(isinstance(one, TryLater) for one in report.troubles) else FAILED


def _sources(local: Local, wanted: Sequence[str]) -> list[str]:
    known = list(local.engine.sources)
    for name in wanted:
        if name not in known:
            raise Misconfigured(f"the policy has no source {name}; it has {', '.join(known)}{near(name, known)}")
    return [name for name in known if not wanted or name in wanted]


def _show(local: Local, report: Report, asked: Asked) -> None:
    lines = _lines(local, report, values=asked.values)
    day, customer = local.engine.today, local.found.policy.customer
    if asked.csv is not None:
        _write(asked.csv, "\ufeff" + report_csv(lines, values=asked.values))
    if asked.html is not None:
        _write(asked.html, document(customer, day, report.people, lines))
    if asked.as_json:
        click.echo(json.dumps({"day": day.isoformat(), "people": report.people, "findings": [*map(plain, lines)]}))
        return
    page = terminal.console()
    terminal.show(page, report_lines(page, report.people, lines, asked.everyone))


def _lines(local: Local, report: Report, *, values: bool) -> list[Line]:
    """The findings with the pages where they are corrected; values only where they were asked for."""
    built = check(local.found, connectors.manifest)
    manifests: dict[str, Manifest] = {
        name: connectors.manifest(rules.connector) for name, rules in local.found.policy.sources.items()
    }
    found = []
    for one in report.findings:
        link = manifests[one.source].link
        url = link(built["sources", one.source], one.hr_id) if link and one.hr_id else None
        found.append(Line(one, url or "", dict(one.values) if values else {}))
    return found


def _write(path: Path, text: str) -> None:
    """A new file is for whoever wrote it alone, for it may hold personal data. Raises `Misconfigured`."""
    try:
        with open(
            path, "w", encoding="utf-8", newline="", opener=lambda name, flags: os.open(name, flags, 0o600)
        ) as file:
            file.write(text)
    except OSError as error:
        raise Misconfigured(f"{path}: it cannot be written ({error.strerror})") from None
