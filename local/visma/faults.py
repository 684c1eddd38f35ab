"""What can go wrong at the simulated Visma, each a switch that a test or a demonstration turns."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Faults:
    throttled: int = 0
    """So many of the next requests to the API are answered with 429."""
    retry_after: str | None = None
    """The Retry-After of those; nobody has seen one."""
    blocked: bool = False
    """The API answers 403, as to an address that may not call it."""
    elsewhere: bool = False
    """The API is not at this address: 404."""
    web_page: bool = False
    """The API answers 200 and HTML, as by a proxy's sign-in page."""
    broken_json: bool = False
    """The API answers 200 and half a body."""
    looks: int = 1
    """So often a job says that it is in progress before it is completed."""
    stuck: frozenset[str] = frozenset()
    """Paths of exports that never are."""
    failed: frozenset[str] = frozenset()
    """Paths of exports that end as «Failed»."""
    forgets_jobs: bool = False
    """No job is known any more."""
    renamed_files: bool = False
    """The list of files has another name than it had."""
    refuses_fields: bool = False
    """A column in `fields` is not known any more: 400."""
    ends_tokens_after: int = 0
    """All tokens end once, after so many requests to the API."""
    served: int = field(default=0, init=False)
    """Requests to the API so far."""
    dead_links: int = 0
    """So many of the next requests for files are answered as when the address has ended."""
    no_files_at: int = 0
    """So many of the next requests for files are answered with 503."""
    spoils: Callable[[str, bytes], bytes] = lambda path, file: file
    """What becomes of a file on its way, by the path of its export: cut, garbled, replaced."""
    hides_length: bool = False
    """A file comes without its length, so that nothing tells when it was cut."""
