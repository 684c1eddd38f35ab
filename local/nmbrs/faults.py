"""What can go wrong at the simulated Nmbrs, each a switch that a test or a demonstration turns."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(kw_only=True)
class Faults:
    throttled: int = 0
    """So many of the next requests are answered with 429 (42908)."""
    retry_after: str | None = None
    """The Retry-After of those; whether Nmbrs sends one is not known."""
    quota: bool = False
    """Every request is answered with 429 (42909): the quota of the subscription is used up."""
    failing: int = 0
    """So many of the next requests are answered with 500 (50001 «Unkown»)."""
    bad_gateway: int = 0
    """So many of the next requests are answered with 502 and a gateway's page."""
    web_page: bool = False
    """Requests are answered with 200 and HTML, as by a proxy's sign-in page."""
    plain_text: bool = False
    broken_json: bool = False
    """Requests are answered with 200 and half a body."""
    empty_body: bool = False
    """Lists are answered with 200 and nothing."""
    blocked: bool = False
    """This address may not come in: 403 and a gateway's page."""
    disabled: bool = False
    """The environment has no valid subscription (40304)."""
    no_content: bool = False
    """An empty list is answered with 204."""
    no_pagination: bool = False
    """Answers have no `pagination`."""
    no_totals: bool = False
    """`pagination` holds neither totalPages nor totalRecords."""
    most: int = 100
    """Rows on a page at most, whatever was asked for."""
    deaf: bool = False
    """`pageNumber` is ignored."""
    cut_short: str = ""
    """Lists whose path ends so lose the second half of their rows, though the total counts them."""
    between: Callable[[str, int], None] | None = None
    """Called with the path and the number of every page before it is made: somebody may come or go meanwhile."""
    ends_tokens_after: int = 0
    """After so many requests from now every access token ends."""
    global_contracts: bool = False
    """SOAP: contracts stand in `EmployeeContractItemGlobal`, as in newer answers."""
    type_names: tuple[str, ...] = ()
    """SOAP: other descriptions of the types of employee, from number 1 on."""
    zoneless: bool = False
    """Dates are written without a zone, as some real answers have them."""
    served: int = 0
    """Requests so far."""
