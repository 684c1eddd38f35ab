"""What waits for a person whatever the numbers, and what a policy tells apart for that. Pure."""

from collections.abc import Iterable, Mapping

from shared.conditions import About
from shared.errors import Reason
from shared.model import Verb
from shared.policy import Adopt, Conduct, Pilot, Rename, TargetPolicy
from shared.whats import Apart, above, parsed


def apart(rules: TargetPolicy, asking: Mapping[str, str]) -> Apart:
    """What limits, observation and approvals of single entitlements speak of on a target, for one person."""
    departments = rules.departments.limits if rules.departments else {}
    return Apart(
        limited=frozenset((*rules.limits, *departments)),
        always=frozenset((*rules.observe, *(granted(one) for one in asking))),
    )


def granted(entitlement: str) -> str:
    """What it is to grant an entitlement that is written as "group:Finance"."""
    return parsed(f"{Verb.GRANT}:{entitlement}")


def asks(
    whats: Iterable[str], rules: TargetPolicy, asking: Mapping[str, str], *, outside: bool = False
) -> Mapping[str, Reason]:
    """What waits by its nature: what is only observed, renaming and adopting on request, always adopting only to
    disable, and entitlements that somebody answers for. `outside` says that the person is in no pilot.
    """
    found = frozenset(whats)
    asked = dict.fromkeys(found & {granted(one) for one in asking}, Reason.ENTITLEMENT)
    if rules.names.rename is not Rename.AUTOMATIC:
        asked |= dict.fromkeys(found & {Verb.RENAME}, Reason.RENAME)
    if Verb.CORRELATE in found and (rules.adopt is Adopt.ASK or Verb.DISABLE in found):
        asked |= dict.fromkeys(found & {Verb.CORRELATE, Verb.DISABLE, Verb.DELETE}, Reason.ADOPTION)
    return asked | {what: Reason.OBSERVED for what in found if observed(what, rules, outside=outside)}


def observed(what: str, rules: TargetPolicy, *, outside: bool) -> bool:
    """Whether it is only looked at, and never done."""
    return outside or rules.mode is Conduct.OBSERVE or any(one in rules.observe for one in above(what))


def takes_part(hr_id: str, about: About, pilot: Pilot | None) -> bool:
    """Whether a target is kept in line for somebody; for everybody when there is no pilot."""
    return pilot is None or hr_id in pilot.people or (pilot.when is not None and pilot.when.holds(about))
