"""The functions of function_app.py as the runtime indexes them; the library lets an app be read once."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import function_app


@cache
def triggers() -> Mapping[str, Mapping[str, Any]]:
    """Each function's trigger by the function's name, in the words of function.json."""
    return {one.get_function_name(): one.get_trigger().get_dict_repr() for one in function_app.app.get_functions()}


def timers() -> dict[str, str]:
    """Function → the app setting that holds its schedule."""
    return {name: one["schedule"].strip("%") for name, one in triggers().items() if one["type"] == "timerTrigger"}
