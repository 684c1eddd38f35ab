"""What waits on a page: one thing, three or hundreds, on a narrow terminal and a wide one, whatever HR calls people."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from shared.cli.holds_page import age, page_lines
from shared.cli.holds_show import show_lines
from shared.engine import Held
from shared.engine.seen import Seen, plain
from shared.holds import Answer, Said, State, fingerprint

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
POLICY = Path("config/example.yaml")


def one(number: int, reason: str = "limit", what: str = "disable", **more: Any) -> Seen:
    held = Held(
        person=f"p{number}",
        hr_id=f"{number:06d}",
        place="entra",
        what=what,
        reason=reason,
        because=str(more.pop("because", f"{what} waits for approval: the limit of the policy is reached")),
        version=1,
        since=NOW - timedelta(hours=3),
        answer=more.pop("answer", Answer.PERMIT),
        rejected=more.pop("rejected", None),
        snoozed=more.pop("snoozed", None),
    )
    account = f"somebody.with.a.long.name{number}@contoso.nl"
    given = {"account": account, "state": State.WAITING, "overdue": False, "roles": (), "yes": (), "needed": 1}
    return Seen(held=held, **{**given, **more})


def printed(some: list[Seen], width: int, *, everyone: bool = False) -> list[str]:
    page = Console(file=StringIO(), width=width, force_terminal=True, color_system=None, highlight=False)
    return [str(line) for text in page_lines(page, some, NOW, POLICY, everyone) for line in str(text).split("\n")]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("number", [1, 3, 300])
@pytest.mark.parametrize("everyone", [True, False])
def test_a_page_fits_its_terminal(width: int, number: int, everyone: bool) -> None:
    some = [one(index, roles=("manager",), needed=2, yes=("entra:els@contoso.nl/1",)) for index in range(number)]
    some += [one(900, "missing_data", "map", because="a long sentence " * 20, answer=Answer.NOTHING)]
    lines = printed(some, width, everyone=everyone)
    assert [line for line in lines if cell_len(line) > width] == []
    named = [line for line in lines if "somebody.with" in line]
    assert len(named) == (number + 1 if everyone or number < 300 else 11)
    assert ("  … and 290 more; --all names everyone" in lines) is (number == 300 and not everyone)


def test_one_question_is_named_by_itself_and_three_together() -> None:
    assert printed([one(1)], 120) == [
        "1 person waits · 1 to answer",
        "",
        "limit  disable on entra (1)",
        "  more of this would happen than the policy allows at once; check who it is, then approve",
        f"  {one(1).held.name[:8]}  000001  somebody.with.a.long.name1@contoso.nl  3 hours",
        "            disable waits for approval: the limit of the policy is reached",
        "",
        "joinly holds show|approve|reject|snooze config/example.yaml FINGERPRINT …",
    ]
    three = [one(1), one(2), one(3)]
    name = fingerprint([each.held for each in three])
    assert f"  all 3 of these  {name}" in printed(three, 120)


def test_what_is_overdue_comes_first_and_everything_that_a_yes_lets_be_done_has_a_name() -> None:
    late = one(2, "rename", "rename", overdue=True)
    opened = one(3, "disabled_by_others", "enable-1!", answer=Answer.RELEASE)
    lines = printed([one(1), late, opened], 120)
    assert lines[0] == "3 people wait · 3 to answer · 1 overdue"
    assert [line.split(" ")[0] for line in lines if line.endswith("(1)")] == ["rename", "disabled_by_others", "limit"]
    assert "3 hours, overdue" in "\n".join(lines)
    assert "disabled_by_others  enable on entra (1)" in lines
    name = fingerprint([one(1).held, late.held])
    assert f"all 2 that a yes lets be done  {name}" in lines, "and nothing that opens an account"


def test_what_cannot_be_answered_is_not_offered_to_be() -> None:
    lines = printed([one(1, "missing_data", "map", answer=Answer.NOTHING)], 120)
    assert lines[-1] == "joinly holds show|snooze config/example.yaml FINGERPRINT …"
    assert lines[0] == "1 person waits · 1 to repair"


def test_answers_given_before_are_told_with_who_gave_them() -> None:
    no = Said("local:els", NOW, "they\x1b[2J stay")
    lines = printed([one(1, rejected=no, state=State.REJECTED)], 120, everyone=True)
    assert "rejected by local:els (they\\x1b[2J stay)" in "\n".join(lines)
    later = Said("local:els", NOW, "", date(2026, 4, 1))
    assert "snoozed until 2026-04-01 by local:els" in "\n".join(
        printed([one(1, snoozed=later, state=State.SNOOZED)], 120)
    )
    assert "lapsed: nobody answered" in "\n".join(printed([one(1, state=State.LAPSED)], 120))


def test_one_thing_is_shown_with_everything_there_is_to_know() -> None:
    page = Console(file=StringIO(), width=80, force_terminal=True, color_system=None)
    no = Said("local:els", NOW, "they stay", None)
    seen = one(1, roles=("it", "manager"), needed=2, yes=("local:tom",), rejected=no, state=State.REJECTED)
    seen = replace(seen, held=replace(seen.held, account="8f2c"))
    text = " ".join("\n".join(map(str, show_lines(page, seen, [], "98cc", NOW, UTC))).split())
    for part in (
        "what disable on entra",
        "since 2026-03-03 06:00 (3 hours)",
        "account 8f2c",
        "for version 1 of what is wanted, policy 98cc",
        "asks it or manager",
        "said 1 of 2 people said yes: local:tom; rejected by local:els on 2026-03-03: they stay",
        "a yes exactly this is done, and nothing that came since",
    ):
        assert part in text
    assert plain(seen)["said"] == {"by": "local:els", "at": NOW.isoformat(), "because": "they stay"}


@pytest.mark.parametrize(
    ("hours", "said"), [(0, "new"), (0.5, "30 minutes"), (1, "1 hour"), (47, "1 day"), (24 * 1500, "1,500 days")]
)
def test_an_age_is_told_in_one_unit(hours: float, said: str) -> None:
    assert age(timedelta(hours=hours)) == said
