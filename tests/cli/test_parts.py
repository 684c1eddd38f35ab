"""The small parts by themselves: how a command ends, how lines are laid out, the data folder, what was left behind."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from cli_world import Place, joinly
from rich.console import Console
from rich.text import Text

from shared import codec, layout
from shared.cli import folder, lock, terminal
from shared.cli.ending import Ended, ended
from shared.cli.holding import held_lines, waiting
from shared.cli.local import clock_on
from shared.engine import Held
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.layout import Hop
from shared.reasons import SENTENCES, sentence

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (Misconfigured("the key is wrong"), 1, "joinly: the key is wrong\n"),
        (Refused("it is gone"), 1, "joinly: it is gone\n"),
        (TryLater("it is busy"), 75, "joinly: it is busy; try again later\n"),
        (click.UsageError("what?"), 2, "Error: what?\n"),
        (KeyboardInterrupt(), 130, "joinly: interrupted\n"),
        (SystemExit(3), 3, ""),
        (Ended("as it is", 143), 143, "as it is\n"),
        (SystemExit("text"), 1, ""),
    ],
)
def test_every_kind_of_end_has_its_code_and_its_message(
    error: BaseException, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def program() -> None:
        raise error

    assert ended(program) == code
    assert capsys.readouterr() == ("", says)


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_bug_is_named_by_its_place_and_its_text_only_shown_when_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, debug: str
) -> None:
    monkeypatch.setenv("JOINLY_DEBUG", debug)

    def program() -> None:
        raise KeyError("Saskia de Graaf")

    assert ended(program) == 70
    said = capsys.readouterr().err
    assert "joinly: a bug in Joinly: KeyError at tests/cli/test_parts.py:" in said
    assert ("Saskia" in said) is bool(debug)


def test_a_bug_is_named_by_its_place_and_what_it_leaves_undone_is_counted(kept: Place) -> None:
    broken = f'{{"schema":{layout.SCHEMA},"is":{{"hr_id":"000105"}}}}'
    kept.rows("UPDATE rows SET data = ? WHERE key = ?", broken, layout.person(layout.own_id("hr", "000105")))
    kept.alter('jobTitle: "[title]"', "jobTitle: ToUpper([title])")
    said = kept.run("--json")
    assert said.code == 1
    assert said.json["left"] > 0
    assert re.match(r"joinly: a bug in Joinly, \d ×: KeyError at shared/engine/mapping\.py:\d+ while", said.err)
    assert " left for another run; nothing of it is lost\n" in said.err


def test_a_pretended_day_goes_on_from_the_present_time_of_day() -> None:
    zone = ZoneInfo("Pacific/Kiritimati")
    first, second = clock_on(date(2026, 12, 1), zone), clock_on(date(2026, 12, 1), zone)
    assert first().astimezone(zone).date() == date(2026, 12, 1)
    assert first() <= first() <= second() + timedelta(seconds=1)
    assert abs(clock_on(None, zone)() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("hour", [0, 12, 23, 24])
@pytest.mark.parametrize("real", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 26)])
@pytest.mark.parametrize("pretended", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 1)])
def test_however_late_it_is_a_pretended_day_does_not_end_and_the_next_run_comes_later(
    hour: int, real: date, pretended: date
) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    midnight = datetime.combine(real + timedelta(days=1), time(), zone).astimezone(UTC)
    at = [min(datetime.combine(real, time(), zone).astimezone(UTC) + timedelta(hours=hour), midnight - SECOND)]
    first = clock_on(pretended, zone, lambda: at[0])
    before = first()
    at[0] += timedelta(milliseconds=10)
    assert before < clock_on(pretended, zone, lambda: at[0])() == first()
    at[0] += timedelta(minutes=20)
    assert first().astimezone(zone).date() == pretended


def test_help_shows_the_exit_codes_and_examples_of_every_command() -> None:
    for command in ("run", "preview", "validate", "sandbox"):
        said = joinly(command, "--help")
        assert (said.code, said.err) == (0, "")
        assert "  75   not everything could be done now; run again later\n" in said.out
        assert f"  joinly {command} " in said.out
    whole = joinly("--help").out
    assert "joinly preview config/example.yaml" in whole
    assert "Exit codes:" in whole
    assert "..." not in whole.split("Commands:")[1], "a summary of a command is cut off"


def test_a_word_that_is_no_command_is_wrong_use_and_the_right_one_is_named() -> None:
    said = joinly("previw", "x.yaml")
    assert (said.code, said.out) == (2, "")
    assert "No such command 'previw'" in said.err
    assert "preview" in said.err


def test_the_program_alone_shows_its_help_as_wrong_use() -> None:
    said = joinly()
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: joinly [OPTIONS] COMMAND")


def test_the_version_is_told() -> None:
    said = joinly("--version")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("joinly ")


def test_every_reason_has_a_sentence_and_an_unknown_one_none() -> None:
    assert set(SENTENCES) == set(Reason)
    assert all(text == text.strip(" .") and len(text) < 120 for text in SENTENCES.values())
    assert sentence("from_the_future") == ""


def _held(hr_id: str, reason: str, because: str) -> Held:
    return Held(person=hr_id, hr_id=hr_id, place="entra", what="-", reason=reason, because=because)


def _lines(*holds: Held, everyone: bool = False) -> list[str]:
    page = Console(width=80)
    return [line.plain for line in held_lines(page, holds, everyone)]


def test_what_is_the_same_for_all_who_are_held_is_said_once() -> None:
    lines = _lines(*(_held(who, Reason.LIMIT, "disable waits for approval") for who in ("1", "2", "3")))
    assert lines[1:] == [
        "Held (3)",
        f"  limit (3): {SENTENCES[Reason.LIMIT]}",
        "    1, 2, 3",
        "    disable waits for approval",
    ]


def test_a_person_held_twice_for_one_reason_is_one_person() -> None:
    holds = [_held("1", Reason.LIMIT, "disable waits"), _held("1", Reason.LIMIT, "revoke waits")]
    assert _lines(*holds)[1:] == [
        "Held (1)",
        f"  limit: {SENTENCES[Reason.LIMIT]}",
        "    1  disable waits; revoke waits",
    ]
    assert waiting(holds) == [{"person": "1", "reason": "limit"}]


def test_many_who_are_held_are_counted_and_one_more_than_a_few_is_named() -> None:
    some = [_held(str(number), Reason.TAKEN, f"detail {number}") for number in range(7)]
    assert _lines(*some[:5])[-1] == "    4  detail 4"
    assert _lines(*some)[-2:] == ["    3  detail 3", "    … and 3 more; --all names everyone"]
    assert _lines(*some, everyone=True)[-1] == "    6  detail 6"


def test_somebody_held_without_an_id_or_for_an_unknown_reason_is_still_shown() -> None:
    assert _lines(_held("", "from_the_future", "why"))[1:] == ["Held (1)", "  from_the_future", "    (no id)  why"]


def test_nothing_from_hr_can_steer_the_terminal() -> None:
    assert terminal.printable("a\x1b[31m\x9bb\u202ec\ud800é") == "a\\x1b[31m\\x9bb\\u202ec\\ud800é"


def test_a_long_text_goes_on_beside_its_heading_on_a_terminal_and_is_one_line_in_a_pipe() -> None:
    lead, body = Text("  name  "), Text("several words that do not fit in the width of it")
    narrow = Console(width=40, force_terminal=True)
    assert terminal.hanging(narrow, lead, body).plain == (
        "  name  several words that do not fit in\n        the width of it"
    )
    assert terminal.hanging(Console(width=30, force_terminal=True), lead, body).plain == lead.plain + body.plain
    assert terminal.hanging(Console(width=40), lead, body).plain == lead.plain + body.plain


def test_columns_are_aligned_by_what_a_terminal_shows() -> None:
    page = Console(width=80)
    rows = [line.plain for line in terminal.table(page, [("1", "李", "x"), ("22", "ab", "y"), ("3", "c", "")], 2)]
    assert rows == ["  1   李  x", "  22  ab  y", "  3   c"]
    assert list(terminal.table(page, [], 2)) == []


def test_the_key_is_made_once_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    (tmp_path / "hash.new").write_bytes(b"left by a run that was stopped")
    key = folder.hash_key(tmp_path)
    assert len(key) == 32
    assert folder.hash_key(tmp_path) == key
    assert (tmp_path / folder.KEY).stat().st_mode & 0o077 == 0


def test_who_only_looks_shares_a_folder_and_keeps_others_from_writing(tmp_path: Path) -> None:
    with lock.to_write(tmp_path):
        pass
    with lock.to_read(tmp_path), lock.to_read(tmp_path), pytest.raises(TryLater), lock.to_write(tmp_path):
        pass
    with lock.to_write(tmp_path), pytest.raises(TryLater), lock.to_read(tmp_path):
        pass
    assert (tmp_path / lock.NAME).stat().st_size == 0


def test_a_folder_with_a_strange_name_is_locked_like_any(tmp_path: Path) -> None:
    strange = tmp_path / "a?b#c %41 é"
    strange.mkdir()
    with lock.to_write(strange), pytest.raises(TryLater), lock.to_read(strange):
        pass
    assert [file.name for file in strange.iterdir()] == [lock.NAME]


def test_a_target_that_was_stopped_is_tried_at_once_when_somebody_runs_it_again(kept: Place) -> None:
    data = json.dumps(codec.plain(because="the app may not do this", retry_at="2999-01-01T00:00:00+00:00"))
    kept.rows("INSERT INTO rows VALUES ('gates', 'entra', 'breaker', ?, '1')", data)
    kept.alter('jobTitle: "[title]"', "jobTitle: ToUpper([title])")
    said = kept.run("--json")
    assert (said.code, said.json["actions"], said.json["left"]) == (0, {"update": 15}, 0)


def test_a_doorbell_that_was_lost_is_rung_again(kept: Place) -> None:
    person = layout.own_id("hr", "000105")
    mark = layout.mark(Hop.DEPENDENTS, person)
    data = json.dumps(codec.plain(cohort="x", at="2026-11-23T00:00:00+00:00"))
    kept.rows("INSERT INTO rows VALUES ('state', ?, ?, ?, '1')", layout.bucket(person), mark, data)
    said = kept.run("--json")
    assert (said.code, said.json["left"], said.json["writes"]) == (0, 0, 0)
    assert kept.rows("SELECT key FROM rows WHERE key LIKE 'mark|%'") == []
