"""The functions of function_app.py as the runtime indexes them, in the app of a role."""

import importlib.util
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from shared.azure.indexed import Indexed
from shared.azure.triggers import ROLE, TRIGGERS, Role, Timer

FILE = Path(__file__).resolve().parents[2] / "function_app.py"


def loaded(role: str, **settings: str) -> ModuleType:
    """function_app.py as an app of its own, with the settings of that role."""
    spec = importlib.util.spec_from_file_location(f"function_app_{role}", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with mock.patch.dict(os.environ, {ROLE: role, **settings}):
        spec.loader.exec_module(module)
    return module


@cache
def indexed(role: Role = Role.BOTH) -> tuple[Indexed, ...]:
    """The library lets an app be read once."""
    functions = loaded(role).app.get_functions()
    return tuple(
        Indexed(
            name=one.get_function_name(),
            binding=one.get_trigger().get_dict_repr(),
            handler=one.get_user_function(),
        )
        for one in functions
    )


def triggers(role: Role = Role.BOTH) -> Mapping[str, Mapping[str, Any]]:
    """Each function's trigger by the function's name, in the words of function.json."""
    return {one.name: one.binding for one in indexed(role)}


def timers() -> dict[str, str]:
    """Function → the app setting that holds its schedule."""
    return {one.name: one.setting for one in TRIGGERS if isinstance(one, Timer)}
