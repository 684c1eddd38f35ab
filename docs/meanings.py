"""What each setting of a connector means: its description, the docstring under it, or what its kind says of itself;
settings within settings too.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a policy writes it, `complete.trailer` for one within another; «…» stands for any name."""

    name: str
    required: bool
    meaning: str


def settings(model: type[BaseModel]) -> list[Setting]:
    """All settings in the order of the code; what stands in several places is listed in the first of them."""
    return list(_settings(model, "", set()))


def _settings(model: type[BaseModel], before: str, met: set[type[BaseModel]]) -> Iterator[Setting]:
    met.add(model)
    written = _docstrings(model)
    for key, field in model.model_fields.items():
        name, within_it = before + (field.alias or key), list(_models(field.annotation))
        of_kind = [(inner.__doc__ or "").partition("\n\n")[0] for _, inner in within_it]
        meaning = field.description or written.get(key) or " ".join(of_kind)
        yield Setting(name, field.is_required(), " ".join(meaning.split()))
        for within, inner in within_it:
            if inner not in met:
                yield from _settings(inner, f"{name}.{within}", met)


def _models(annotation: Any, within: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """The models that a value of this kind may hold, and what a policy writes before them: in a mapping any name."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield within, annotation
    elif origin is Annotated:
        yield from _models(parts[0], within)
    elif origin in (Union, UnionType):
        for part in parts:
            yield from _models(part, within)
    elif isinstance(origin, type) and parts:
        mapping = len(parts) == 2 and parts[1] is not Ellipsis
        yield from _models(parts[1] if mapping else parts[0], within + "…." if mapping else within)


@cache
def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Name → the text that stands under it, of the model's own class."""
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    body = made.body if isinstance(made, ast.ClassDef) else []
    found = {}
    for line, following in pairwise(body):
        match line, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text)
    return found
