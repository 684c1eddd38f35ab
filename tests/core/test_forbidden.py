"""The net for what may not be kept: what it catches, and above all what it leaves alone."""

from collections.abc import Iterable
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.forbidden import BSN, NATIONAL, PLENTY, RISK, Evidence, Net, is_iban
from shared.model import Contract, Person, Value

VALID = ("111222333", "123456782", "999990019", "012345672")


def person(hr_id: str = "7", contract: dict[str, Value] | None = None, **fields: Value) -> Person:
    job = Contract(id="1", start=date(2026, 1, 1), fields=contract or {})
    return Person(hr_id=hr_id, fields=fields, contracts=(job,))


def bsns(count: int, seed: int = 1) -> list[str]:
    dice, found = Random(seed), list[str]()
    while len(found) < count:
        number = f"{dice.randrange(10**9):09d}"
        if BSN.passes(number):
            found.append(number)
    return found


def seen(values: Iterable[Value], name: str = "field12") -> Evidence:
    evidence = Evidence()
    for number, value in enumerate(values):
        evidence.see(person(f"x{number}", **{name: value}))
    return evidence


@pytest.mark.parametrize("number", VALID)
def test_the_eleven_test_is_the_one_of_the_bsn(number: str) -> None:
    assert BSN.passes(number)
    assert not BSN.passes(f"{int(number) ^ 1:09d}")


@pytest.mark.parametrize("number", ["000000000", "00000000"])
def test_a_number_of_nothing_is_no_bsn(number: str) -> None:
    assert not BSN.passes(number)


def test_a_leading_zero_that_was_lost_is_missed_by_nobody() -> None:
    assert BSN.passes("12345672")


def test_a_fact_whose_numbers_all_pass_is_found_whatever_it_is_called() -> None:
    assert seen(bsns(6)).found == {"field12": "BSN"}
    assert seen(bsns(5)).found == {}, "five might be an accident"


def test_one_value_that_everybody_has_is_no_evidence() -> None:
    assert seen(["111222333"] * 500).found == {}


def test_a_few_that_are_mistyped_do_not_hide_the_others() -> None:
    assert seen([*bsns(40), "111222334", "123456783"]).found == {"field12": "BSN"}


@pytest.mark.parametrize("written", ["1112.22.333", "111 222 333", "111-222-333"])
def test_a_number_counts_however_it_is_written(written: str) -> None:
    assert seen([written, *bsns(5)]).found == {"field12": "BSN"}


@given(st.integers(0, 2**32), st.integers(6, 400))
def test_random_numbers_are_never_taken_for_forbidden_ones(seed: int, count: int) -> None:
    dice = Random(seed)
    numbers = [f"{dice.randrange(10**8, 10**9)}" for _ in range(count)]
    eleven = [f"{dice.randrange(10**10, 10**11)}" for _ in range(count)]
    assert seen(numbers).found == {}
    assert seen(eleven).found == {}


@given(st.integers(10**8, 10**9 - 2000), st.integers(1, 9))
def test_numbers_given_in_a_row_are_never_taken_for_forbidden_ones(first: int, step: int) -> None:
    assert seen(str(first + step * each) for each in range(200)).found == {}


def test_the_risk_is_as_small_as_is_said() -> None:
    for number in (BSN, NATIONAL):
        assert number.chance**number.enough <= RISK < number.chance ** (number.enough - 1)


def test_an_id_is_never_judged_though_it_passes() -> None:
    numbers = bsns(200)
    evidence, net = Evidence(), Net({"employeeId": "BSN", "manager": "BSN", "copy": "BSN"})
    for number, other in zip(numbers, reversed(numbers), strict=True):
        one = person(number, {"manager": other}, employeeId=number, copy=number)
        evidence.see(one)
        assert net.cleaned(one) is one
    assert evidence.found == {}


def test_one_that_passes_among_others_is_left_alone() -> None:
    one = person("7", {"costCenter": "111222333"}, phone="123456782", note="ask for 111222333")
    assert Net().cleaned(one) is one


def test_what_is_found_is_taken_out_and_the_rest_stays() -> None:
    net = Net({"field12": "BSN"})
    one = person("7", {"field12": 111222333}, field12="111222334", other="111222333", name="Bos")
    cleaned = net.cleaned(one)
    assert cleaned.fields == {"other": "111222333", "name": "Bos"}
    assert cleaned.contracts[0].fields == {}
    assert net.caught == {("field12", "BSN"): 2}
    assert net.cleaned(person("8", field12="A-17")).fields == {"field12": "A-17"}


def test_of_a_list_only_what_is_forbidden_goes() -> None:
    net = Net({"numbers": "BSN"})
    assert net.cleaned(person("7", numbers=("111222333", "A1"))).fields == {"numbers": ("A1",)}
    assert net.cleaned(person("7", numbers=("111222333",), empty=(), none=None)).fields == {"empty": (), "none": None}


@pytest.mark.parametrize("name", ["bsn", "BSN_nummer", "sofiNumber", "nationalNumber", "burgerServiceNummer"])
def test_a_name_that_says_it_is_enough_for_a_single_value(name: str) -> None:
    assert Net().cleaned(person("7", **{name: "111222333"})).fields == {}
    assert Net().cleaned(person("7", **{name: "111222334"})).fields == {name: "111222334"}


@pytest.mark.parametrize("text", ["BSN 111222333", "bsn: 1112 22 333", "Burgerservicenummer is 111.222.333"])
def test_a_word_beside_the_number_is_enough_too(text: str) -> None:
    assert Net().cleaned(person("7", remark=text)).fields == {}


@pytest.mark.parametrize("text", ["BSN 111222334", "BSN is with HR", "bsn 1112223330123"])
def test_a_word_without_such_a_number_says_nothing(text: str) -> None:
    assert Net().cleaned(person("7", remark=text)).fields == {"remark": text}


@pytest.mark.parametrize(
    "account", ["NL91ABNA0417164300", "nl91 abna 0417 1643 00", "DE89 3704 0044 0532 0130 00", "BE68539007547034"]
)
def test_a_bank_account_is_known_by_itself(account: str) -> None:
    assert is_iban(account)
    assert Net().cleaned(person("7", account=account, remark=f"pay to {account} please")).fields == {}


@pytest.mark.parametrize(
    "text", ["NL91ABNA0417164301", "NL91ABNA041716430", "XX91ABNA0417164300", "AB12", "NL00 Amsterdam Zuidoost 1234"]
)
def test_what_only_looks_like_a_bank_account_stays(text: str) -> None:
    assert not is_iban(text)
    assert Net().cleaned(person("7", where=text)).fields == {"where": text}


def test_a_text_of_any_length_is_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    monkeypatch.setattr("shared.forbidden.is_iban", lambda text: bool(lengths.append(len(text))))
    text = "NL91 ABNA 0417 1643 00 " * 4_000
    assert Net().cleaned(person("7", remark=text)).fields == {"remark": text}
    assert sum(lengths) < 2 * len(text)


def test_the_belgian_number_is_found_as_a_fact() -> None:
    assert NATIONAL.passes("85073003328")
    found = [f"{birth}{97 - int(birth) % 97:02d}" for birth in (f"8507{day:02d}033" for day in range(10, 16))]
    assert seen(found).found == {"field12": "national number"}


def test_a_fact_that_holds_something_else_now_is_cleared() -> None:
    assert seen(str(10**8 + each) for each in range(PLENTY)).cleared == {"field12"}
    assert seen(bsns(PLENTY)).cleared == frozenset()


def test_nothing_of_a_value_is_kept_but_a_hash() -> None:
    assert "111222333" not in repr(seen(["111222333", *bsns(9)]))
