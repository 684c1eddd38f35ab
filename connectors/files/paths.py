"""Simple paths into JSON, such as `$.name.first`: members one below the other, and nothing that searches. Pure."""

import re
from functools import cache
from typing import Any

from connectors.files.cells import Absent

_PATH = re.compile(r"[$@](?:\.[^.\[\]*?()'\"]{1,100}){0,10}")


def is_path(text: str) -> bool:
    """Whether it is one: from `$`, the record, or from `@`, one item of a list in it."""
    return _PATH.fullmatch(text) is not None


def at(path: str, value: Any) -> Any:
    """What stands there, null where something above it is null, and `Absent.ABSENT` where nothing stands there.

    A name that is no path is a member of the record itself.
    """
    for member in _members(path):
        if value is None:
            return None
        if not isinstance(value, dict) or member not in value:
            return Absent.ABSENT
        value = value[member]
    return value


@cache
def _members(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")[1:]) if path.startswith(("$", "@")) else (path,)
