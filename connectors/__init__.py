"""One module per system; every module here with a MANIFEST is a connector, found by name."""

import importlib
import pkgutil
from functools import cache

from shared.connector import Manifest
from shared.errors import Misconfigured


@cache
def names() -> tuple[str, ...]:
    """The names of all connectors, without importing them."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


def manifest(name: str) -> Manifest:
    """The manifest of connector `name`; raises `Misconfigured` when there is none of that name."""
    if name not in names():
        raise Misconfigured(f"there is no connector {name!r}; there are {', '.join(names())}")
    found: Manifest = importlib.import_module(f"connectors.{name}").MANIFEST
    return found
