"""Patterns as customers write them, on texts of HR.

Only ExpressionError is raised, groups are counted as RE2 counts them, and replacing every match by itself changes
nothing.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from shared.expressions import ExpressionError
from shared.expressions.dotnet import ANCHORS, CLASSES, PLAIN, translate
from shared.expressions.patterns import Pattern, compile_pattern
from shared.expressions.values import MAX_TEXT
from tests.fuzz.facts import WORDS
from tests.fuzz.laws import CANARY, Target, discreet, law, printable
from tests.fuzz.reader import Reader, written

T = TypeVar("T")

LONG = 1_000
"""From here on a text is matched and replaced once only, since an input has a time for all that is done with it."""
PATTERNS = (
    ("[ -]+", "06-1234 5678", ""),
    ("(?<land>[A-Z]{2})-(?<city>.*)", "NL-Utrecht", "${city} (${land})"),
    ("^(?<number>[0-9]+)", "12b Dorpsstraat", "14"),
    ("(?<last>[0-9]{4})$", "0612345678", "$1"),
    ("[^a-z0-9.-]", "Zoë-Łos", ""),
    ("(?'x'a)(b)(?P<y>c)?", "ab abc", "$1$2$3$&$$"),
    (r"(?i)ab(?-i:C)|\d*", "ABC٤2", "<$0>"),
    (r"\p{Lu}\w+\s*(?# a name)", "Éa Bc", "x"),
    (r"[\W_]|[^\s\S\d]|\u00e9\x41\052\e", "éA*\x1b", "é"),
    (r"\b\B\A\Z\z|[\b]", "a b\x08", "-"),
    ("(a*)*|(a{1,3})+?", "aaaa", "$2"),
    ("[]x]|[^]x]|[[:alpha:]]", "]xb[", "y"),
    ("x*", "aéx", "<>"),
    ("", "é👩‍👩‍👧", "-"),
    ("(?s)(?m)^.$", "a\nb", "$&$&"),
)


def check(data: bytes) -> None:
    reader = Reader(data)
    source = reader.stretched(1_000) if reader.once_in(16) else reader.text()
    try:
        groups = translate(source).groups
        pattern = compile_pattern(source)
    except ExpressionError as error:
        printable(str(error), source, "a refusal")
        return
    law({"0": 0, **groups} == pattern.groups, "a pattern has other groups than its translation")
    law(sorted({*pattern.groups.values()}) == [*range(pattern.regex.groups + 1)], "RE2 counts other groups")
    text = reader.stretched(MAX_TEXT) if reader.once_in(64) else reader.text()
    if len(text) > LONG:
        _once(pattern, text, reader.text())
        return
    _replaced(pattern, text, reader.text())
    if CANARY not in source:
        _once(pattern, CANARY + text, CANARY)


def _once(pattern: Pattern, text: str, replacement: str) -> None:
    _answered(lambda: pattern.whole(text))
    made = _answered(lambda: pattern.replace(text, (replacement, 0)))
    law(made is None or len(made) <= max(MAX_TEXT, len(text)), "a text is too long")


def _replaced(pattern: Pattern, text: str, replacement: str) -> None:
    whole = _answered(lambda: pattern.whole(text))
    law(_answered(lambda: pattern.whole(text)) == whole, "the second answer is another")
    most = max(MAX_TEXT, len(text))
    same = _answered(lambda: pattern.replace(text, (0,)))
    law(same in (None, text), "every match replaced by itself changes the text")
    literal = _answered(lambda: pattern.replace(text, (replacement,)))
    law(literal is None or len(literal) <= most, "a text is too long")
    for group in sorted(set(pattern.groups.values()))[:3]:
        part = _answered(lambda group=group: pattern.replace_group(text, group, replacement))  # type: ignore[misc]
        law(part is None or len(part) <= most, "a text is too long")
        law(group != 0 or part == literal or len(text) > MAX_TEXT, "the whole match is replaced in two ways")
        found = _answered(lambda group=group: pattern.extract(text, group))  # type: ignore[misc]
        law(found is None or found in text, "what is taken from a text does not stand in it")
    try:
        pieces = pattern.template(replacement)
    except ExpressionError as error:
        printable(str(error), replacement, "a refusal")
        return
    _answered(lambda: pattern.replace(text, pieces))


def _answered(call: Callable[[], T]) -> T | None:
    """What the call answers, or None when it refuses."""
    try:
        return call()
    except ExpressionError as error:
        discreet(str(error), "", "an error")
        return None


def seeds() -> Iterator[bytes]:
    for pattern, text, replacement in PATTERNS:
        yield written(0, pattern, 0, text, replacement)
    for text in WORDS:
        yield written(0, r"(?<g>\w*)", 0, text, "$1")
    yield written(1, "(", "a?", "){2}", 1, "", "a", "b", "$0")


TARGET = Target(
    check=check,
    seeds=seeds,
    words=(
        *(f"\\{letter}" for letter in (*CLASSES, *PLAIN, *ANCHORS)),
        *("(?<g>", "(?'g'", "(?P<g>", "(?:", "(?i)", "(?-s:", "(?#", "(?=", "(?<!", "(?>", "(?("),
        *("[^", "]", "-[", "[:alpha:]", "{2,3}", "{1000}", "*?", "+", "|", "${g}", "$1", "$&", "$$"),
        *(r"\p{Lu}", r"\P{Nd}", r"\u00e9", r"\x41", r"\012"),
        *("é", "ı", "ſ", "👩‍👧", "\u0301"),
    ),
    longest=1_500,
    share=3,
)
