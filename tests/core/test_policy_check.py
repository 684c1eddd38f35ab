"""A policy against what connectors say of themselves: what cannot work is refused before anything is deployed."""

# ruff: noqa: E501 - each mistake stands on one line with the whole sentence it is told in

from collections.abc import Iterable
from dataclasses import replace

import pytest
from core_world import ROOT, SMALL
from pydantic import BaseModel, ConfigDict

import connectors
from shared.attributes import Attribute
from shared.checks.policy import check, warnings
from shared.connector import Manifest, Source, Target
from shared.errors import Misconfigured
from shared.model import Verb
from shared.policy_file import PolicyInvalid, load


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    columns: tuple[str, ...] = ()


class Switched(BaseModel):
    roles: bool = False


def nothing(settings: Settings, outside: object) -> Source | Target:
    raise AssertionError("checking a policy builds no connector")


HR = Manifest(
    name="files",
    summary="",
    docs="",
    settings=Settings,
    proven="simulated",
    source=nothing,
    facts=frozenset({"givenName", "surname"}),
    more_facts=lambda settings: frozenset(settings.columns),
)
APPLICATION = Manifest(
    name="entra",
    summary="",
    docs="",
    settings=Settings,
    proven="simulated",
    target=nothing,
    verbs=frozenset(Verb) - {Verb.DELETE, Verb.RESTORE},
    entitlements=frozenset({"group"}),
    attributes=(Attribute(name="employeeId"), Attribute(name="displayName"), Attribute(name="mail")),
    correlate=frozenset({"employeeId", "mail"}),
)


def manifest(name: str) -> Manifest:
    for one in (HR, APPLICATION):
        if one.name == name:
            return one
    raise Misconfigured(f"there is no connector {name!r}; there are files, entra")


def mistakes(text: str) -> list[str]:
    with pytest.raises(PolicyInvalid) as refused:
        check(load(text), manifest)
    return [str(one) for one in refused.value.mistakes]


def with_lines(lines: Iterable[str]) -> str:
    return SMALL + "".join(f"    {line}\n" for line in lines)


def test_an_entitlement_that_a_setting_allows_names_the_setting_until_it_is_there() -> None:
    switched = replace(
        APPLICATION, entitlements=frozenset({"role"}), entitlement_settings={"role": "roles"}, settings=Switched
    )
    text = with_lines(["grants: [{role: App/User}]"])
    with pytest.raises(PolicyInvalid, match="entra grants a role only when its settings say roles: true"):
        check(load(text), {"files": HR, "entra": switched}.__getitem__)
    allowed = text.replace("connector: entra", "connector: entra\n    settings: {roles: true}")
    assert check(load(allowed), {"files": HR, "entra": switched}.__getitem__)


def test_a_good_policy_gives_the_settings_of_every_part_and_builds_nothing() -> None:
    found = load(SMALL.replace("files}", "files, settings: {columns: [department]}}"))
    assert check(found, manifest) == {
        ("sources", "hr"): Settings(columns=("department",)),
        ("targets", "entra"): Settings(),
    }


@pytest.mark.parametrize("name", ["example.yaml", "workers.yaml"])
def test_the_policies_in_the_repository_fit_their_connectors(name: str) -> None:
    found = load((ROOT / "config" / name).read_text(encoding="utf-8"))
    assert set(check(found, connectors.manifest)) == {("sources", "hr"), ("targets", "entra")}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("connector: files", "connector: fils", ["3:19: sources.hr.connector: there is no connector 'fils'; there are files, entra"]),
        ("connector: entra", "connector: entry", ["6:16: targets.entra.connector: there is no connector 'entry'; there are files, entra"]),
        ("connector: files", "connector: entra", ["3:19: sources.hr.connector: entra cannot be used as one of sources"]),
        ("connector: entra", "connector: files", ["6:16: targets.entra.connector: files cannot be used as one of targets"]),
        ("connector: files", "connector: files, settings: {colums: [a]}", ["3:37: sources.hr.settings.colums: this key is not known; did you mean columns?"]),
    ],
)  # fmt: skip
def test_a_connector_that_does_not_fit_is_named(old: str, new: str, said: list[str]) -> None:
    assert mistakes(SMALL.replace(old, new)) == said


MAIL = """\
  mail:
    connector: exchange
    settings: {tenant: sandbox, unsupported_interface: true}
    follows: entra
    attributes: {}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("follows: entra", "follows: mail", ["13:14: targets.mail.follows: exchange makes no accounts; name the entra target whose people they belong to"]),
        ("follows: entra", "follows: entry", ["13:14: targets.mail.follows: exchange makes no accounts; name the entra target whose people they belong to"]),
        ("follows: entra", "correlate: [customAttribute1]", ["10:3: targets.mail: correlate names customAttribute1, which attributes does not map; a new account would be lost"]),
        ("follows: entra", "follows: entra\n    correlate: [type]", ["10:3: targets.mail: say by which attributes accounts are found, with correlate, or whose they are, with follows or writes_back"]),
        ("attributes: {}", "attributes: {hidden: '\"x\"'}", ["14:26: targets.mail.attributes.hidden: hidden can only be read; it follows from other attributes"]),
        ("attributes: {}", "attributes: {}\n    timing: {delete_after: 9}", ["15:28: targets.mail.timing.delete_after: exchange cannot delete"]),
        ("attributes: {}", "attributes: {}\n    grants: [{group: A}]", ["15:14: targets.mail.grants.0: exchange cannot grant a group"]),
    ],
)  # fmt: skip
def test_a_target_whose_accounts_appear_by_themselves_follows_one_that_makes_them(
    old: str, new: str, said: list[str]
) -> None:
    good = SMALL + MAIL
    assert check(load(good), _with_exchange)
    with pytest.raises(PolicyInvalid) as refused:
        check(load(good.replace(old, new)), _with_exchange)
    assert [str(one) for one in refused.value.mistakes] == said


def _with_exchange(name: str) -> Manifest:
    return connectors.manifest(name) if name == "exchange" else manifest(name)


def test_a_target_without_accounts_of_its_own_cannot_find_them_by_their_values() -> None:
    text = SMALL + MAIL.replace("follows: entra", "correlate: [customAttribute1]")
    text = text.replace("attributes: {}", 'attributes: {customAttribute1: "[employeeId]"}')
    with pytest.raises(PolicyInvalid) as refused:
        check(load(text), _with_exchange)
    assert [str(one) for one in refused.value.mistakes] == [
        "10:3: targets.mail.follows: exchange makes no accounts; name the entra target whose people they belong to",
    ]


def test_a_licence_that_takes_the_mailbox_of_a_leaver_with_it_is_warned_of() -> None:
    grants = "    grants: [{license: E3}, {license: E5, after_leaving: 30}, {group: Sales}]\n"
    assert [str(one) for one in warnings(load(SMALL + grants + MAIL), _with_exchange)] == [
        "10:14: targets.entra.grants.0: warning: if it brings the mailbox, that is lost on leaving; keep it some days with after_leaving"
    ]
    assert warnings(load(SMALL + grants), manifest) == []


def test_what_a_connector_says_of_its_settings_is_warned_of_where_they_stand() -> None:
    text = SMALL.replace("connector: files}", "connector: files, settings: {columns: [kind]}}")
    retires = replace(HR, cautions=lambda settings: (("columns", "not for long"),) if settings.columns else ())
    found = [str(one) for one in warnings(load(text), lambda name: retires if name == "files" else manifest(name))]
    assert found == ["3:37: sources.hr.settings.columns: warning: not for long"]
    assert warnings(load(SMALL), lambda name: retires if name == "files" else manifest(name)) == []


def test_a_target_that_makes_its_accounts_follows_no_other() -> None:
    text = SMALL.replace("    correlate: [employeeId]\n", "    follows: entra\n")
    assert mistakes(text) == ["7:14: targets.entra.follows: entra makes accounts of its own; write correlate instead"]


def test_what_speaks_for_a_contract_is_something_that_the_source_gives() -> None:
    usual = "connector: files, settings: {columns: [kind, hours]}"
    good = f"{usual}, primary: [ends_first, {{most: hours}}, {{of: kind, order: [permanent]}}]"
    check(load(SMALL.replace("connector: files", usual)), manifest)
    check(load(SMALL.replace("connector: files", good)), manifest)
    bad = f"{usual}, primary: [{{least: sequence}}, {{of: kinds, order: [permanent]}}]"
    assert mistakes(SMALL.replace("connector: files", bad)) == [
        "3:80: sources.hr.primary.0.least: no source gives sequence",
        "3:96: sources.hr.primary.1.of: no source gives kinds; did you mean kind?",
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        # facts
        (['  displayName: "[shoeSize]"'], ["10:20: targets.entra.attributes.displayName: no source gives shoeSize"]),
        (['  displayName: "[Surname]"'], ["10:20: targets.entra.attributes.displayName: no source gives Surname; did you mean surname?"]),
        (["  displayName: 'Join(\" \", [given], [surnam])'"], ["10:20: targets.entra.attributes.displayName: no source gives given; did you mean givenName?", "10:20: targets.entra.attributes.displayName: no source gives surnam; did you mean surname?"]),
        (["when: {departmnt: Sales}"], ["10:23: targets.entra.when.departmnt: no source gives departmnt"]),
        (["when: {any: [{givenname: A}], not: {kind: B}}"], ["10:30: targets.entra.when.any.0.givenname: no source gives givenname; did you mean givenName?", "10:47: targets.entra.when.not.kind: no source gives kind"]),
        (["when: {any_contract: {all: [{kind: A}]}}"], ["10:40: targets.entra.when.any_contract.all.0.kind: no source gives kind"]),
        (["grants: [{group: 'Dept-{departmnt}'}]"], ["10:22: targets.entra.grants.0.group: no source gives departmnt"]),
        (["grants: [{group: 'Dept-{Surname}-{givenName}'}]"], ["10:22: targets.entra.grants.0.group: no source gives Surname; did you mean surname?"]),
        (["grants:", "- group: A", "  when: {kind: A}"], ["12:20: targets.entra.grants.0.when.kind: no source gives kind"]),
        # what the target holds
        (['  dispayName: "[givenName]"'], ["10:19: targets.entra.attributes.dispayName: entra has no attribute dispayName; did you mean displayName?"]),
        (['  DISPLAYNAME: "[givenName]"'], ["10:20: targets.entra.attributes.DISPLAYNAME: entra has no attribute DISPLAYNAME; did you mean displayName?"]),
        (['  shoeSize: {value: "[givenName]"}'], ["10:7: targets.entra.attributes.shoeSize: entra has no attribute shoeSize"]),
        # what the target can do
        (["grants: [{group: A}, {license: B}]"], ["10:26: targets.entra.grants.1: entra cannot grant a license"]),
        (["grants: [{group: A}]", "exclusive: [{of: [{group: A}, {role: B}]}]"], ["11:35: targets.entra.exclusive.0.of.1: entra cannot grant a role"]),
        # what never comes to anything
        (["when: {any: [{contractEnd: {at_most: 30}}, {contractStart: {at_least: today - 5}}]}"], ["10:19: targets.entra.when.any.0.contractEnd: contractEnd is a day, and never compares with a number; write a date, or a day such as today + 30"]),
        (["grants: [{group: A, before: 15}]"], ["10:33: targets.entra.grants.0.before: there is no account yet; it is created 14 days before the first day, see timing.create_before"]),
        (["grants: [{group: 'Dept-{surname}'}]", "exclusive: [{of: [{group: A}, {group: B}]}]"], ["11:18: targets.entra.exclusive.0.of: no rule in grants gives any of these, so nothing is ever held back"]),
        (["limits: {delete: {day: 5}}"], ["10:14: targets.entra.limits.delete: entra cannot delete"]),
        (["limits:", "  disable: {day: 5}", "  restore: {day: 5}"], ["12:7: targets.entra.limits.restore: entra cannot restore"]),
        (["timing: {delete_after: 30}"], ["10:28: targets.entra.timing.delete_after: entra cannot delete"]),
        (["timing:", "  rules: [{when: {surname: A}, delete_after: 30}]"], ["11:50: targets.entra.timing.rules.0.delete_after: entra cannot delete"]),
        (["timing:", "  rules: [{when: {sirname: A}}]"], ["11:32: targets.entra.timing.rules.0.when.sirname: no source gives sirname; did you mean surname?"]),
        (["timing: {at_once: {reason: A}}"], ["10:32: targets.entra.timing.at_once.reason: no source gives reason"]),
        (["timing:", "  leave: [{when: {status: A}, begins: from, ends: surname}]"], [
            "11:31: targets.entra.timing.leave.0.when.status: no source gives status",
            "11:43: targets.entra.timing.leave.0.begins: no source gives from"]),
    ],
)  # fmt: skip
def test_what_a_source_does_not_give_or_a_target_cannot_do_is_named(lines: list[str], said: list[str]) -> None:
    assert mistakes(with_lines(lines)) == said


def test_a_target_that_cannot_delete_needs_no_limit_for_deleting() -> None:
    """The safe limits are there for every verb; only those that stand in the file are held against the connector."""
    assert check(load(with_lines(["limits: {disable: {day: 5}}"])), manifest)
    assert check(load(SMALL), manifest)


def test_correlation_needs_something_the_target_can_be_asked_for() -> None:
    text = SMALL.replace("correlate: [employeeId]", "correlate: [employeeId, displayName]")
    text += '      displayName: "[givenName]"\n'
    assert mistakes(text) == [
        "7:29: targets.entra.correlate.1: entra cannot look for displayName; it can for employeeId, mail"
    ]


@pytest.mark.parametrize("fact", ["employeeId", "contractId", "contractStart", "contractEnd"])
def test_some_facts_everybody_has(fact: str) -> None:
    assert check(load(with_lines([f'  displayName: "[{fact}]"'])), manifest)


def test_facts_of_all_sources_count_and_those_that_settings_add() -> None:
    text = SMALL.replace(
        "  hr: {connector: files}",
        "  hr: {connector: files}\n  payroll: {connector: files, settings: {columns: [kind]}}",
    )
    assert check(load(text + "    when: {kind: permanent}\n"), manifest)


def test_names_are_not_doubted_while_a_source_cannot_be_set_up() -> None:
    """What it would give is not known; the first mistake is enough."""
    text = SMALL.replace("files}", "files, settings: {colums: [department]}}") + "    when: {department: A}\n"
    assert mistakes(text) == ["3:37: sources.hr.settings.colums: this key is not known; did you mean columns?"]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = SMALL.replace("connector: files", "connector: entra").replace(
        "      employeeId", "      mial: '[a]'\n      employeeId"
    )
    assert [one.split(":")[0:2] for one in mistakes(text + "    grants: [{license: B}]\n")] == [
        ["3", "19"],
        ["9", "13"],
        ["11", "14"],
    ]


LIMITED = ["  displayName: '[givenName]'", "limits:"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([*LIMITED, "  update:displayname: {day: 5}"], ["12:7: targets.entra.limits.update:displayname: attributes does not map displayname, so it is never updated; did you mean displayName?"]),
        ([*LIMITED, "  revoke:license: {day: 5}"], ["12:7: targets.entra.limits.revoke:license: entra cannot revoke a license"]),
        ([*LIMITED, "  grant:grup:A: {day: 5}"], ["12:7: targets.entra.limits.grant:grup:A: entra cannot grant a grup; did you mean group?"]),
        (["observe: [disable, delete]"], ["10:24: targets.entra.observe.1: entra cannot delete"]),
        (["departments: {field: givenName, limits: {delete: {day: 5}}}"], ["10:46: targets.entra.departments.limits.delete: entra cannot delete"]),
        (["departments: {field: givnName, limits: {disable: {day: 5}}}"], ["10:26: targets.entra.departments.field: no source gives givnName; did you mean givenName?"]),
        (["pilot: {when: {givnName: A}}"], ["10:30: targets.entra.pilot.when.givnName: no source gives givnName; did you mean givenName?"]),
    ],
)  # fmt: skip
def test_what_can_never_happen_is_neither_limited_nor_observed(lines: list[str], said: list[str]) -> None:
    assert mistakes(with_lines(lines)) == said


@pytest.mark.parametrize("line", ["update:displayName: {day: 5}", "urgent: {day: 5}", "grant:group:A: {day: 5}"])
def test_a_part_of_what_a_target_does_can_be_limited(line: str) -> None:
    assert check(load(with_lines([*LIMITED, f"  {line}"])), manifest)
