"""What can go wrong at the simulated Profit, each a switch that a test or a demonstration turns."""

from dataclasses import dataclass


@dataclass(kw_only=True)
class Faults:
    unavailable: int = 0
    """So many of the next requests are answered with 503, as during maintenance."""
    retry_after: int = 7200
    """The seconds of those, in the header and in the body."""
    retry_header: bool = True
    """Whether they stand in the header too."""
    throttled: int = 0
    """So many of the next requests are answered with 429, which Profit does not document and a proxy may do."""
    throttled_after: str | None = None
    """The Retry-After of those."""
    ip_restricted: bool = False
    """The app connector does not admit this address."""
    no_token: bool = False
    """Every token is refused, as one that was withdrawn."""
    ends_tokens_after: int = 0
    """Every token is refused from that request on."""
    web_page: bool = False
    """Answers are 200 and HTML, as of a proxy's sign-in page."""
    broken_json: bool = False
    """Answers are 200 and half a body."""
    business_error: int = 0
    """So many of the next requests for rows are answered with 500 and «An unexpected error has occurred.»."""
    slow: int = 0
    """So many of the next requests for rows take more than the 900 seconds that Profit allows."""
    little_memory: int = 0
    """Rows times fields from which on a page is answered with «Out of String space»; 0 for never."""
    short_pages: int = 0
    """A page of rows ends after so many, whatever was asked for; 0 for never. Profit is not known to do that."""
    raw_decimals: bool = False
    """Decimals below one are written without their zero, as Profit 6 does."""
    unsorted: bool = False
    """`orderbyfieldids` is ignored."""
    denied_as_401: bool = False
    """A GetConnector that the app connector does not offer is answered with 401 in place of 500."""
    lost: int = 0
    """So many of the next writes are done and not answered."""
