"""When the alarm goes: consents that are dead, were never given, or will die though a timer renews them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.tokens.deciding import Known, Rules, Why, end

THIRD = 3
"""It goes when a third of a consent's life is left: renewing it has failed for a while by then."""

MONTH = timedelta(days=30)
"""It goes so long before the end at most."""


@dataclass(frozen=True, slots=True)
class Dying:
    """A consent that a person must look at."""

    place: str
    why: Why
    ends: datetime | None = None


def dying(tokens: Mapping[str, tuple[Rules, Known | None]], now: datetime) -> Iterator[Dying]:
    """Every consent that is dead, was never given, or will die soon though the timer renews it; in order of place."""
    for place, (rules, known) in sorted(tokens.items()):
        if not rules.consents:
            continue
        if known is None or (known.given is None and not known.dead):
            yield Dying(place, Why.NEVER)
        elif known.dead:
            yield Dying(place, Why.REFUSED)
        elif (ends := end(rules, known)) and now >= ends - _warning(known, ends):
            yield Dying(place, Why.SOON, ends)


def _warning(known: Known, ends: datetime) -> timedelta:
    began = known.given if known.given else ends
    return min((ends - began) / THIRD, MONTH)


SENTENCES = {
    Why.NEVER: "nobody has consented to it yet",
    Why.REFUSED: "its refresh token was refused for good (revoked, too long unused, or an answer was lost)",
    Why.SOON: "its consent ends soon and could not be renewed",
}


def sentence(place: str, why: Why) -> str:
    """What is the matter and what to do."""
    return f"{place}: {SENTENCES[why]}; a person must consent: joinly connect POLICY {place}"
