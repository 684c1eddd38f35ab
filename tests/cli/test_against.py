"""`joinly preview --against`: what a change of policy means, person by person, and nothing that would happen anyway."""

from pathlib import Path
from typing import Any

from cli_world import Place, small_place


def _changed(place: Place, old: str, new: str) -> None:
    """The policy as it was becomes old.yaml, and the policy says `new` where it said `old`."""
    (place.folder / "old.yaml").write_text(place.policy.read_text(encoding="utf-8"), encoding="utf-8")
    place.alter(old, new)


def _meant(plan: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [(step["person"], step["attributes"]) for step in plan]


def test_the_same_policy_means_nothing(tmp_path: Path) -> None:
    place = small_place(tmp_path / "small")
    _changed(place, "customer: Contoso", "customer: Contoso  # renamed soon")
    said = place.preview("--against", place.folder / "old.yaml", "--json")
    assert (said.code, said.json["plan"], said.json["held"], said.json["writes"]) == (0, [], [], 0)


def test_only_what_the_change_does_is_shown(tmp_path: Path) -> None:
    place = small_place(tmp_path / "small")
    _changed(place, 'jobTitle: "[title]"', 'jobTitle: Join(", ", [title], [location])')
    said = place.preview("--against", place.folder / "old.yaml", "--json")
    assert {step["verb"] for step in said.json["plan"]} == {"update"}
    assert all(set(step["attributes"]) == {"jobTitle"} for step in said.json["plan"])
    shown = place.preview("--against", place.folder / "old.yaml")
    assert shown.out.startswith("What example.yaml does that old.yaml does not")
    assert " → " in shown.out
    assert "Nothing was written." in shown.out


def test_what_the_change_would_do_beyond_the_limits_is_held(tmp_path: Path) -> None:
    place = small_place(tmp_path / "small")
    place.alter("disable: {day: 10, week: 30, percent: 10}", "disable: {day: 0}")
    _changed(place, "    correlate: [employeeId]", "    when: {location: Nowhere}\n    correlate: [employeeId]")
    said = place.preview("--against", place.folder / "old.yaml", "--json")
    assert said.json["plan"] == []
    assert {one["reason"] for one in said.json["held"]} == {"limit"}


def test_after_a_run_it_means_the_same(tmp_path: Path) -> None:
    place = small_place(tmp_path / "small")
    _changed(place, 'jobTitle: "[title]"', 'jobTitle: "[department]"')
    before = place.preview("--against", place.folder / "old.yaml", "--json").json["plan"]
    place.alter('jobTitle: "[department]"', 'jobTitle: "[title]"')
    place.run()
    place.alter('jobTitle: "[title]"', 'jobTitle: "[department]"')
    after = place.preview("--against", place.folder / "old.yaml", "--json").json["plan"]
    assert [(one["person"], one["attributes"]) for one in after] == [
        (one["person"], one["attributes"]) for one in before
    ]


def test_a_mistake_in_the_old_policy_is_named_with_its_file(tmp_path: Path) -> None:
    place = small_place(tmp_path / "small")
    (place.folder / "old.yaml").write_text("customer: [", encoding="utf-8")
    said = place.preview("--against", place.folder / "old.yaml")
    assert said.code == 1
    assert "old.yaml:" in said.err
