"""How an explanation stands on a page: nothing of it steers a terminal, and long parts stay readable."""

# ruff: noqa: E501 - what is printed stands on one line here too

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from rich.console import Console

from shared.cli.explanation import Veil, lines
from shared.cli.explanation_json import plain
from shared.cli.plan import HIDDEN
from shared.engine import Explained, Explanation, OnTarget, Right
from shared.entitlements import Origin
from shared.expressions import ABSENT, Candidates, Step
from shared.model import Contract, Entitlement, Person, Series, Stage
from shared.policy import AttributePolicy, Grant

DAY = date(2026, 3, 2)
HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202e\u009b31m\r\n\tevil"


def explained(value: Any, step: Step, *, rule: Any = "[x]", problem: str = "", **more: Any) -> Explained:
    mapping = AttributePolicy.model_validate(rule)
    known = {"written": None, "outdated": False, "also_read": {}, **more}
    return Explained(name="title", rule=mapping, step=step, value=value, problem=problem, **known)


def explanation(one: Explained, account: str = "", **more: Any) -> Explanation:
    target = OnTarget(
        target="entra", stage=Stage.ACTIVE, because="in service", account=account, former={}, attributes=(one,)
    )
    return Explanation(
        **{
            "person": Person(hr_id="7"),
            "source": "hr",
            "contracts": (),
            "why": "",
            "manager": "",
            "manager_known": False,
            "targets": (target,),
            **more,
        }
    )


def page(found: Explanation, veil: Veil = Veil(), width: int = 0) -> list[str]:  # noqa: B008 - it is frozen
    """As it reaches a pipe, or a terminal of that width."""
    console = Console(file=io.StringIO(), width=width or 80, force_terminal=bool(width), color_system=None)
    return [line for text in lines(console, found, DAY, "", veil) for line in text.plain.splitlines() or [""]]


def part(one: Explained, veil: Veil = Veil(), width: int = 0, account: str = "") -> list[str]:  # noqa: B008
    return page(explanation(one, account), veil, width)[6:]


def right(name: str, *origins: Origin, until: date | None = None, withheld: str = "") -> Right:
    return Right(entitlement=Entitlement("group", name), origins=origins, until=until, withheld=withheld)


def test_what_somebody_has_is_told_with_its_rules_and_contracts_and_a_veil_hides_what_hr_says() -> None:
    by = [Origin(number=number, grant=Grant(group="Dept-{department}"), contract="7b") for number in (0, 2)]
    rights = (
        right("Dept-Sales", *by),
        right("Kept", until=date(2026, 4, 7)),
        right("Lost", by[0], withheld="exclusive.0 prefers group:A"),
        replace(right("Soon", by[0]), awaited=True),
    )
    found = explanation(explained("a", Step("[x]", "a")))
    found = replace(found, targets=(replace(found.targets[0], rights=rights),))
    assert page(found)[-4:] == [
        "  group:Dept-Sales  grants.0 (contract 7b), grants.2 (contract 7b)",
        "  group:Kept        kept until 7 April 2026",
        "  group:Lost        grants.0 (contract 7b); exclusive.0 prefers group:A",
        "  group:Soon        grants.0 (contract 7b); in a minute, together with others",
    ]
    assert (
        page(found, Veil(whole=True))[-4]
        == f"  group:{HIDDEN}  grants.0 (contract {HIDDEN}), grants.2 (contract {HIDDEN})"
    )
    shown = plain(found, DAY, "", Veil(whole=True))["targets"][0]["entitlements"]
    assert shown[0] == {
        "kind": "group", "name": HIDDEN, "rules": ["grants.0", "grants.2"], "contracts": [HIDDEN, HIDDEN],
        "until": None, "withheld": None, "awaited": False,
    }  # fmt: skip
    assert plain(found, DAY, "", Veil())["targets"][0]["entitlements"][1]["until"] == "2026-04-07"
    assert plain(found, DAY, "title", Veil())["targets"][0]["entitlements"] == []


def test_whatever_hr_the_policy_or_a_directory_says_is_shown_and_steers_nothing() -> None:
    step = Step(f'F("{HOSTILE}", [x])', HOSTILE, "", (Step("[x]", "", HOSTILE), Step("[y]", HOSTILE)))
    one = explained(HOSTILE, step, written=HOSTILE, also_read={HOSTILE: HOSTILE})
    wrong = explained(None, step, problem=HOSTILE)
    person = Person(hr_id=HOSTILE, contracts=(Contract(id=HOSTILE, start=DAY),))
    for some in (one, wrong):
        found = explanation(some, account=HOSTILE, person=person, contracts=person.contracts, why="w", manager=HOSTILE)
        for width in (0, 60):
            shown = page(found, width=width)
            assert all(line.isprintable() for line in shown)
            assert "evil" in "\n".join(shown)


STEP = Step("ToUpper([x])", "A", "", (Step("[x]", "a"),))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        # a value is said once, where it stands
        (explained("A", STEP), ['  title  "A"', "    ToUpper([x])", '      [x] = "a"']),
        # what became of it on the way is said where it differs
        (explained("b", Step("ToUpper([x])", None, "", (Step("[x]", None),))), ['  title  "b"', "    ToUpper([x]) = null", "      [x] = null"]),
        (explained("a", Step("[x]", "A")), ['  title  "a"', '    [x] = "A"']),
        (explained(ABSENT, Step("[x]", ABSENT)), ["  title  (absent: nothing changes)", "    [x]"]),
        (explained(("a", "b"), Step("[x]", ("a", "b"))), ['  title  ["a", "b"]', "    [x]"]),
        # an error is said once, where it arose
        (explained(None, Step("F([x])", None, "no", (Step("[x]", None, "no"),)), problem="cannot: no"), ["  title  cannot: no", "    F([x]) ✗", "      [x] ✗ no"]),
        (explained(None, Step("F([x])", None, "no", (Step("[x]", "a"),)), problem="cannot: no"), ["  title  cannot: no", "    F([x]) ✗", '      [x] = "a"']),
        # and facts that a function takes unasked
        (explained("A", STEP, also_read={"prefix": "van", "hours": 36}), ['  title  "A"', "    ToUpper([x])", '      [x] = "a"', '      from prefix "van", hours 36']),
    ],
)  # fmt: skip
def test_each_thing_is_said_once(one: Explained, expected: list[str]) -> None:
    assert part(one)[:-1] == expected


TRIED = {"value": "SelectUniqueValue([a], Numbered([b]))"}


@pytest.mark.parametrize(
    ("candidates", "shown"),
    [
        (Candidates(values=("a", "b")), '"a", "b"'),
        (Candidates(values=("", "b")), '(nothing), "b"'),
        (Candidates(values=("a",), series=Series(stem="a")), '"a", "a2", "a3", …'),
        (Candidates(values=tuple("abcdefgh")), '"a", "b", "c", "d", "e", "f", …'),
        (Candidates(values=tuple("abcdef")), '"a", "b", "c", "d", "e", "f"'),
    ],
)
def test_candidates_are_told_by_the_first_of_them(candidates: Candidates, shown: str) -> None:
    found = part(explained(candidates, Step("S()", candidates), rule=TRIED))
    assert found == [f"  title  the first that is free of {shown}", "    S()", "    issued when the account is created"]


def test_a_long_part_has_its_value_below_and_calls_in_it_by_their_name() -> None:
    inner = Step(
        'Replace([department], "some long text", "another long text")', "x" * 40, "", (Step("[department]", "y"),)
    )
    outer = Step(f'Join(" and then ", {inner.text}, "something")', "z", "", (inner,))
    assert part(explained("v", Step(f"ToUpper({outer.text})", "v", "", (outer,))))[:-1] == [
        '  title  "v"',
        "    ToUpper(Join(…))",
        '      Join(" and then ", Replace(…), "something") = "z"',
        '        Replace([department], "some long text", "another long text")',
        f'          = "{"x" * 40}"',
        '          [department] = "y"',
    ]


def test_on_a_terminal_nothing_is_wider_than_it_is() -> None:
    cases = ", ".join(f'"{number}", "a text of number {number}"' for number in range(9))
    text = f"Switch([kind], {cases})"
    one = explained("w " * 60, Step(text, "w", "", (Step("[kind]", "k " * 60),)), also_read={"prefix": "p " * 60})
    shown = part(one, width=60)
    assert max(map(len, shown)) <= 60
    assert all(line.startswith("  ") for line in shown)
    assert len(part(one)) < len(shown), "a pipe gets whole lines"


@pytest.mark.parametrize(
    ("one", "account", "said"),
    [
        (explained("a", STEP), "", "kept in line; a null clears it"),
        (explained("a", STEP), "acc", "kept in line; a null clears it; not written yet"),
        (explained("a", STEP, written="a"), "acc", "kept in line; a null clears it; as last written"),
        (explained("a", STEP, written="b"), "acc", 'kept in line; a null clears it; last written "b"'),
        (explained("a", STEP, rule={"value": "[x]", "mode": "on_change", "null": "keep"}), "", "written when it changes, left to others in between; a null keeps what stands there"),
        (explained("a", STEP, rule={"value": "[x]", "mode": "if_empty", "null": {"default": "d"}}), "", 'written where nothing stands; a null becomes "d"'),
        (explained("a", STEP, rule={"value": "[x]", "mode": "create_only"}), "", "written once, when the account is created; a null clears it"),
        (explained("a", STEP, rule=TRIED, written="a"), "acc", "issued once, changed only by a rename"),
        (explained("a", STEP, rule=TRIED, written="b", outdated=True), "acc", "issued once, changed only by a rename; the rule gives other names now"),
    ],
)  # fmt: skip
def test_when_it_is_written_is_said_in_one_line(one: Explained, account: str, said: str) -> None:
    assert part(one, account=account)[-1] == f"    {said}"


def test_under_a_whole_veil_there_is_no_value_and_under_a_closed_one_nothing_else_either() -> None:
    one = explained("secret", Step("[x]", "secret"), written="secret", also_read={"prefix": "secret"})
    found = explanation(one, account="secret", manager="secret", person=Person(hr_id="secret"))
    closed = explained("secret", STEP, rule={"value": "[x]", "sensitive": True}, written="secret")
    for some in (found, explanation(closed)):
        assert "secret" not in "\n".join(page(some, Veil(whole=True)))
        assert "secret" not in str(plain(some, DAY, "", Veil(whole=True)))
    assert part(closed) == [f"  title  {HIDDEN}", "    kept in line; a null clears it"]
    assert part(one, Veil(whole=True))[:3] == [f"  title  {HIDDEN}", "    [x]", f"      from prefix {HIDDEN}"]
    hidden = plain(explanation(closed), DAY, "", Veil())["targets"][0]["attributes"][0]
    assert (hidden["value"], hidden["written"], hidden["steps"], hidden["read"]) == (HIDDEN, HIDDEN, None, None)


def test_a_name_before_the_last_rename_is_told() -> None:
    one = explained("a", Step("S()", "a"), rule=TRIED, written="a")
    target = OnTarget(
        target="entra", stage=Stage.ACTIVE, because="w", account="acc", former={"title": "old"}, attributes=(one,)
    )
    found = explanation(one, targets=(target,))
    assert page(found)[-1] == '    issued once, changed only by a rename; before the last rename "old"'
    assert plain(found, DAY, "", Veil())["targets"][0]["attributes"][0]["former"] == "old"
