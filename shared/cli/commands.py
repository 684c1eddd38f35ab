"""The commands that need a policy, as the command line shows them; what they do is loaded only when they are used.

Loading the engine takes half a second, and `joinly --help` or `joinly eval` need none of it.
"""

from datetime import datetime
from pathlib import Path

import click

from shared.cli.ending import EXIT_CODES
from shared.cli.place import data_of as data_of

POLICY = click.argument("policy", type=click.Path(path_type=Path))
DATA = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder that holds the state.  [default: .joinly/<name of the policy>]",
)
ON = click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Pretend it is this day, such as 2026-12-01."
)
HR = click.option(
    "--hr", type=click.Path(path_type=Path), metavar="FILE", help="Read this export in place of the policy's own."
)
EVERYONE = click.option("--all", "everyone", is_flag=True, help="Name everyone; long lists are shortened otherwise.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")


RUN_EPILOG = f"""\b
Examples:
  joinly run config/example.yaml
  joinly run config/example.yaml --hr config/hr/people-next-week.csv
  joinly run config/example.yaml --on 2026-12-01     the day is pretended
  joinly run config/example.yaml --json | jq .actions

{EXIT_CODES}"""


@click.command(epilog=RUN_EPILOG, short_help="Read HR and bring every account in line.")
@POLICY
@DATA
@ON
@HR
@EVERYONE
@JSON
@click.pass_context
def run(
    ctx: click.Context,
    policy: Path,
    data: Path | None,
    on: datetime | None,
    hr: Path | None,
    everyone: bool,
    as_json: bool,
) -> None:
    """Read HR, compare, and bring every account in line.

    Running it again changes nothing until HR, the policy, the directory or the date does. What a person must decide
    is held, with the reason, and everybody else goes on.
    """
    from shared.cli.run import run_policy

    day = on.date() if on else None
    ctx.exit(run_policy(policy, data_of(policy, data), day, hr, everyone=everyone, as_json=as_json))


PREVIEW_EPILOG = f"""\b
Examples:
  joinly preview config/example.yaml
  joinly preview config/example.yaml --person 000105
  joinly preview new.yaml --against config/example.yaml    what a change of policy means
  joinly preview config/example.yaml --all | less
  joinly preview config/example.yaml --json | jq '.plan[] | select(.verb == "disable")'

\b
Marks:
  + given   ~ changed   = adopted   - taken away

{EXIT_CODES}"""


@click.command(epilog=PREVIEW_EPILOG, short_help="Show what a run would do; nothing is written.")
@POLICY
@click.option("--person", metavar="ID", help="Show this employee only.")
@click.option("--accept", metavar="ANSWER", default="", help="As if this doubted answer of HR had been accepted.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="OLD",
    help="Show only what POLICY does that the policy OLD would not: what a change of policy means, person by person.",
)
@DATA
@ON
@HR
@EVERYONE
@JSON
@click.pass_context
def preview(
    ctx: click.Context,
    policy: Path,
    person: str | None,
    accept: str,
    against: Path | None,
    data: Path | None,
    on: datetime | None,
    hr: Path | None,
    everyone: bool,
    as_json: bool,
) -> None:
    """Show what a run would do; nothing is written, neither to a system nor to the state.

    It is the same code as a run, on a copy of the state, with a client that lets only reading requests leave.
    """
    from shared.cli.preview import Asked, preview_policy

    day = on.date() if on else None
    asked = Asked(policy, data_of(policy, data), day, hr, person, accept, against, everyone=everyone, as_json=as_json)
    ctx.exit(preview_policy(asked))


RENAME_EPILOG = f"""\b
Examples:
  joinly rename config/example.yaml --person 000105 --undo
  joinly rename config/example.yaml --person 000105 --to userPrincipalName=s.degraaf@contoso.nl

{EXIT_CODES}"""


@click.command(epilog=RENAME_EPILOG, short_help="Give one person other names, or the old ones back.")
@POLICY
@click.option("--person", metavar="ID", required=True, help="The employee, by the id HR uses.")
@click.option("--target", metavar="NAME", default="", help="On this target; needed where the policy has several.")
@click.option("--to", "given", metavar="NAME=VALUE", multiple=True, help="The new name; may be repeated.")
@click.option("--undo", "back", is_flag=True, help="The names they had before they were last renamed.")
@DATA
@click.pass_context
def rename(
    ctx: click.Context, policy: Path, person: str, target: str, given: tuple[str, ...], back: bool, data: Path | None
) -> None:
    """Give one person other names, or the old ones back.

    It is done at once and needs no approval; who asked goes to the ledger. Nobody gets a name that somebody else holds
    or held lately, and the old names stay theirs.
    """
    from shared.cli.rename import names_of, rename_person

    if back == bool(given):
        raise click.UsageError("say either --undo or --to NAME=VALUE.")
    ctx.exit(rename_person(policy, data_of(policy, data), person, target, names_of(given), back=back))


EXPLAIN_EPILOG = f"""\b
Examples:
  joinly explain config/example.yaml --person 000105
  joinly explain config/example.yaml --person 000105 --attribute displayName
  joinly explain config/example.yaml --person 000105 --redact > for-a-ticket.txt

{EXIT_CODES}"""


@click.command(epilog=EXPLAIN_EPILOG, short_help="Say where each value of one person comes from.")
@POLICY
@click.option("--person", metavar="ID", required=True, help="The employee, by the id HR uses.")
@click.option("--attribute", metavar="NAME", default="", help="Explain this attribute only.")
@click.option("--redact", is_flag=True, help="Show how, and no value of anybody.")
@DATA
@ON
@HR
@JSON
@click.pass_context
def explain(
    ctx: click.Context,
    policy: Path,
    person: str,
    attribute: str,
    redact: bool,
    data: Path | None,
    on: datetime | None,
    hr: Path | None,
    as_json: bool,
) -> None:
    """Say where each value of one person comes from: contract, facts, each step of the rule, and what was written.

    HR is read, and nothing is written. Values of attributes that the policy calls sensitive are never shown.
    """
    from shared.cli.explain import explain_policy
    from shared.cli.explanation import Veil

    day = on.date() if on else None
    ctx.exit(
        explain_policy(policy, data_of(policy, data), day, hr, person, attribute, veil=Veil(redact), as_json=as_json)
    )


VALIDATE_EPILOG = f"""\b
Example:
  joinly validate config/example.yaml

{EXIT_CODES}"""


@click.command(epilog=VALIDATE_EPILOG, short_help="Name every mistake of a policy and what to do.")
@POLICY
def validate(policy: Path) -> None:
    """Check POLICY and name every mistake as file:line:column: key: what to do.

    Nothing is read but the policy itself: no HR system, no directory, no state.
    """
    from shared.cli.validate import validate_policy

    validate_policy(policy)


SANDBOX_EPILOG = f"""\b
Examples:
  joinly sandbox --policy config/example.yaml --port 8080
  joinly sandbox > access.json &
  curl -d grant_type=client_credentials -d client_id=… -d client_secret=… \\
       -d scope=https://graph.microsoft.com/.default TOKEN_URL
  curl -H "Authorization: Bearer …" BASE_URL/users

\b
To run a policy against it, name the tenant's id and base_url in the target's
settings, and give AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.

{EXIT_CODES}"""


@click.command(epilog=SANDBOX_EPILOG, short_help="Serve simulated systems for any client to use.")
@click.option(
    "--port",
    type=click.IntRange(0, 65534),
    default=0,
    metavar="N",
    help="The tenant's port; Personio takes the next one. Free ports are used when it is left out.",
)
@click.option(
    "--policy",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Put into a new tenant the groups and licences this policy names, and the accounts of FILE's .tenant.yaml.",
)
@click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help="Keep the tenant here between runs.")
def sandbox(port: int, policy: Path | None, data: Path | None) -> None:
    """Serve a simulated Entra tenant and a simulated Personio on loopback until Ctrl-C.

    Their addresses and credentials are printed as one JSON object; the secrets are new each time.
    """
    from shared.cli.sandbox import serve

    serve(port, policy, data)
