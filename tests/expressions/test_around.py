"""What is around a person: contracts, the manager, tables of the policy, and names that count on."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.expressions import (
    IGNORE_ATTRIBUTE,
    Candidates,
    ExpressionError,
    Facts,
    Result,
    Scope,
    compile_expression,
    first_free,
)
from shared.model import Series

NOW = datetime(2025, 7, 30, 12, tzinfo=UTC)
CONTRACTS: tuple[Facts, ...] = (
    {"contractId": "1", "contractState": "active", "department": "Care", "skills": ("a", "b"), "start": "2020-01-01"},
    {"contractId": "2", "contractState": "future", "department": "IT", "skills": ("b", "c"), "start": "2025-09-01"},
    {"contractId": "3", "contractState": "past", "department": "Care", "skills": None, "start": "once"},
)
TABLES = {"offices": {"utrecht": "small", "Utrecht": "UTR", "GENT": "first", "Gent": "GNT", "": "never"}}
SCOPE = Scope(now=NOW, contracts=CONTRACTS, manager={"mail": "an@x.nl", "name": None}, tables=TABLES)
ALONE = Scope(now=NOW)


def answer(text: str, facts: Facts | None = None, scope: Scope = SCOPE) -> Result:
    return compile_expression(text)(facts or {}, scope)


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ('Lookup("offices", [city])', {"city": "Utrecht"}, "UTR"),
        ('Lookup("offices", [city])', {"city": "UTRECHT"}, "small"),
        ('Lookup("offices", [city])', {"city": "gent"}, "first"),
        ('Lookup("offices", [city])', {"city": "Kleve"}, None),
        ('Lookup("offices", [city])', {"city": ""}, None),
        ('Lookup("offices", [city], "none")', {}, "none"),
        ('Lookup("offices", [city], ToUpper([city]))', {"city": "Kleve"}, "KLEVE"),
        ('Lookup("offices", [city], IgnoreAttributeFlow)', {"city": "Kleve"}, IGNORE_ATTRIBUTE),
        ('ToLower(Lookup("offices", [city], [code]))', {"city": "Utrecht"}, "utr"),
        ('ToLower(Lookup("offices", [city], [code]))', {"code": 7}, "7"),
        ('Lookup("offices", Lookup("offices", "x", "Gent"))', {}, "GNT"),
    ],
)
def test_a_table_is_looked_up_exactly_and_then_without_case(text: str, facts: Facts, expected: Result) -> None:
    assert answer(text, facts) == expected


def test_a_table_is_gone_through_once_however_many_keys_are_not_in_it() -> None:
    gone_through = 0

    class Table(dict[str, str]):
        def items(self) -> Any:
            nonlocal gone_through
            gone_through += 1
            return super().items()

    expression = compile_expression('Lookup("offices", [city], "none")')
    scope = replace(SCOPE, tables={"offices": Table({"Utrecht": "UTR", "UTRECHT": "second"})})
    assert [expression({"city": f"x{number}"}, scope) for number in range(100)] == ["none"] * 100
    assert expression({"city": "uTRECHT"}, scope) == "UTR"
    assert gone_through == 1
    other = replace(SCOPE, tables={"offices": Table({"Utrecht": "NEW"})})
    assert expression({"city": "uTRECHT"}, other) == "NEW"


def test_an_expression_names_its_tables_and_one_that_is_not_there_is_an_error() -> None:
    expression = compile_expression('Join(" ", Lookup("offices", [a]), Lookup("floors", [b]))')
    assert expression.tables == {"offices", "floors"}
    with pytest.raises(ExpressionError, match="Lookup needs the table floors, which is missing"):
        expression({}, SCOPE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Contract([contractState] = "future", [department])', "IT"),
        ('Contract([department] = "Care", [contractId])', "1"),
        ('Contract([department] = "HR", [contractId])', None),
        ('Contract([department] = "IT", IgnoreAttributeFlow)', IGNORE_ATTRIBUTE),
        ('ToUpper(Contract([department] = "Care", Join("-", [department], [contractId])))', "CARE-1"),
        ('Contracts([contractState] <> "past", [department])', ("Care", "IT")),
        ('Contracts([department] <> "", [department])', ("Care", "IT")),
        ('Contracts([department] <> "", [skills])', ("a", "b", "c")),
        ('Contracts([department] = "HR", [skills])', ()),
        ('Join("; ", Contracts([contractState] <> "past", DateFormat([start], "yyyy")))', "2020; 2025"),
        ('IIF(In("IT", Contracts("True", [department])), "yes", "no")', "yes"),
    ],
)
def test_contracts_are_asked_in_order_of_rank(text: str, expected: Result) -> None:
    assert answer(text) == expected


def test_a_contract_is_asked_no_further_than_it_must_be() -> None:
    """The third contract has no date; nobody comes that far."""
    assert answer("Contract(CDate([start]) > Now(), [contractId])") == "2"
    with pytest.raises(ExpressionError) as caught:
        answer("Contracts(CDate([start]) > Now(), [contractId])")
    assert (caught.value.line, caught.value.column) == (1, 17)
    assert "[start] is not a date" in caught.value.message


def test_inside_a_contract_only_its_facts_count() -> None:
    assert answer("Contract([contractId] = 1, [name])", {"name": "person"}) is None
    assert compile_expression("Contract([a] = 1, [b])").names == {"a", "b"}
    with pytest.raises(ExpressionError, match=r"there is no attribute \[b\]"):
        compile_expression("Contract([a] = 1, [b])", known={"a"})


def test_without_contracts_nothing_is_found() -> None:
    assert answer('Contract("True", [a])', {"a": "x"}, ALONE) is None
    assert answer('Contracts("True", [a])', {"a": "x"}, ALONE) == ()


def test_the_manager_has_facts_of_their_own() -> None:
    assert answer("Manager([mail])", {"mail": "me@x.nl"}) == "an@x.nl"
    assert answer("Manager([mail])", {"mail": "me@x.nl"}, ALONE) is None
    assert answer('Coalesce(Manager([name]), [name], "nobody")', {"name": "me"}) == "me"
    assert answer("Manager(ToUpper(Left([mail], 2)))") == "AN"
    expression = compile_expression("Join([a], Manager(Append([b], [c])), [d])")
    assert (expression.names, expression.manager_names) == ({"a", "d"}, {"b", "c"})
    with pytest.raises(ExpressionError, match=r"no attribute \[mial\]"):
        compile_expression("Manager([mial])", known={"mail"})


def test_a_name_of_the_manager_reads_what_a_name_reads() -> None:
    expression = compile_expression('Manager(Name("B", "{nick} {family}"))')
    assert "surname" in expression.manager_names
    assert {"nickName", "prefix"} <= expression.manager_optional
    assert (expression.names, expression.optional) == (frozenset(), frozenset())


@pytest.mark.parametrize("outer", ["Contract([a] = 1, {})", "Contracts([a] = 1, {})", "Manager({})"])
@pytest.mark.parametrize("inner", ["Contract([b] = 1, [c])", "Contracts([b] = 1, [c])", "Manager([c])"])
def test_nobody_turns_to_somebody_else_twice(outer: str, inner: str) -> None:
    with pytest.raises(ExpressionError, match="may not stand inside Contract, Contracts or Manager"):
        compile_expression(outer.format(f"ToLower({inner})"))
    assert compile_expression(f'Join(" ", {outer.format("[x]")}, {inner})')


@pytest.mark.parametrize(
    ("text", "facts", "series"),
    [
        ("Numbered([a])", {"a": "av"}, Series(stem="av")),
        ("Numbered([a], 1)", {"a": "av"}, Series(stem="av", first=1)),
        ('Numbered([a], , "000")', {"a": "av"}, Series(stem="av", digits=3)),
        ('Numbered([a], 0, " (0)")', {"a": "av"}, Series(stem="av", opening=" (", first=0, ending=")")),
        ('Numbered([a], 2, "-00")', {"a": "v@b@x.nl"}, Series(stem="v@b", opening="-", digits=2, ending="@x.nl")),
        ("Numbered(Append([a], [b]))", {"a": "a", "b": "b"}, Series(stem="ab")),
        ("Numbered([a])", {"a": ""}, None),
        ("Numbered([a])", {}, None),
        ("Numbered([a])", {"a": "@x.nl"}, None),
        ("Numbered([a])", {"a": 7}, Series(stem="7")),
    ],
)
def test_the_last_rule_may_count_on_for_ever(text: str, facts: Facts, series: Series | None) -> None:
    assert answer(f"SelectUniqueValue([a], {text})", facts) == Candidates(
        values=(str(facts.get("a", "")),), series=series
    )


def test_a_name_that_counts_on_is_found_free() -> None:
    candidates = answer('SelectUniqueValue([a], Append([a], "x"), Numbered([a], 2, "00"))', {"a": "av@x.nl"})
    assert isinstance(candidates, Candidates)
    assert first_free(candidates, {"av@x.nl", "av@x.nlx", "av02@x.nl"}) == "av03@x.nl"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Numbered([a])", "may only be the last rule of SelectUniqueValue"),
        ("SelectUniqueValue(Numbered([a]), [a])", "may only be the last rule of SelectUniqueValue"),
        ("SelectUniqueValue([a], ToLower(Numbered([a])))", "may only be the last rule of SelectUniqueValue"),
        ('SelectUniqueValue([a], Append("x", Numbered([a])))', "may only be the last rule of SelectUniqueValue"),
        ('SelectUniqueValue([a], IIF([b] = 1, Numbered([a]), "c"))', "may only be the last rule"),
        ("SelectUniqueValue([a], Numbered([a], -1))", "the first of Numbered is not between 0 and 1000000"),
        ("SelectUniqueValue([a], Numbered([a], [b]))", "the first of Numbered must be a constant"),
        ('SelectUniqueValue([a], Numbered([a], 2, "x"))', "the zeros of Numbered does not say where the number stands"),
        ('SelectUniqueValue([a], Numbered([a], 2, "0-0"))', "does not say where the number stands"),
        ('SelectUniqueValue([a], Numbered([a], 2, "0@"))', "does not say where the number stands"),
        ('SelectUniqueValue([a], Numbered([a], 2, ""))', "does not say where the number stands"),
        ("Lookup([a], [b])", "the table of Lookup must be a constant"),
        ('Lookup("", [b])', "the table of Lookup is empty"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert message in caught.value.message


def test_an_explanation_shows_every_contract_that_was_asked_and_where_a_name_counts_on() -> None:
    step = compile_expression('Contract([contractState] = "future", [department])').explain({}, SCOPE)
    assert [(child.text, child.value) for child in step.children] == [
        ('[contractState] = "future"', "False"),
        ('[contractState] = "future"', "True"),
        ("[department]", "IT"),
    ]
    step = compile_expression("SelectUniqueValue([a], Numbered([a]))").explain({"a": "av"}, SCOPE)
    assert step.children[1].value == ("av2", "av3", "…")


def test_a_series_is_bounded_like_every_answer() -> None:
    with pytest.raises(ExpressionError, match="the answer is longer than 10000"):
        answer('SelectUniqueValue("a", Numbered([a]))', {"a": "x" * 10_001})
