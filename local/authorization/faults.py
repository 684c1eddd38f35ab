"""What can go wrong at the simulated authorization server, each a switch that a test turns."""

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Faults:
    lost: int = 0
    """So many of the next answers of the token endpoint are lost after they were given: it is done, nobody hears it."""
    deaf: int = 0
    """So many of the next requests for tokens are cut off before they are read."""
    busy: int = 0
    """So many of the next requests for tokens are answered with 429."""
    busy_but_given: int = 0
    """So many of the next are answered with 429 and new tokens all the same, as Exact may."""
    retry_after: str = ""
    slow: float = 0.0
    """Seconds before an answer of the token endpoint."""
    asked: int = field(default=0, init=False)
    """Requests for tokens that have arrived since `slow` was set."""
    page: bool = False
    """The token endpoint answers 200 and a web page."""
