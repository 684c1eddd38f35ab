"""What can go wrong at the simulated Youforce, each a switch that a test or a demonstration turns."""

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Faults:
    throttled: int = 0
    """So many of the next requests are answered with 429."""
    retry_after: str | None = None
    """The Retry-After of those; Youforce sends none."""
    bad_gateway: int = 0
    """So many of the next requests are answered with 502."""
    blocked: bool = False
    """Requests from this address are not allowed: 403 and a web page."""
    web_page: bool = False
    """Requests are answered with 200 and HTML, as by a proxy's sign-in page."""
    plain_text: bool = False
    broken_json: bool = False
    """Requests are answered with 200 and half a body."""
    values: bool = False
    """Every list is under `values`; otherwise only the extensions are."""
    counts_rows: bool = False
    """Links to the next page count rows with `skip`, so that a row that goes moves all that follow."""
    next_host: str = "https://iam-backend.raet.example"
    """The host in links to the next page; "" for relative ones."""
    loops: bool = False
    """A page names itself as the next."""
    bare_next: bool = False
    """A page names a next one without a query."""
    most_rows: int = 500
    """Rows to a page, at most; the vendor's own number unless a test wants small pages."""
    lists_only: int = 0
    """The list of people ends after so many, without a word."""
    hides: frozenset[str] = frozenset()
    """Properties that no record shows."""
    ends_tokens_after: int = 0
    """All tokens end once, after so many requests."""
    served: int = field(default=0, init=False)
    """Requests so far."""
