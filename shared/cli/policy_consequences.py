"""What a change of policy means, person by person: found by the code of a preview, on a copy, against the active one.

HR is not asked again, as an activation does not ask it either; only where the sources themselves are changed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rich.console import Console
from rich.text import Text

from shared.cli import plan, terminal
from shared.cli.against import in_line
from shared.cli.drive import drive
from shared.cli.holding import held_lines, waiting
from shared.cli.local import Local
from shared.cli.plan import Step
from shared.cli.policy_home import Home
from shared.cli.policy_text import Given
from shared.cli.preview import newly_held
from shared.cli.progress import Progress
from shared.codec import UnknownSchema
from shared.engine import Held
from shared.errors import Misconfigured, Reason, Refused, TryLater


@dataclass(frozen=True, slots=True)
class Consequences:
    """What would be done and held; or why nobody can say."""

    steps: list[Step] = field(default_factory=list)
    holds: list[Held] = field(default_factory=list)
    unknown: str = ""
    passes: bool = False
    """Whether what stands in the way may pass by itself."""
    heard: bool = False
    """Whether HR was asked, because the sources are changed."""

    @property
    def people(self) -> int:
        """How many people are touched: something is done to them, or waits that did not wait before."""
        return len({*(step.hr_id for step in self.steps), *(one.hr_id for one in self.holds)})

    @property
    def beyond(self) -> int:
        """How many people wait because it is more than the limits allow."""
        return len({one.hr_id for one in self.holds if one.reason == Reason.LIMIT})

    def as_json(self) -> dict[str, Any]:
        """For programs: ids, verbs, names of attributes and codes; no values."""
        return {
            "people": self.people,
            "beyond_limits": self.beyond,
            "actions": plan.verbs(self.steps),
            "held": waiting(self.holds),
            "plan": [_bare(step.as_json()) for step in self.steps],
            "unknown": self.unknown,
        }

    def lines(self, page: Console, *, everyone: bool) -> Iterator[Text]:
        if self.unknown:
            yield Text(f"Nobody can say what it means: {self.unknown}", style="bold red")
            return
        yield from plan.lines(page, self.steps, everyone)
        yield from held_lines(page, self.holds, everyone)
        yield Text()
        if self.heard:
            yield Text("HR was asked, because the sources are changed; what it says new is part of this.", style="dim")
        yield Text(self.closing(), style="bold")

    def closing(self) -> str:
        if not self.people:
            return "Nobody is touched."
        count = plan.verbs(self.steps)
        said = " · ".join(f"{count[verb]:,} {verb}" for verb in plan.MARKS if verb in count)
        waits = f" {len({one.hr_id for one in self.holds}):,} held." if self.holds else ""
        beyond = f" {self.beyond:,} of them are beyond the limits and wait for a yes." if self.beyond else ""
        people = terminal.counted(self.people, "person is", "people are")
        return f"{people} touched{f': {said}' if said else ''}.{waits}{beyond}"


async def consequences(home: Home, new: Given, old: Given | None, on: date | None, progress: Progress) -> Consequences:
    """What `new` does that `old`, the active one, would not. Nothing is written."""
    asks = old is None or old[0].policy.sources != new[0].policy.sources
    try:
        local = await home.compared(new, old, on, asks=asks)
        if local.earlier is not None:
            await in_line(local.earlier, local.bus, progress)
        await drive(local.engine, local.bus, local.story, progress)
        return await _found(local, heard=asks)
    except (Misconfigured, Refused) as error:
        return Consequences(unknown=str(error))
    except UnknownSchema as unknown:
        return Consequences(unknown=f"{unknown}. It was written by another version of Joinly; use that one")
    except TryLater as later:
        return Consequences(unknown=str(later), passes=True)


async def _found(local: Local, *, heard: bool) -> Consequences:
    story = local.story
    if not story.whole:
        said = [*(trouble.text for trouble in story.troubles), *story.bugs]
        said += (
            [f"{text} ({count:,} ×)" for text, count in Counter(story.hindered.values()).items()] if story.left else []
        )
        passes = not story.bugs and all(trouble.passes for trouble in story.troubles)
        return Consequences(unknown="; ".join(said), passes=passes)
    return Consequences(await plan.steps(local), await newly_held(local), heard=heard)


def _bare(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step without values and names: what is printed in a pipeline is kept there."""
    found = {name: step[name] for name in ("person", "target", "verb", "entitlement") if name in step}
    return {**found, "attributes": sorted(step["attributes"])} if "attributes" in step else found
