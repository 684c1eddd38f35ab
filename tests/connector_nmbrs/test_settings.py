"""What a policy may say of Nmbrs, and what is refused when it is read."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import connectors
from connectors.nmbrs import MANIFEST, Settings, features, more_facts
from connectors.nmbrs.settings import CONTRACT, PERSON
from shared.checks.policy import check, warnings
from shared.connector import App
from shared.permissions import needed
from shared.policy_file import load

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "hr" / "nmbrs.md").read_text(encoding="utf-8")
REST = {"client_id": "secret:a", "client_secret": "secret:b", "subscription_key": "secret:c"}
SOAP = {"api": "soap", "user": "secret:a", "token": "secret:b", "domain": "contoso"}


def refused(**said: Any) -> str:
    with pytest.raises(ValidationError) as raised:
        Settings.model_validate(said)
    return str(raised.value)


def test_either_api_needs_its_own_secrets() -> None:
    assert "api rest needs client_secret, subscription_key" in refused(client_id="secret:a")
    assert "api soap needs user, token, domain" in refused(api="soap", **REST)
    assert Settings.model_validate(REST).secrets == ("secret:a", "secret:b", "secret:c")
    assert Settings.model_validate(SOAP).secrets == ("secret:a", "secret:b", "contoso")


@pytest.mark.parametrize("name", ["cost_centers", "department_managers", "end_reason"])
def test_soap_is_not_asked_for_what_only_rest_has(name: str) -> None:
    assert f"{name} can be read with api rest only" in refused(**SOAP, **{name: True})


def test_soap_is_not_asked_for_extra_fields_and_parental_leave() -> None:
    assert "extra fields can be read with api rest only" in refused(**SOAP, fields={"locker": "extra:Locker"})
    assert "leave can be read with api rest only" in refused(**SOAP, leave=["1"])
    assert Settings.model_validate({**SOAP, "fields": {"born": "birthDate"}}).fields == {"born": "birthDate"}


@pytest.mark.parametrize("key", ["client_id", "client_secret", "subscription_key"])
def test_a_secret_is_never_in_a_policy(key: str) -> None:
    told = refused(**{**REST, key: "s3cret"})
    assert "s3cret" not in told


@pytest.mark.parametrize("base", ["http://api.nmbrsapp.com", "https://api.nmbrsapp.com/api", "ftp://x", "nothing"])
@pytest.mark.parametrize("key", ["base", "identity", "soap_base"])
def test_an_address_is_https_and_nothing_more(key: str, base: str) -> None:
    refused(**REST, **{key: base})


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"bsn": "extra:Number"}, "Joinly never reads"),
        ({"number": "extra:BSN"}, "Joinly never reads"),
        ({"pay": "extra:Salaris"}, "Joinly never reads"),
        ({"email": "privateEmail"}, "is filled by Nmbrs itself"),
        ({"born": "birthInfo"}, "is none of birthDate"),
        ({"sick": "extra: "}, "String should match pattern"),
        ({"a b": "birthDate"}, "String should match pattern"),
    ],
)
def test_extra_fields_are_checked_when_the_policy_is_read(fields: dict[str, str], because: str) -> None:
    assert because in refused(**REST, fields=fields)


def test_nothing_else_may_be_said() -> None:
    assert "Extra inputs are not permitted" in refused(**REST, colour="red")
    refused(**REST, calls_per_second=0)
    refused(**REST, name_usage={"1": "X"})


def test_the_facts_are_those_that_the_settings_add() -> None:
    assert MANIFEST.facts == PERSON | CONTRACT
    assert more_facts(Settings.model_validate(REST)) == frozenset()
    more = {"cost_centers": True, "leave": ["1"], "end_reason": True, "fields": {"born": "birthDate"}}
    assert more_facts(Settings.model_validate({**REST, **more})) == {
        *("costCenter", "costCenterName", "leaveStart", "leaveEnd", "endReason", "born"),
    }


def test_the_permissions_are_those_of_what_is_read() -> None:
    usual = {"company.info.read", "employee.info.read", "employee.employment.read", "offline_access"}
    assert set(needed(MANIFEST, App.READ, features(Settings.model_validate(REST)))) == usual
    assert set(needed(MANIFEST, App.WRITE, features(Settings.model_validate(REST)))) == set()
    more = features(Settings.model_validate({**REST, "cost_centers": True, "leave": ["1"]}))
    assert set(needed(MANIFEST, App.READ, more)) == usual | {"employee.payment.read", "employee.leave.read"}
    assert set(needed(MANIFEST, App.READ, features(Settings.model_validate(SOAP)))) == {"API user of SOAP v3"}


def test_soap_is_warned_of_for_it_will_not_last() -> None:
    assert MANIFEST.cautions(Settings.model_validate(REST)) == ()
    ((setting, caution),) = MANIFEST.cautions(Settings.model_validate(SOAP))
    assert setting == "api"
    assert "retires SOAP v3 on 2027-03-01" in caution


PIECES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
TARGET = """\
targets:
  entra:
    connector: entra
    settings: {tenant: contoso.nl}
    correlate: [employeeId]
    attributes: {employeeId: "[employeeNumber]"}
"""


@pytest.mark.parametrize(("piece", "count"), list(zip(PIECES, (0, 1), strict=True)))
def test_the_lines_of_the_guide_can_be_used(piece: str, count: int) -> None:
    found = load("customer: Contoso\n" + piece + TARGET)
    assert check(found, connectors.manifest)
    odd = warnings(found, connectors.manifest)
    assert [str(one).partition(": ")[2] for one in odd if "SOAP" in one.text] == [
        f"sources.hr.settings.api: {one.text}" for one in odd
    ]
    assert len(odd) == count
