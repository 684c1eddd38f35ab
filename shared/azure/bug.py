"""A mistake of ours as Azure may see it: its type and the places it passed, never its text, which may quote HR."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from traceback import extract_tb

from shared.doorbells import Unreadable
from shared.errors import Misconfigured, Refused, TryLater

PLACES = 12
"""Places told of one bug, the innermost first."""


class Bug(Exception):
    """Anything but our own errors. It fails the invocation, so that the message is delivered again and then kept."""


@contextmanager
def told_by_place() -> Iterator[None]:
    """Lets our own errors pass, whose texts are ours; raises `Bug` for everything else."""
    try:
        yield
    except (TryLater, Refused, Misconfigured, Unreadable, Bug):
        raise
    except Exception as error:
        raise Bug(_told(error)) from None


def _told(error: Exception) -> str:
    frames = extract_tb(error.__traceback__)[-PLACES:]
    places = [f"{'/'.join(PurePath(frame.filename).parts[-2:])}:{frame.lineno}" for frame in reversed(frames)]
    return f"{type(error).__name__} at {' < '.join(places)}"
