"""Exceptions at the command line: who, what, until when and why, done at once, and one sentence for what is wrong."""

import pytest
from cli_world import DAY, Place, Said, joinly

SASKIA = "000105"
AUDIT = ("--until", "2027-01-31", "--owner", "boss@contoso.nl", "--because", "helps with the audit")
FINANCE = ("--grant", "group:Finance")


def exceptions(place: Place, what: str, *words: object) -> Said:
    return joinly("exceptions", what, place.policy, "--data", place.data, "--on", DAY, *words)


def add(place: Place, *words: object) -> Said:
    return exceptions(place, "add", "--person", SASKIA, *words)


def test_an_exception_is_made_listed_changed_and_ended(kept: Place) -> None:
    said = add(kept, *FINANCE, *AUDIT)
    done = "000105: grant group:Finance on entra until 31 January 2027.\n  + grant group Finance  entra\n"
    assert (said.code, said.out, said.err) == (0, done, "")
    listed = exceptions(kept, "list").out
    assert listed.startswith("Exceptions (1)\n  000105  grant group:Finance on entra  until 31 January 2027")
    assert "boss@contoso.nl answers for it, local:" in listed
    assert "helps with the audit" in listed
    assert "ends" not in listed
    soon = ("--until", "2026-11-24", "--owner", "boss", "--because", "shorter")
    assert add(kept, *FINANCE, *soon).out == (
        "000105: grant group:Finance on entra until 24 November 2026, in place of the one before.\n"
    )
    assert "  ends in 1 day  " in exceptions(kept, "list").out
    told = exceptions(kept, "list", "--json").json["exceptions"]
    assert [(one["person"], one["kind"], one["entitlement"], one["last"], one["soon"]) for one in told] == [
        (SASKIA, "grant", "group:Finance", "2026-11-24", True)
    ]
    ended = exceptions(kept, "end", "--person", SASKIA, *FINANCE, "--because", "done")
    assert ended.out == "000105: grant group:Finance on entra has ended.\n  - revoke group Finance  entra\n"
    assert exceptions(kept, "list").out == "There is no exception, and nobody is blocked.\n"


def test_an_explanation_names_what_people_decided(kept: Place) -> None:
    only = ("--person", SASKIA, "--attribute", "department", "--on", DAY)
    assert add(kept, "--freeze", *AUDIT).code == 0
    assert joinly("block", kept.policy, "--data", kept.data, "--person", SASKIA, "--because", "stolen laptop").code == 0
    said = joinly("explain", kept.policy, "--data", kept.data, *only).out
    assert "exception  freeze until 31 January 2027: helps with the audit\n" in said
    assert ": stolen laptop\n" in said
    veiled = joinly("explain", kept.policy, "--data", kept.data, *only, "--redact").out
    assert "audit" not in veiled
    assert "laptop" not in veiled


def test_a_run_takes_what_an_exception_gave_the_day_after_its_end(kept: Place) -> None:
    assert add(kept, *FINANCE, "--until", "2026-11-24", "--owner", "boss", "--because", "audit").code == 0
    assert kept.run(on="2026-11-24").code == 0
    assert "ends today" in joinly("exceptions", "list", kept.policy, "--data", kept.data, "--on", "2026-11-24").out
    said = kept.run(on="2026-11-25")
    assert "000105  saskia.degraaf@contoso.nl  - group Finance\n" in said.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((*FINANCE, "--until", "2026-01-01", "--owner", "b", "--because", "x"), 1, "its last day, 2026-01-01, is past"),
        ((*FINANCE, "--until", "2029-01-01", "--owner", "b", "--because", "x"), 1, "more than 366 days"),
        (
            ("--grant", "role:Finance", *AUDIT),
            1,
            "entra cannot give role:Finance; it knows group:NAME and license:NAME",
        ),
        (("--grant", "Finance", *AUDIT), 2, "Finance: write KIND:NAME, such as group:Finance"),
        (AUDIT, 2, "say one of --grant KIND:NAME, --deny KIND:NAME, --exclude and --freeze"),
        ((*FINANCE, "--freeze", *AUDIT), 2, "say one of --grant"),
        (("--freeze", "--target", "entra", *AUDIT), 2, "--freeze is for all targets"),
        ((*FINANCE, "--target", "x", *AUDIT), 1, "name one of the policy's targets with --target: entra"),
        ((*FINANCE, "--until", "2027-01-31", "--owner", "b"), 2, "Missing option '--because'"),
        ((*FINANCE, "--until", "2027-01-31", "--because", "b"), 2, "Missing option '--owner'"),
    ],
)
def test_what_is_wrong_is_one_sentence(kept: Place, words: tuple[str, ...], code: int, said: str) -> None:
    found = add(kept, *words)
    assert (found.code, said in found.err) == (code, True), found.err
    assert exceptions(kept, "list").out == "There is no exception, and nobody is blocked.\n"


def test_nobody_and_nothing_are_told_apart(kept: Place) -> None:
    assert exceptions(kept, "add", "--person", "9", *FINANCE, *AUDIT).err == "joinly: nobody in HR has the id 9\n"
    ended = exceptions(kept, "end", "--person", SASKIA, "--freeze", "--because", "x")
    assert ended.err == "joinly: 000105 has no such exception; `joinly exceptions list` shows which there are\n"
