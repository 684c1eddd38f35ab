"""A policy that is wrong says what is wrong, where it stands and what to do; a table of broken ones."""

# ruff: noqa: E501 - each mistake stands on one line with the whole sentence it is told in

from datetime import time

import pytest
from core_world import ROOT, SMALL

from connectors.files.settings import Settings
from shared.policy import Default
from shared.policy_file import Mistake, PolicyInvalid, load, settings


def mistakes(text: str) -> list[str]:
    with pytest.raises(PolicyInvalid) as refused:
        load(text)
    return [str(one) for one in refused.value.mistakes]


START = "a policy is a mapping; it starts with a line such as customer: Contoso"


@pytest.mark.parametrize("name", ["example.yaml", "workers.yaml"])
def test_the_policies_in_the_repository_load(name: str) -> None:
    text = (ROOT / "config" / name).read_text(encoding="utf-8")
    found = load(text)
    assert found.policy.targets["entra"].correlate == ("employeeId",)
    assert len(found.hash) == 12
    assert load(text + "\n").hash != found.hash


def test_the_smallest_policy_loads() -> None:
    assert load(SMALL).policy.customer == "Contoso"
    assert load("\ufeff" + SMALL.replace("\n", "\r\n")).policy == load(SMALL).policy


@pytest.mark.parametrize("text", ["", "# nothing", "- customer", "Contoso", "12", "null"])
def test_a_text_that_is_no_mapping_is_told_how_a_policy_starts(text: str) -> None:
    assert mistakes(text) == [f"1:1: {START}"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALL + "customer: Fabrikam\n", "10:1: the key customer is here twice; the first is in line 1"),
        ("%YAML 1.1\n---\n" + SMALL, "1:1: a directive such as %YAML means nothing here; remove the line"),
        ("customer: !!python/name:os.system x", "1:11: a tag such as ! or !!python means nothing here; remove it"),
        ("customer: &a [*a]", "1:11: it is nested deeper than 100 levels"),
        ("customer: Contoso\n\tsources: x", "2:1: a tab stands where only spaces may stand"),
        ("x" * 1_000_001, "it is longer than 1,000,000 characters"),
    ],
)
def test_a_text_that_cannot_be_read_is_told_so_with_its_place(text: str, said: str) -> None:
    assert mistakes(text) == [said]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        # keys
        ("timming: {}", "10:5: targets.entra.timming: this key is not known; did you mean timing?"),
        ("Timing: {}", "10:5: targets.entra.Timing: this key is not known; did you mean timing?"),
        ("colour: blue", "10:5: targets.entra.colour: this key is not known; remove it"),
        ("timing: {createBefore: 3}", "10:14: targets.entra.timing.createBefore: this key is not known; did you mean create_before?"),
        ("grants: [{gruop: A, license: B}]", "10:15: targets.entra.grants.0.gruop: this key is not known; did you mean group?"),
        ("limits: {disable: {dya: 5}}", "10:24: targets.entra.limits.disable.dya: this key is not known; did you mean day?"),
        ("limits: {dissable: {day: 5}}", "10:14: targets.entra.limits.dissable: write a verb, such as disable, or also what it is done to: update:manager, revoke:license, grant:group:Finance"),
        ("limits: {disable:manager: {day: 5}}", "10:14: targets.entra.limits.disable:manager: write a verb, such as disable, or also what it is done to: update:manager, revoke:license, grant:group:Finance"),
        ("limits: {'update:': {day: 5}}", "10:14: targets.entra.limits.update:: write a verb, such as disable, or also what it is done to: update:manager, revoke:license, grant:group:Finance"),
        ("limits: {disable: {at_most: 5}}", "10:24: targets.entra.limits.disable.at_most: this key is not known; did you mean at_least?"),
        ("observe: [disable, close]", "10:24: targets.entra.observe.1: write a verb, such as disable, or also what it is done to: update:manager, revoke:license, grant:group:Finance"),
        ("observe: disable", "10:14: targets.entra.observe: write a list, such as [one, two]"),
        ("mode: watch", "10:11: targets.entra.mode: write 'enforce' or 'observe'"),
        ("pilot: {}", "10:5: targets.entra.pilot: say who takes part: people, when, or both"),
        ("pilot: {people: [7]}", "10:22: targets.entra.pilot.people.0: write a text; a number or a truth is one between quotes"),
        ("departments: {field: department, limits: {}}", "10:38: targets.entra.departments.limits: at least 1 must be given"),
        ("departments: {limits: {disable: {day: 5}}}", "10:5: targets.entra.departments.field: this key is missing"),
        ("departments: {field: department, limits: {urgent: {day: 5}}}", "10:47: targets.entra.departments.limits.urgent: write a verb, such as disable, or also what it is done to: update:manager, revoke:license, grant:group:Finance"),
        # values
        ("adopt: perhaps", "10:12: targets.entra.adopt: write 'automatic' or 'ask'"),
        ("adopt: null", "10:12: targets.entra.adopt: write 'automatic' or 'ask'"),
        ("timing: {create_before: soon}", "10:29: targets.entra.timing.create_before: write a whole number"),
        ("timing: {create_before: 1.5}", "10:29: targets.entra.timing.create_before: write a whole number"),
        ("timing: {create_before: [1]}", "10:14: targets.entra.timing.create_before: write a whole number"),
        ("timing: {create_before: 99999999999999999999}", "10:29: targets.entra.timing.create_before: write 3660 or less"),
        ("timing: {create_before: -1}", "10:29: targets.entra.timing.create_before: write 0 or more"),
        ("timing: {delete_after: 4000}", "10:28: targets.entra.timing.delete_after: write 3660 or less"),
        ("limits: {disable: {percent: much}}", "10:33: targets.entra.limits.disable.percent: write a number"),
        ("limits: {disable: {percent: [5]}}", "10:24: targets.entra.limits.disable.percent: write a number"),
        ("protected: alice", "10:16: targets.entra.protected: write a list, such as [one, two]"),
        ("protected: [5]", "10:17: targets.entra.protected.0: write a text; a number or a truth is one between quotes"),
        ("timing: soon", "10:13: targets.entra.timing: write keys and values here, such as key: value"),
        ("limits: 5", "10:13: targets.entra.limits: write keys and values here, such as key: value"),
        ("grants: [A]", "10:14: targets.entra.grants.0: write keys and values here, such as key: value"),
        ("grants: [{group: ''}]", "10:22: targets.entra.grants.0.group: this text must not be empty"),
        # what becomes of a null, and when a value is written
        ("  mail: {value: '[a]', null: delete}", "10:34: targets.entra.attributes.mail.null: write clear, keep or {default: a value}"),
        ("  mail: {value: '[a]', null: [keep]}", "10:28: targets.entra.attributes.mail.null: write clear, keep or {default: a value}"),
        ("  mail: {value: '[a]', null: null}", "10:34: targets.entra.attributes.mail.null: write clear, keep or {default: a value}"),
        ("  mail: {value: '[a]', null: {default: ''}}", "10:44: targets.entra.attributes.mail.null.default: this text must not be empty"),
        ("  mail: {value: '[a]', null: {default: 5}}", "10:44: targets.entra.attributes.mail.null.default: write a text; a number or a truth is one between quotes"),
        ("  mail: {value: '[a]', null: {default: a, defalt: b}}", "10:47: targets.entra.attributes.mail.null.defalt: this key is not known; did you mean default?"),
        ("  mail: {value: '[a]', mode: on-change}", "10:34: targets.entra.attributes.mail.mode: write 'enforce', 'on_change', 'if_empty' or 'create_only'"),
        ("  mail: {value: '[a]', sensitive: perhaps}", "10:39: targets.entra.attributes.mail.sensitive: write yes or no"),
        ("  mail: {value: '[a]', sensitve: yes}", "10:28: targets.entra.attributes.mail.sensitve: this key is not known; did you mean sensitive?"),
        # names
        ("names: ask", "10:12: targets.entra.names: write keys and values here, such as key: value"),
        ("names: {rename: always}", "10:21: targets.entra.names.rename: write 'never', 'ask' or 'automatic'"),
        ("names: {renam: ask}", "10:13: targets.entra.names.renam: this key is not known; did you mean rename?"),
        ("names: {keepOld: 5}", "10:13: targets.entra.names.keepOld: this key is not known; did you mean keep_old?"),
        ("names: {at: '25:00'}", '10:17: targets.entra.names.at: write a time of day between quotes, such as "22:00"'),
        ("names: {at: 22}", '10:17: targets.entra.names.at: write a time of day between quotes, such as "22:00"'),
        ("names: {keep_old: -1}", "10:23: targets.entra.names.keep_old: write 0 or more"),
        ("names: {quarantine: 4000}", "10:25: targets.entra.names.quarantine: write 3660 or less"),
        ("names: {quarantine: for ever}", "10:25: targets.entra.names.quarantine: write a whole number"),
        # keys that look like something else
        ("  default: {value: '[a]', null: {default: 5}}", "10:47: targets.entra.attributes.default.null.default: write a text; a number or a truth is one between quotes"),
        ("  '[default]': {value: '[a]', null: {default: 5}}", "10:51: targets.entra.attributes.[default].null.default: write a text; a number or a truth is one between quotes"),
        ('"[a]": b', "10:5: targets.entra.[a]: this key is not known; remove it"),
        ("  'mails[type eq \"work\"].value': 5", '10:38: targets.entra.attributes.mails[type eq "work"].value: an expression is text, such as [givenName] or "a constant"'),
        ("  function-x: {value: 5}", '10:27: targets.entra.attributes.function-x.value: an expression is text, such as [givenName] or "a constant"'),
        # rules over several keys
        ("timing: {rules: [{create_before: 3}]}", "10:22: targets.entra.timing.rules.0.when: this key is missing"),
        ("timing: {rules: [{when: {a: b}, deleteAfter: 3}]}", "10:37: targets.entra.timing.rules.0.deleteAfter: this key is not known; did you mean delete_after?"),
        ("timing: {leave: [{when: {a: b}, account: close}]}", "10:46: targets.entra.timing.leave.0.account: write 'disable' or 'keep'"),
        ("timing: {leave: [{ends: left}]}", "10:22: targets.entra.timing.leave.0: say who is on leave: when, begins or both; as it stands everybody is"),
        ("timing: {rules: [{when: {a: b}, enable_before: 15}]}", "10:5: targets.entra.timing: rule 1: enable_before cannot be earlier than create_before"),
        ("timing: {enable_before: 20}", "10:5: targets.entra.timing: enable_before cannot be earlier than create_before"),
        ("grants: [{group: A}, {}]", "10:26: targets.entra.grants.1: name exactly one thing: group, license, role, full_access, send_as, send_on_behalf, distribution_group or opened_to"),
        # conditions
        ("when: {department: null}", "10:24: targets.entra.when.department: write a text, a number, a date, true or false"),
        ("when: {department: [A, null]}", "10:28: targets.entra.when.department.1: write a text, a number, a date, true or false"),
        ("when: {department: []}", "10:12: targets.entra.when.department: at least 1 must be given"),
        ("when: {department: {one_off: A}}", "10:25: targets.entra.when.department.one_off: this key is not known; did you mean one_of?"),
        ("when: {department: {}}", "10:12: targets.entra.when.department: say what it must be: a value, a list, starts_with, ends_with, contains, at_least, at_most or present"),
        ("when: {hours: {at_least: many}}", "10:30: targets.entra.when.hours.at_least: write a number, a date such as 2026-01-31, or a day counted from today such as today + 30"),
        ("when: {hours: {at_least: 9, at_most: 8}}", "10:12: targets.entra.when.hours: at_least is beyond at_most, so this never holds"),
        ("when: {any_contract: {kind: {present: no, contains: a}}}", "10:27: targets.entra.when.any_contract.kind: what is not present has no value that could be tested; leave the rest out"),
        ("when: {all: [{kind: {startswith: a}}]}", "10:26: targets.entra.when.all.0.kind.startswith: this key is not known; did you mean starts_with?"),
        ("grants: [{group: 'Dept-{kind'}]", "10:22: targets.entra.grants.0.group: a brace stands alone; write {department} for a fact, and {{ or }} for a brace itself"),
        ("grants: [{group: A, befor: 5}]", "10:25: targets.entra.grants.0.befor: this key is not known; did you mean before?"),
        ("grants: [{group: A, create: perhaps}]", "10:33: targets.entra.grants.0.create: write yes or no"),
        ("grants: [{license: A, create: yes}]", "10:14: targets.entra.grants.0: only a group can be created; leave create out"),
        ("exclusive: [{of: [{group: A}]}]", "10:18: targets.entra.exclusive.0.of: at least 2 must be given"),
        ("exclusive: [{of: [{group: A}, {group: B}], then: last}]", "10:54: targets.entra.exclusive.0.then: write 'hold' or 'first'"),
        ("when: {hours: {present: perhaps}}", "10:29: targets.entra.when.hours.present: write yes or no"),
        ("when: {any: {a: b}}", "10:12: targets.entra.when.any: write a list, such as [one, two]"),
        ("when: {any: [{a: {at_mots: 5}}]}", "10:23: targets.entra.when.any.0.a.at_mots: this key is not known; did you mean at_most?"),
        ("when: {not: [a]}", "10:12: targets.entra.when.not: write keys and values here, such as key: value"),
        ("when: [a]", "10:5: targets.entra.when: write keys and values here, such as key: value"),
        # expressions
        ('  mail: "Jon([a])"', "10:13: targets.entra.attributes.mail: line 1, column 1: there is no function Jon (did you mean Join?)"),
        ('  mail: {value: "[a"}', "10:21: targets.entra.attributes.mail.value: line 1, column 1: this attribute has no name or no closing bracket (write [givenName])"),
        ("  mail: {null: keep}", "10:7: targets.entra.attributes.mail.value: this key is missing"),
        ("  mail: 5", '10:13: targets.entra.attributes.mail: an expression is text, such as [givenName] or "a constant"'),
        ("  mail: {value: '[a]', mode: once}", "10:34: targets.entra.attributes.mail.mode: write 'enforce', 'on_change', 'if_empty' or 'create_only'"),
        ("  mail: {value: '[a]', nul: keep}", "10:28: targets.entra.attributes.mail.nul: this key is not known; did you mean null?"),
        ("  mail: >-\n        Join(\".\",\n          [a]", "10:13: targets.entra.attributes.mail: line 2, column 6: the expression ends too early: a closing parenthesis is missing"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_target_has_its_key_its_place_and_what_to_do(lines: str, said: str) -> None:
    assert mistakes(SMALL + f"    {lines}\n") == [said]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("customer: Contoso", "custmer: Contoso", ["1:1: custmer: this key is not known; did you mean customer?", "1:1: customer: this key is missing"]),
        ("customer: Contoso", "customer: [Contoso]", ["1:1: customer: write a text; a number or a truth is one between quotes"]),
        ("customer: Contoso", "customer: C\ntime_zone: Europe/Atlantis", ["2:12: time_zone: there is no time zone 'Europe/Atlantis'; use a name such as Europe/Amsterdam"]),
        ("  hr: {connector: files}", "  HR: {connector: files}", ["3:3: sources.HR: a name is up to 31 small letters, digits and hyphens, and starts with a letter"]),
        ("  hr: {connector: files}", "  entra: {connector: files}", ["1:1: entra names a source and a target; give one of them another name"]),
        ("  hr: {connector: files}", "  {}", ["2:1: sources: at least 1 must be given"]),
        ("  hr: {connector: files}", "  hr: {conector: files}", ["3:3: sources.hr.connector: this key is missing", "3:8: sources.hr.conector: this key is not known; did you mean connector?"]),
        ("  hr: {connector: files}", "  hr: files", ["3:7: sources.hr: write keys and values here, such as key: value"]),
        ("    correlate: [employeeId]\n", "", ["5:3: targets.entra: say by which attributes accounts are found, with correlate, or whose they are, with follows or writes_back"]),
        ("correlate: [employeeId]", "correlate: []", ["7:5: targets.entra.correlate: at least 1 must be given"]),
        ("correlate: [employeeId]", "correlate: [mail]", ["5:3: targets.entra: correlate names mail, which attributes does not map; a new account would be lost"]),
        ("customer: Contoso", "customer: C\ntables: {offices: {Gent: 5}}", ["2:26: tables.offices.Gent: write a text; a number or a truth is one between quotes"]),
        ("customer: Contoso", "customer: C\ntables: {offices: [Gent]}", ["2:10: tables.offices: write keys and values here, such as key: value"]),
        ("customer: Contoso", "customer: C\ntables: {'': {Gent: a}}", ["2:10: tables.: this text must not be empty"]),
        ("customer: Contoso", "customer: C\ntable: {offices: {Gent: a}}", ["2:1: table: this key is not known; did you mean tables?"]),
        ('"[employeeId]"', '{value: "[a]", null: {default: b}}', ["5:3: targets.entra: correlate names employeeId, which has a default; whoever has none would be taken for the same person"]),
        ('"[employeeId]"', '"SelectUniqueValue([a], [b])"', ["5:3: targets.entra: correlate names employeeId, whose value is tried until it is free; it cannot tell whose account it is"]),
    ],
)  # fmt: skip
def test_a_mistake_elsewhere_has_its_place_too(old: str, new: str, said: list[str]) -> None:
    assert mistakes(SMALL.replace(old, new)) == said


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = """\
customer: 5
colour: blue
sources:
  hr: {connector: files, plausible: {most_gone: 200, most: 1}}
targets:
  entra:
    connector: entra
    correlate: [employeeId]
    attributes:
      employeeId: "Jon([a])"
      mail: 7
    grants:
      - group: A
        when: {hours: {at_least: x}}
      - grup: B
"""
    assert [(one.line, one.column, one.key) for one in load_mistakes(text)] == [
        (1, 11, "customer"),
        (2, 1, "colour"),
        (4, 49, "sources.hr.plausible.most_gone"),
        (4, 54, "sources.hr.plausible.most"),
        (10, 19, "targets.entra.attributes.employeeId"),
        (11, 13, "targets.entra.attributes.mail"),
        (14, 34, "targets.entra.grants.0.when.hours.at_least"),
        (15, 9, "targets.entra.grants.1.grup"),
    ]


def load_mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(PolicyInvalid) as refused:
        load(text)
    assert str(refused.value).startswith(f"the policy has mistakes: {refused.value.mistakes[0]}; ")
    return refused.value.mistakes


@pytest.mark.parametrize(
    ("given", "department"),
    [
        ("no", "no"),
        ("0800", "0800"),
        ("1", 1),
        ("'1'", "1"),
        ("true", True),
        ("'true'", "true"),
        ("on", "on"),
        ("1.10", "1.10"),
    ],
)
def test_what_a_condition_asks_is_what_stands_there(given: str, department: object) -> None:
    found = load(SMALL + f"    when: {{department: {given}}}\n").policy.targets["entra"].when
    assert found.tests["department"].one_of == (department,)


def test_null_is_a_key_like_any_other() -> None:
    found = load(
        SMALL + "      mail: {value: '[a]', null: keep}\n      city: {value: '[a]', null: {default: no}}\n"
    ).policy
    assert found.targets["entra"].attributes["mail"].null == "keep"
    assert found.targets["entra"].attributes["city"].null == Default(default="no")


@pytest.mark.parametrize("given", ["22:00", "'22:00'", '"22:00"'])
def test_a_time_of_day_is_no_number_of_minutes(given: str) -> None:
    """In YAML 1.1 it would be 1320."""
    assert load(SMALL + f"    names: {{at: {given}}}\n").policy.targets["entra"].names.at == time(22)


def test_the_keys_of_a_table_are_what_stands_there() -> None:
    text = "tables: {codes: {no: Norway, 0800: a, 1: b, 1.10: c, true: d, 'null': e, 2026-01-01: f}}\n" + SMALL
    assert load(text).policy.tables == {
        "codes": {"no": "Norway", "0800": "a", "1": "b", "1.10": "c", "true": "d", "null": "e", "2026-01-01": "f"}
    }


def test_a_mistake_found_later_still_has_its_place() -> None:
    found = load(SMALL + "    grants:\n      - group: A\n        when: {a: b}\n")
    shown = [found.mistake(("targets", "entra", "grants", 0, *rest), "x") for rest in ((), ("when",), ("when", "a"))]
    assert [str(one) for one in shown] == [
        "11:9: targets.entra.grants.0: x",
        "12:9: targets.entra.grants.0.when: x",
        "12:19: targets.entra.grants.0.when.a: x",
    ]
    assert str(Mistake("sources", 0, 0, "x")) == "sources: x"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{pth: a.csv, key: Id, person: {a: A}, contract: {start: S}}", ["3:26: sources.hr.settings.path: this key is missing", "3:37: sources.hr.settings.pth: this key is not known; did you mean path?"]),
        ("{path: a.csv, key: Id, person: {a: {colum: A}}, contract: {start: S}}", ["3:68: sources.hr.settings.person.a.column: this key is missing", "3:72: sources.hr.settings.person.a.colum: this key is not known; did you mean column?"]),
        ("{path: a.csv, key: 5, person: {a: A}, contract: {start: S}}", ["3:55: sources.hr.settings.key: write a text; a number or a truth is one between quotes"]),
        ("{path: a.csv, key: Id, rows: people, person: {a: A}, contract: {start: S}}", ["3:65: sources.hr.settings.rows: write 'person' or 'contract'"]),
        ("{path: a.csv, key: Id, person: {a: BSN}, contract: {start: S}}", ["3:71: sources.hr.settings.person.a: the citizen service number (BSN) and other data of identity, tax, bank, pay or health may not be used for accounts; remove this column"]),
    ],
)  # fmt: skip
def test_a_connectors_own_settings_are_told_the_same_way(given: str, said: list[str]) -> None:
    found = load(SMALL.replace("connector: files}", f"connector: files, settings: {given}}}"))
    with pytest.raises(PolicyInvalid) as refused:
        settings(found, ("sources", "hr", "settings"), Settings, found.policy.sources["hr"].settings)
    assert [str(one) for one in refused.value.mistakes] == said
