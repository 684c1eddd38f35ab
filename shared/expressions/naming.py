"""Functions that put names together and spell them for addresses; not in Entra.

What a form is stands in docs/names.md; the work is done by shared.names, which knows nothing of expressions.
"""

from dataclasses import replace
from typing import Any

from shared.expressions.fault import ExpressionError
from shared.expressions.letters import spelling
from shared.expressions.registry import Example, Family, Parameter, Slot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import Kind, bounded
from shared.names import FACTS, Form, Spelling, Style, Usage, compile_form, mail_name, parts_of, read_initials, usage_of

NAMES = Family("Names", ours=True)

JANINE = {
    "nickName": "Janine",
    "initials": "J.H.C.",
    "prefix": "van den",
    "surname": "Boele",
    "partnerPrefix": "de",
    "partnerSurname": "Vries",
    "nameUsage": "PB",
}


def _style(name: str | None) -> Style:
    try:
        return Style(name or "")
    except ValueError:
        raise ExpressionError("is not a style", hint=f"choose one of {', '.join(Style)}") from None


def _usage(text: str | None) -> Usage:
    try:
        return usage_of(text)
    except ValueError:
        hint = "translate HR's own codes where they come in, with codes or values of the source"
        raise ExpressionError("has a convention that is not B, P, PB or BP", hint=hint) from None


def _form(text: str | None) -> Form:
    try:
        return compile_form(text or "")
    except ValueError as error:
        raise ExpressionError(f"cannot be read: {error}") from None


def _count(number: Any) -> int:
    """A constant that was already read as a whole number; raises ExpressionError when it is negative."""
    if number < 0:
        raise ExpressionError("is negative", hint="0 is for as many as there are")
    return int(number)


@NAMES.lazy(
    "Name",
    Parameter("convention", Kind.TEXT, blank=True),
    Parameter("form", Kind.TEXT, prepare=_form),
    Parameter("longest", Kind.NUMBER, default=0, prepare=_count),
    Parameter("style", Kind.TEXT, default=Style.NL, prepare=_style),
    may_read=FACTS,
    needs=lambda slots: slots[1].value.needs,
    folds=False,
    returns=Kind.TEXT,
    examples=(
        Example('Name([nameUsage], "{nick} {family}")', "Janine de Vries - van den Boele", JANINE),
        Example('Name("B", "{leading.name}, {initials}[ {leading.prefix}]")', "Boele, J.H.C. van den", JANINE),
        Example('Name("P", "mevrouw {family}")', "mevrouw De Vries", JANINE),
    ),
)
def name(convention: Slot, form: Slot, longest: Slot, style: Slot) -> Term:
    """The person's name in a form, from the facts nickName, givenName, initials, prefix, surname and the partner's.

    `convention` is B, P, PB or BP, or a fact that holds one of these; empty is B. The name is cut at a word to at most
    `longest` characters. `style` is nl, where a prefix takes a capital only where it stands first, or be, where it
    stays as HR has it. "" when there is nothing to show.
    """
    shown, usage = replace(form.value, longest=longest.value, style=style.value), convention.run
    fixed = _usage(convention.value) if convention.constant else None

    def run(facts: Facts, scope: Scope) -> str:
        return bounded(shown(parts_of(facts, fixed or _usage(usage(facts, scope)))))

    return run


@NAMES.strict(
    "Initials",
    Parameter("source", Kind.TEXT),
    Parameter("count", Kind.NUMBER, default=0, prepare=_count),
    Parameter("dots", Kind.TRUTH, default=True, prepare=lambda truth: truth),
    returns=Kind.TEXT,
    examples=(
        Example('Initials("Jan Hendrik")', "J.H."),
        Example('Initials("J.H.C.K.", 3)', "J.H.C."),
        Example('Initials("J.H.C.K.", 6, "false")', "JHCK"),
    ),
)
def initials(source: str | None, count: int, dots: bool) -> str | None:
    """The initials of given names, or initials in one form; at most `count` of them (0: all), with dots or without.

    A text with a dot in it, or one word of capitals only, is read as initials, and everything else as given names.
    """
    return None if source is None else bounded(read_initials(source, count, dots))


@NAMES.strict(
    "MailName",
    Parameter("source", Kind.TEXT),
    Parameter("locale", Kind.TEXT, prepare=spelling),
    Parameter("domain", Kind.TEXT, default=None),
    returns=Kind.TEXT,
    examples=(
        Example('MailName("Zoë.van \'t Hoff", "nl")', "zoe.vanthoff"),
        Example('MailName("Jürgen Groß", "de", "contoso.com")', "juergengross@contoso.com"),
        Example('MailName("王小明", "nl", "contoso.com")', ""),
    ),
)
def mail_name_of(source: str | None, spelled: Spelling, domain: str | None) -> str:
    """What may stand before the @: spelled in plain letters, small, without spaces and apostrophes, 64 characters.

    With a `domain` it is the whole address. "" when nothing is left, such as of a name in a script that is not Latin,
    Greek or Cyrillic: then the next rule counts.
    """
    local = mail_name(source or "", spelled)
    return f"{local}@{domain}" if local and domain else local
