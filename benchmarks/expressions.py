"""Mappings in our language, in hand-written Python and in two libraries: `python -m benchmarks.expressions`.

All are compiled beforehand and must give the same answers before anything is measured. Many short rounds, turn by turn,
and the best of each, because other work on the machine only ever makes a round slower.
"""

import sys
import timeit
from collections.abc import Callable, Mapping

from jinja2 import Environment
from simpleeval import SimpleEval

from benchmarks.mappings import FUNCTIONS, MAPPINGS, NOW, Row, person
from shared.expressions import Scope, compile_expression

PEOPLE = [person(number) for number in range(60)]
"""Every combination of the made-up fields once."""
ROUNDS = 100
Way = Callable[[Row], list[object]]
"""All mappings of one person."""


def joinly() -> Way:
    expressions = [compile_expression(mapped.expression) for mapped in MAPPINGS]
    scope = Scope(now=NOW)
    return lambda row: [expression(row, scope) for expression in expressions]


def by_hand() -> Way:
    hands = [mapped.hand for mapped in MAPPINGS]
    return lambda row: [hand(row) for hand in hands]


def simpleeval() -> Way:
    evaluator = SimpleEval(functions=FUNCTIONS)
    parsed = [(mapped.text, evaluator.parse(mapped.text)) for mapped in MAPPINGS]

    def run(row: Row) -> list[object]:
        evaluator.names = row
        return [evaluator.eval(text, tree) for text, tree in parsed]

    return run


def jinja2() -> Way:
    environment = Environment()  # noqa: S701  nothing here becomes HTML
    environment.globals.update(FUNCTIONS)
    expressions = [environment.compile_expression(mapped.text) for mapped in MAPPINGS]
    return lambda row: [expression(row) for expression in expressions]


WAYS: Mapping[str, Callable[[], Way]] = {
    "hand-written Python": by_hand,
    "Joinly": joinly,
    "simpleeval": simpleeval,
    "Jinja2": jinja2,
}


def difference(way: Way, hand: Way) -> str:
    """The first mapping that is answered differently, or ""."""
    for row in PEOPLE:
        for mapped, answer, right in zip(MAPPINGS, way(row), hand(row), strict=True):
            if answer != right:
                return f"{mapped.expression} for number {row['number']}"
    return ""


def per_person(ways: Mapping[str, Way]) -> dict[str, float]:
    """Microseconds for all mappings of one person."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            best[name] = min(best[name], _round(way) / len(PEOPLE) * 1e6)
    return best


def _round(way: Way) -> float:
    return timeit.timeit(lambda: [way(row) for row in PEOPLE], number=1)


def main() -> None:
    ways = {name: make() for name, make in WAYS.items()}
    for name, way in ways.items():
        if different := difference(way, ways["hand-written Python"]):
            sys.exit(f"{name} answers differently: {different}")
    took = per_person(ways)
    lines = [f"| {len(MAPPINGS)} mappings of one person | µs | beside hand-written |", "|---|---|---|"]
    for name, microseconds in took.items():
        lines.append(f"| {name} | {microseconds:.1f} | {microseconds / took['hand-written Python']:.1f} |")
    loading = min(timeit.repeat(joinly, number=1, repeat=5)) * 1e3
    sys.stdout.write("\n".join(lines) + f"\n\nCompiling all {len(MAPPINGS)}: {loading:.1f} ms\n")


if __name__ == "__main__":
    main()
