"""What indexing costs: `python -m benchmarks.imports` times `import function_app` beside `import azure.functions`.

Each import is timed in many interpreters of its own, turn by turn, and the best of each counts, because other work on
the machine only ever makes one slower. The ratio says more than the milliseconds, which are this machine's.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 15

MOST_MILLISECONDS, MOST_MEBIBYTES = 400, 80
"""What the function app may cost, warm and on 2 cores."""

WAYS: Mapping[str, str] = {
    "import azure.functions": "import azure.functions",
    "import function_app": "import function_app",
    "and the first invocation's": "import function_app, shared.azure.root, connectors.entra, connectors.files",
}
PROGRAM = """
import json, resource, sys, time
begun = time.perf_counter()
{what}
took = time.perf_counter() - begun
print(json.dumps([took * 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(sys.modules)]))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    milliseconds: float
    mebibytes: float
    modules: int


def cost(what: str) -> Cost:
    """Of one import, in a new interpreter."""
    run = [sys.executable, "-c", PROGRAM.format(what=what)]
    around = {**os.environ, "JOINLY_ROLE": "both"}
    done = subprocess.run(run, cwd=ROOT, env=around, capture_output=True, text=True, check=True)  # noqa: S603
    milliseconds, mebibytes, modules = json.loads(done.stdout)
    return Cost(milliseconds, mebibytes, modules)


def best(rounds: int = ROUNDS) -> dict[str, Cost]:
    """The quickest of each, the ways taking turns."""
    found: dict[str, Cost] = {}
    for _ in range(rounds):
        for name, what in WAYS.items():
            one = cost(what)
            if name not in found or one.milliseconds < found[name].milliseconds:
                found[name] = one
    return found


def main() -> None:
    found = best()
    base = found["import azure.functions"].milliseconds
    lines = ["| import | ms | beside azure.functions | MiB | modules |", "|---|---|---|---|---|"]
    for name, one in found.items():
        ratio = one.milliseconds / base
        lines.append(f"| {name} | {one.milliseconds:.0f} | {ratio:.2f} | {one.mebibytes:.0f} | {one.modules} |")
    ours = found["import function_app"]
    fits = ours.milliseconds <= MOST_MILLISECONDS and ours.mebibytes <= MOST_MEBIBYTES
    lines.append(f"\nAt most {MOST_MILLISECONDS} ms and {MOST_MEBIBYTES} MiB: {'yes' if fits else 'no'}.")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
