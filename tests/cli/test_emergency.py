"""Blocking one person and stopping all writes at the command line, also while another run has the folder."""

import pytest
from cli_world import DAY, Place, Said, joinly

from shared.cli import lock

SASKIA, LOGON = "000105", "saskia.degraaf@contoso.nl"


def say(place: Place, what: str, *words: object) -> Said:
    return joinly(what, place.policy, "--data", place.data, *words)


def block(place: Place, *words: object) -> Said:
    return say(place, "block", "--because", "stolen laptop", *words)


def unblock(place: Place, *words: object) -> Said:
    return say(place, "unblock", "--because", "found", *words)


def test_somebody_is_blocked_stays_so_and_is_unblocked(kept: Place) -> None:
    said = block(kept, "--person", SASKIA)
    assert (said.code, said.err) == (0, "")
    assert said.out == f"000105 is blocked: {LOGON} on entra is disabled.\n  - disable  entra\n"
    assert "Enabled" not in kept.run().out
    listed = joinly("exceptions", "list", kept.policy, "--data", kept.data).out
    assert listed.startswith("Blocked (1)\n  000105  since ")
    assert "stolen laptop" in listed
    lifted = unblock(kept, "--account", LOGON)
    assert lifted.out == f"{LOGON} is not blocked any longer.\n  + enable  entra\n"
    assert unblock(kept, "--person", SASKIA).err == "joinly: this person is not blocked\n"


def test_stripping_is_said(kept: Place) -> None:
    said = block(kept, "--account", LOGON.upper(), "--strip")
    assert said.code == 0
    assert "  - revoke group All staff  entra\n" in said.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--person", "9"), 1, "nobody in HR has the id 9"),
        (("--account", "nobody@contoso.nl"), 1, "there is no such account"),
        ((), 2, "say either --person ID or --account NAME"),
        (("--person", "1", "--account", "a"), 2, "say either --person ID or --account NAME"),
    ],
)
def test_whom_is_not_known_is_one_sentence(kept: Place, words: tuple[str, ...], code: int, said: str) -> None:
    found = block(kept, *words)
    assert (found.code, said in found.err) == (code, True), found.err


def test_a_protected_account_is_refused_with_the_reason(kept: Place) -> None:
    ((account,),) = kept.rows(
        "SELECT key FROM rows WHERE tab = 'accounts' AND json_extract(data, '$.owner') IN "
        "(SELECT substr(key, 1, 20) FROM rows WHERE tab = 'state' AND key LIKE '%|person' "
        "AND json_extract(data, '$.is.hr_id') = ?)",
        SASKIA,
    )
    kept.alter("    limits:\n", f"    protected: [{account}]\n    limits:\n")
    said = block(kept, "--person", SASKIA)
    assert said.code == 1
    assert said.err == (
        f"joinly: account {account} is protected: named in the policy. Nobody is blocked: disable it by hand\n"
    )
    assert unblock(kept, "--person", SASKIA).err == "joinly: this person is not blocked\n"


def test_writes_are_stopped_said_first_previewed_and_resumed(kept: Place) -> None:
    assert say(kept, "stop", "--because", "groups are emptied").code == 0
    said = kept.run("--hr", kept.next_week)
    assert said.code == 75
    assert said.out.startswith("All writes are stopped by local:")
    assert ": groups are emptied. What is due waits; `joinly resume` lets it go on.\n" in said.out
    assert ", 0 writes, " in said.out
    stopped = kept.run("--hr", kept.next_week, "--json").json
    assert [one["because"] for one in stopped["stopped"]] == ["groups are emptied"]
    assert (stopped["writes"], stopped["actions"]) == (0, {})
    assert kept.preview("--hr", kept.next_week, "--json").json["plan"]
    refused = block(kept, "--person", SASKIA)
    assert refused.code == 1
    assert "nobody is disabled either; resume them, or say --although-stopped" in refused.err
    though = block(kept, "--person", SASKIA, "--although-stopped")
    assert though.code == 0
    assert f"000105 is blocked: {LOGON} on entra is disabled.\n  - disable  entra\n" in though.out
    resumed = say(kept, "resume")
    assert resumed.out.startswith("Writes to all targets go on. local:")
    assert kept.run("--hr", kept.next_week).code == 0
    assert say(kept, "resume").err == "joinly: writes are not stopped\n"


def test_one_target_is_stopped_by_its_name(kept: Place) -> None:
    assert say(kept, "stop", "--target", "x", "--because", "y").err.startswith(
        "joinly: name one of the policy's targets"
    )
    assert "Nothing is written to entra until" in say(kept, "stop", "--target", "entra", "--because", "y").out
    assert "Writes to entra are stopped by local:" in kept.run().out
    assert say(kept, "resume", "--target", "entra").out.startswith("Writes to entra go on.")


def test_a_word_is_heard_while_another_run_has_the_folder(kept: Place) -> None:
    with lock.to_write(kept.data):
        assert say(kept, "stop", "--because", "now").code == 0
        assert say(kept, "resume").code == 0
        said = block(kept, "--person", SASKIA)
        assert said.code == 75
        assert said.out.startswith("000105 is blocked. Another joinly is at work")
        by_name = block(kept, "--account", LOGON)
        assert (by_name.code, "name the employee with --person" in by_name.err) == (75, True)
    assert "Disabled (1)\n  000105  saskia.degraaf@contoso.nl  blocked by hand\n" in kept.run(on=DAY).out
