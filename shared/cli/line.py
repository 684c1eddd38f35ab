"""A line of the ledger as programs and people read it; values of what the policy calls sensitive stay hidden."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from shared.cli.plan import HIDDEN
from shared.ledger import ADMITTED, APPEARED, CHANGED, HELD, MAPPED, MISSING, REJECTED, RETURNED, Entry, Outcome, Turn
from shared.model import Value
from shared.policy import Policy
from shared.reasons import sentence

SAID = {
    APPEARED: "tells of them for the first time",
    MISSING: "does not hold them any longer",
    RETURNED: "holds them again",
    REJECTED: "gives a record that cannot be used",
}
OUTCOMES = {
    Outcome.UNANSWERED: "nobody knows whether it was done",
    Outcome.FOUND: "the answer was lost; it was found to be done",
    Outcome.REFUSED: "declined",
}
WORDS = {Turn.SET: "sets ", Turn.CHANGED: "changes ", Turn.EMPTIED: "empties ", Turn.LEFT: "leaves ", "": "of "}
"""What becomes of attributes; nothing is known of those that somebody only asked for."""


def day_bounds(policy: Policy, since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """The moments (UTC) from the begin of one civil day to the end of another."""

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), policy.time_zone).astimezone(UTC)

    return midnight(since) if since else None, midnight(until + timedelta(days=1)) if until else None


def cohort_name(cohort: str) -> str:
    """A cohort as people write it: `poll/hr/4` needs no quotes in a shell."""
    return cohort.replace("|", "/")


def cohort_of(name: str) -> str:
    return name.replace("/", "|")


def plain(entry: Entry, hr_id: str, policy: Policy, *, values: bool) -> dict[str, Any]:
    """One object for programs; what is empty is left out."""
    found: dict[str, Any] = {
        "at": entry.at.isoformat(),
        "person": hr_id,
        "id": entry.person,
        "place": entry.place,
        "what": entry.verb,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "account": entry.account,
        "attributes": dict(entry.attributes),
        "entitlement": entry.entitlement,
        "because": entry.because,
        "rule": entry.rule,
        "contract": entry.contract,
        "cohort": cohort_name(entry.cause),
        "by": entry.by,
        "version": entry.version,
        "policy": entry.policy,
        "operation": entry.operation,
        "beside": dict(entry.beside),
    }
    if values:
        found["values"] = {name: list(pair) for name, pair in shown(entry, policy).items()}
    return {name: value for name, value in found.items() if value}


def shown(entry: Entry, policy: Policy) -> Mapping[str, tuple[Value, Value]]:
    """The values of a line, hidden where the policy calls them sensitive by now."""
    secret = policy.sensitive(entry.place)
    hidden = (HIDDEN, HIDDEN)
    return {name: hidden if name in secret else pair for name, pair in entry.values.items()}


def who(entry: Entry) -> str:
    """Who or what the line is about to say something of."""
    if entry.by and not entry.written:
        return entry.by
    if entry.verb in (*SAID, CHANGED):
        return "HR"
    return {MAPPED: "policy", ADMITTED: "limits", HELD: "held"}.get(entry.verb, entry.place)


def sentences(entry: Entry, policy: Policy, *, values: bool) -> Iterator[str]:
    """What the line says, in parts that belong on one line."""
    if entry.verb in SAID:
        yield SAID[entry.verb] + (f": {sentence(entry.reason) or entry.reason}" if entry.reason else "")
    elif entry.verb == MAPPED:
        yield from _mapped(entry)
    elif entry.verb == ADMITTED:
        yield from _admitted(entry)
    elif entry.verb == HELD:
        yield f"{entry.place}: {entry.because or sentence(entry.reason)}"
    elif entry.verb != CHANGED:
        yield entry.verb + (f" {entry.entitlement.replace(':', ' ', 1)}" if entry.entitlement else "")
        if "run" in entry.beside:
            yield f"of {cohort_name(str(entry.beside['run']))}"
    if entry.attributes:
        yield from _attributes(entry, policy, values=values)
    if entry.outcome in OUTCOMES:
        reason = f": {sentence(entry.reason) or entry.reason}" if entry.reason else ""
        yield OUTCOMES[Outcome(entry.outcome)] + reason
    if entry.by and not entry.written and entry.because:
        yield entry.because


def _mapped(entry: Entry) -> Iterator[str]:
    before, after = entry.beside.get("stages", ["", ""])
    moved = f"{before} → {after}" if before and before != after else after
    contract = f" (contract {entry.contract})" if entry.contract else ""
    yield f"{entry.place}: {moved}, {entry.because}{contract}"
    for name, rule in entry.beside.get("gains", {}).items():
        yield f"+ {name.replace(':', ' ', 1)}" + (f" ({rule})" if rule else "")
    for name in entry.beside.get("loses", ()):
        yield f"- {name.replace(':', ' ', 1)}"
    if entry.beside.get("names"):
        yield "their names follow from something else now"


def _admitted(entry: Entry) -> Iterator[str]:
    if permitted := entry.beside.get("permitted"):
        yield f"{entry.place}: allowed to {', '.join(permitted)}"
    if held := entry.beside.get("held"):
        yield f"{entry.place}: " + ", ".join(f"{what} waits ({reason})" for what, reason in held.items())


def _attributes(entry: Entry, policy: Policy, *, values: bool) -> Iterator[str]:
    """What became of attributes: with values one by one, else those that became the same together."""
    known = {name: pair for name, pair in shown(entry, policy).items() if HIDDEN not in pair} if values else {}
    for name, pair in known.items():
        before, after = (json.dumps(value, ensure_ascii=False) for value in pair)
        yield f"{name} {before} → {after}"
    for turn, word in WORDS.items():
        if names := [name for name, became in entry.attributes.items() if became == turn and name not in known]:
            yield f"{word}{', '.join(names)}"
