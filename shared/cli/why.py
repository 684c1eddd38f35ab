"""What `joinly why` does: why somebody has something or does not, on a day, and what was written about it."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from shared.cli import terminal
from shared.cli.ending import OK, complain
from shared.cli.explain import hear, known_attribute
from shared.cli.explanation import Veil
from shared.cli.explanation import lines as explained
from shared.cli.explanation_json import plain as explained_plain
from shared.cli.history import entries_of
from shared.cli.line import cohort_name, plain, sentences
from shared.cli.local import Local, open_local
from shared.cli.stopping import until_done
from shared.engine import explain
from shared.engine.reasoning import Day, Rule, Why, day_of, why
from shared.errors import Misconfigured
from shared.ledger import Entry, narrowed
from shared.reasons import sentence

MOST = 10
"""Lines of the ledger that are shown, the latest ones."""


def why_policy(
    policy: Path,
    data: Path,
    on: date | None,
    hr: Path | None,
    person: str,
    entitlement: str,
    attribute: str,
    *,
    as_json: bool,
) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing can be said."""
    return until_done(_why(policy, data, on, hr, person, entitlement, attribute, as_json), "nothing was written")


async def _why(
    policy: Path,
    data: Path,
    on: date | None,
    hr: Path | None,
    person: str,
    entitlement: str,
    attribute: str,
    wanted: bool,
) -> int:
    async with open_local(policy, data, on, hr, preview=True, asks=True) as local:
        known_attribute(local, attribute)
        day = day_of(local.engine, datetime.now(UTC))
        troubles = await hear(local) if day is not Day.PAST else []
        told = await entries_of(local, person)
        if attribute:
            found = await explain(local.engine, person)
            lines = [
                narrowed(entry, attribute)
                for entry in told
                if attribute in entry.attributes and entry.place in local.engine.targets
            ]
            said: Any = [explained_plain(one, local.engine.today, attribute, Veil()) for one in found]
            text = [line for one in found for line in explained(_page(), one, local.engine.today, attribute, Veil())]
            text += _lines(local, lines)
            said = {"found": said, "lines": _plain_lines(local, person, lines)}
        else:
            answers = await why(local.engine, person, entitlement, datetime.now(UTC))
            if not answers:
                raise Misconfigured(f"no rule gives {entitlement}, and nobody ever gave it to {person}")
            text = [line for one in answers for line in _answer(local, person, one, day)]
            said = {"answers": [_plain(local, person, one) for one in answers]}
        if wanted:
            click.echo(json.dumps({"person": person, "day": local.engine.today.isoformat(), "when": day, **said}))
        else:
            terminal.show(terminal.console(), text)
        for trouble in troubles:
            complain(f"{trouble}; this is what HR said before")
    return OK


def _page() -> Console:
    return terminal.console()


def _answer(local: Local, person: str, one: Why, when: Day) -> Iterator[Text]:
    what = one.entitlement.replace(":", " ", 1) or "account"
    day = local.engine.today
    yield Text.assemble(
        ("\n" + terminal.printable(f"{person}  {what}"), "bold"), (f"  {one.target}, {day.day} {day:%B %Y}", "dim")
    )
    yield _verdict(one, when)
    if when is Day.PAST:
        yield Text("  What was written is from the ledger; the rules are today's, and HR as it is now.", style="dim")
    page = _page()
    contract = f" (contract {one.contract})" if one.contract else ""
    rows = [("stage", f"{one.stage.name}: {one.because}{contract}")]
    rows += [(rule.place, _rule(rule)) for rule in one.rules]
    if one.entitlement and not one.rules:
        rows.append(("rules", "none gives it"))
    if one.undone is not None and _takes_part(one):
        rows.append(("undo", f"taken back by {one.undone.by}, until HR or the policy wants something else of them"))
    rows += [("waits", f"{reason}: {sentence(reason)}") for reason in one.waits]
    yield from terminal.table(page, rows, 2)
    yield from _lines(local, one.lines)


def _takes_part(one: Why) -> bool:
    """Whether what was taken back by hand has to do with it."""
    if one.undone is None:
        return False
    names = {f"{some.kind}:{some.name}" for some in one.undone.given | one.undone.taken}
    return one.entitlement in names if one.entitlement else one.undone.stage is not None


def _verdict(one: Why, when: Day) -> Text:
    """Whether they have it, beside what the policy wants."""
    if one.has is None:
        said = "Nothing is told of it until then." if when is Day.PAST else "The target cannot be asked now."
        return Text(f"  {said}", style="yellow")
    if when is Day.PAST:
        said = "They had it" if one.has else "They did not have it"
    elif when is Day.FUTURE:
        said = ("They have it now" if one.has else "They do not have it now") + (
            ", and on that day the policy wants it" if one.wanted else ", and on that day no rule gives it"
        )
    else:
        said = "They have it" if one.has else "They do not have it"
        if one.has is not one.wanted:
            said += ", and the policy wants it" if one.wanted else ", and no rule gives it"
    if one.has and one.entitlement and not one.ours and when is not Day.PAST:
        said += "; somebody else gave it"
    return Text(f"  {said}.", style="green" if one.has else "red")


def _rule(rule: Rule) -> str:
    return f"for {rule.asks}: " + (rule.fails or "gives it") if rule.place != "when" else rule.fails or "in scope"


def _lines(local: Local, lines: Sequence[Entry]) -> Iterator[Text]:
    """The latest lines of the ledger, each with its day and what caused it."""
    if not lines:
        yield Text("  The ledger tells nothing of it.", style="dim")
        return
    page, zone, policy = _page(), local.found.policy.time_zone, local.found.policy
    rows = [
        (
            f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}",
            "; ".join(sentences(entry, policy, values=True)),
            f"{cohort_name(entry.cause)}{' by ' + entry.by if entry.by else ''}".strip(),
        )
        for entry in lines[-MOST:]
    ]
    yield Text("  Ledger", style="bold")
    yield from terminal.table(page, [(at, f"{said}  ({cause})" if cause else said) for at, said, cause in rows], 4)
    if len(lines) > MOST:
        yield Text(f"    … and {len(lines) - MOST:,} earlier; `joinly history` tells all", style="dim")


def _plain_lines(local: Local, person: str, lines: Sequence[Entry]) -> list[dict[str, Any]]:
    return [plain(entry, person, local.found.policy, values=True) for entry in lines]


def _plain(local: Local, person: str, one: Why) -> dict[str, Any]:
    return {
        "source": one.source,
        "target": one.target,
        "entitlement": one.entitlement,
        "stage": one.stage.name,
        "because": one.because,
        "contract": one.contract,
        "has": one.has,
        "wanted": one.wanted,
        "ours": one.ours,
        "rules": [{"place": rule.place, "for": rule.asks, "fails": rule.fails or None} for rule in one.rules],
        "undone": one.undone.by if one.undone is not None and _takes_part(one) else None,
        "waits": list(one.waits),
        "lines": _plain_lines(local, person, one.lines),
    }
