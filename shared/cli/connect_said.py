"""What `joinly connect` says of a system's tokens: what was granted and until when, never a token."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from shared.cli import terminal
from shared.cli.ending import FAILED, OK, complain
from shared.oauth.forms import OAuth
from shared.tokens.alarm import Dying, dying, sentence
from shared.tokens.deciding import Known, Rules, end

Found = Mapping[str, tuple[OAuth, Known | None]]


def told(place: str, oauth: OAuth, known: Known, zone: ZoneInfo) -> Iterator[str]:
    """What somebody who has just connected a system wants to know."""
    yield f"{place} is connected."
    yield from (f"  {line}" for line in _lines(oauth, known, zone))


def _lines(oauth: OAuth, known: Known, zone: ZoneInfo) -> Iterator[str]:
    if known.scopes:
        yield f"Granted: {', '.join(terminal.printable(one) for one in known.scopes)}"
    if missing := [one for one in oauth.scopes if known.scopes and one not in known.scopes]:
        yield f"Asked for and not granted: {', '.join(missing)}"
    if known.good_until:
        yield f"The access token is good until {_moment(known.good_until, zone)}; it is renewed when it is needed."
    if not oauth.rules.consents:
        yield "Nobody has to consent: the app signs in again by itself."
    elif dies := end(oauth.rules, known):
        yield f"The consent lives until {_moment(dies, zone)}; Joinly renews it well before."
    else:
        yield "The consent lives until somebody revokes it."


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def told_of_all(found: Found, now: datetime, zone: ZoneInfo, *, as_json: bool) -> int:
    """Every system, one by one; the exit code says whether a person must do something."""
    alarms = {one.place: one for one in dying(_rules(found), now)}
    if as_json:
        click.echo(
            json.dumps({"systems": [_plain(place, *found[place], alarms.get(place)) for place in sorted(found)]})
        )
    else:
        for place in sorted(found):
            click.echo(f"{place}")
            for line in _state(*found[place], zone):
                click.echo(f"  {line}")
        if not found:
            click.echo("No system of this policy signs in with tokens.")
    for alarm in alarms.values():
        complain(sentence(alarm.place, alarm.why))
    return FAILED if alarms else OK


def _rules(found: Found) -> Mapping[str, tuple[Rules, Known | None]]:
    return {place: (oauth.rules, known) for place, (oauth, known) in found.items()}


def _state(oauth: OAuth, known: Known | None, zone: ZoneInfo) -> Iterator[str]:
    if known is None:
        yield "Never connected." if oauth.rules.consents else "Has not signed in yet; it does so by itself."
    elif known.dead:
        yield f"Its consent is dead ({known.dead})."
    else:
        yield from _lines(oauth, known, zone)


def _plain(place: str, oauth: OAuth, known: Known | None, alarm: Dying | None) -> dict[str, object]:
    moments = {
        "consented": known.consented if known else None,
        "access_until": known.good_until if known else None,
        "consent_until": end(oauth.rules, known) if known and oauth.rules.consents else None,
    }
    return {
        "system": place,
        "consent": oauth.rules.consents,
        "scopes": list(known.scopes) if known else [],
        **{name: at.isoformat() for name, at in moments.items() if at},
        "alarm": alarm.why if alarm else "",
    }
