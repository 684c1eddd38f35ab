"""`joinly validate` on expressions: where a mistake stands in the file and in the expression, and what is only odd."""

import pytest
from cli_world import Place, joinly

NAME = 'givenName: "Coalesce([nickName], [givenName])"'
"""As the example has it."""


def written(place: Place, expression: str) -> str:
    """Give givenName another expression; the place of its value in the file."""
    place.alter(NAME, f"givenName: '{expression}'")
    line = next(n for n, text in enumerate(place.policy.read_text().splitlines(), 1) if "givenName: '" in text)
    return f"{place.policy}:{line}:18: "


@pytest.mark.parametrize(
    ("expression", "says", "excerpt"),
    [
        (
            'Join(" ", Jon([givenName]))',
            "line 1, column 11: there is no function Jon (did you mean Join?)",
            ['    Join(" ", Jon([givenName]))', "              ^"],
        ),
        (
            "Left([givenName], Now())",
            "line 1, column 19: the answer of Now is a date, and here a whole number is wanted",
            ["    Left([givenName], Now())", "                      ^"],
        ),
        (
            "ToLower([givenname])",
            "no source gives givenname; did you mean givenName?",
            ["    ToLower([givenname])", "            ^"],
        ),
    ],
)
def test_a_mistake_in_an_expression_is_shown_with_a_caret(
    place: Place, expression: str, says: str, excerpt: list[str]
) -> None:
    where = written(place, expression)
    said = joinly("validate", place.policy)
    assert said.code == 1
    first, *rest = said.err.rstrip("\n").splitlines()
    assert first.startswith(where)
    assert f": targets.entra.attributes.givenName: {says}" in first
    assert rest == excerpt


def test_what_is_only_odd_is_a_warning_and_the_policy_can_be_used(place: Place) -> None:
    where = written(place, 'Coalesce("x", [givenName])')
    said = joinly("validate", place.policy)
    assert (said.code, said.err) == (0, "")
    first, *excerpt, last = said.out.splitlines()
    assert first.startswith(where)
    assert first.endswith(
        "targets.entra.attributes.givenName: warning: line 1, column 10: "
        "this is never empty, so what comes after it is never used"
    )
    assert excerpt == ['    Coalesce("x", [givenName])', "             ^"]
    assert last == f"{place.policy}: no mistakes, 1 warning. It reads hr and keeps entra in line."
