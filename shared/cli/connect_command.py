"""`joinly connect` as the command line shows it; what it does is loaded only when it is used."""

from pathlib import Path

import click

from shared.cli.commands import DATA, JSON, POLICY, data_of
from shared.cli.ending import EXIT_CODES

EPILOG = f"""\b
Examples:
  joinly connect config/example.yaml --list
  joinly connect config/example.yaml hr
  joinly connect config/example.yaml hr --no-browser    on a machine without one

{EXIT_CODES}"""


@click.command(epilog=EPILOG, short_help="Let a person consent to a system, or see until when consents hold.")
@POLICY
@click.argument("system", default="", metavar="[SYSTEM]")
@click.option("--list", "listed", is_flag=True, help="Show every system and its tokens; 1 when a consent is missing.")
@click.option("--no-browser", is_flag=True, help="Print the address, and take the one you are sent to from the prompt.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Wait on this port, not on a free one."
)
@click.option(
    "--minutes", type=click.FloatRange(0.01, 60), default=5.0, metavar="N", help="Wait so many minutes, not 5."
)
@JSON
@DATA
@click.pass_context
def connect(
    ctx: click.Context,
    policy: Path,
    system: str,
    listed: bool,
    no_browser: bool,
    port: int,
    minutes: float,
    as_json: bool,
    data: Path | None,
) -> None:
    """Let a person consent in the browser that Joinly may use SYSTEM, a source or target of POLICY.

    A system to which the app signs in itself is signed in to once, to see that it works. What is granted is kept
    encrypted, renewed by itself, and shown with --list.
    """
    from shared.cli.connect import Asked, connect_system, list_systems

    if listed == bool(system):
        raise click.UsageError("say either SYSTEM or --list.")
    if as_json and not listed:
        raise click.UsageError("--json goes with --list.")
    folder = data_of(policy, data)
    if listed:
        ctx.exit(list_systems(policy, folder, as_json=as_json))
    asked = Asked(policy=policy, data=folder, system=system, browser=not no_browser, port=port, minutes=minutes)
    ctx.exit(connect_system(asked))
