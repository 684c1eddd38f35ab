"""An explanation as people and programs read it; a veil keeps every value back that nobody may be shown."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.console import Console
from rich.text import Text

from shared.cli import terminal
from shared.contracts import state
from shared.engine import Explained, Explanation, OnTarget
from shared.expressions import Candidates, Outcome, Step
from shared.model import Contract
from shared.policy import Default, Mode, OnNull

HIDDEN = "•••"
FEW = 6
"""Candidates that are shown of one attribute."""

OUTCOMES = {
    Outcome.ABSENT: "(absent: nothing changes)",
    Outcome.IGNORE_ATTRIBUTE: "(left alone)",
    Outcome.IGNORE_OBJECT: "(the whole account is left alone)",
}
STRENGTHS = {
    Mode.ENFORCE: "kept in line",
    Mode.ON_CHANGE: "written when it changes, left to others in between",
    Mode.IF_EMPTY: "written where nothing stands",
    Mode.CREATE_ONLY: "written once, when the account is created",
}
NULLS = {OnNull.CLEAR: "a null clears it", OnNull.KEEP: "a null keeps what stands there"}


@dataclass(frozen=True, slots=True)
class Veil:
    """What is shown of values: all but those of sensitive attributes, or with `whole` none at all."""

    whole: bool = False

    def over(self, one: Explained) -> "Veil":
        return Veil(self.whole or one.rule.sensitive)

    def shown(self, value: Any) -> str:
        if isinstance(value, Outcome):
            return OUTCOMES[value]
        if value is None:
            return "null"
        if self.whole:
            return HIDDEN
        if isinstance(value, Candidates):
            return _candidates(value)
        return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)

    def plain(self, value: Any) -> Any:
        """The same for programs: hidden values are `HIDDEN`, outcomes are words."""
        if isinstance(value, Outcome):
            return {"outcome": value.value}
        if value is None or self.whole:
            return HIDDEN if value is not None else None
        if isinstance(value, Candidates):
            return {"candidates": list(value.values), "then": value.series.at(0) if value.series else None}
        return list(value) if isinstance(value, tuple) else value


def _candidates(some: Candidates) -> str:
    rules = [json.dumps(value, ensure_ascii=False) if value else "(nothing)" for value in some.values[:FEW]]
    numbers = [json.dumps(some.series.at(count), ensure_ascii=False) for count in range(2)] if some.series else []
    return "the first that is free of " + ", ".join([*rules, *numbers, *(["…"] if numbers else [])])


def lines(page: Console, one: Explanation, today: date, attribute: str, veil: Veil) -> Iterator[Text]:
    """The whole explanation, or that of one attribute ("" for all)."""
    yield Text.assemble((terminal.printable(one.person.hr_id), "bold"), (f"  {one.source}, {_day(today)}", "dim"))
    yield from terminal.table(page, list(_around(one, today)), 2)
    for target in one.targets:
        yield Text()
        account = f", account {target.account}" if target.account else ", no account yet"
        yield Text.assemble((target.target, "bold"), (f"  {target.stage.name}: {target.because}{account}", "dim"))
        for explained in target.attributes:
            if attribute in ("", explained.name):
                yield from _attribute(page, explained, target, veil.over(explained))


def _around(one: Explanation, today: date) -> Iterator[tuple[str, str]]:
    if one.contract is None:
        yield "contract", "HR gives none"
    else:
        yield "contract", f"{_contract(one.contract, today)}: {one.why}"
    for other in one.person.contracts:
        if other is not one.contract:
            yield "", f"not {_contract(other, today)}"
    known = "" if one.manager_known else ", whom HR does not hold"
    yield "manager", f"{one.manager}{known}" if one.manager else "HR names none"
    if one.person.missing_since:
        yield "missing", f"since {_day(one.person.missing_since)}"


def _contract(contract: Contract, today: date) -> str:
    end = _day(contract.end) if contract.end else "open"
    return f"{contract.id} ({state(contract, today)}, {_day(contract.start)} – {end})"


def _attribute(page: Console, one: Explained, target: OnTarget, veil: Veil) -> Iterator[Text]:
    value = Text(one.problem, style="red") if one.problem else Text(terminal.printable(veil.shown(one.value)))
    yield Text()
    yield terminal.hanging(page, Text.assemble("  ", (one.name, "bold"), "  "), value)
    yield terminal.hanging(page, Text("    "), Text("; ".join(_rule(one, target, veil)), style="dim"))
    yield from _step(page, one.step, 4, veil)


def _rule(one: Explained, target: OnTarget, veil: Veil) -> Iterator[str]:
    if one.rule.value.tried:
        yield "issued once, changed only by a rename"
    else:
        yield STRENGTHS[one.rule.mode]
        default = one.rule.null
        yield f"a null becomes {veil.shown(default.default)}" if isinstance(default, Default) else NULLS[default]
    if one.name in target.former:
        yield f"before the last rename {terminal.printable(veil.shown(target.former[one.name]))}"
    yield (
        f"last written {terminal.printable(veil.shown(one.written))}" if one.written is not None else "not written yet"
    )


def _step(page: Console, step: Step, indent: int, veil: Veil) -> Iterator[Text]:
    gave = f"✗ {step.error}" if step.error else f"= {veil.shown(step.value)}"
    lead = Text(f"{' ' * indent}{terminal.printable(_code(step))} ")
    yield terminal.hanging(page, lead, Text(terminal.printable(gave), style="cyan" if not step.error else "red"))
    for child in step.children:
        yield from _step(page, child, indent + 2, veil)


def _code(step: Step) -> str:
    """The part of the expression as the policy has it; a long one is told by its beginning."""
    return step.text if len(step.text) <= 100 else step.text[:99] + "…"


def plain(one: Explanation, attribute: str, veil: Veil) -> dict[str, Any]:
    """The explanation as JSON."""
    return {
        "person": one.person.hr_id,
        "source": one.source,
        "contract": one.contract.id if one.contract else None,
        "why": one.why,
        "manager": one.manager or None,
        "targets": [
            {
                "target": target.target,
                "stage": target.stage.name,
                "because": target.because,
                "account": target.account or None,
                "attributes": [
                    _plain(explained, veil.over(explained))
                    for explained in target.attributes
                    if attribute in ("", explained.name)
                ],
            }
            for target in one.targets
        ],
    }


def _plain(one: Explained, veil: Veil) -> dict[str, Any]:
    null = one.rule.null
    return {
        "name": one.name,
        "expression": one.rule.value.source,
        "mode": str(one.rule.mode),
        "null": {"default": veil.plain(null.default)} if isinstance(null, Default) else str(null),
        "value": veil.plain(one.value),
        "problem": one.problem or None,
        "written": veil.plain(one.written),
        "steps": _steps(one.step, veil),
    }


def _steps(step: Step, veil: Veil) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": step.text, "value": veil.plain(step.value)}
    if step.error:
        shown["error"] = step.error
    if step.children:
        shown["steps"] = [_steps(child, veil) for child in step.children]
    return shown


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
