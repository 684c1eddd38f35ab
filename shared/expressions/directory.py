"""Distinguished names, as Active Directory writes them: `CN=Smit\\, An,OU=Care,DC=fabrikam,DC=nl`.

Sources: Microsoft Entra Connect Sync, "Functions Reference"; RFC 4514 for what is escaped.
"""

import re

from shared.expressions.fault import ExpressionError
from shared.expressions.registry import Example, Family, Parameter
from shared.expressions.values import Kind, bounded

DIRECTORY = Family("Distinguished names")
COMPONENTS = re.compile(r"(?:[^,\\]|\\.)+", re.DOTALL)
VALUE = re.compile(r" *((?:\\.|[^\\ ]| +(?! |$))*)", re.DOTALL)
"""Without spaces around it, unless they are escaped."""
ESCAPED = re.compile(r"\\((?:[0-9A-Fa-f]{2}\\)*[0-9A-Fa-f]{2}|.)", re.DOTALL)
"""One character, or the bytes of one or more in UTF-8, each with two hexadecimal digits."""
TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]*=|")
SPECIAL = str.maketrans({character: f"\\{character}" for character in '"+,;<>\\'} | {"\0": "\\00"})
DN = Parameter("dn", Kind.TEXT)
NUMBER = Parameter("number", Kind.NUMBER)
SAMPLE = {"dn": r"CN=Smit\, An,OU=Care,OU=NL,DC=fabrikam,DC=nl"}


def _unescaped(match: re.Match[str]) -> str:
    if len(match[1]) == 1:
        return match[1]
    return bytes.fromhex(match[1].replace("\\", "")).decode("utf-8", "replace")


def _component(parts: list[str], number: int) -> str | None:
    if number < 1:
        raise ExpressionError("has a number below 1", hint="components count from 1")
    if number > len(parts):
        return None
    value = VALUE.match(parts[number - 1].partition("=")[2])
    return ESCAPED.sub(_unescaped, value[1]) if value else ""


@DIRECTORY.strict(
    "DNComponent",
    DN,
    NUMBER,
    returns=Kind.TEXT,
    examples=(Example("DNComponent([dn], 1)", "Smit, An", SAMPLE), Example("DNComponent([dn], 9)", None, SAMPLE)),
)
def dn_component(dn: str | None, number: int) -> str | None:
    """The value of that component, counted from the left; null when there are fewer. In Entra, only in cloud sync."""
    return _component(COMPONENTS.findall(dn or ""), number)


def _ignored(option: str | None) -> str:
    if (option or "").upper() not in ("", "DC"):
        raise ExpressionError("is no option", hint='write "DC" or leave it out')
    return (option or "").upper()


@DIRECTORY.strict(
    "DNComponentRev",
    DN,
    NUMBER,
    Parameter("ignore", Kind.TEXT, default="", prepare=_ignored),
    returns=Kind.TEXT,
    examples=(
        Example("DNComponentRev([dn], 3)", "NL", SAMPLE),
        Example('DNComponentRev([dn], 1, "DC")', "NL", SAMPLE),
    ),
)
def dn_component_rev(dn: str | None, number: int, ignore: str) -> str | None:
    """The value of the component with that number from the right, with "DC" without counting domain components.

    In Entra, only in Connect Sync.
    """
    parts = [part for part in COMPONENTS.findall(dn or "") if part.partition("=")[0].strip().upper() != (ignore or ",")]
    return _component(parts[::-1], number)


@DIRECTORY.strict(
    "EscapeDNComponent",
    Parameter("component", Kind.TEXT),
    returns=Kind.TEXT,
    examples=(
        Example('EscapeDNComponent(Join("", "CN=", [name]))', r"CN=Smit\, An", {"name": "Smit, An"}),
        Example('EscapeDNComponent("#1 ")', "\\#1\\ "),
    ),
)
def escape_dn_component(component: str | None) -> str | None:
    """One component, such as `CN=…`, with what is special in a name escaped. In Entra, only in Connect Sync."""
    if component is None:
        return None
    kind = TYPE.match(component)
    start = kind.end() if kind else 0
    value = component[start:].translate(SPECIAL)
    if value[:1] in ("#", " "):
        value = f"\\{value}"
    if len(component) - start > 1 and value.endswith(" "):
        value = f"{value[:-1]}\\ "
    return bounded(component[:start] + value)
