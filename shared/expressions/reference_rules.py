"""The rules on the reference page: grammar, values, comparisons, bounds, warnings and what differs from Entra.

Numbers come from the code that keeps them, and every example is executed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.expressions.expression import MAX_VALUES, compile_expression
from shared.expressions.generated import MAX_RANDOM
from shared.expressions.grammar import MAX_DEPTH, MAX_DIGITS, MAX_HEXADECIMAL, MAX_LENGTH, MAX_NODES
from shared.expressions.kinds import IMPOSSIBLE, NAMES
from shared.expressions.library import FAMILIES, INSTEAD, instead
from shared.expressions.outcomes import IGNORE_ATTRIBUTE, MOST_TRIED, Outcome
from shared.expressions.patterns import MAX_PATTERN
from shared.expressions.reference_functions import KINDS, examples
from shared.expressions.registry import Example
from shared.expressions.trace import MOST_STEPS
from shared.expressions.values import MAX_TEXT, Kind


@dataclass(frozen=True, slots=True)
class Rule:
    """One section: a title, text in Markdown, and examples that are executed."""

    title: str
    text: str
    examples: tuple[Example, ...] = ()

    def __str__(self) -> str:
        parts = [f"## {self.title}", self.text, *([examples(self.examples)] if self.examples else [])]
        return "\n\n".join(parts)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |"]
    lines.append("|" + "---|" * (lines[0].count(" | ") + 1))
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)])


WRITING = Rule(
    "Writing expressions",
    """\
- An expression is `[attribute]`, `"constant"`, a number, or `Function(argument, …)`; arguments are expressions again.
- Names are case-sensitive; what looks like a name that there is, is suggested. White space between parts means nothing.
- In a constant `\\` and `"` are written `\\\\` and `\\"`. Numbers may stand bare or in quotes; `&H1F` is hexadecimal.
- An argument may be left empty where that makes sense, and a comma may stand at the end:
  `Replace([x], , "-", , "", , )`.
- `= <> < <= > >=` compare two operands, without further operators. Use `And`, `Or` and `Not` for more.
- Bare words are constants: `IgnoreAttributeFlow`, `IgnoreObjectFlow`, `vbTextCompare`, `vbBinaryCompare`,
  `CaseSensitive`, `CaseInsensitive`, `Unicode`, `UTF8`, `ASCII`.
- Only the branch that is chosen is evaluated, in `IIF`, `Switch`, `Coalesce`, `Default`, `And`, `Or`, `Lookup` and
  `Contract`.""",
    (
        Example('Append("a \\\\ and a \\"quote\\"", "")', 'a \\ and a "quote"'),
        Example('IIF(And([a] = "1", Not([b] = "2")), "yes", "no")', "yes", {"a": "1", "b": "3"}),
        Example('IIF([start] = "", "none", DateFormat([start], "yyyy"))', "none", {"start": ""}),
    ),
)

ANSWERS = Rule(
    "What an expression answers",
    """\
A bare `[attribute]` passes on what HR says as it is, also that it says nothing: then nothing changes. Anything else
answers text, a list of texts or null; dates, numbers and truths leave as text. `IgnoreAttributeFlow` leaves the
attribute alone this time and `IgnoreObjectFlow` the whole account. `SelectUniqueValue` answers values to try in order.

Inside an expression an attribute that HR does not mention is null. What null and empty text give is said with every
argument of which it is the same in every call.""",
    (
        Example("[hours]", "36", {"hours": "36"}),
        Example("[hours]", Outcome.ABSENT),
        Example("ToUpper([title])", None),
        Example("IIF([hours] > 8, [title], IgnoreAttributeFlow)", IGNORE_ATTRIBUTE, {"hours": "8"}),
        Example("IsNull([title])", "True"),
    ),
)

_DATES = "`2025-07-30`, `2025-07-30T16:00:00+02:00`, `7/30/2025 4:00:00 PM`"
_AS_TEXT = "of a number its digits, of a truth `True` or `False`, of a date `M/d/yyyy h:mm:ss tt`"
READ = (
    (Kind.TEXT, f"text; {_AS_TEXT}; of a list its only value", "stay"),
    (Kind.NUMBER, "a whole number, or text that spells one, also in hexadecimal: `&H1F`", "are an error"),
    (Kind.DATE, f"a date, or text: {_DATES}; without an offset it is UTC", "are null"),
    (Kind.CIVIL, "the same; the day as it is written, whatever the offset", "are null"),
    (Kind.TRUTH, "a comparison or test; `True` or `False` in any case; a number, if it is not 0", "do not hold"),
    (Kind.LIST, "a list; a text is a list of one", "are a list of none"),
    (Kind.ANY, "whatever there is", "stay"),
)
VALUES = Rule(
    "Kinds of values",
    _table(
        ("an argument that is a", "takes", "null and empty text"),
        ((KINDS[kind], takes, nothing) for kind, takes, nothing in READ),
    )
    + "\n\nWhat could never be read is refused while the policy is loaded, also in a branch of a choice:\n\n"
    + _table(
        ("what is given", "what is wanted", "advice"),
        ((NAMES[made], KINDS[wanted], hint) for (made, wanted), hint in IMPOSSIBLE.items() if made is not Kind.AMOUNT),
    ),
    (
        Example('Append([fte], " fte")', "0.8 fte", {"fte": 0.8}),
        Example("Left([code], &HA)", "42", {"code": 42}),
        Example('IIF(CDate([end]) < Now(), "past", "open")', "open", {"end": ""}),
    ),
)

COMPARING = Rule(
    "Comparing",
    """\
- A comparison with an attribute that is null or empty does not hold, whatever the operator, `<>` included.
- `= ""` and `<> ""` ask whether there is a value.
- `=` and `<>` between two texts compare characters, upper and lower case apart.
- Otherwise two numbers, or texts that spell numbers, compare by size; two dates by time; the rest by characters.
- A list of one counts as its value; of several it is an error: use `In`.
- True and False, and values of kinds that have nothing in common, have no order: `CDate([start]) > 3` is refused.""",
    (
        Example('IIF([x] <> "a", "other", "same or nothing")', "same or nothing"),
        Example('IIF([hours] >= "9", "yes", "no")', "yes", {"hours": "36"}),
        Example('IIF([start] < Now(), "begun", "not yet")', "begun", {"start": "7/1/2025"}),
        Example('CBool("010" = "10")', "False"),
    ),
)

BOUNDS = Rule(
    "Bounds",
    _table(
        ("what", "at most"),
        (
            ("characters of an expression", f"{MAX_LENGTH:,}"),
            ("functions within each other", f"{MAX_DEPTH}"),
            ("parts (functions, comparisons, attributes, constants) of an expression", f"{MAX_NODES:,}"),
            ("digits of a number, and hexadecimal digits", f"{MAX_DIGITS}, {MAX_HEXADECIMAL}"),
            ("characters of a pattern, which is matched in linear time", f"{MAX_PATTERN:,}"),
            ("characters of any text that is made on the way, and of the answer", f"{MAX_TEXT:,}"),
            ("values of a list that is the answer", f"{MAX_VALUES:,}"),
            ("characters of RandomString", f"{MAX_RANDOM}"),
            ("values of Numbered that are tried", f"{MOST_TRIED:,}"),
            ("steps of an explanation that are kept", f"{MOST_STEPS:,}"),
        ),
    )
    + "\n\nBeyond a bound there is an error, never a value that is cut; only of an explanation the rest is left out.",
)

ODD = (
    'IIF("1", [a], [b])',
    'And([a] = "x", "True")',
    'IIF("1" = "2", [a], [b])',
    'IIF([a] < "", "x", "y")',
    'Switch("x", "none", "x", [a])',
    'Switch([a], "none", "x", "1", "x", "2")',
    'Coalesce("x", [a])',
    "IgnoreFlowIfNullOrEmpty(Len([a]))",
    'IIF(DateDiff("d", Now(), [start]) >= 0, "yes", "no")',
)


def _warned() -> Iterable[tuple[str, str]]:
    for source in ODD:
        for caution in compile_expression(source).warnings:
            hint = f" ({caution.hint})" if caution.hint else ""
            yield f"`{source}`", caution.message + hint


WARNINGS = Rule(
    "Warnings",
    "What is hardly meant is told by `joinly validate` and `joinly eval`; it is evaluated all the same.\n\n"
    + _table(("expression", "warning"), _warned()),
)

OURS = [
    function.name
    for family in FAMILIES
    for function in family.functions
    if family.ours or "Not in Entra" in function.doc
]

MISSING = (*INSTEAD.items(), ("Cert…", instead("Cert")))

PASTING = Rule(
    "Pasting a mapping from Entra",
    f"""\
An expression of a provisioning job in Entra ID means the same here, with these differences.

- **Conditions.** `IIF` takes `IsPresent(…)`, `IsNullOrEmpty(…)` and `[x] = ""`, which Entra's reference calls
  unsupported although its own guides use them. A comparison in a condition needs no nesting: there are `And` and `Or`.
- **DateDiff** counts from its first date to its second. Some published samples have this the wrong way round, such as
  `DateDiff("d", Now(), [StatusHireDate]) >= 0` for somebody who has begun; there is a warning.
- **File times** printed in the guides for `NumFromDate` are wrong; here they are computed.
- **Patterns** are matched in linear time: looking ahead or behind, backreferences and atomic groups are refused while
  loading. `\\d`, `\\w` and `\\s` mean Unicode; `\\b` knows ASCII words only. A group is named in the replacement by
  `${{name}}` or `$1`.
- **Guid, RandomString and RandomNum** follow from the person and the attribute: the same for ever, and no secret.
- **SelectUniqueValue** is for every target; what is free is decided before anything is written. `Numbered` as the last
  rule never runs out.
- **Switch** is always evaluated on all that HR says, so an attribute that did not change does not become null.
- **Null.** What an expression that answers null or empty text does is said by `null` of that attribute in the policy:
  clear, keep or a default. "Default value if null" and "apply only during creation" are `null` and `mode` there.
- **Redact** gives its value; values are never logged here at all.
- **DefaultDomain()** reads the fact `defaultDomain`.

The two sync products write the same names differently, and their dialects are not read: `&` between texts (use
`Join` or `Append`), `Switch(condition, value, …)`, `Join(list, delimiter)`, `Replace(text, old, new)`,
`FormatDateTime(date, format)`, the intervals `q`, `y` and `w`. Functions that they alone have are here where they make
sense, and say so.

Not in Entra: {", ".join(f"`{name}`" for name in OURS)}.

Not here:

{_table(("function", "instead"), ((f"`{name}`", hint) for name, hint in MISSING))}""",
    (
        Example("IIF(IsPresent([mail]), [mail], IgnoreAttributeFlow)", IGNORE_ATTRIBUTE, {"mail": ""}),
        Example('Switch([Active], , "1", "True", "0", "False")', None, {"Active": "2"}),
        Example("NumFromDate(CDate([end]))", "134116992000000000", {"end": "2026-01-01"}),
    ),
)

RULES = (WRITING, ANSWERS, VALUES, COMPARING, BOUNDS, WARNINGS, PASTING)
