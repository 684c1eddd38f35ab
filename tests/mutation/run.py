"""`python -m tests.mutation.run [MODULE…]`: does a test notice every small wrong in the code that decides?

It fails when fewer than 85 % of the mutants are noticed, when one that is not has no reason in `survivors.toml`, and
when a reason stands there for one that is noticed or is no more.
"""

import os
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.trial import PROJECT, tried

EXPLAINED = Path(__file__).with_name("survivors.toml")
FLOOR = 85
SUBJECTS: Mapping[str, Sequence[str]] = {
    "shared.planning": (
        "tests/core/test_planning.py",
        "tests/core/test_planning_names.py",
        "tests/laws/test_laws.py",
        "tests/core/test_planning_modes.py",
        "tests/core/test_awaiting.py",
    ),
    "shared.awaiting": ("tests/core/test_awaiting.py",),
    "shared.lifecycle": (
        "tests/core/test_stages.py",
        "tests/core/test_lifecycle.py",
        "tests/core/test_lifecycle_laws.py",
        "tests/laws/test_laws.py",
    ),
    "shared.contracts": ("tests/core/test_contracts*.py", "tests/core/test_stages.py", "tests/core/test_desired.py"),
    "shared.entitlements": (
        "tests/core/test_entitlements.py",
        "tests/core/test_handing_over.py",
        "tests/core/test_desired.py",
        "tests/core/test_lifecycle_laws.py",
    ),
    "shared.humans": ("tests/core/test_humans.py",),
    "shared.precedence": ("tests/core/test_precedence.py",),
    "shared.quality.record": ("tests/core/test_quality_record.py",),
    "shared.guard": ("tests/core/test_guard*.py",),
    "shared.plausibility": ("tests/core/test_plausibility.py",),
    "shared.limiting": ("tests/core/test_guard*.py",),
    "shared.consent": ("tests/core/test_consent.py",),
    "shared.whats": ("tests/core/test_whats.py", "tests/core/test_guard*.py", "tests/core/test_consent.py"),
}
"""The modules that decide, and the tests that must notice, the likeliest first."""

PLANS = "1000"
"""So many random plans a mutant has to pass, after the tables: few enough to be quick."""


def run(modules: Sequence[str]) -> int:
    os.environ["JOINLY_PLANS"] = PLANS
    started, reasons = time.monotonic(), _reasons(modules)
    found: dict[str, list[Mutant]] = {module: list(_mutants(module)) for module in modules}
    alive: list[Mutant] = []

    def verdict(mutant: Mutant, survived: bool) -> None:
        if survived:
            alive.append(mutant)
            say(f"  {'explained' if _named(mutant) in reasons else 'UNEXPLAINED'}: {mutant}")

    for module, every in found.items():
        say(f"{module}: {len(every)} mutants")
        tests = [str(path) for pattern in SUBJECTS[module] for path in sorted(PROJECT.glob(pattern))]
        tried(every, tests, os.cpu_count() or 1, verdict)
    return _judged(found, alive, reasons, time.monotonic() - started)


def _judged(
    found: Mapping[str, Sequence[Mutant]],
    alive: Sequence[Mutant],
    reasons: Mapping[tuple[str, str], str],
    seconds: float,
) -> int:
    good = True
    for module, every in found.items():
        left = sum(one.module == module for one in alive)
        share = 100 * (len(every) - left) / len(every)
        say(f"{module}: {len(every) - left} of {len(every)} mutants noticed, {share:.1f} %")
        good = good and share >= FLOOR
    unexplained = [one for one in alive if _named(one) not in reasons]
    for module, name in reasons.keys() - {_named(one) for one in alive}:
        good = False
        say(f"survivors.toml explains what does not survive: {module} {name}")
    say(f"{len(alive)} survived, {len(unexplained)} of them unexplained, in {seconds:,.0f} seconds")
    return int(not good or bool(unexplained))


def _mutants(module: str) -> Iterator[Mutant]:
    return mutants(module, (PROJECT / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8"))


def _reasons(modules: Sequence[str]) -> Mapping[tuple[str, str], str]:
    read = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))
    return {(module, name): why for module in modules for name, why in read.get(module, {}).items()}


def _named(mutant: Mutant) -> tuple[str, str]:
    return mutant.module, mutant.name


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:] or list(SUBJECTS)))
