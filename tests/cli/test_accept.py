"""`joinly accept`: a doubted answer of HR is shown, looked at, and believed because a person says so."""

from cli_world import Place, joinly


def _without_departments(place: Place) -> None:
    """HR's export of today, in which the departments are empty."""
    head, *rows = place.people.read_text(encoding="utf-8").splitlines()
    column = head.split(";").index("Afdeling")
    emptied = [";".join("" if number == column else cell for number, cell in enumerate(row.split(";"))) for row in rows]
    place.people.write_text("\n".join([head, *emptied]) + "\n", encoding="utf-8")


def test_a_doubted_answer_is_looked_at_accepted_and_done(place: Place) -> None:
    place.run()
    _without_departments(place)
    doubted = place.run()
    assert doubted.code == 1
    assert "HR says nothing any longer about department of" in doubted.err
    answer = doubted.err.partition("accept answer ")[2].split()[0]
    assert f"joinly preview --accept {answer}, then joinly accept" in doubted.err
    seen = place.preview("--accept", answer)
    assert (seen.code, "department" in seen.out) == (0, True)
    assert place.run().code == 1
    said = joinly(
        "accept", place.policy, "--data", place.data, "--source", "hr", "--answer", answer, "--because", "asked HR"
    )
    assert (said.code, said.err) == (0, "")
    assert f"Answer {answer} of hr is accepted for a day" in said.out
    assert place.run().code == 0


def test_a_source_that_is_not_in_the_policy_is_named(place: Place) -> None:
    said = joinly("accept", place.policy, "--data", place.data, "--source", "x", "--answer", "1", "--because", "y")
    assert (said.code, said.err) == (1, "joinly: the policy has no source x; it has hr\n")
