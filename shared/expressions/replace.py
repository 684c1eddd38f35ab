"""Replace in its five forms, and Matches: what works with patterns.

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings", Replace. Which form is meant
follows from the slots that are filled, so it is decided while loading.
"""

import re

from shared.expressions.fault import ExpressionError
from shared.expressions.patterns import Pattern, compile_pattern
from shared.expressions.registry import Example, Family, Parameter, Slot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.terms import constant
from shared.expressions.values import MAX_TEXT, Kind, bounded

PATTERNS = Family("Replace and match")


@PATTERNS.lazy(
    "Replace",
    Parameter("source", Kind.TEXT),
    Parameter("oldValue", Kind.TEXT, default=None),
    Parameter("regexPattern", Kind.TEXT, default=None, prepare=compile_pattern),
    Parameter("regexGroupName", Kind.TEXT, default=None, prepare=str),
    Parameter("replacementValue", Kind.TEXT, default=None),
    Parameter("replacementAttributeName", Kind.TEXT, default=None),
    Parameter("template", Kind.TEXT, default=None),
    returns=Kind.TEXT,
    examples=(
        Example('Replace("Sales NL", "NL", , , "BE", , )', "Sales BE"),
        Example('Replace([login], "{login}", , , , , "{login}@fabrikam.nl")', "av@fabrikam.nl", {"login": "av"}),
        Example('Replace("06-1234 5678", , "[ -]+", , "", , )', "0612345678"),
        Example('Replace("NL-Utrecht", , "(?<land>[A-Z]{2})-(?<city>.*)", , "${city} (${land})", , )', "Utrecht (NL)"),
        Example('Replace("12b Dorpsstraat", , "^(?<number>[0-9]+)", "number", "14", , )', "14b Dorpsstraat"),
        Example(
            'Replace([desk], , "(?<last>[0-9]{4})$", "last", , [mobile], )',
            "5678",
            {"desk": None, "mobile": "0612345678"},
        ),
    ),
)
def replace(
    source: Slot, old: Slot, pattern: Slot, group: Slot, replacement: Slot, attribute: Slot, template: Slot
) -> Term:
    r"""Five forms, told apart by the slots that are filled:

    - oldValue, replacementValue: every oldValue in the source is replaced;
    - oldValue, template: every oldValue in the template is replaced by the source;
    - regexPattern, replacementValue: every match is replaced; `${name}` and `$1` in a constant stand for groups;
    - regexPattern, regexGroupName, replacementValue: that group's part of every match is replaced;
    - regexPattern, regexGroupName, replacementAttributeName: an empty source is replaced by the group's part of that
      attribute.

    The pattern and the group name are constants. A null source stays null.
    """
    filled = tuple(slot.given for slot in (old, pattern, group, replacement, attribute, template))
    match filled:
        case (True, False, False, True, False, False):
            return _plain(source, old, replacement)
        case (True, False, False, False, False, True):
            return _template(source, old, template)
        case (False, True, False, True, False, False):
            return _matches(source, pattern.value, replacement)
        case (False, True, True, True, False, False):
            return _group(source, pattern.value, group.value, replacement)
        case (False, True, True, False, True, False):
            return _other(source, pattern.value, group.value, attribute)
    raise ExpressionError(
        "does not have a form for the slots that are filled",
        hint="fill oldValue and replacementValue, oldValue and template, regexPattern and replacementValue, or"
        " regexPattern and regexGroupName with replacementValue or replacementAttributeName",
    )


def _swap(text: str, old: str | None, new: str | None) -> str:
    if not old:
        raise ExpressionError("has an empty oldValue")
    new = new or ""
    if len(text) + max(0, len(new) - len(old)) * text.count(old) > MAX_TEXT:
        raise ExpressionError(f"makes a text longer than {MAX_TEXT} characters")
    return text.replace(old, new)


def _plain(source: Slot, old: Slot, replacement: Slot) -> Term:
    read, sought, new = source.run, old.run, replacement.run

    def run(facts: Facts, scope: Scope) -> str | None:
        text = read(facts, scope)
        return None if text is None else _swap(text, sought(facts, scope), new(facts, scope))

    return run


def _template(source: Slot, old: Slot, template: Slot) -> Term:
    read, sought, frame = source.run, old.run, template.run

    def run(facts: Facts, scope: Scope) -> str | None:
        text = read(facts, scope)
        return None if text is None else _swap(frame(facts, scope) or "", sought(facts, scope), text)

    return run


def _matches(source: Slot, pattern: Pattern, replacement: Slot) -> Term:
    """A constant is a template; a value of the person is taken as it is, so that HR text cannot name groups."""
    read, new = source.run, replacement.run
    pieces = pattern.template(replacement.value or "") if replacement.constant else ()
    if any(isinstance(piece, int) for piece in pieces):
        return _matches_with_groups(read, pattern, pieces)
    if replacement.constant:
        new = constant("".join(map(str, pieces))).run

    def run(facts: Facts, scope: Scope) -> str | None:
        text = read(facts, scope)
        return None if text is None else pattern.swap(text, new(facts, scope) or "")

    return run


def _matches_with_groups(read: Term, pattern: Pattern, pieces: tuple[str | int, ...]) -> Term:
    def run(facts: Facts, scope: Scope) -> str | None:
        text = read(facts, scope)
        return None if text is None else pattern.replace(text, pieces)

    return run


def _group(source: Slot, pattern: Pattern, group: str, replacement: Slot) -> Term:
    read, new, number = source.run, replacement.run, pattern.group(group)

    def run(facts: Facts, scope: Scope) -> str | None:
        text = read(facts, scope)
        return None if text is None else pattern.replace_group(text, number, new(facts, scope) or "")

    return run


def _other(source: Slot, pattern: Pattern, group: str, attribute: Slot) -> Term:
    read, other, number = source.run, attribute.run, pattern.group(group)

    def run(facts: Facts, scope: Scope) -> str | None:
        text = read(facts, scope)
        return text if text else pattern.extract(other(facts, scope) or "", number)

    return run


def _characters(pattern: str | None) -> dict[int, str]:
    """`å:a, ß:ss, ':` as str.translate wants it; white space means nothing."""
    pairs = [entry.partition(":") for entry in "".join((pattern or "").split()).split(",")]
    if not all(len(source) == 1 and colon and re.fullmatch("[^:]{0,10}", target) for source, colon, target in pairs):
        raise ExpressionError("is not a list of characters to replace", hint='write "å:a, ß:ss" or, to remove, "x:"')
    return str.maketrans({source: target for source, _, target in pairs})


@PATTERNS.strict(
    "ReplaceChars",
    Parameter("source", Kind.TEXT),
    Parameter("characters", Kind.TEXT, prepare=_characters),
    returns=Kind.TEXT,
    examples=(
        Example('ReplaceChars("Räksmörgås", "å:a, ä:a, ö:oe")', "Raksmoergas"),
        Example('ReplaceChars("O\'Neil", "\':")', "ONeil"),
    ),
)
def replace_characters(source: str | None, characters: dict[int, str]) -> str | None:
    """Every character of the list replaced by the text behind its colon, or removed. In Entra, only in Connect Sync.

    A comma and a colon cannot be replaced, and white space in the list means nothing.
    """
    return None if source is None else bounded(source.translate(characters))


@PATTERNS.strict(
    "Matches",
    Parameter("text", Kind.TEXT),
    Parameter("pattern", Kind.TEXT, prepare=compile_pattern),
    returns=Kind.TRUTH,
    examples=(Example('Matches("T-1042", "T-[0-9]{4}")', "True"), Example('Matches("XT-1042", "T-[0-9]{4}")', "False")),
)
def matches(text: str | None, pattern: Pattern) -> bool:
    """Whether the whole text has the form of the pattern, a constant. Null and empty text never do. Not in Entra."""
    return bool(text) and pattern.whole(text or "")
