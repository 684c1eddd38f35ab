"""`joinly holds`: what waits is seen, answered by its fingerprint under the name of who runs it, and done at once."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from cli_world import DAY, Place, Said, joinly

NEXT = "2026-11-24"
LEAVERS = ("000112", "000113", "000114")


def holds(place: Place, command: str, *words: object, on: str = NEXT) -> Said:
    return joinly("holds", command, place.policy, *words, "--data", place.data, "--on", on)


def waiting(place: Place, *words: object) -> list[dict[str, Any]]:
    return list(holds(place, "list", *words, "--json").json["holds"])


def whole(place: Place, *words: object) -> str:
    """The fingerprint of the list, as it is printed for programs."""
    return str(holds(place, "list", *words, "--json").json["fingerprint"])


@pytest.fixture(scope="module")
def three_leave(small_first: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Three people left on one day on which nobody may be closed without a yes."""
    there = Place(tmp_path_factory.mktemp("leaving") / "example")
    shutil.copytree(small_first.folder, there.folder)
    there.alter("disable: {day: 10, week: 30, percent: 10}", "disable: {day: 0}")
    lines = there.people.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    for index, line in enumerate(lines):
        cells = line.split(";")
        if cells[0] in LEAVERS:
            cells[11] = "23-11-2026"
            lines[index] = ";".join(cells)
    there.people.write_text("".join(lines), encoding="utf-8")
    assert there.run(on="2026-11-24").code == 0
    return there


@pytest.fixture
def leaving(three_leave: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The same, to do with as one likes; els runs the commands."""
    monkeypatch.setenv("LOGNAME", "els")
    shutil.copytree(three_leave.folder, tmp_path / "example")
    return Place(tmp_path / "example")


def test_what_waits_is_listed_by_reason_with_a_name_for_each_and_for_all(leaving: Place) -> None:
    said = holds(leaving, "list", "--reason", "limit")
    some = waiting(leaving, "--reason", "limit")
    assert [one["person"] for one in some] == list(LEAVERS)
    assert said.out.startswith("3 people wait · 3 to answer\n\nlimit  disable on entra (3)\n")
    assert "  disable waits for approval: the limit of the policy is reached\n" in said.out
    assert f"  {some[0]['fingerprint'][:8]}  000112  eva.degroot@contoso.nl" in said.out
    assert f"  all 3 of these  {whole(leaving, '--reason', 'limit')}\n" in said.out
    assert said.out.endswith(f"joinly holds show|approve|reject|snooze {leaving.policy} FINGERPRINT …\n")


def test_looking_writes_nothing(leaving: Place) -> None:
    before = (leaving.data / "state.db").read_bytes()
    name = whole(leaving)
    assert holds(leaving, "show", name).code == 0
    assert (leaving.data / "state.db").read_bytes() == before


def test_what_is_to_be_repaired_is_told_apart(leaving: Place) -> None:
    said = holds(leaving, "list")
    assert said.out.startswith("4 people wait · 3 to answer · 1 to repair · 1 overdue\n")
    assert "protected  on entra (1)\n" in said.out
    name = next(one["fingerprint"] for one in waiting(leaving) if one["reason"] == "protected")
    refused = holds(leaving, "approve", name)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("joinly: a yes does not repair what waits for 000104 (protected): account ")


def test_one_thing_is_shown_whole(leaving: Place) -> None:
    one = waiting(leaving, "--person", "000112")[0]
    said = holds(leaving, "show", one["fingerprint"][:6])
    assert said.out.startswith(f"000112  eva.degroot@contoso.nl  {one['fingerprint']}\n  what     disable on entra\n")
    for line in (
        "why      limit: disable waits",
        "account  ",
        "for      version ",
        "asks     anybody who",
        "- disable  left",
    ):
        assert line in said.out
    told = holds(leaving, "show", one["fingerprint"], "--json").json["holds"][0]
    assert [action["verb"] for action in told["actions"]] == ["disable"]
    assert (told["account_id"], told["a_yes"], told["state"]) == (one["account_id"], "permit", "waiting")


def test_a_list_is_approved_and_done_and_nothing_is_left(leaving: Place) -> None:
    said = holds(leaving, "approve", whole(leaving), "--because", "a department was closed")
    assert said.out.startswith("local:els approved 3 of 3.\n\nentra  3 disabled")
    assert "  000112  eva.degroot@contoso.nl     left 2026-11-23\n" in said.out
    assert [one["reason"] for one in waiting(leaving)] == ["protected"]
    again = leaving.run("--json", on="2026-11-26").json
    assert (again["actions"], again["writes"]) == ({}, 0)


def test_some_are_approved_and_some_rejected_and_it_stays_so(leaving: Place) -> None:
    first, second, third = (one["fingerprint"] for one in waiting(leaving, "--reason", "limit"))
    assert holds(leaving, "approve", first, third).out.startswith("local:els approved 2 of 2.\n")
    said = holds(leaving, "reject", second, "--because", "she stays until May")
    assert said.out == f"1 question rejected, by local:els.\n  {second[:8]}  000113  limit  disable\n"
    assert leaving.run("--json", on="2026-11-30").json["actions"] == {}
    assert waiting(leaving, "--reason", "limit") == []
    shown = holds(leaving, "list", "--reason", "limit", "--all").out
    assert "1 rejected or put off" in shown
    assert "rejected by local:els (she stays until May)" in shown
    assert f"joinly holds reconsider {leaving.policy} FINGERPRINT …\n" in shown
    assert holds(leaving, "reconsider", second).out.startswith("1 question asked again, by local:els.\n")
    assert len(waiting(leaving, "--reason", "limit")) == 1


def test_what_is_put_off_comes_back_on_its_day(leaving: Place) -> None:
    name = whole(leaving)
    said = holds(leaving, "snooze", name, "--until", "2026-12-01")
    assert said.out.startswith("3 questions put off until 2026-12-01, by local:els.\n")
    assert holds(leaving, "list", "--reason", "limit").out == "Nothing waits for an answer.\n"
    assert "snoozed until 2026-12-01 by local:els" in holds(leaving, "list", "--all").out
    assert whole(leaving) == "None"
    back = holds(leaving, "list", "--reason", "limit", on="2026-12-01")
    assert f"all 3 of these  {name}\n" in back.out


def test_an_answer_to_what_has_changed_is_refused(leaving: Place) -> None:
    name = whole(leaving)
    lines = leaving.people.read_text(encoding="utf-8").replace("23-11-2026", "22-11-2026", 1)
    leaving.people.write_text(lines, encoding="utf-8")
    leaving.alter("    grants:\n", "    grants:\n      - group: Everybody\n")
    said = holds(leaving, "approve", name)
    assert (said.code, said.out) == (1, "")
    assert (
        f"nothing that waits has the fingerprint {name}: it has changed or was answered since it was shown; look again"
        in said.err
    )


def test_the_policy_asks_two_people_of_a_role_and_one_is_not_enough(
    leaving: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = "approvals: {approvers: {it: [local:els, local:tom]}, ask: {limit: it}, four_eyes_above: 2}\n"
    leaving.alter("\ntargets:", f"\n{rules}\ntargets:")
    name = whole(leaving)
    assert "  asks it; 2 people must say yes\n" in holds(leaving, "list", on="2026-11-25").out
    first = holds(leaving, "approve", name)
    assert first.out.startswith("local:els approved 0 of 3.\n3 wait for a second person's yes.\n")
    assert "1 of 2 said yes: local:els" in holds(leaving, "list").out
    assert "you have said yes to this already; another person must say it too" in holds(leaving, "approve", name).err
    monkeypatch.setenv("LOGNAME", "ann")
    refused = holds(leaving, "approve", name)
    assert (refused.code, "the policy asks it, and you are not among them" in refused.err) == (1, True)
    monkeypatch.setenv("LOGNAME", "tom")
    assert holds(leaving, "approve", name).out.startswith("local:tom approved 3 of 3.\n")


def test_what_nobody_answers_is_overdue_and_comes_first(leaving: Place) -> None:
    said = holds(leaving, "list", on="2026-11-26")
    assert " · 4 overdue\n" in said.out.splitlines(keepends=True)[0]
    assert "eva.degroot@contoso.nl     2 days, overdue\n" in said.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("reject", "{policy}", "abcd"), "Missing option '--because'"),
        (("snooze", "{policy}", "abcd"), "Missing option '--until'"),
        (("approve", "{policy}"), "Missing argument 'FINGERPRINT…'"),
        (("snooze", "{policy}", "abcd", "--until", "tomorrow"), "does not match the format"),
    ],
)
def test_a_command_that_says_too_little_is_told_what_is_missing(
    place: Place, words: tuple[str, ...], said: str
) -> None:
    ended = joinly("holds", *(word.format(policy=place.policy) for word in words))
    assert (ended.code, said in ended.err) == (2, True)


def test_a_reason_is_needed_that_says_something(leaving: Place) -> None:
    assert "say why it is rejected" in holds(leaving, "reject", whole(leaving), "--because", " ").err
    assert "is not in the future" in holds(leaving, "snooze", whole(leaving), "--until", NEXT).err


def test_where_nothing_ever_ran_nothing_waits(place: Place) -> None:
    assert holds(place, "list", on=DAY).out == "Nothing waits for an answer.\n"
