"""OAuth as data: what is sent for each kind of vendor, and what may be believed of an answer, whatever it holds."""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.errors import Misconfigured
from shared.oauth.consent import NotOurs, Question
from shared.oauth.forms import Client, OAuth, by_code, by_itself, by_refreshing, said, sent
from shared.tokens.deciding import Budget, Rules

ME = Client("my id", "s3cr:et*$ü")
TOKEN = "https://vendor.example.test/connect/token"


def oauth(**more: Any) -> OAuth:
    return OAuth.model_validate({"token": TOKEN, "client_id": "me", "client_secret": "secret:vendor", **more})


def form(given: OAuth, parameters: Any) -> dict[str, str]:
    return dict(parse_qsl(sent(given, ME, parameters).body.decode(), keep_blank_values=True, strict_parsing=True))


class TestWhatIsSent:
    def test_visma_is_told_the_tenant_with_every_request(self) -> None:
        """docs.vismasoftware.no/vismanetapi, «Authentication»: without tenant_id the token opens nothing."""
        visma = oauth(scopes=("a:b", "c:d"), extra={"tenant_id": "t-1"})
        assert form(visma, by_itself(visma)) == {
            "grant_type": "client_credentials",
            "scope": "a:b c:d",
            "tenant_id": "t-1",
            "client_id": ME.id,
            "client_secret": ME.secret,
        }

    def test_nmbrs_is_told_the_client_in_the_header_percent_encoded_before_base64(self) -> None:
        """RFC 6749 §2.3.1; Nmbrs' secrets hold characters that would otherwise be an invalid_client."""
        asked = sent(oauth(client="basic"), ME, by_refreshing("r"))
        kind, _, text = asked.headers["authorization"].partition(" ")
        assert kind == "Basic"
        assert base64.b64decode(text).decode() == "my+id:s3cr%3Aet%2A%24%C3%BC"
        assert dict(parse_qsl(asked.body.decode())) == {"grant_type": "refresh_token", "refresh_token": "r"}

    def test_a_code_goes_with_its_redirect_and_its_verifier(self) -> None:
        assert form(oauth(), by_code("c", "http://127.0.0.1:1/", "v"))["code_verifier"] == "v"
        assert form(oauth(), by_code("c", "http://127.0.0.1:1/", "v"))["redirect_uri"] == "http://127.0.0.1:1/"

    def test_personio_v1_takes_json_without_a_grant_type(self) -> None:
        asked = sent(oauth(form="json"), ME, by_itself(oauth(form="json")))
        assert json.loads(asked.body) == {"client_id": ME.id, "client_secret": ME.secret}

    def test_nothing_that_is_sent_is_shown(self) -> None:
        shown = repr(sent(oauth(client="basic"), ME, by_refreshing("refresh-canary"))) + repr(ME)
        assert not [one for one in ("canary", "s3cr", "my id", "Basic") if one in shown]

    @pytest.mark.parametrize(
        "address", ["http://vendor.example.test/token", "vendor", "https://u@v.test/", "https:///x"]
    )
    def test_secrets_are_sent_over_https_only(self, address: str) -> None:
        with pytest.raises(ValidationError) as wrong:
            oauth(token=address)
        assert address not in str(wrong.value)

    def test_a_budget_of_one_is_none(self) -> None:
        with pytest.raises(ValidationError):
            Budget(calls=1, seconds=60)


class TestWhatIsBelieved:
    @pytest.mark.parametrize(("told", "seconds"), [(600, 600), ("600", 600), (1.5, 1.5)])
    def test_a_lifetime_may_be_text(self, told: object, seconds: float) -> None:
        """Exact: `"expires_in": "600"`."""
        answer = said(oauth(), json.dumps({"access_token": "a", "expires_in": told}).encode())
        assert answer.given.access == timedelta(seconds=seconds)

    @pytest.mark.parametrize("told", [None, "soon", -1, 0, True, 10**12, [], "9" * 50])
    def test_a_lifetime_that_is_none_is_the_documented_one(self, told: object) -> None:
        rules = Rules(lifetime=timedelta(minutes=30))
        answer = said(oauth(rules=rules), json.dumps({"access_token": "a", "expires_in": told}).encode())
        assert answer.given.access == timedelta(minutes=30)

    def test_hubspot_says_in_its_own_way_that_a_refresh_token_is_dead(self) -> None:
        body = {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"}
        assert said(oauth(), json.dumps(body).encode()).error == "BAD_REFRESH_TOKEN"

    def test_an_error_is_a_code_and_never_what_the_vendor_says_of_it(self) -> None:
        body = {"error": "invalid_grant", "error_description": "token canary of anna@example.test"}
        assert "canary" not in repr(said(oauth(), json.dumps(body).encode()))
        assert said(oauth(), json.dumps({"error": "canary: anna"}).encode()).error == ""

    @pytest.mark.parametrize("token", ["", " ", 5, None, ["a"], "a\nb", "é", "a" * 20_000])
    def test_what_cannot_be_a_token_is_none(self, token: object) -> None:
        answer = said(oauth(), json.dumps({"access_token": token, "refresh_token": token}).encode())
        assert (answer.pair.access, answer.pair.refresh, answer.given.access) == ("", "", None)

    @given(
        st.binary(max_size=200)
        | st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["access_token", "refresh_token", "expires_in", "scope", "error", "data", "status"]
                    ),
                    inner,
                )
            ),
        ).map(lambda found: json.dumps(found).encode())
    )
    def test_whatever_is_answered_is_understood_or_nothing(self, body: bytes) -> None:
        for given_ in (oauth(), oauth(inside="data", access="token")):
            answer = said(given_, body)
            assert (answer.given.access is not None) == bool(answer.pair.access)
            assert answer.given.refresh == bool(answer.pair.refresh)


class TestConsent:
    question = Question(
        oauth(authorize="https://vendor.example.test/authorize", scopes=("people.read",), asking={"force_login": "0"}),
        client="me",
        redirect="http://127.0.0.1:5000/",
        state="the state",
        verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    )

    def test_the_challenge_is_that_of_the_standards_own_example(self) -> None:
        """RFC 7636, appendix B."""
        asked = parse_qs(urlsplit(self.question.address).query)
        assert asked["code_challenge"] == ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"]
        assert asked["force_login"] == ["0"]
        assert "dBjftJ" not in self.question.address + repr(self.question)

    def test_an_answer_with_our_state_gives_its_code(self) -> None:
        assert self.question.code("code=abc&state=the+state") == "abc"
        assert self.question.pasted("  http://127.0.0.1:5000/?state=the%20state&code=abc#x\n") == "abc"

    @pytest.mark.parametrize(
        "query",
        [
            *("", "code=abc", "code=abc&state=", "code=abc&state=another", "state=the+state", "code=&state=the+state"),
            *(
                "code=a&code=b&state=the+state",
                "code=abc&state=the+state&state=the+state",
                "code=abc&state=the+stat%C3",
            ),
            "code=abc&state=the+state&x=" + "y" * 9000,
        ],
    )
    def test_anything_else_is_not_ours(self, query: str) -> None:
        with pytest.raises(NotOurs):
            self.question.code(query)

    @pytest.mark.parametrize(
        "text", ["", "abc", "http://127.0.0.1:5000/", "http://[x/?code=a", "?#code=a&state=the+state"]
    )
    def test_what_is_no_whole_address_is_not_ours(self, text: str) -> None:
        with pytest.raises(NotOurs):
            self.question.pasted(text)

    @pytest.mark.parametrize(
        ("code", "told"),
        [("access_denied", r"said no.*\(access_denied\)"), ("invalid_scope", "scopes"), ("<b>x", "an unknown code")],
    )
    def test_a_no_is_said_without_the_vendors_words(self, code: str, told: str) -> None:
        with pytest.raises(Misconfigured, match=told) as no:
            self.question.code(f"error={code}&error_description=canary&state=the+state")
        assert "canary" not in str(no.value)
        assert "<b>" not in str(no.value)

    @pytest.mark.parametrize(("said_by", "ours"), [("", False), ("&iss=https://evil.test", False), ("&iss=v", True)])
    def test_where_the_vendor_names_itself_another_server_is_not_believed(self, said_by: str, ours: bool) -> None:
        """RFC 9207: an answer of another server is not taken for this one's."""
        question = Question(oauth(authorize=TOKEN, issuer="v"), "me", "http://127.0.0.1:1/", "s", "v" * 43)
        if ours:
            assert question.code(f"code=abc&state=s{said_by}") == "abc"
        else:
            with pytest.raises(NotOurs):
                question.code(f"code=abc&state=s{said_by}")

    def test_a_system_without_a_page_cannot_be_consented_to(self) -> None:
        with pytest.raises(Misconfigured, match="has no page"):
            _ = Question(oauth(), "me", "http://127.0.0.1:1/", "s", "v").address

    def test_an_https_redirect_is_not_waited_for_here(self) -> None:
        assert self.question.on_this_machine
        assert not Question(oauth(), "me", "https://joinly.example.test/back", "s", "v").on_this_machine
