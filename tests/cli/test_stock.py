"""How many seats of licences a run takes, and who will lack one, said before it is too late."""

from pathlib import Path

import pytest
from cli_world import small_place

from local import sandbox


def test_a_preview_and_a_run_say_how_many_seats_are_left_and_who_lacks_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "SEATS", 5)
    place = small_place(tmp_path / "customer")
    before, done = place.preview("--json").json, place.run("--json").json
    (shelf,) = done["seats"]
    lacking = [one["person"] for one in done["held"] if one["reason"] == "no_seat"]
    assert {**shelf, "lacking": 0} == {"target": "entra", "license": "SPE_E3", "before": 5, "after": 0, "lacking": 0}
    assert shelf["lacking"] == len(lacking) > 0
    assert before["seats"] == done["seats"]
    assert before["held"] == done["held"]
    again = place.run()
    assert "SPE_E3" in again.out
    assert f"0 → 0; {len(lacking)} people lack one" in again.out
    assert "no seat of this licence is left" in again.out


def test_where_no_seat_is_taken_and_nobody_lacks_one_nothing_is_said(tmp_path: Path) -> None:
    place = small_place(tmp_path / "customer")
    assert place.run("--json").json["seats"][0]["lacking"] == 0
    again = place.run("--json").json
    assert (again["seats"], again["writes"]) == ([], 0)
