"""The validator's findings in the words of somebody who writes policies and has never heard of the validator."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from inspect import get_annotations
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

_WORDS: Mapping[str, str] = {
    "bool_parsing": "write yes or no",
    "bool_type": "write yes or no",
    "dict_type": "write keys and values here, such as key: value",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "int_from_float": "write a whole number",
    "int_parsing": "write a whole number",
    "int_parsing_size": "write a smaller number",
    "int_type": "write a whole number",
    "list_type": "write a list, such as [one, two]",
    "mapping_type": "write keys and values here, such as key: value",
    "missing": "this key is missing",
    "model_attributes_type": "write keys and values here, such as key: value",
    "model_type": "write keys and values here, such as key: value",
    "string_type": "write a text; a number or a truth is one between quotes",
    "tuple_type": "write a list, such as [one, two]",
}


def words(error: Any, model: type[BaseModel], path: Sequence[str | int]) -> str:
    """What to do about one of pydantic's errors at `path`, as the file has it, below `model`."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind == "extra_forbidden":
        return "this key is not known" + (near(str(path[-1]), known(model, path)) or "; remove it")
    if kind in _WORDS:
        return _WORDS[kind]
    match kind:
        case "enum" | "literal_error":
            return f"write {context['expected']}"
        case "greater_than_equal":
            return f"write {context['ge']} or more"
        case "less_than_equal":
            return f"write {context['le']} or less"
        case "too_short":
            return f"at least {context['min_length']} must be given"
        case "string_too_short":
            return "this text must not be empty"
        case "string_pattern_mismatch" if error["loc"][-1] == "[key]":
            return "a name is up to 31 small letters, digits and hyphens, and starts with a letter"
    return str(error["msg"]).removeprefix("Value error, ")


def near(name: str, choices: Iterable[str]) -> str:
    """`; did you mean …?` when one of `choices` looks like `name`, else ""."""
    by_fold = {choice.casefold(): choice for choice in sorted(choices)}
    found = get_close_matches(name.casefold(), by_fold, 1)
    return f"; did you mean {by_fold[found[0]]}?" if found else ""


def known(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that may stand where the last of `path` stands."""
    kinds: list[Any] = [model]
    for part in path[:-1]:
        kinds = [inner for kind in kinds for inner in _inside(kind, str(part))]
    fields = [item for kind in kinds if _is_model(kind) for item in kind.model_fields.items()]
    return sorted({field.alias or name for name, field in fields})


def _inside(kind: Any, part: str) -> Iterator[Any]:
    """What may stand at `part` of a `kind`, without annotations and with every member of a union by itself."""
    if _is_model(kind):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                yield from _bare(field.annotation)
                return
        yield from _inside(get_annotations(kind).get("__pydantic_extra__"), part)
    elif get_args(kind):
        yield from _bare(get_args(kind)[1 if issubclass(get_origin(kind), Mapping) else 0])


def _bare(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Annotated:
        yield from _bare(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for one in get_args(kind):
            yield from _bare(one)
    else:
        yield kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
