"""What `joinly permissions` does: the least that each app must be allowed for a policy, as text, JSON or a script."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import groupby
from pathlib import Path

import click

import connectors
from shared.checks.policy import check
from shared.cli import deployment_file
from shared.cli.permissions_script import script_of
from shared.cli.place import is_deployment
from shared.cli.policy_text import refusing, text_of
from shared.connector import App
from shared.permissions import Need, needs, secrets
from shared.policy import Policy
from shared.policy_file import PolicyText

HEADINGS = {App.READ: "The app that reads HR and decides", App.WRITE: "The app that writes to targets"}


def print_permissions(policy: Path, *, script: bool, as_json: bool) -> None:
    """Raises `Ended` with every mistake when the policy cannot be used."""
    found, label = asyncio.run(_policy(policy))
    with refusing(label):
        built = check(found, connectors.manifest)
    needed = tuple(needs(found.policy, built, connectors.manifest))
    if script:
        click.echo(script_of(needed), nl=False)
    elif as_json:
        click.echo(json.dumps({app: _as_json(app, needed, found.policy) for app in App}, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(line for app in App for line in _lines(app, needed, found.policy)))


async def _policy(place: Path) -> tuple[PolicyText, Path]:
    """The policy of a file, or the active one of a data folder or deployment; what its mistakes are shown with."""
    if not is_deployment(place):
        return await text_of(place)
    deployment_file.prepare(place)
    from shared.cli import deployment
    from shared.cli.deployed import policy_of

    async with AsyncExitStack() as stack:
        return await policy_of(await deployment.connect(place, stack), place)


def _as_json(app: App, needed: Sequence[Need], policy: Policy) -> dict[str, object]:
    own = [one for one in needed if one.app is app]
    rows = [
        {"name": one.name, "given_by": one.permission.by, "place": one.place, "why": one.permission.why} for one in own
    ]
    return {"permissions": rows, "secrets": list(secrets(policy)[app])}


def _lines(app: App, needed: Sequence[Need], policy: Policy) -> Iterator[str]:
    yield f"{HEADINGS[app]} ({app}):"
    own = [one for one in needed if one.app is app]
    for (place, by), some in groupby(own, key=lambda one: (one.place, one.permission.by)):
        yield f"  {place}, given by {by}:"
        yield from (f"    {one.name}: {one.permission.why}" for one in some)
    if not own:
        yield "  no permission"
    yield f"  secrets it reads: {', '.join(secrets(policy)[app]) or 'none of the policy'}"
