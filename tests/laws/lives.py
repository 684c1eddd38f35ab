"""What holds for every life: the days decide and not the order in which HR tells, and no day that matters is missed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from shared.desired import desired, view
from shared.lifecycle import next_change
from shared.model import Contract, Desired, Link, Person, Stage, Value, Verb
from shared.policy import Policy
from tests.core.planning_world import World, converge

FIRST = date(2026, 1, 1)
TRAPS = (date.min, date(2024, 2, 29), date(2026, 3, 29), date(9999, 12, 1), date.max)
TIMINGS = (
    {},
    {"create_before": 0, "delete_after": 1},
    {"disable_after": 1},
    {"create_before": 30, "enable_before": 30, "disable_after": 9, "delete_after": 10},
    {"create_before": 14, "enable_before": 3, "disable_after": 5, "delete_after": 90},
)
PATIENCE = (None, 0, 7)
DEPARTMENTS: tuple[Value, ...] = ("Sales", "Finance", None)
"""In whatever order somebody has been in them, each has its group."""


def _policy(timing: dict[str, int], patience: int | None) -> Policy:
    return Policy.model_validate(
        {
            "customer": "Contoso",
            "sources": {"hr": {"connector": "files", "leave_when_missing_for": patience}},
            "targets": {
                "entra": {
                    "connector": "entra",
                    "correlate": ["employeeId"],
                    "timing": timing,
                    "when": {"not": {"kind": "external"}},
                    "attributes": {
                        "employeeId": "[employeeId]",
                        "a": "[department]",
                        "b": {"value": "[title]", "mode": "on_change"},
                    },
                    "grants": [
                        {"group": "Staff"},
                        {"group": "Sales", "when": {"department": "Sales"}},
                        {"license": "E3", "when": {"hours": {"at_least": 8}}},
                    ],
                }
            },
        }
    )


POLICIES = [_policy(timing, patience) for timing in TIMINGS for patience in PATIENCE]


@dataclass(frozen=True, slots=True)
class Life:
    """Somebody as HR tells of them, the policy that speaks for them, and a day."""

    seed: int
    person: Person
    policy: Policy
    today: date

    @property
    def dice(self) -> Random:
        return Random(f"law {self.seed}")

    def wants(self, today: date, person: Person | None = None) -> Desired:
        seen = view(person or self.person, self.policy.sources["hr"], self.policy, today, seed="7")
        found = desired(seen, "entra", self.policy.targets["entra"])
        assert found is not None
        return found

    def next(self, today: date) -> date | None:
        return next_change(self.person, self.policy.sources["hr"], self.policy.targets, today)


def life(seed: int) -> Life:
    dice = Random(seed)
    jobs = tuple(_job(dice, str(number)) for number in range(dice.choice([0, 1, 1, 2, 2, 3])))
    missing = _day(dice) if dice.random() < 0.2 else None
    someone = Person(
        hr_id="7", fields={"kind": dice.choice(["", "external", None])}, contracts=jobs, missing_since=missing
    )
    return Life(seed, someone, dice.choice(POLICIES), _day(dice))


def _job(dice: Random, id: str) -> Contract:
    fields: dict[str, Value] = {"department": dice.choice(DEPARTMENTS)}
    for name, values in {"title": ("Clerk", "Lead", None), "hours": (4, 8, "36"), "fte": (1, "0,5", None)}.items():
        if dice.getrandbits(1):
            fields[name] = dice.choice(values)
    end = _day(dice, traps=0.3) if dice.getrandbits(1) else None
    return Contract(id=id, start=_day(dice), end=end, fields=fields)


def _day(dice: Random, traps: float = 0.05) -> date:
    return dice.choice(TRAPS) if dice.random() < traps else FIRST + timedelta(dice.randrange(120))


def the_same_is_wanted_in_whatever_order_hr_tells(one: Life) -> None:
    wanted = one.wants(one.today)
    assert one.wants(one.today) == wanted
    jobs = one.dice.sample(one.person.contracts, len(one.person.contracts))
    turned = [replace(job, fields=dict(reversed([*job.fields.items()]))) for job in jobs]
    assert one.wants(one.today, replace(one.person, contracts=tuple(turned))) == wanted
    assert one.person == life(one.seed).person, "deciding changed its own inputs"


def who_is_not_in_service_is_granted_nothing_and_who_leaves_is_written_nothing(one: Life) -> None:
    wanted = one.wants(one.today)
    assert not wanted.entitlements or wanted.stage is Stage.ACTIVE
    assert not (wanted.attributes or wanted.changing) or wanted.stage >= Stage.READY
    assert wanted.keys == {"employeeId": "7"}
    assert wanted.because


def who_works_on_a_day_is_in_service_on_it(one: Life) -> None:
    """Until the end of time, where that is what HR says."""
    missing, inside = one.person.missing_since is not None, one.person.fields["kind"] != "external"
    if inside and not missing and any(job.covers(one.today) for job in one.person.contracts):
        assert one.wants(one.today).stage is Stage.ACTIVE


def nothing_changes_before_the_next_change(one: Life) -> None:
    change = one.next(one.today)
    assert change is None or change > one.today
    wanted = _without_reasons(one.wants(one.today))
    last = (change or date.max) - timedelta(1) if change != date.min else date.min
    between = min((last - one.today).days, 400)
    for ahead in {between, one.dice.randint(0, max(between, 0))} if between > 0 else ():
        assert _without_reasons(one.wants(one.today + timedelta(ahead))) == wanted, ahead


def _without_reasons(wanted: Desired) -> Desired:
    """Why may change from day to day; what does not."""
    return replace(wanted, because="", reasons={})


def a_life_leaves_nothing_of_ours_behind(one: Life) -> None:
    """Followed by its own wakes from long before to long after, with one account: each day closes its gap, once."""
    world, today, days = World(Link(), None), one.next(date.min) or FIRST, 0
    while today is not None:
        wanted = one.wants(today)
        world, done, _ = converge(world, wanted)
        assert world.plans(wanted) == (), today
        verbs = [action.verb for action in done]
        assert Verb.DISABLE not in verbs or verbs[0] is Verb.DISABLE, "locked out before anything is taken away"
        if world.live is not None:
            assert world.live.enabled is (wanted.stage is Stage.ACTIVE)
            assert world.live.entitlements == wanted.entitlements
        today, days = one.next(today), days + 1
        assert days <= 30, "more days that matter than dates to make them"


LAWS: tuple[Callable[[Life], None], ...] = (
    the_same_is_wanted_in_whatever_order_hr_tells,
    who_is_not_in_service_is_granted_nothing_and_who_leaves_is_written_nothing,
    who_works_on_a_day_is_in_service_on_it,
    nothing_changes_before_the_next_change,
    a_life_leaves_nothing_of_ours_behind,
)


def checked(seed: int) -> None:
    """Hold the life with this seed to the laws."""
    one = life(seed)
    for law in LAWS:
        try:
            law(one)
        except Exception as error:
            error.add_note(f"not so in life {seed}: {law.__name__.replace('_', ' ')}")
            raise
