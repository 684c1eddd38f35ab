"""An explanation as people read it; a veil keeps every value back that nobody may be shown."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from shared.cli import terminal
from shared.cli.plan import HIDDEN
from shared.contracts import state
from shared.engine import Explained, Explanation, OnTarget, Right
from shared.expressions import IGNORE_OBJECT, Candidates, Outcome, Step
from shared.model import Contract, Stage
from shared.policy import Default, Mode, OnNull

FEW = 6
"""Candidates that are shown of one attribute."""
WIDE = 100
"""Columns of a line where nobody looks; a step that is longer has its value on a line of its own."""
LONG = 60
"""Characters from which on a step names the calls in it by their name only: they are steps themselves."""

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
    """What is shown: everything; with `whole` no value at all; with `closed` not even how it came about."""

    whole: bool = False
    closed: bool = False

    def over(self, one: Explained) -> "Veil":
        return Veil(whole=True, closed=True) if one.rule.sensitive else self

    def text(self, text: str) -> str:
        return HIDDEN if self.whole else terminal.printable(text)

    def shown(self, value: Any) -> str:
        if isinstance(value, Outcome):
            return OUTCOMES[value]
        if value is None:
            return "null"
        if self.whole:
            return HIDDEN
        return terminal.printable(_candidates(value) if isinstance(value, Candidates) else _quoted(value))


def _quoted(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _candidates(some: Candidates) -> str:
    rules = [_quoted(value) if value else "(nothing)" for value in some.values[:FEW]]
    numbers = [_quoted(some.series.at(count)) for count in range(2)] if some.series else []
    more = len(some.values) > FEW or numbers
    return "the first that is free of " + ", ".join([*rules, *numbers, *(["…"] if more else [])])


def lines(page: Console, one: Explanation, today: date, attribute: str, veil: Veil) -> Iterator[Text]:
    """The whole explanation, or that of one attribute ("" for all)."""
    yield Text.assemble((veil.text(one.person.hr_id), "bold"), (f"  {one.source}, {_day(today)}", "dim"))
    yield from terminal.table(page, list(_around(one, today, veil)), 2)
    for target in one.targets:
        yield Text()
        yield from _target(page, target, veil)
        for explained in target.attributes:
            if attribute in ("", explained.name):
                yield from _attribute(page, explained, target, veil.over(explained))
        if target.rights and not attribute:
            yield Text()
            yield from terminal.table(page, [_right(right, veil) for right in target.rights], 2)


def _right(one: Right, veil: Veil) -> tuple[str, str]:
    """What it is, and by which rules and contracts."""
    by = [
        f"{origin.place} (contract {veil.text(origin.contract)})" if origin.contract else origin.place
        for origin in one.origins
    ]
    kept = f"kept until {veil.text(_day(one.until))}" if one.until else ""
    said = [", ".join(by), one.withheld, kept, "in a minute, together with others" if one.awaited else ""]
    return f"{one.entitlement.kind}:{veil.text(one.entitlement.name)}", "; ".join(part for part in said if part)


def _around(one: Explanation, today: date, veil: Veil) -> Iterator[tuple[str, str]]:
    if not one.contracts:
        yield "contract", "HR gives none"
    for first in one.contracts[:1]:
        yield "contract", f"{_contract(first, today, veil)}: {one.why}"
    for other in one.contracts[1:]:
        yield "", f"not {_contract(other, today, veil)}"
    yield from _records(one, veil)
    if not one.manager:
        yield "manager", "HR names none"
    elif one.manager == one.person.hr_id:
        yield "manager", "HR names themselves, which counts as nobody"
    else:
        yield "manager", veil.text(one.manager) + ("" if one.manager_known else ", whom HR does not hold")
    if one.extension is not None:
        word = one.extension
        said = f"{_day(word.of)} → {_day(word.until)} by {word.by}" + (f": {word.because}" if word.because else "")
        yield "extended", veil.text(said)
    for exemption in one.exemptions:
        what = " ".join(part for part in (exemption.kind, exemption.what, exemption.target) if part)
        yield "exception", f"{veil.text(what)} until {_day(exemption.last)}: {veil.text(exemption.because)}"
    if one.block is not None:
        yield "blocked", f"since {_day(one.block.at.date())} by {one.block.by}: {veil.text(one.block.because)}"
    if one.person.missing_since:
        yield "missing", "from HR" if veil.whole else f"from HR since {_day(one.person.missing_since)}"


def _records(one: Explanation, veil: Veil) -> Iterator[tuple[str, str]]:
    """Of a human with several records: which facts each of them gives, and where the policy's precedence says so."""
    given: dict[tuple[str, str], list[str]] = {}
    for name, origin in sorted(one.origins.items()):
        facts = given.setdefault((origin.source, origin.hr_id), [])
        facts.append(f"{name} (precedence)" if origin.chosen else name)
    for (source, hr_id), facts in sorted(given.items()):
        yield "facts", f"of {veil.text(hr_id)} in {source}: {', '.join(facts)}"


def _contract(contract: Contract, today: date, veil: Veil) -> str:
    end = _day(contract.end) if contract.end else "open"
    dates = "" if veil.whole else f", {_day(contract.start)} – {end}"
    return f"{veil.text(contract.id)} ({state(contract, today)}{dates})"


def _target(page: Console, target: OnTarget, veil: Veil) -> Iterator[Text]:
    because = "" if veil.whole else f": {target.because}"
    account = f"account {veil.text(target.account)}" if target.account else "no account yet"
    said = [f"{target.stage.name}{because}", account]
    if target.stage < Stage.READY:
        said.append("nothing of this is written now")
    elif any(one.value is IGNORE_OBJECT for one in target.attributes):
        said.append("the whole account is left alone")
    yield terminal.hanging(page, Text(f"{target.target}  ", "bold"), Text("; ".join(said), "dim"))


def _attribute(page: Console, one: Explained, target: OnTarget, veil: Veil) -> Iterator[Text]:
    value = one.value
    if one.rule.value.tried and one.written is not None and not one.problem:
        value = one.written
    shown = terminal.printable(one.problem) if one.problem else veil.shown(value)
    yield Text()
    head = Text.assemble("  ", (one.name, "bold"), "  ")
    yield terminal.hanging(page, head, Text(shown, style="red" if one.problem else ""))
    if not veil.closed:
        yield from _step(page, one.step, 4, veil, shown)
        if one.also_read:
            facts = ", ".join(f"{name} {veil.shown(fact)}" for name, fact in one.also_read.items())
            yield terminal.hanging(page, Text("      from "), Text(terminal.printable(facts)))
    yield terminal.hanging(page, Text("    "), Text("; ".join(_rule(one, target, veil)), style="dim"))


def _rule(one: Explained, target: OnTarget, veil: Veil) -> Iterator[str]:
    if one.rule.value.tried:
        yield "issued once, changed only by a rename" if target.account else "issued when the account is created"
        if one.outdated:
            yield "the rule gives other names now"
    else:
        yield STRENGTHS[one.rule.mode]
        default = one.rule.null
        yield f"a null becomes {veil.shown(default.default)}" if isinstance(default, Default) else NULLS[default]
    if one.name in target.former:
        yield f"before the last rename {veil.shown(target.former[one.name])}"
    if not target.account or one.rule.value.tried:
        return
    if one.written is None:
        yield "not written yet"
    elif one.written == one.value:
        yield "as last written"
    else:
        yield f"last written {veil.shown(one.written)}"


def _step(page: Console, step: Step, indent: int, veil: Veil, said: str = "") -> Iterator[Text]:
    """A step and those below it; what was `said` already is not said again, and an error where it arose only."""
    gave = "" if step.error else veil.shown(step.value)
    if step.error and not any(child.error for child in step.children):
        gave = terminal.printable(step.error)
    if gave == said or (step.error and gave in said):
        gave = ""
    yield from _line(page, indent, _code(step), gave, failed=bool(step.error))
    for child in step.children:
        yield from _step(page, child, indent + 2, veil)


def _line(page: Console, indent: int, code: str, gave: str, *, failed: bool = False) -> Iterator[Text]:
    """A part of an expression and what it gave: on one line, or below each other when that would be too long."""
    code, colour = terminal.printable(code), "red" if failed else "cyan"
    mark = "✗ " if failed else "= " if gave else ""
    answer = Text(f"{mark}{gave}".rstrip(), style=colour)
    if indent + cell_len(code) + 1 + answer.cell_len <= (page.width if page.is_terminal else WIDE) or not gave:
        yield terminal.hanging(page, Text(" " * indent), Text.assemble(code, " " if mark else "", answer))
        return
    yield terminal.hanging(page, Text(" " * indent), Text(code))
    yield terminal.hanging(page, Text(" " * (indent + 2)), answer)


def _code(step: Step) -> str:
    """The part of the expression as the policy has it; in a long one, calls that are steps themselves are shortened."""
    text = step.text
    for child in sorted(step.children, key=lambda one: -len(one.text)):
        if len(text) > LONG and child.text.endswith(")"):
            text = text.replace(child.text, f"{child.text.partition('(')[0]}(…)")
    return text


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
