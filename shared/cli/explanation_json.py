"""An explanation as programs read it: the same as people do, under the same veil."""

from datetime import date
from typing import Any

from shared.cli.explanation import Veil
from shared.cli.plan import HIDDEN
from shared.engine import Explained, Explanation, OnTarget, Right
from shared.expressions import Candidates, Outcome, Step
from shared.policy import Default


def plain(one: Explanation, today: date, attribute: str, veil: Veil) -> dict[str, Any]:
    """The whole explanation, or that of one attribute ("" for all)."""
    return {
        "person": _text(one.person.hr_id, veil),
        "source": one.source,
        "day": today.isoformat(),
        "contract": _text(one.contracts[0].id, veil) if one.contracts else None,
        "why": one.why,
        "manager": _text(one.manager, veil),
        "facts": {
            name: {"source": origin.source, "person": _text(origin.hr_id, veil), "precedence": origin.chosen}
            for name, origin in sorted(one.origins.items())
        },
        "extended": _text(one.extension.until.isoformat() if one.extension else "", veil),
        "targets": [_target(target, attribute, veil) for target in one.targets],
    }


def _target(target: OnTarget, attribute: str, veil: Veil) -> dict[str, Any]:
    return {
        "target": target.target,
        "stage": target.stage.name,
        "because": _text(target.because, veil),
        "account": _text(target.account, veil),
        "attributes": [
            _attribute(one, target, veil.over(one)) for one in target.attributes if attribute in ("", one.name)
        ],
        "entitlements": [_right(one, veil) for one in target.rights if not attribute],
    }


def _right(one: Right, veil: Veil) -> dict[str, Any]:
    return {
        "kind": one.entitlement.kind,
        "name": _text(one.entitlement.name, veil),
        "rules": [origin.place for origin in one.origins],
        "contracts": [_text(origin.contract, veil) for origin in one.origins],
        "until": _text(one.until.isoformat() if one.until else "", veil),
        "withheld": one.withheld or None,
        "awaited": one.awaited,
    }


def _attribute(one: Explained, target: OnTarget, veil: Veil) -> dict[str, Any]:
    null = one.rule.null
    return {
        "name": one.name,
        "expression": one.rule.value.source,
        "mode": "tried" if one.rule.value.tried else str(one.rule.mode),
        "null": {"default": _value(null.default, veil)} if isinstance(null, Default) else str(null),
        "value": _value(one.value, veil),
        "problem": one.problem or None,
        "written": _value(one.written, veil),
        "outdated": one.outdated,
        "former": _value(target.former.get(one.name), veil),
        "read": None if veil.closed else {name: _value(fact, veil) for name, fact in one.also_read.items()},
        "steps": None if veil.closed else _step(one.step, veil),
    }


def _step(step: Step, veil: Veil) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": step.text, "value": _value(step.value, veil)}
    if step.error:
        shown["error"] = step.error
    if step.children:
        shown["steps"] = [_step(child, veil) for child in step.children]
    return shown


def _value(value: Any, veil: Veil) -> Any:
    """Hidden values are `HIDDEN`, outcomes and candidates are told apart from texts."""
    if isinstance(value, Outcome):
        return {"outcome": value.value}
    if value is None or veil.whole:
        return HIDDEN if value is not None else None
    if isinstance(value, Candidates):
        return {"candidates": list(value.values), "then": value.series.at(0) if value.series else None}
    return list(value) if isinstance(value, tuple) else value


def _text(text: str, veil: Veil) -> str | None:
    return (HIDDEN if veil.whole else text) if text else None
