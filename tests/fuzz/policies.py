"""Policy files, as text and as edits of a sound one: loaded, or PolicyInvalid with a place for every mistake."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from connectors.files.settings import Settings
from shared.policy_file import PolicyInvalid, PolicyText, load, settings
from tests.fuzz.facts import NUMBERS, WORDS
from tests.fuzz.laws import Target, law, printable
from tests.fuzz.reader import Reader, written

CONFIG = Path(__file__).parents[2] / "config"
STRETCH = 4_000
SMALL = """\
customer: Contoso
sources: {hr: {connector: files}}
targets:
  entra:
    connector: entra
    correlate: [employeeId]
    attributes: {employeeId: "[employeeId]"}
"""
SOUND: dict[str, Any] = {
    "customer": "Contoso",
    "time_zone": "Europe/Brussels",
    "sources": {
        "hr": {
            "connector": "files",
            "settings": {
                "path": "people.csv",
                "key": "Nr",
                "person": {"name": "Naam", "sex": {"column": "M/V", "values": {"M": "m"}, "otherwise": "x"}},
                "contract": {"start": "In", "end": "Uit", "fields": {"hours": {"column": "Uren", "type": "number"}}},
                "active": {"column": "Status", "values": ["A"], "inactive": ["I"]},
                "complete": {"trailer": "Einde", "trailer_counts_rows": True},
                "date_formats": ["dd-mm-yyyy", "yyyymmdd"],
            },
            "plausible": {"most_gone": 10, "always_allowed": 3},
            "leave_when_missing_for": 7,
            "primary": ["ends_last", {"most": "fte"}, {"least": "nr"}, {"of": "kind", "order": ["permanent"]}],
        }
    },
    "targets": {
        "entra": {
            "connector": "entra",
            "settings": {"tenant": "sandbox"},
            "when": {"any": [{"kind": ["permanent", "temporary"]}, {"hours": {"at_least": 8}}]},
            "correlate": ["employeeId"],
            "adopt": "ask",
            "timing": {
                "create_before": 14,
                "enable_before": 0,
                "disable_after": 0,
                "delete_after": 90,
                "at_once": {"endReason": ["dismissal", "death"]},
                "rules": [{"when": {"kind": "external"}, "create_before": 0, "delete_after": None}],
                "leave": [
                    {"when": {"status": "ill"}, "account": "keep", "entitlements": "keep"},
                    {"begins": "a", "ends": "b"},
                ],
            },
            "attributes": {
                "employeeId": "[employeeId]",
                "mail": {"value": "SelectUniqueValue([a], [b])", "null": "keep", "mode": "create_only"},
            },
            "grants": [
                {"group": "Staff", "when": {"not": {"kind": "external"}}, "after": 7},
                {"license": "SPE_E3", "before": 5, "after_leaving": 30},
                {"group": "Dept-{a}", "when": {"any_contract": {"start": {"at_least": "today - 30"}}}, "create": "yes"},
                {"role": "App/Reader", "ask": "it"},
            ],
            "exclusive": [{"of": [{"group": "Staff"}, {"role": "App/Reader"}], "then": "first"}],
            "limits": {"disable": {"day": 10, "week": 30, "percent": 10}},
            "protected": ["7"],
        }
    },
}


def check(data: bytes) -> None:
    reader = Reader(data)
    text = _text(reader)
    try:
        found = load(text)
    except PolicyInvalid as error:
        _placed(error, text)
        return
    if reader.flag():
        law(load(text).policy == found.policy, "a policy is read in two ways")
    printable(json.dumps(found.tree.values, ensure_ascii=False), "", "a policy")
    for name in found.policy.sources:
        _settings(found, name, text)


def _settings(found: PolicyText, name: str, text: str) -> None:
    try:
        settings(found, ("sources", name, "settings"), Settings, found.policy.sources[name].settings)
    except PolicyInvalid as error:
        _placed(error, text)


def _placed(error: PolicyInvalid, text: str) -> None:
    printable(str(error), "", "a refusal")
    law(bool(error.mistakes), "a refusal names no mistake")
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 1
    law(all(0 <= one.line <= lines and one.text for one in error.mistakes), "a mistake is outside the file")


def _text(reader: Reader) -> str:
    match reader.below(4):
        case 0:
            return reader.text()
        case 1:
            return reader.stretched(STRETCH)
        case 2:
            return SMALL + reader.text()
        case _:
            return json.dumps(_edited(reader), ensure_ascii=reader.flag())


def _edited(reader: Reader) -> Any:
    """A sound policy after some edits: something removed, replaced, renamed or put beside another."""
    policy = deepcopy(SOUND)
    for _ in range(1 + reader.below(4)):
        node: Any = policy
        for _ in range(12):
            keys = list(node) if isinstance(node, dict) else [*range(len(node))]
            key = reader.pick(keys) if keys else None
            if key is None or not isinstance(node[key], dict | list) or reader.below(4) == 3:
                break
            node = node[key]
        _edit(reader, node, key)
    return policy


def _edit(reader: Reader, node: Any, key: Any) -> None:
    if isinstance(node, list):
        node.append(_value(reader))
    elif key is None or reader.below(4) == 3:
        node[reader.text()] = _value(reader)
    elif reader.below(4) == 2:
        del node[key]
    else:
        node[key] = _value(reader)


def _value(reader: Reader) -> Any:
    kinds: tuple[Any, ...] = (
        reader.text,
        lambda: reader.pick(WORDS),
        lambda: reader.number(2),
        lambda: reader.pick(NUMBERS),
        reader.flag,
        lambda: None,
        lambda: [_value(reader) for _ in range(reader.below(3))],
        lambda: {reader.text(): _value(reader) for _ in range(reader.below(3))},
    )
    return reader.pick(kinds)()


def seeds() -> Iterator[bytes]:
    yield written(0, SMALL)
    for file in sorted(CONFIG.glob("*.yaml")):
        yield written(0, file.read_text(encoding="utf-8"))
    yield written(0, json.dumps(SOUND))
    for line in ("grants: [{group: a, when: {not: &x {b: [1, no]}}}, {license: b, when: *x}]", "limits: {x: 1}"):
        yield written(2, f"    {line}\n")
    for piece in ("{a: ", "- ", "? ", "'", "!!str ", "&a ", "- - "):
        yield written(1, "x: ", piece, "")
    for number in range(8):
        yield written(3, 0, 1, 3, 0, 0, 0, 0, number, "Nr", 2, 0, 3, 1, number, "[a]")


TARGET = Target(
    check=check,
    seeds=seeds,
    words=(
        *(f"{key}: " for key in ("customer", "sources", "targets", "connector", "settings", "attributes", "correlate")),
        *(f"{key}: " for key in ("timing", "grants", "group", "license", "when", "any", "not", "limits", "value")),
        *(
            f"{key}: "
            for key in ("exclusive", "of", "then", "role", "all", "any_contract", "before", "after", "create")
        ),
        *("&a ", "*a", "<<: ", "? ", "!!str ", "!!binary ", "%YAML 1.1", "---", "...", "|-", ">+2"),
        *('"\\ud800"', '"\\UFFFFFFFF"', "\ufeff", "\x85", "\x00"),
        *("\n    ", "- ", "[", "]", "{", "}", "# ", "'", '"', "\t", "\r", "\u2028", "2026-03-01", "0x1F", ".nan", "~"),
    ),
    longest=3_000,
    share=2,
)
