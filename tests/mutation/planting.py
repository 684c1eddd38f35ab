"""Puts a mutant into a module that is loaded: its functions get the changed code, and its values are exchanged.

Functions keep who they are, so that whoever imported one has the wrong one. A class does too, unless the wrong is in
the class itself and not in one of its methods.
"""

import sys
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

from tests.mutation.mutants import Mutant

FILE = "mutant"


def planted(mutant: Mutant) -> bool:
    """Let the loaded module be the mutant, for everybody in this process; False when it cannot even be loaded."""
    old, new = sys.modules[mutant.module], ModuleType(mutant.module)
    try:
        exec(compile(mutant.tree, FILE, "exec"), new.__dict__)  # type: ignore[arg-type]  # noqa: S102 - our own program
    except Exception:
        return False
    _exchange(old, vars(new), mutant.name.partition(":")[0])
    return True


def _exchange(old: ModuleType, new: Mapping[str, Any], where: str) -> None:
    for name, value in new.items():
        there = getattr(old, name, None)
        match value:
            case FunctionType() if _ours(value) and isinstance(there, FunctionType):
                _take_over(there, value)
            case type() if value.__module__ == old.__name__ and where != name:
                for key, one in vars(value).items():
                    _method(vars(there).get(key), one)
            case _ if not name.startswith("__") and (where == name or _value(value)):
                _rebind(name, there, value)


def _ours(function: FunctionType) -> bool:
    return function.__code__.co_filename == FILE


def _value(value: object) -> bool:
    """Whether it is data of the module and no class, function or module that it imports."""
    return not isinstance(value, type | FunctionType | ModuleType) and not callable(value)


def _method(old: object, new: object) -> None:
    old, new = (getattr(one, "fget", one) for one in (old, new))
    if isinstance(old, FunctionType) and isinstance(new, FunctionType) and _ours(new):
        _take_over(old, new)


def _take_over(old: FunctionType, new: FunctionType) -> None:
    old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__


def _rebind(name: str, old: object, new: object) -> None:
    """Wherever the old value was imported to, under its name, the new one takes its place."""
    for module in [*sys.modules.values()]:
        if issubclass(type(module), ModuleType) and vars(module).get(name, new) is old:
            setattr(module, name, new)
