"""One person's consent: the address they open, and what may be believed of the address they are sent back to. Pure.

RFC 6749 §4.1, RFC 7636 (PKCE, S256 only), RFC 8252 (a program on somebody's own machine), RFC 9207 (who answers).
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from shared.errors import Misconfigured
from shared.oauth.forms import CODE, LOOPBACK, OAuth

LONGEST = 8_000
"""Characters of an answer; longer ones are none."""

SAID = {
    "access_denied": "the person said no, or may not say yes",
    "invalid_scope": "it does not know one of the scopes, or the client may not ask for it",
    "unauthorized_client": "the client may not ask people",
}


class NotOurs(Exception):
    """Not an answer to this question: somebody else's, or nobody's. It is not believed, and the wait goes on."""


@dataclass(frozen=True, slots=True)
class Question:
    """What one person is asked. `state` and `verifier` are new each time and nobody else's."""

    oauth: OAuth
    client: str
    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    @property
    def address(self) -> str:
        """What the person opens in a browser."""
        if self.oauth.authorize is None:
            raise Misconfigured("this system has no page on which a person consents")
        hashed = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": self.redirect,
            **({"scope": " ".join(self.oauth.scopes)} if self.oauth.scopes else {}),
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(hashed).decode().rstrip("="),
            "code_challenge_method": "S256",
            **self.oauth.asking,
        }
        return f"{self.oauth.authorize}{'&' if '?' in self.oauth.authorize else '?'}{urlencode(asked)}"

    @property
    def on_this_machine(self) -> bool:
        """Whether the answer can be waited for here; a vendor that insists on https sends it where nobody listens."""
        url = urlsplit(self.redirect)
        return url.scheme == "http" and url.hostname in LOOPBACK

    def code(self, query: str) -> str:
        """The code in an answer. Raises `NotOurs`, and `Misconfigured` when the person or the vendor said no."""
        pairs = parse_qsl(query, keep_blank_values=True) if len(query) <= LONGEST else []
        said = dict(pairs)
        if len(said) < len(pairs) or not hmac.compare_digest(said.get("state", "").encode(), self.state.encode()):
            raise NotOurs("this is not the answer to the question that Joinly asked")
        if self.oauth.issuer and said.get("iss") != self.oauth.issuer:
            raise NotOurs("this answer comes from another server than the one that was asked")
        if "error" in said:
            code = said["error"] if CODE.fullmatch(said["error"]) else "an unknown code"
            because = SAID.get(code, "it refused what it was asked")
            raise Misconfigured(f"there is no consent: {because} ({code})")
        if not said.get("code"):
            raise NotOurs("this answer holds neither a code nor an error")
        return said["code"]

    def pasted(self, text: str) -> str:
        """The code in the address that somebody copied from their browser. Raises what `code` raises."""
        query = text.strip().partition("#")[0].partition("?")[2]
        if not query:
            raise NotOurs("this is not the whole address; copy all of it, with everything behind the question mark")
        return self.code(query)
