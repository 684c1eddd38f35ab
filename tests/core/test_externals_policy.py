"""What a policy says of externals: its safe days, and every mistake with its place."""

# ruff: noqa: E501 - each mistake stands on one line with the whole sentence it is told in

import pytest
from core_world import ROOT

import connectors
from shared.checks.policy import check
from shared.policy import External
from shared.policy_file import PolicyInvalid, load

POLICY = (ROOT / "config" / "externals.yaml").read_text(encoding="utf-8")
WRITTEN = "{sponsor: manager, sponsors_in: hr, at_most: 365, ask_before: 28, extend_by: 90}"


def mistakes(external: str) -> list[str]:
    assert WRITTEN in POLICY
    with pytest.raises(PolicyInvalid) as refused:
        check(load(POLICY.replace(WRITTEN, external)), connectors.manifest)
    return [str(one) for one in refused.value.mistakes]


def test_the_example_with_externals_fits_its_connectors() -> None:
    found = load(POLICY)
    assert set(check(found, connectors.manifest)) == {("sources", "hr"), ("sources", "guests"), ("targets", "entra")}
    assert found.policy.sponsoring == {"hr"}
    assert [found.policy.pointed_from(name) for name in ("hr", "guests", "gone")] == ["hr", "hr", "gone"]


def test_what_is_left_out_is_a_year_a_fortnight_and_ninety_days() -> None:
    given = External(sponsor="boss", sponsors_in="hr")
    assert (given.at_most, given.ask_before, given.extend_by) == (365, 14, 90)


@pytest.mark.parametrize(
    ("external", "said"),
    [
        ("{sponsors_in: hr}", "25:5: sources.guests.external.sponsor: this key is missing"),
        ("{sponsor: manager}", "25:5: sources.guests.external.sponsors_in: this key is missing"),
        ("{sponsor: managr, sponsors_in: hr}", "25:25: sources.guests.external.sponsor: guests gives no managr; did you mean manager?"),
        ("{sponsor: manager, sponsors_in: hrm}", "25:47: sources.guests.external.sponsors_in: the policy has no source hrm; did you mean hr?"),
        ("{sponsor: manager, sponsors_in: guests}", "25:47: sources.guests.external.sponsors_in: guests holds externals, and none of them answers for others; name a source of employees"),
        ("{sponsor: manager, sponsors_in: hr, ask_before: 0}", "25:63: sources.guests.external.ask_before: write 1 or more"),
        ("{sponsor: manager, sponsors_in: hr, ask: 5}", "25:51: sources.guests.external.ask: this key is not known; remove it"),
        ("{sponsor: manager, sponsors_in: hr, ask_before: 30, extend_by: 30}", "25:5: sources.guests.external: extend_by must be more than ask_before; otherwise every yes is followed by a question"),
        ("{sponsor: manager, sponsors_in: hr, extend_by: 360}", "25:5: sources.guests.external: ask_before and extend_by together are more than at_most; a yes would extend too far"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(external: str, said: str) -> None:
    assert mistakes(external) == [said]


def test_the_sponsor_is_a_role_that_needs_no_list() -> None:
    check(load(POLICY + "approvals: {ask: {revalidation: [sponsor]}}\n"), connectors.manifest)
    with pytest.raises(PolicyInvalid, match="approvers has no role sponsr; did you mean sponsor"):
        check(load(POLICY + "approvals: {ask: {revalidation: [sponsr]}}\n"), connectors.manifest)
