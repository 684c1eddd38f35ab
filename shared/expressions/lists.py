"""Functions of attributes with several values. One text counts as a list of one; null and "" as a list of none."""

from shared.expressions.fault import ExpressionError
from shared.expressions.registry import Example, Family, Parameter, Slot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import MAX_TEXT, Inner, Kind, bounded, list_of

LISTS = Family("Lists")
PHONES = {"phones": ("030-1", "06-2")}


@LISTS.lazy(
    "Join",
    Parameter("separator", Kind.TEXT, blank=True),
    Parameter("source", Kind.ANY, blank=True),
    repeats=1,
    returns=Kind.TEXT,
    examples=(
        Example('Join(" ", [first], [prefix], [last])', "Anna Smit", {"first": "Anna", "prefix": "", "last": "Smit"}),
        Example('Join("; ", [phones], "14")', "030-1; 06-2; 14", PHONES),
    ),
)
def join(separator: Slot, *sources: Slot) -> Term:
    """The sources with the separator between them. Null and empty sources are skipped; lists give all their values."""
    names = [source.fact for source in sources if source.fact]
    if separator.constant and len(names) == len(sources):
        return _join_facts(separator.value or "", names)
    between, runs = separator.run, [source.run for source in sources]

    def run(facts: Facts, scope: Scope) -> str:
        parts: list[str] = []
        for source in runs:
            value = source(facts, scope)
            if value.__class__ is str:
                if value:
                    parts.append(value)
            elif value is not None:
                parts += _texts(value)
        text = (between(facts, scope) or "").join(parts)
        return text if len(text) <= MAX_TEXT else bounded(text)

    return run


def _join_facts(between: str, names: list[str]) -> Term:
    def run(facts: Facts, scope: Scope) -> str:
        parts: list[str] = []
        for name in names:
            value = facts.get(name)
            if value.__class__ is str:
                if value:
                    parts.append(value)
            elif value is not None:
                parts += _texts(value)
        text = between.join(parts)
        return text if len(text) <= MAX_TEXT else bounded(text)

    return run


def _texts(value: Inner) -> list[str]:
    return [text for text in list_of(value) if text]


@LISTS.strict(
    "Split",
    Parameter("source", Kind.TEXT),
    Parameter("delimiter", Kind.TEXT),
    returns=Kind.ANY,
    examples=(Example('Split("Sales; Support;", ";")', ["Sales", "Support"]),),
)
def split(source: str | None, delimiter: str | None) -> tuple[str, ...] | None:
    """The parts between delimiters, trimmed; empty parts are dropped, since no target can hold them."""
    if not delimiter:
        raise ExpressionError("has an empty delimiter")
    if source is None:
        return None
    return tuple(part for part in (item.strip() for item in source.split(delimiter)) if part)


@LISTS.strict(
    "Item",
    Parameter("attribute", Kind.LIST),
    Parameter("index", Kind.NUMBER),
    returns=Kind.TEXT,
    examples=(Example("Item([phones], 2)", "06-2", PHONES),),
)
def item(values: tuple[str, ...], index: int) -> str | None:
    """The value with that number, counted from 1. Null for an attribute without values; an error past the last one."""
    if index > len(values) > 0:
        raise ExpressionError("asks for a value past the last one", hint="use ItemOrNull")
    return item_or_null(values, index)


@LISTS.strict(
    "ItemOrNull",
    Parameter("attribute", Kind.LIST),
    Parameter("index", Kind.NUMBER),
    returns=Kind.TEXT,
    examples=(Example("ItemOrNull([phones], 9)", None, PHONES),),
)
def item_or_null(values: tuple[str, ...], index: int) -> str | None:
    """The value with that number, counted from 1, or null when there are fewer. In Entra, only in Connect Sync."""
    if index < 1:
        raise ExpressionError("has an index below 1", hint="values count from 1")
    return values[index - 1] if index <= len(values) else None


@LISTS.strict(
    "Count",
    Parameter("attribute", Kind.LIST),
    returns=Kind.NUMBER,
    examples=(Example("Count([phones])", "2", PHONES), Example("Count([nothing])", "0")),
)
def count(values: tuple[str, ...]) -> int:
    """The number of values."""
    return len(values)


@LISTS.strict(
    "RemoveDuplicates",
    Parameter("attribute", Kind.LIST),
    returns=Kind.LIST,
    examples=(Example('RemoveDuplicates(Split("a,b,a", ","))', ["a", "b"]),),
)
def remove_duplicates(values: tuple[str, ...]) -> tuple[str, ...]:
    """Every value once, where it came first. Upper and lower case differ."""
    return tuple(dict.fromkeys(values))
