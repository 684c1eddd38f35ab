"""Which holds somebody means: those of a list, by its fingerprint, or one by the first letters of its own. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from shared.errors import Refused
from shared.holds import Answer, Held, fingerprint


class NotWaiting(Refused):
    """Nothing that waits has this fingerprint; it changed, or somebody answered."""


SHORTEST = 4
"""Characters of a fingerprint that are enough to name one hold, if they name no other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """What is listed: all that waits, or what fits; `everything` adds what was answered or put off."""

    person: str = ""
    reason: str = ""
    what: str = ""
    everything: bool = False

    def fits(self, one: Held) -> bool:
        asked = ((self.person, one.hr_id), (self.reason, one.reason), (self.what, one.action))
        return all(want in ("", there) for want, there in asked)


def listed(holds: Iterable[Held], *, by_reason: bool) -> list[Held]:
    """What of these a yes to the list is for.

    What opens a closed account, makes one anew or ends somebody is only in a list of its reason: nobody says yes to it
    in passing.
    """
    return [one for one in holds if one.approvable or (by_reason and one.answer is not Answer.NOTHING)]


def lists(holds: Sequence[Held], *, approving: bool) -> dict[str, list[Held]]:
    """Every list that can be shown of what waits, by its fingerprint: everything, or of one person, place, what or
    reason, and any two or more of these together. Where it is for `approving`, only what a yes to the list is for.
    """
    groups: dict[tuple[str | None, ...], list[Held]] = {}
    for one in holds:
        for key in product(*((None, part) for part in (one.person, one.place, one.what, one.reason))):
            groups.setdefault(key, []).append(one)
    found: dict[str, list[Held]] = {}
    for key, group in groups.items():
        answered = listed(group, by_reason=key[-1] is not None)
        for some in (answered,) if approving else (group, answered):
            if some:
                found[fingerprint(some)] = some
    return found


def picked(
    holds: Sequence[Held], waiting: Sequence[Held], names: Sequence[str], *, approving: bool = False
) -> list[Held]:
    """What these fingerprints name: each a list of what is `waiting`, or one of `holds`, which its first characters may
    name. Raises `Refused` when one of them names nothing that is there now.
    """
    known = lists(waiting, approving=approving)
    found: dict[tuple[str, ...], Held] = {}
    for name in names:
        found |= {one.thing: one for one in known.get(name) or [_one(holds, name)]}
    return list(found.values())


def _one(holds: Sequence[Held], name: str) -> Held:
    some = [one for one in holds if len(name) >= SHORTEST and one.name.startswith(name.lower())]
    if len(some) > 1:
        raise Refused(f"{name} begins {len(some)} fingerprints; write more of the one you mean")
    if not some:
        raise NotWaiting(
            f"nothing that waits has the fingerprint {name}: "
            "it has changed or was answered since it was shown; look again"
        )
    return some[0]
