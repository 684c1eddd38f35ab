"""What waits for a person, grouped by reason: one plain sentence for each reason, then whom it concerns."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from shared.cli import terminal
from shared.engine import Held
from shared.reasons import sentence

FEW = 4
"""People named for each reason; the others are counted. One more is named rather than counted."""


def waiting(holds: Sequence[Held]) -> list[dict[str, str]]:
    """For programs: who waits and the code of the reason, once each."""
    return [{"person": person, "reason": reason} for person, reason in dict.fromkeys(map(_key, holds))]


def held_lines(page: Console, holds: Sequence[Held], everyone: bool) -> Iterator[Text]:
    if not holds:
        return
    people = len({one.person for one in holds})
    yield Text()
    yield Text(f"Held ({people:,})", style="bold magenta")
    for reason in sorted({one.reason for one in holds}):
        yield from _reason(page, reason, [one for one in holds if one.reason == reason], everyone)


def _key(one: Held) -> tuple[str, str]:
    return one.hr_id, one.reason


def _reason(page: Console, reason: str, holds: Sequence[Held], everyone: bool) -> Iterator[Text]:
    """Detail that is the same for all of them is said once."""
    people = list(dict.fromkeys(one.hr_id for one in holds))
    count = f" ({len(people):,})" if len(people) > 1 else ""
    said = sentence(reason)
    lead = Text.assemble("  ", (f"{reason}{count}", "magenta"), ": " if said else "")
    yield terminal.hanging(page, lead, Text(said))
    shown = people if everyone or len(people) <= FEW + 1 else people[:FEW]
    details = {who: "; ".join(dict.fromkeys(one.because for one in holds if one.hr_id == who)) for who in shown}
    if len(set(details.values())) == 1 and len(shown) > 1:
        names = ", ".join(_called(who) for who in shown)
        yield terminal.hanging(page, Text("    "), Text(names))
        yield terminal.hanging(page, Text("    "), Text(terminal.printable(details[shown[0]]), style="dim"))
    else:
        yield from terminal.table(page, [(_called(who), because) for who, because in details.items()], 4)
    if len(shown) < len(people):
        yield Text(f"    … and {len(people) - len(shown):,} more; --all names everyone", style="dim")


def _called(hr_id: str) -> str:
    return terminal.printable(hr_id) or "(no id)"
