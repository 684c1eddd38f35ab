"""Links by hand, backups and one person's data, from the command line, on a small copy of the example."""

import json
from pathlib import Path

import pytest
from cli_world import Place, Said, joinly, small_place


@pytest.fixture
def lived(tmp_path: Path) -> Place:
    place = small_place(tmp_path / "small")
    assert place.run().code == 0
    return place


def care(place: Place, *words: object) -> Said:
    name, *rest = words
    first = [name, rest.pop(0)] if name in ("link", "person") else [name]
    return joinly(*first, place.policy, *rest, "--data", place.data)


def test_a_link_that_is_cut_makes_another_account_and_says_so(lived: Place) -> None:
    said = care(lived, "link", "cut", "--person", "000105", "--because", "a namesake's")
    assert (said.code, said.err) == (0, "")
    assert "is no longer 000105's; it is left as it is." in said.out
    assert "create" in said.out


def test_lines_of_the_ledger_that_are_old_enough_say_no_longer_of_whom_they_were(lived: Place) -> None:
    lived.alter("customer:", "retention: {ledger: 3}\ncustomer:")
    for day in range(1, 9):
        assert lived.run(on=f"2026-12-0{day}").code == 0
    lines = [(key.split("|"), data) for key, data in lived.rows("SELECT key, data FROM rows WHERE tab = 'ledger'")]
    old = [(who, data) for (who, at, *_), data in lines if at < "2026-11-28"]
    assert old
    assert all(who.startswith("erased-") and "values" not in data for who, data in old)


def test_an_account_that_is_somebody_elses_is_not_joined(lived: Place) -> None:
    account = json.loads(care(lived, "person", "show", "--person", "000103").out)["accounts"]
    said = care(lived, "link", "join", "--person", "000105", "--account", next(iter(account)), "--because", "x")
    assert said.code == 1
    assert "is linked to somebody else; cut it there first" in said.err


def test_a_lost_state_is_restored_and_the_next_run_writes_nothing(lived: Place, tmp_path: Path) -> None:
    file = tmp_path / "links.jsonl"
    assert care(lived, "backup", file).code == 0
    assert file.stat().st_mode & 0o077 == 0
    for one in lived.data.glob("state.db*"):
        one.unlink()
    said = care(lived, "restore", file)
    assert (said.code, said.err) == (0, "")
    assert "rows were missing and are back; 0 were there." in said.out
    assert lived.run("--json").json["actions"] == {}


def test_a_backup_does_not_overwrite_a_file(lived: Place, tmp_path: Path) -> None:
    file = tmp_path / "there.txt"
    file.write_text("mine", encoding="utf-8")
    said = care(lived, "backup", file)
    assert (said.code, file.read_text(encoding="utf-8")) == (1, "mine")
    assert "it is there already; name a new file" in said.err


def test_what_is_no_backup_is_refused(lived: Place) -> None:
    assert "damaged or cut off" in care(lived, "restore", lived.policy).err
    assert "cannot be read" in care(lived, "restore", lived.folder / "nothing").err


def test_one_persons_data_is_shown_and_not_erased_while_HR_holds_them(lived: Place) -> None:
    shown = care(lived, "person", "show", "--person", "000105")
    assert (shown.code, shown.err) == (0, "")
    assert {"state", "identifiers", "ledger"} < json.loads(shown.out).keys()
    said = care(lived, "person", "erase", "--person", "000105", "--because", "asked")
    assert said.code == 1
    assert "HR still holds 000105" in said.err


def test_of_a_stranger_nothing_is_kept(lived: Place) -> None:
    assert "nothing is kept of 999" in care(lived, "person", "show", "--person", "999").err
