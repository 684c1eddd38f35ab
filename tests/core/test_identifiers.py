"""Names only one person may have: what comes next, what fits, when nothing is left, and who may take one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.attributes import Attribute, Unique
from shared.identifiers import (
    MOST,
    Holding,
    Naming,
    exhausted,
    fits,
    fitting,
    folded,
    named,
    numbered,
    signature,
    space,
    spent,
)
from shared.model import Candidates, Series
from tests.effort import effort

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ANY = Attribute(name="any")
LOGON = Attribute(
    name="logon", longest=30, longest_local=12, allows="abcdefghijklmnopqrstuvwxyz0123456789.", between="."
)
SHORT = Attribute(name="short", longest=10)
KINDS = {kind.name: kind for kind in (ANY, LOGON, SHORT)}


def tried(*values: str, stem: str | None = None, **series: str | int) -> Candidates:
    return Candidates(values=values, series=None if stem is None else Series(stem=stem, **series))  # type: ignore[arg-type]


# ── one name ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Jan", "jan", True),
        ("JOSÉ", "jose", True),
        ("straße", "STRASSE", True),
        ("ﬁona", "FIONA", True),
        ("ℌans", "hans", True),
        ("Ýr", "yr", True),
        (" jan ", "jan", True),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς", True),
        ("jan", "jan2", False),
        ("j.smit", "jsmit", False),
        ("IŞIL", "ışıl", True),
        ("İnci", "inci", True),
        ("søren", "soren", False),
    ],
)
def test_two_spellings_are_one_name_when_only_case_accents_and_form_differ(one: str, other: str, same: bool) -> None:
    assert (folded(one) == folded(other)) is same


@given(st.text(max_size=8))
def test_folding_is_done_once(value: str) -> None:
    once = folded(value)
    assert folded(once) == once
    assert folded(value.swapcase().casefold()) == folded(value.casefold())


@pytest.mark.parametrize(
    ("unique", "expected"), [(Unique.ADDRESSES, "addresses"), (Unique.ACCOUNTS, "hr|a"), (Unique.NO, "hr|a")]
)
def test_all_addresses_share_one_space_and_anything_else_is_its_targets(unique: Unique, expected: str) -> None:
    assert space("hr", Attribute(name="a", unique=unique)) == expected


# ── what comes next ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("series", "count", "longest", "expected"),
    [
        (Series(stem="jan"), 0, 0, "jan2"),
        (Series(stem="jan"), 97, 0, "jan99"),
        (Series(stem="jan", first=1), 0, 0, "jan1"),
        (Series(stem="jan", first=0, digits=3), 7, 0, "jan007"),
        (Series(stem="jan", digits=2), 98, 0, "jan100"),
        (Series(stem="jan", opening="-", ending="@a.nl"), 0, 0, "jan-2@a.nl"),
        # what is too long is cut, and no sign that only joins is left at the end
        (Series(stem="janssen"), 0, 7, "jansse2"),
        (Series(stem="janssen"), 8, 7, "janss10"),
        (Series(stem="jan.smit"), 0, 5, "jan2"),
        (Series(stem="jan - smit"), 0, 6, "jan2"),
        (Series(stem="jan", ending="@a.nl"), 0, 9, "jan2@a.nl"),
        (Series(stem="jan", ending="@a.nl"), 0, 8, "ja2@a.nl"),
        # nobody is called by a number alone
        (Series(stem="", ending="@a.nl"), 0, 0, ""),
        (Series(stem="", ending="@a.nl"), 0, 20, ""),
        (Series(stem="jan", ending="@a.nl"), 0, 6, ""),
        (Series(stem="jan", ending="@a.nl"), 0, 2, ""),
        (Series(stem="..."), 0, 3, ""),
    ],
)
def test_a_series_numbers_its_stem_and_cuts_it_to_what_there_is_room_for(
    series: Series, count: int, longest: int, expected: str
) -> None:
    assert series.at(count, longest) == expected


@pytest.mark.parametrize(
    ("candidates", "kind", "expected"),
    [
        (tried("a", "b"), ANY, ["a", "b", "b"]),
        (tried("a", stem="a"), ANY, ["a", "a2", "a3"]),
        (tried(stem="a"), ANY, ["a2", "a3"]),
        # a rule that gives nothing, or nothing that fits, is passed by and keeps its place
        (tried("", "b"), ANY, [None, "b"]),
        (tried("a" * 11, "b", stem="a"), SHORT, [None, "b", "a2"]),
        (tried("é@x.nl", "e@x.nl"), LOGON, [None, "e@x.nl"]),
        (tried(stem=""), ANY, [None, None]),
        (tried(), ANY, [None, None]),
        # a numbered value has the room that its attribute has, and before the @ what may stand there
        (tried(stem="a" * 20), SHORT, ["a" * 9 + "2"]),
        (tried(stem="a" * 20, ending="@x.nl"), LOGON, ["a" * 11 + "2@x.nl"]),
        (tried(stem="a" * 20, ending=".x@x.nl"), LOGON, ["a" * 9 + "2.x@x.nl"]),
        (tried(stem="a" * 20, ending="@" + "x" * 20 + ".nl"), LOGON, ["a" * 5 + "2@" + "x" * 20 + ".nl"]),
        (tried(stem="a", ending="@" + "x" * 30 + ".nl"), LOGON, [None]),
        (tried(stem="abcdefghijk.lmn", ending="@x.nl"), LOGON, ["abcdefghijk2@x.nl"]),
    ],
)
def test_candidates_are_given_in_order_and_only_those_that_fit(
    candidates: Candidates, kind: Attribute, expected: list[str | None]
) -> None:
    for count, value in enumerate(expected):
        given = named({kind.name: candidates}, count, KINDS)
        assert given == (None if value is None else {kind.name: value})


def test_attributes_are_named_in_step_and_all_or_none() -> None:
    naming = {"logon": tried("jan@x.nl", stem="jan", ending="@x.nl"), "mail": tried("", "jan", stem="jan")}
    assert named(naming, 0, KINDS) is None
    assert named(naming, 1, KINDS) == {"logon": "jan2@x.nl", "mail": "jan"}
    assert named(naming, 2, KINDS) == {"logon": "jan3@x.nl", "mail": "jan2"}
    assert named({}, 0, KINDS) == {}


@pytest.mark.parametrize(
    ("candidates", "count", "last"),
    [
        (tried("a", "b"), 0, False),
        (tried("a", "b"), 1, True),
        (tried("a"), 0, True),
        (tried(), 0, True),
        (tried("a", stem="a"), 99_999, False),
        (tried("a", "b", stem=""), 0, False),
        (tried("a", "b", stem=""), 1, True),
    ],
)
def test_candidates_are_spent_when_no_later_count_gives_another_value(
    candidates: Candidates, count: int, last: bool
) -> None:
    assert spent(candidates, count) is last
    assert exhausted({"a": candidates}, count) is last


def test_names_are_exhausted_when_all_are_spent_or_too_many_were_tried() -> None:
    naming = {"a": tried("a"), "b": tried("b", stem="b")}
    assert not exhausted(naming, MOST - 1)
    assert exhausted(naming, MOST)
    assert exhausted({}, 0)


@pytest.mark.parametrize(
    ("naming", "count", "expected"),
    [
        ({"a": tried("a", "b", stem="a")}, 1, False),
        ({"a": tried("a", "b", stem="a")}, 2, True),
        ({"a": tried("a", stem="a"), "b": tried("b", "c", stem="b")}, 1, False),
        ({"a": tried("a", stem="a"), "b": tried("b")}, 1, True),
        ({"a": tried("a")}, 1, False),
        ({}, 1, False),
    ],
)
def test_names_are_numbered_once_every_rule_was_tried(naming: Naming, count: int, expected: bool) -> None:
    assert numbered(naming, count) is expected


def test_people_whose_numbered_names_are_the_same_share_a_signature() -> None:
    jan = {"a": tried("jan", stem="Jan", ending="@x"), "b": tried("j")}
    assert signature(jan) == signature({"b": tried("other"), "a": tried("x", "y", stem="JÁN", ending="@x")})
    others: list[Naming] = [
        {"a": tried(stem="jan", ending="@y")},
        {"a": tried(stem="jans", ending="@x")},
        {"c": tried(stem="jan", ending="@x")},
        {},
    ]
    assert len({signature(jan), *map(signature, others)}) == 5


# ── what fits ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("candidates", "value", "expected"),
    [
        (tried("jan", "j.smit"), "J.Smit", True),
        (tried("jan", "j.smit"), "jan2", False),
        (tried("jan", ""), "", False),
        (tried("", ""), "x", False),
        (tried("´"), "´", False),
        # the stem with any number behind it, however far it went and whatever it began with
        (tried("jan", stem="jan"), "jan2", True),
        (tried("jan", stem="jan"), "Ján1000", True),
        (tried("jan", stem="jan"), "jan1", True),
        (tried("jan", stem="jan"), "jan007", True),
        (tried("x", stem="jan"), "jan", False),
        (tried("x", stem="jan"), "janx2", False),
        (tried("x", stem="jan"), "ja2", False),
        (tried("x", stem=""), "2", False),
        (tried("x", stem="jan", opening="-", ending="@a.nl"), "jan-2@a.nl", True),
        (tried("x", stem="jan", opening="-", ending="@a.nl"), "jan2@a.nl", False),
        (tried("x", stem="jan", opening="-", ending="@a.nl"), "jan-2@b.nl", False),
        (tried("x", stem="jan", opening="-", ending="@a.nl"), "jan-@a.nl", False),
        # a stem or an ending that has digits of its own
        (tried("x", stem="jan007"), "jan0072", True),
        (tried("x", stem="jan007"), "jan007", False),
        (tried("x", stem="jan", opening="0"), "jan02", True),
        (tried("x", stem="jan", ending="3@x"), "jan23@x", True),
        (tried("x", stem="2026"), "20262", True),
    ],
)
def test_a_value_fits_when_a_rule_or_the_series_could_have_given_it(
    candidates: Candidates, value: str, expected: bool
) -> None:
    assert fits(candidates, value, ANY) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("christoph2", True),
        ("christop22", True),
        ("christoph", False),
        ("christ2", False),
        ("christopher2", False),
        ("christophe2", False),
    ],
)
def test_a_stem_was_cut_only_where_there_was_no_room_for_it(value: str, expected: bool) -> None:
    assert fits(tried("x", stem="christopher.bos"), value, SHORT) is expected


LETTERS = st.sampled_from(["a", "B", "é", "ß", "ﬁ", "2", "0", ".", " ", "-", "ſ", "´", "ı", "ž"])


@st.composite
def some(draw: st.DrawFn) -> tuple[Candidates, Attribute]:
    """Candidates and the attribute they are for, an address or not, with limits that often cut."""
    address = draw(st.booleans())
    ending = draw(st.sampled_from(["@x.nl", "2@x.nl", ".b@" + "x" * 9]) if address else st.text(LETTERS, max_size=3))
    series = Series(
        stem=draw(st.text(LETTERS, max_size=14)),
        opening=draw(st.text(LETTERS, max_size=2)),
        first=draw(st.integers(0, 120)),
        digits=draw(st.integers(0, 4)),
        ending=ending,
    )
    values = [value + ending for value in draw(st.lists(st.text(LETTERS, max_size=8), max_size=3))]
    kind = Attribute(
        name="a", longest=draw(st.sampled_from([0, 15, 20])), longest_local=address * draw(st.integers(8, 12))
    )
    return Candidates(values=tuple(values), series=draw(st.sampled_from([series, series, None]))), kind


@given(some(), st.integers(0, 4) | st.integers(0, 1200))
@settings(max_examples=effort(170, 5_000))
def test_whatever_is_given_fits_both_the_attribute_and_the_candidates(
    some: tuple[Candidates, Attribute], count: int
) -> None:
    candidates, kind = some
    given = named({"a": candidates}, count, {"a": kind})
    if given is None or not folded(given["a"]):
        return
    assert not kind.misfit(given["a"])
    assert fitting({"a": candidates}, given, {"a": kind})
    assert fitting({"a": candidates}, {"a": given["a"].upper()}, {"a": kind})


@given(some(), some(), st.integers(0, 3))
def test_once_exhausted_nothing_new_is_ever_given(
    one: tuple[Candidates, Attribute], other: tuple[Candidates, Attribute], count: int
) -> None:
    naming, kinds = {"a": one[0], "b": other[0]}, {"a": one[1], "b": other[1]}
    if exhausted(naming, count):
        last = named(naming, count, kinds)
        assert all(named(naming, later, kinds) in (None, last) for later in (count + 1, count + 50))


def test_all_attributes_must_fit_and_one_without_a_value_does_not() -> None:
    naming = {"a": tried("x"), "b": tried("y")}
    assert fitting(naming, {"a": "X", "b": "Y", "c": "z"}, {})
    assert not fitting(naming, {"a": "X", "b": "z"}, {})
    assert not fitting(naming, {"a": "X", "b": None}, {})
    assert not fitting(naming, {"a": "X"}, {})
    assert fitting({}, {}, {})


# ── who holds them ───────────────────────────────────────────────────────────────────────────────────────────────


def held(**known: object) -> Holding:
    return Holding(**{"owner": "anna", "account": "acc", "since": NOW, **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("holding", "person", "account", "expected"),
    [
        # in use
        (held(), "anna", "", True),
        (held(), "jan", "", False),
        (held(), "jan", "acc", False),
        # of somebody we do not know, whose account this turns out to be
        (held(owner=""), "jan", "acc", True),
        (held(owner=""), "jan", "other", False),
        (held(owner="", account=""), "jan", "", False),
        # no longer used
        (held(until=NOW), "jan", "", False),
        (held(until=NOW, free_from=NOW + timedelta(1)), "jan", "", False),
        (held(until=NOW, free_from=NOW), "jan", "", True),
        (held(free_from=NOW), "jan", "", False),
        (held(until=NOW, free_from=NOW + timedelta(1)), "anna", "", True),
        (held(owner="", until=NOW, free_from=NOW), "jan", "", True),
    ],
)
def test_a_name_is_open_to_its_holder_and_to_others_once_it_has_been_free_long_enough(
    holding: Holding, person: str, account: str, expected: bool
) -> None:
    assert holding.open_to(person, account, NOW) is expected
