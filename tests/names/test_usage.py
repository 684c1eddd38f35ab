"""Which family name a person uses, by the codes of each HR system."""

import pytest

from shared.names import CODES, System, Usage, usage_from, usage_of
from shared.names.usage import FIELDS


@pytest.mark.parametrize("system", System)
def test_every_system_has_a_code_for_every_usage(system: System) -> None:
    assert set(CODES[system].values()) == set(Usage)
    assert FIELDS[system]


@pytest.mark.parametrize(("system", "code"), [(system, code) for system in System for code in CODES[system]])
def test_a_code_is_read_in_any_case_and_with_spaces_around_it(system: System, code: str) -> None:
    meant = CODES[system][code]
    assert {usage_from(system, spelled) for spelled in (code, code.lower(), f" {code.upper()} ")} == {meant}


def test_the_same_digit_means_different_things_to_different_systems() -> None:
    assert [usage_from(system, "0") for system in ("afas", "youforce", "nmbrs")] == [Usage.B, Usage.PB, Usage.B]
    assert [usage_from(system, "1") for system in ("afas", "youforce", "nmbrs")] == [Usage.PB, Usage.B, Usage.B]


@pytest.mark.parametrize("code", [3, 3.0, "3"])
def test_a_code_may_be_a_number(code: object) -> None:
    assert usage_from("afas", code) is Usage.BP  # type: ignore[arg-type]


@pytest.mark.parametrize("code", [None, "", "  ", "17", "eigenaar", True, ("1",)])
@pytest.mark.parametrize("system", System)
def test_whatever_a_system_does_not_document_is_the_birth_name(system: System, code: object) -> None:
    assert usage_from(system, code) is Usage.B  # type: ignore[arg-type]


def test_a_system_that_is_not_known_is_an_error_that_lists_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"did you mean afas\?\); there are those of adp, afas, beaufort, nmbrs"):
        usage_from("afass", "1")


@pytest.mark.parametrize(("text", "usage"), [("B", "B"), ("pb", "PB"), (" BP ", "BP"), ("", "B"), (None, "B")])
def test_a_usage_is_named_in_any_case_and_none_is_the_birth_name(text: str | None, usage: str) -> None:
    assert usage_of(text) is Usage(usage)


def test_a_code_that_nobody_translated_is_an_error_that_does_not_repeat_it() -> None:
    with pytest.raises(ValueError, match="is B, P, PB or BP; translate") as error:
        usage_of("Eigen")
    assert "Eigen" not in str(error.value)
