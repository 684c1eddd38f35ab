"""How a policy writes single values: days, times, time zones and expressions, each checked while it is loaded."""

import re
from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.expressions import Expression, ExpressionError, compile_expression
from shared.templates import LONGEST, template

Days = Annotated[int, Field(ge=0, le=3660)]
Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _compile(text: object) -> Expression:
    if isinstance(text, Expression):
        return text
    if not isinstance(text, str):
        raise ValueError('an expression is text, such as [givenName] or "a constant"')
    try:
        return compile_expression(text)
    except ExpressionError as error:
        place = {"source": text, "line": error.line, "column": error.column}
        raise PydanticCustomError("expression", "{said}", {"said": str(error), **place}) from error


def _with_facts(text: str) -> str:
    found = template(text)
    if found.fixed and len(found.texts[0]) > LONGEST:
        raise ValueError(f"a name has at most {LONGEST} characters")
    return text


def _zone(name: object) -> ZoneInfo:
    try:
        return name if isinstance(name, ZoneInfo) else ZoneInfo(str(name))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}; use a name such as Europe/Amsterdam") from error


def _time(given: object) -> time:
    if isinstance(given, time):
        return given
    if not isinstance(given, str) or not _TIME.fullmatch(given):
        raise ValueError('write a time of day between quotes, such as "22:00"')
    return time.fromisoformat(given)


def _yes_or_no(given: object) -> object:
    if isinstance(given, str) and given in ("yes", "no"):
        return given == "yes"
    if isinstance(given, bool):
        return given
    raise ValueError("write yes or no")


Mapped = Annotated[
    Expression,
    BeforeValidator(_compile),
    PlainSerializer(lambda expression: expression.source, return_type=str),
    WithJsonSchema({"type": "string", "description": 'An expression: [attribute], "constant" or Function(…).'}),
]
WithFacts = Annotated[Text, AfterValidator(_with_facts)]
"""A name that may have places for facts, such as `Dept-{department}`."""
Zone = Annotated[
    ZoneInfo,
    BeforeValidator(_zone),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["Europe/Amsterdam"]}),
]


YesNo = Annotated[bool, BeforeValidator(_yes_or_no), WithJsonSchema({"enum": [True, False, "yes", "no"]})]
LocalTime = Annotated[
    time,
    BeforeValidator(_time),
    PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["22:00"]}),
]
