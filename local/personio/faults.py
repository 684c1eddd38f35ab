"""What can go wrong at the simulated Personio, each a switch that a test or a demonstration turns."""

import hashlib
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Faults:
    throttled: int = 0
    """So many of the next data requests are answered with 429."""
    retry_after: str | None = None
    """The Retry-After of those; Personio sends none."""
    bad_gateway: float = 0.0
    """Share of data requests answered with 502, chosen by `seed`."""
    bad_gateway_at: str = ""
    """… only where the path holds this text."""
    seed: int = 0
    web_page: bool = False
    """Data requests are answered with 200 and HTML, as by a proxy's sign-in page."""
    plain_text: bool = False
    broken_json: bool = False
    """Data requests are answered with 200 and half a body."""
    soft_errors: bool = False
    """v1 lists are answered with 200 and `success: false`."""
    lists_only: int | None = None
    """v1: the list ends after so many employees, though it goes on telling the total of all."""
    iso_dates: bool | None = None
    """v1 dates with «T» (True), with a space (False), or one or the other from person to person (None)."""
    no_echo: bool = False
    """v1 does not repeat the token in the answer's `authorization` header."""
    unauthorized_for_scope: bool = False
    """v2 answers a missing scope with 401 instead of 403."""
    self_looping_next: bool = False
    """v2: a page that was asked for by a cursor names that cursor as the next."""
    bare_next: bool = False
    """v2: the first page names itself, without any cursor, as the next."""
    next_host: str = "https://api.personio.de"
    last_working_key: str = "last_working_date"
    """v2: `last_working_date` in the examples and in a real answer, `last_working_day` in the schema."""
    bare_lists: bool = False
    """v2: lists of employers, cost centres and workplaces come as `data` and `meta`, with a relative link."""
    no_workplaces: bool = False
    """v2: the account has no `/v2/workplaces`."""
    ends_tokens_after: int = 0
    """All tokens end once, after so many data requests."""
    served: int = field(default=0, init=False)
    """Data requests so far."""

    def hits_gateway(self, path: str) -> bool:
        """Whether this request meets the 502; the same for the same seed and order of requests."""
        drawn = hashlib.sha256(f"{self.seed}:{self.served}:{path}".encode()).digest()[:4]
        chance = int.from_bytes(drawn, "big") / 2**32
        return self.bad_gateway_at in path and chance < self.bad_gateway
