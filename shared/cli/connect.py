"""What `joinly connect` does: a person consents in a browser, or the app signs in itself; what comes of it is kept.

The tokens are saved before anything is said, and nothing that is shown holds one.
"""

import secrets
import webbrowser
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from shared.cli.connect_page import CLOSE, Page, listening
from shared.cli.connect_said import told, told_of_all
from shared.cli.connect_where import Where, opened
from shared.cli.ending import OK
from shared.cli.kept_tokens import now
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.engine.ledger import note
from shared.errors import Misconfigured, TryLater
from shared.oauth.asking import Asking
from shared.oauth.consent import NotOurs, Question
from shared.oauth.forms import OAuth
from shared.tokens.access import Gone
from shared.tokens.deciding import Known, connected

THEN = "nothing was kept; connect again"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody said on the command line."""

    policy: Path
    data: Path
    system: str
    browser: bool
    port: int
    minutes: float


def connect_system(asked: Asked) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater`."""
    return until_done(_connect(asked), THEN)


def list_systems(policy: Path, data: Path, *, as_json: bool) -> int:
    """The exit code: 1 when a person must do something. Raises `Ended`, `Misconfigured` and `TryLater`."""
    return until_done(_list(policy, data, as_json), "nothing was changed")


async def _connect(asked: Asked) -> int:
    async with opened(asked.policy, asked.data) as where:
        place = where.place(asked.system)
        oauth = where.systems[place]
        if oauth.rules.consents:
            await _consent(asked, where, place)
        else:
            await where.access(place)()
        known = await where.rows(place).peek(place)
        if known is not None:
            click.echo("\n".join(told(place, oauth, known, where.local.found.policy.time_zone)))
        return OK


async def _list(policy: Path, data: Path, as_json: bool) -> int:
    async with opened(policy, data) as where:
        found = {place: (oauth, await where.rows(place).peek(place)) for place, oauth in where.systems.items()}
        return told_of_all(found, now(), where.local.found.policy.time_zone, as_json=as_json)


async def _consent(asked: Asked, where: Where, place: str) -> None:
    """Ask a person and keep what they give. Raises `Misconfigured` when they say no, `TryLater` when they do not."""
    oauth, asking = where.systems[place], where.asking(place)
    client = (await asking.client()).id
    await where.tokens.keys(again=False)  # a consent is not asked for that could not be kept
    here = asked.browser and (not oauth.redirect or _question(oauth, client, oauth.redirect).on_this_machine)
    if not here:
        question = _question(oauth, client, oauth.redirect or f"http://127.0.0.1:{asked.port or 8917}/")
        await _kept(where, place, asking, question, _pasted(place, question))
        return
    async with listening(oauth.redirect, asked.port) as waiting:
        question = _question(oauth, client, waiting.redirect)
        waiting.code = question.code
        _invite(place, question, asked.minutes)
        try:
            code, page = await waiting.answer(asked.minutes * 60)
        except TimeoutError:
            raise TryLater(f"{place}: nobody consented within {asked.minutes:g} minutes") from None
        try:
            known = await _kept(where, place, asking, question, code)
        except BaseException as error:
            said = str(error) if isinstance(error, Misconfigured | TryLater) else "Joinly was stopped"
            page.set_result(Page("It did not work", (f"{said}.", CLOSE)))
            raise
        zone = where.local.found.policy.time_zone
        _, *lines = told(place, oauth, known, zone)
        page.set_result(
            Page(f"{place} is connected", ("This window can be closed.",), tuple(line.strip() for line in lines), True)
        )


def _question(oauth: OAuth, client: str, redirect: str) -> Question:
    return Question(oauth, client, redirect, state=secrets.token_urlsafe(24), verifier=secrets.token_urlsafe(48))


def _invite(place: str, question: Question, minutes: float) -> None:
    click.echo(f"Consent for {place} in your browser, as the user whose rights Joinly is to have. If none opens:\n")
    click.echo(f"  {question.address}\n")
    click.echo(f"Waiting {minutes:g} minutes; Ctrl-C ends it.", err=True)
    with suppress(webbrowser.Error):
        webbrowser.open(question.address)


def _pasted(place: str, question: Question) -> str:
    """The code in the address that the person pastes; asked again while it is not the right one."""
    click.echo(f"Open this address in any browser, as the user whose rights Joinly is to have in {place}:\n")
    click.echo(f"  {question.address}\n")
    click.echo("Afterwards the browser shows a page that cannot be opened. Copy its whole address and paste it here.")
    while True:
        text = click.prompt("Address", type=str, prompt_suffix=": ")
        try:
            return question.pasted(text)
        except NotOurs as other:
            click.echo(f"joinly: {other}", err=True)


async def _kept(where: Where, place: str, asking: Asking, question: Question, code: str) -> Known:
    """Exchange the code and keep the tokens. Raises `Misconfigured` and `TryLater`."""
    answer = await asking.code(code, question.redirect, question.verifier)
    if isinstance(answer, Gone):
        raise Misconfigured(f"{place}: the code was not accepted ({answer.code}); it lives for minutes only: try again")
    if not answer.given.refresh:
        raise Misconfigured(
            f"{place}: the consent gave no refresh token, so it would end within the hour; check that the client may "
            "ask for offline access"
        )
    rows = where.rows(place)
    known = connected(await rows.peek(place), answer.given, now())
    await note(where.local.engine, "", place.partition(".")[2], "connect", by=await who(where.local))
    await rows.put(place, known, answer.pair)
    return known
