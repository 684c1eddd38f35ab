"""What limits and observation speak of, held against what a connector can do: nothing is limited that never happens."""

from collections.abc import Iterator

from shared.connector import Manifest
from shared.model import Verb
from shared.policy import TargetPolicy
from shared.policy_file import Mistake, PolicyText
from shared.policy_words import near
from shared.whats import URGENT


def brakes(found: PolicyText, path: tuple[str, str], target: TargetPolicy, manifest: Manifest) -> Iterator[Mistake]:
    """Every what in the file that this target can never do; the safe limits may speak of more."""
    places: list[tuple[tuple[str | int, ...], str]] = [
        *(((*path, "limits", name), name) for name in sorted(found.tree.names((*path, "limits")))),
        *(((*path, "departments", "limits", name), name) for name in _within_departments(found, path)),
        *(((*path, "observe", index), name) for index, name in enumerate(target.observe)),
    ]
    for place, what in places:
        if what != URGENT and (why := _never(what, target, manifest)):
            yield found.mistake(place, why)


def _within_departments(found: PolicyText, path: tuple[str, str]) -> list[str]:
    return sorted(found.tree.names((*path, "departments", "limits")))


def _never(what: str, target: TargetPolicy, manifest: Manifest) -> str:
    """Why it can never happen; "" when it can."""
    verb, *rest = what.split(":", 2)
    part = rest[0] if rest else ""
    if verb not in manifest.verbs:
        return f"{manifest.name} cannot {verb}"
    if verb == Verb.UPDATE and part and part not in target.attributes:
        return f"attributes does not map {part}, so it is never updated{near(part, target.attributes)}"
    if verb in (Verb.GRANT, Verb.REVOKE) and part and part not in manifest.entitlements:
        return f"{manifest.name} cannot {verb} a {part}{near(part, manifest.entitlements)}"
    return ""
