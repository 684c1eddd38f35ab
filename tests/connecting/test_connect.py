"""`joinly connect`: a person consents once, over real HTTP on loopback, and every run after that just works."""

import json
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import click
import httpx
import pytest

from local.authorization.authority import Answer
from tests.cli.cli_world import joinly
from tests.connecting.connecting_world import CLIENT, SECRET, Vendor


def test_a_person_consents_in_the_browser_and_the_next_runs_read_hr(there: Vendor) -> None:
    there.policy()
    said = there.joinly("connect", "hr")
    assert (said.code, said.err) == (0, "Waiting 5 minutes; Ctrl-C ends it.\n")
    assert "sources.hr is connected." in said.out
    assert "Granted: people.read, offline_access" in said.out
    assert "The consent lives until" in said.out
    assert "<h1>sources.hr is connected</h1>" in there.page
    assert "Granted: people.read, offline_access" in there.page
    for _ in range(2):
        ran = there.joinly("run", "--json")
        assert ran.code == 0, ran.err
    assert there.authority.sign_ins == 1
    assert there.joinly("preview").code == 0


def test_what_is_asked_is_what_the_standards_say(there: Vendor) -> None:
    there.policy()
    there.joinly("connect", "sources.hr")
    (address,) = there.opened
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "people.read offline_access"
    assert urlsplit(asked["redirect_uri"]).hostname == "127.0.0.1"
    assert len(asked["state"]) == 32
    there.joinly("connect", "sources.hr")
    again = {name: values[0] for name, values in parse_qs(urlsplit(there.opened[1]).query).items()}
    assert again["state"] != asked["state"]
    assert again["code_challenge"] != asked["code_challenge"]


def test_without_a_consent_a_run_says_what_to_do(there: Vendor) -> None:
    there.policy()
    ran = there.joinly("run")
    assert ran.code == 1
    assert "sources.hr: nobody has consented to it yet; a person must consent: joinly connect POLICY sources.hr" in (
        ran.out + ran.err
    )


def test_a_no_is_told_in_the_terminal_and_in_the_browser(there: Vendor) -> None:
    there.policy()
    there.answer = "no"
    said = there.joinly("connect", "hr")
    assert said.code == 1
    assert "there is no consent: the person said no, or may not say yes (access_denied)" in said.err
    assert "There is no consent: the person said no" in there.page
    assert there.authority.sign_ins == 0


def test_nobody_who_answers_ends_the_wait(there: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    there.policy()
    monkeypatch.setattr(there, "browser", lambda address: False)
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    said = there.joinly("connect", "hr", "--minutes", "0.01")
    assert said.code == 75
    assert "nobody consented within 0.01 minutes" in said.err


def test_what_other_pages_send_is_not_believed_and_does_not_end_the_wait(there: Vendor) -> None:
    there.policy()
    pages: list[httpx.Response] = []

    def meddle(back: str) -> None:
        port = urlsplit(back).port
        here = f"http://127.0.0.1:{port}"
        pages.extend(
            [
                httpx.get(f"{here}/?code=stolen&state=guessed"),
                httpx.get(f"{here}/?error=access_denied"),
                httpx.get(f"{here}/?state=a&state=b&code=c"),
                httpx.get(f"{here}/favicon.ico"),
                httpx.post(back),
                httpx.get(back, headers={"Host": "evil.example.test"}),
                httpx.get(f"{here}/?error=%3Cscript%3Ealert(1)%3C/script%3E&state=x"),
            ]
        )

    there.meddling = meddle
    assert there.joinly("connect", "hr").code == 0
    assert [page.status_code for page in pages] == [400, 400, 400, 404, 404, 404, 400]
    assert not [page for page in pages if "<script" in page.text or "stolen" in page.text]
    for page in pages:
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_what_the_vendor_grants_is_shown_encoded(there: Vendor) -> None:
    there.policy()
    hostile = "<img/src=x>\x1b[31m"
    consent = there.authority.consent

    def granting(asked: dict[str, str]) -> object:
        back = consent(asked)
        there.authority.codes[back["code"]].family.scopes = ("people.read", hostile)
        return back

    there.authority.consent = granting  # type: ignore[method-assign, assignment]
    said = there.joinly("connect", "hr")
    assert "Asked for and not granted: offline_access" in said.out
    assert "\x1b" not in said.out
    assert "<img" not in there.raw
    assert "&lt;img/src=x&gt;" in there.raw


def test_a_second_look_at_the_answer_is_told_that_it_is_late(there: Vendor) -> None:
    there.policy()
    answers, late, token = list[str](), list[int](), there.authority.token
    there.meddling = answers.append

    def while_the_code_is_exchanged(form: Mapping[str, str], basic: tuple[str, str] | None) -> Answer:
        late.append(httpx.get(answers[0]).status_code)
        return token(form, basic)

    there.authority.token = while_the_code_is_exchanged  # type: ignore[method-assign]
    assert there.joinly("connect", "hr").code == 0
    assert late == [409]
    assert there.authority.sign_ins == 1


@pytest.mark.parametrize("fault", ["lost", "page", "wrong secret"])
def test_a_code_that_cannot_be_exchanged_is_told_in_both_places_and_nothing_is_kept(
    fault: str, there: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.policy()
    if fault == "wrong secret":
        monkeypatch.setenv("JOINLY_SECRET_VENDOR_SECRET", "wrong")
    else:
        setattr(there.faults, fault, True)
    said = there.joinly("connect", "hr")
    assert said.code in (1, 75)
    assert "<h1>It did not work</h1>" in there.page
    assert said.err.splitlines()[-1].removeprefix("joinly: ").split(";")[0] in there.page
    assert there.joinly("connect", "--list").code == 1


def test_a_machine_without_a_browser_has_the_address_pasted(there: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    there.policy(redirect="https://joinly.example.test/back")
    answers = ["", "nonsense", "https://joinly.example.test/back?code=x&state=guessed"]

    def prompt(text: str, **_: object) -> str:
        if answers:
            return answers.pop(0)
        shown = next(word for line in said_so_far() for word in line.split() if word.startswith(there.address))
        return there.redirected(shown)

    def said_so_far() -> list[str]:
        return sys.stdout.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]

    monkeypatch.setattr(click, "prompt", prompt)
    said = there.joinly("connect", "hr")
    assert said.code == 0, said.err
    assert there.opened == []
    assert said.err.count("joinly: this is not") == 3
    assert there.joinly("run", "--json").code == 0


def test_no_browser_asks_for_the_address_too(there: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    there.policy()

    def prompt(text: str, **_: object) -> str:
        out = sys.stdout.getvalue()  # type: ignore[attr-defined]
        return there.redirected(next(word for word in out.split() if word.startswith(there.address)))

    monkeypatch.setattr(click, "prompt", prompt)
    assert there.joinly("connect", "hr", "--no-browser").code == 0
    assert there.opened == []


def test_a_system_that_the_app_signs_in_to_itself_says_until_when_it_holds(there: Vendor) -> None:
    there.policy(consents=False)
    said = there.joinly("connect", "hr")
    assert said.code == 0
    assert "Nobody has to consent: the app signs in again by itself." in said.out
    assert there.opened == []
    assert there.joinly("run", "--json").code == 0
    assert there.joinly("connect", "--list").code == 0
    assert there.authority.sign_ins == 1


def test_the_list_says_what_is_missing_and_what_there_is(there: Vendor) -> None:
    there.policy()
    before = there.joinly("connect", "--list")
    assert (before.code, before.out) == (1, "sources.hr\n  Never connected.\n")
    assert "joinly connect POLICY sources.hr" in before.err
    there.joinly("connect", "hr")
    after = there.joinly("connect", "--list")
    assert (after.code, after.err) == (0, "")
    assert "Granted: people.read, offline_access" in after.out
    (plain,) = json.loads(there.joinly("connect", "--list", "--json").out)["systems"]
    assert plain["system"] == "sources.hr"
    assert plain["alarm"] == ""
    assert plain.keys() == {"system", "consent", "scopes", "consented", "access_until", "consent_until", "alarm"}


def test_a_consent_that_was_taken_back_is_given_anew(there: Vendor) -> None:
    there.policy()
    there.joinly("connect", "hr")
    there.authority.revoke(CLIENT)
    ran = there.joinly("run")
    assert ran.code == 1
    assert "joinly connect POLICY sources.hr" in ran.out + ran.err
    assert "Its consent is dead (invalid_grant)." in there.joinly("connect", "--list").out
    assert there.joinly("connect", "hr").code == 0
    assert there.joinly("run", "--json").code == 0


def test_who_connected_it_is_in_the_ledger(there: Vendor) -> None:
    there.policy()
    there.joinly("connect", "hr")
    said = joinly("ledger", "export", there.folder / "contoso.yaml", "--data", there.data, "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [(line["what"], line["place"]) for line in lines] == [("connect", "hr")]
    assert lines[0]["by"].startswith("local:")


@pytest.mark.parametrize(("system", "told"), [("nmbrs", "those that do: sources.hr"), ("targets.hr", "those that do")])
def test_a_system_that_is_none_is_named_with_those_that_are(system: str, told: str, there: Vendor) -> None:
    there.policy()
    said = there.joinly("connect", system)
    assert said.code == 1
    assert told in said.err


def test_a_port_that_is_taken_is_said(there: Vendor) -> None:
    there.policy()
    said = there.joinly("connect", "hr", "--port", str(urlsplit(there.address).port))
    assert said.code == 1
    assert "cannot be used" in said.err


@pytest.mark.parametrize("words", [(), ("hr", "--list"), ("hr", "--json")])
def test_a_wrong_command_line_is_refused(words: tuple[str, ...], there: Vendor) -> None:
    there.policy()
    assert there.joinly("connect", *words).code == 2


def test_tokens_and_their_key_can_be_read_by_their_owner_only_and_hold_nothing_in_clear(there: Vendor) -> None:
    there.policy()
    said = there.joinly("connect", "hr")
    there.joinly("run")
    files = [there.data / name for name in ("tokens.db", "token.key")]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    kept = b"".join(file.read_bytes() for file in there.folder.rglob("*") if _is_ours(file))
    hidden = [SECRET, *there.authority.refreshes, *there.authority.accesses, *there.authority.codes]
    assert len(hidden) == 4
    assert not [one for one in hidden if one.encode() in kept]
    assert not [one for one in hidden if one in said.out + said.err + there.page]


def _is_ours(file: Path) -> bool:
    return file.is_file() and file.suffix != ".yaml"


def test_a_day_that_is_pretended_is_not_the_vendors(there: Vendor) -> None:
    there.policy()
    there.joinly("connect", "hr")
    assert there.joinly("run", "--on", "2031-01-06", "--json").code == 0
    there.authority.end_accesses()
    assert there.joinly("run", "--on", "2031-01-06", "--json").code == 0
    assert there.joinly("preview").code == 0
    (plain,) = json.loads(there.joinly("connect", "--list", "--json").out)["systems"]
    assert plain["access_until"] < "2031"
    assert there.authority.sign_ins == 2


def test_a_preview_keeps_the_tokens_that_it_renews(there: Vendor) -> None:
    there.policy()
    there.joinly("connect", "hr")
    there.authority.end_accesses()
    assert there.joinly("preview").code == 0
    assert there.joinly("run", "--json").code == 0
    assert there.authority.sign_ins == 2
    assert there.authority.reused == 0
