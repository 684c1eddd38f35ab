"""The schema for editors: as fresh as the models, and of one mind with them about good and broken policies."""

import json
import subprocess
import sys
from typing import Any

import jsonschema
import pytest
from core_world import ROOT, SMALL

from shared import policy_schema
from shared.policy_file import PolicyInvalid, load
from shared.strict_yaml import read

FILE = ROOT / "docs" / "policy.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))


def test_the_file_is_fresh_and_the_command_writes_exactly_it() -> None:
    assert FILE.read_text(encoding="utf-8") == policy_schema.text(), "it is old: run `make docs`"
    run = subprocess.run([sys.executable, "-m", "shared.policy_schema"], cwd=ROOT, capture_output=True, check=True)
    assert run.stdout == FILE.read_bytes()


def test_it_is_a_schema_of_its_draft() -> None:
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    assert VALIDATOR.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", ["example.yaml", "workers.yaml"])
def test_the_policies_in_the_repository_are_good_to_an_editor(name: str) -> None:
    tree = read((ROOT / "config" / name).read_text(encoding="utf-8"))
    assert [error.message for error in VALIDATOR.iter_errors(tree.values)] == []


def test_every_key_of_the_models_is_offered_and_explained_where_it_needs_to_be() -> None:
    kinds: dict[str, Any] = VALIDATOR.schema["$defs"]
    assert set(kinds["AttributePolicy"]["anyOf"][1]["properties"]) == {"value", "null", "mode", "leaver", "sensitive"}
    assert set(kinds["Condition"]["properties"]) == {"all", "any", "any_contract", "not"}
    assert "nothing is ever deleted" in kinds["Timing"]["properties"]["delete_after"]["description"]
    assert kinds["Timing"]["properties"]["create_before"]["default"] == 14


@pytest.mark.parametrize(
    "line",
    [
        "when: {department: Sales}",
        "when: {department: [Sales, 12, true], not: {kind: external}, any: [{hours: {at_least: 8}}]}",
        "when: {start: {at_least: 2026-03-01}, left: {present: no}, back: {present: true}}",
        "limits: {disable: {day: 0, percent: 2.5}, grant: {}}",
        "limits: {update:manager: {day_percent: 5, at_least: 3}, revoke:license: {run: 5}, urgent: {day: 2}}",
        "limits: {grant:group:A B: {week: 5}}",
        "departments: {field: department, limits: {disable: {week_percent: 50}}}",
        "mode: observe",
        "observe: [disable, revoke:group]",
        "pilot: {people: ['7'], when: {department: ICT}}",
        "grants: [{group: A}, {license: B, when: {a: b}}]",
        "timing: {at_once: {endReason: [dismissal, death]}, rules: [{when: {kind: external}, create_before: 0}]}",
        "timing: {rules: [{when: {kind: external}, delete_after: null}], leave: [{when: {status: leave}}]}",
        "timing: {leave: [{begins: leaveStart, ends: leaveEnd, account: keep, entitlements: keep}]}",
        "grants: [{group: 'Dept-{department}', create: yes, before: 5, after: 7}, {role: App/R, ask: it}]",
        "grants: [{license: A, after_leaving: 30}]",
        "exclusive: [{of: [{group: A}, {license: B}]}, {of: [{group: A}, {role: B/C}], then: first}]",
        "when: {all: [{a: b}], any_contract: {c: {ends_with: d, contains: e}, start: {at_least: today - 5}}}",
        "protected: [a, b]",
        "adopt: ask",
        "  mail: {value: '[mail]', null: keep, mode: create_only, sensitive: true}",
        "  mail: {value: '[mail]', null: {default: none}, mode: on_change}",
        "  mail: {value: '[mail]', null: clear, mode: if_empty, sensitive: false}",
        "  mail: {value: '[mail]', sensitive: yes}",
        "names: {rename: automatic, at: '22:00', keep_old: 30, quarantine: 0}",
        "names: {rename: never, at: 00:00}",
        "names: {}",
    ],
)
def test_what_loads_is_good_to_an_editor(line: str) -> None:
    text = f"{SMALL}    {line}\n"
    load(text)
    assert [error.message for error in VALIDATOR.iter_errors(read(text).values)] == []


def test_tables_are_good_to_an_editor() -> None:
    text = SMALL + "tables: {offices: {Gent: GNT, 0800: a}, none: {}}\n"
    assert load(text).policy.tables == {"offices": {"Gent": "GNT", "0800": "a"}, "none": {}}
    assert [error.message for error in VALIDATOR.iter_errors(read(text).values)] == []


@pytest.mark.parametrize(
    "text",
    [
        "customer: Contoso\n",
        SMALL + "colour: blue\n",
        SMALL + "tables: {offices: {Gent: 5}}\n",
        SMALL + "tables: {offices: [Gent]}\n",
        SMALL + "tables: {'': {Gent: a}}\n",
        SMALL.replace("  hr:", "  HR:"),
        SMALL.replace("  hr: {connector: files}", "  {}"),
        SMALL.replace("correlate: [employeeId]", "correlate: []"),
        SMALL.replace('"[employeeId]"', "5"),
        *(
            f"{SMALL}    {line}\n"
            for line in (
                "timming: {}",
                "timing: {create_before: -1}",
                "timing: {create_before: soon}",
                "adopt: perhaps",
                "limits: {eat: {day: 1}}",
                "limits: {disable:manager: {day: 1}}",
                "departments: {field: department}",
                "observe: [eat]",
                "mode: watch",
                "limits: {disable: {percent: 101}}",
                "grants: [{}]",
                "grants: [{group: A, license: B}]",
                "grants: [{group: ''}]",
                "grants: [{group: A, role: B}]",
                "grants: [{group: A, after: soon}]",
                "grants: [{group: A, create: perhaps}]",
                "exclusive: [{of: [{group: A}]}]",
                "exclusive: [{of: [{group: A}, {}]}]",
                "exclusive: [{of: [{group: A}, {group: B}], then: last}]",
                "when: {any_contract: [a]}",
                "when: {department: {contains: ''}}",
                "when: {department: null}",
                "when: {department: []}",
                "when: {department: {}}",
                "when: {department: {one_off: A}}",
                "when: {hours: {at_least: null}}",
                "when: {any: {a: b}}",
                "when: {not: [a]}",
                "  mail: {null: keep}",
                "  mail: {value: '[a]', mode: once}",
                "  mail: {value: '[a]', null: delete}",
                "  mail: {value: '[a]', null: {}}",
                "  mail: {value: '[a]', null: {default: ''}}",
                "  mail: {value: '[a]', null: {default: 5}}",
                "  mail: {value: '[a]', null: {default: a, other: b}}",
                "  mail: {value: '[a]', sensitive: perhaps}",
                "  mail: {value: '[a]', sensitive: 1}",
                "  mail: {value: '[a]', sensitive: on}",
                "names: ask",
                "names: {rename: always}",
                "names: {at: '24:00'}",
                "names: {at: 22}",
                "names: {keep_old: -1}",
                "names: {quarantine: 3661}",
            )
        ),
    ],
)
def test_what_an_editor_underlines_does_not_load_either(text: str) -> None:
    assert list(VALIDATOR.iter_errors(read(text).values))
    with pytest.raises(PolicyInvalid):
        load(text)
