"""What an expression is given: the facts of one person, and the scope around them; both are only read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from shared.model import Value

Facts: TypeAlias = Mapping[str, Value]

NO_FACTS: Facts = MappingProxyType({})
NO_TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Everything an expression may use besides the facts of the person themselves.

    Guid and RandomString follow from `seed`. `contracts` are the facts of every contract in order of rank, the primary
    one first; `manager` are the facts of the manager, None when there is none or nobody knows. `tables` are those of
    the policy, by name.
    """

    now: datetime
    seed: str = ""
    contracts: tuple[Facts, ...] = ()
    manager: Facts | None = None
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: NO_TABLES)


Term: TypeAlias = Callable[[Facts, Scope], Any]
"""A compiled expression: facts and scope in, an inner value out."""
