"""What a mapping says that its attribute cannot be: written, tried, in that mode, with that default, from that table."""

# ruff: noqa: E501 - each mistake stands on one line with the whole sentence it is told in

from collections.abc import Callable

import pytest
from core_world import SMALL
from pydantic import BaseModel, ConfigDict

from shared.attributes import Attribute, Unique
from shared.checks.policy import check
from shared.connector import Manifest, Source, Target
from shared.model import Verb
from shared.policy_file import PolicyInvalid, load


class NoSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")


def nothing(settings: NoSettings, outside: object) -> Source | Target:
    raise AssertionError("checking a policy builds no connector")


def manifests(*without: Verb) -> Callable[[str], Manifest]:
    """HR, and a target that can do everything but these verbs."""
    source = Manifest(
        name="files",
        summary="",
        docs="",
        settings=NoSettings,
        proven="simulated",
        source=nothing,
        facts=frozenset({"city", "givenName", "manager", "mail"}),
    )
    target = Manifest(
        name="entra",
        summary="",
        docs="",
        settings=NoSettings,
        proven="simulated",
        target=nothing,
        verbs=frozenset(Verb) - frozenset(without),
        attributes=(
            Attribute(name="employeeId"),
            Attribute(name="mail", longest=12, longest_local=8, unique=Unique.ADDRESSES),
            Attribute(name="badge", unique=Unique.ACCOUNTS),
            Attribute(name="city", longest=10, refuses="#"),
            Attribute(name="manager", reference=True),
            Attribute(name="aliases", unique=Unique.ADDRESSES, written=False),
        ),
        correlate=frozenset({"employeeId"}),
    )
    return {"files": source, "entra": target}.__getitem__


def mistakes(text: str, *without: Verb) -> list[str]:
    with pytest.raises(PolicyInvalid) as refused:
        check(load(text), manifests(*without))
    return [str(one) for one in refused.value.mistakes]


ONCE = "a value that is tried until it is free is issued once, and renamed as names says; leave this out"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        # what is only read
        ("aliases: '[mail]'", "10:16: targets.entra.attributes.aliases: aliases can only be read; it follows from other attributes"),
        ("aliases: {value: '[mail]', mode: if_empty}", "10:7: targets.entra.attributes.aliases: aliases can only be read; it follows from other attributes"),
        ("alias: '[mail]'", "10:14: targets.entra.attributes.alias: entra has no attribute alias"),
        # what points to another account
        ("manager: 'SelectUniqueValue([manager], [city])'", "10:16: targets.entra.attributes.manager: manager points to another account; it cannot be tried until one is free"),
        ("manager: {value: '[manager]', mode: create_only}", "10:43: targets.entra.attributes.manager.mode: manager points to another account, which may come later; write on_change or if_empty"),
        ("city: {value: '[city]', leaver: next}", "10:39: targets.entra.attributes.city.leaver: city points to nobody, so nobody it points to can leave; leave this out"),
        # defaults
        ("city: {value: '[city]', null: {default: a town with a long name}}", "10:47: targets.entra.attributes.city.null.default: the default has 23 characters, and 10 is the most"),
        ("city: {value: '[city]', null: {default: '#'}}", "10:47: targets.entra.attributes.city.null.default: the default holds the character #, which may not stand there"),
        ("mail: {value: '[mail]', null: {default: a@b.nl}}", "10:47: targets.entra.attributes.mail.null.default: only one account may have the same mail; a default is for many"),
        ("badge: {value: '[city]', null: {default: none}}", "10:48: targets.entra.attributes.badge.null.default: only one account may have the same badge; a default is for many"),
        # what is tried is issued once
        ("mail: {value: 'SelectUniqueValue([mail], [city])', mode: create_only}", f"10:64: targets.entra.attributes.mail.mode: {ONCE}"),
        ("mail: {value: 'SelectUniqueValue([mail], [city])', null: keep}", f"10:64: targets.entra.attributes.mail.null: {ONCE}"),
        # tables
        ("city: 'Lookup(\"offices\", [city])'", "10:13: targets.entra.attributes.city: the policy has no table offices"),
        ("city: {value: 'Lookup(\"ofices\", [city])', mode: if_empty}", "10:7: targets.entra.attributes.city: the policy has no table ofices"),
        # facts of others
        ("city: 'Manager([citty])'", "10:13: targets.entra.attributes.city: no source gives citty; did you mean city?"),
        ("city: 'Contract([contractState] = \"active\", [citty])'", "10:13: targets.entra.attributes.city: no source gives citty; did you mean city?"),
    ],
)  # fmt: skip
def test_what_an_attribute_cannot_be_is_named(line: str, said: str) -> None:
    assert mistakes(f"{SMALL}      {line}\n") == [said]


@pytest.mark.parametrize(
    "line",
    [
        "manager: {value: '[manager]', mode: on_change, null: {default: '000101'}}",
        "manager: {value: '[manager]', mode: if_empty}",
        "city: {value: '[city]', null: {default: nowhere}, mode: create_only}",
        "mail: {value: 'SelectUniqueValue([mail], [city])', sensitive: yes}",
        "badge: {value: 'SelectUniqueValue([mail], Numbered([city]))'}",
        "city: 'Contract([contractState] = \"future\", [city])'",
        "city: 'Manager([city])'",
    ],
)
def test_what_an_attribute_can_be_is_let_through(line: str) -> None:
    assert check(load(f"{SMALL}      {line}\n"), manifests())


def test_a_table_that_is_meant_is_suggested_and_one_that_is_there_is_found() -> None:
    line = '      city: \'Lookup("{}", [city], Lookup("towns", [city]))\'\n'
    tables = "tables: {offices: {a: b}, towns: {}}\n"
    assert check(load(tables + SMALL + line.format("offices")), manifests())
    assert mistakes(tables + SMALL + line.format("ofices")) == [
        "11:13: targets.entra.attributes.city: the policy has no table ofices; did you mean offices?"
    ]


def test_all_that_is_wrong_with_one_attribute_is_told_at_once() -> None:
    line = (
        "      mail: {value: 'SelectUniqueValue([citty], [mail])', null: {default: a town far away}, mode: on_change}\n"
    )
    assert [one.partition(": ")[2] for one in mistakes(SMALL + line)] == [
        "targets.entra.attributes.mail: no source gives citty; did you mean city?",
        f"targets.entra.attributes.mail.null: {ONCE}",
        "targets.entra.attributes.mail.null.default: the default has 15 characters, and 12 is the most",
        "targets.entra.attributes.mail.null.default: only one account may have the same mail; a default is for many",
        f"targets.entra.attributes.mail.mode: {ONCE}",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("names: {rename: ask}", ["10:21: targets.entra.names.rename: entra cannot rename"]),
        ("names: {at: '22:00', rename: automatic}", ["10:34: targets.entra.names.rename: entra cannot rename"]),
        ("limits: {rename: {day: 5}}", ["10:14: targets.entra.limits.rename: entra cannot rename"]),
    ],
)
def test_a_target_that_cannot_rename_is_not_asked_to(line: str, said: list[str]) -> None:
    assert mistakes(f"{SMALL}    {line}\n", Verb.RENAME) == said
    assert check(load(f"{SMALL}    {line}\n"), manifests())


@pytest.mark.parametrize("line", ["names: {rename: never}", "names: {quarantine: 30}", "protected: []"])
def test_a_target_that_cannot_rename_may_be_told_never_to(line: str) -> None:
    assert check(load(f"{SMALL}    {line}\n"), manifests(Verb.RENAME))


def test_the_state_of_a_contract_is_a_fact_of_everybody() -> None:
    assert check(load(SMALL + "    when: {contractState: active}\n"), manifests())
