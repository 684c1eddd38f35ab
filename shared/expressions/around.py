"""Functions of what is around a person: their other contracts, their manager, the policy's tables; not in Entra.

`Contract`, `Contracts` and `Manager` evaluate what they are given on other facts, so they do not stand in each other.
"""

from collections.abc import Mapping
from typing import Any

from shared.expressions.fault import ExpressionError
from shared.expressions.registry import Example, Family, Parameter, Slot, Whose
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import Kind, list_of

AROUND = Family("Around the person", ours=True)
WHICH = Parameter("which", Kind.TRUTH)

TABLES = {"tables": {"offices": {"Utrecht": "UTR-01", "Gent": "GNT-02"}}}
CONTRACTS = {
    "contracts": (
        {"contractId": "7", "contractState": "active", "department": "Care", "hours": "24"},
        {"contractId": "9", "contractState": "active", "department": "IT", "hours": "8"},
        {"contractId": "4", "contractState": "past", "department": "HR", "hours": "36"},
    )
}
MANAGER = {"manager": {"employeeId": "12", "mail": "an.smit@fabrikam.nl"}}


def _table(name: str | None) -> str:
    if not name:
        raise ExpressionError("is empty", hint="write the name of a table of the policy")
    return name


class _Folded:
    """A table without the case of its keys, made once for as long as it is the same table."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self.rows = rows
        self.values = {row.casefold(): value for row, value in reversed(list(rows.items()))}


@AROUND.lazy(
    "Lookup",
    Parameter("table", Kind.TEXT, prepare=_table),
    Parameter("key", Kind.TEXT),
    Parameter("default", Kind.RESULT, default=None),
    tables=lambda slots: (slots[0].value,),
    folds=False,
    returns=Kind.RESULT,
    examples=(
        Example('Lookup("offices", [city])', "UTR-01", {"city": "Utrecht"}, TABLES),
        Example('Lookup("offices", [city], "none")', "GNT-02", {"city": "GENT"}, TABLES),
        Example('Lookup("offices", [city], "none")', "none", {"city": "Kleve"}, TABLES),
    ),
)
def lookup(table: Slot, key: Slot, default: Slot) -> Term:
    """What the policy's table has for the key, else the default. The name of the table is a constant.

    The key as it is written wins; then upper and lower case do not matter, and of several the first counts. A null or
    empty key gives the default, which is null when it is left out.
    """
    name, read, otherwise = table.value, key.run, default.run
    folded = _Folded({})

    def run(facts: Facts, scope: Scope) -> Any:
        nonlocal folded
        rows = scope.tables.get(name)
        if rows is None:
            raise ExpressionError(f"needs the table {name}, which is missing")
        text = read(facts, scope)
        if not text:
            return otherwise(facts, scope)
        if text in rows:
            return rows[text]
        if folded.rows is not rows:
            folded = _Folded(rows)
        found = folded.values.get(text.casefold())
        return otherwise(facts, scope) if found is None else found

    return run


@AROUND.lazy(
    "Contract",
    WHICH,
    Parameter("value", Kind.RESULT),
    whose=Whose.CONTRACT,
    folds=False,
    returns=Kind.RESULT,
    examples=(
        Example('Contract([department] <> "Care", [hours])', "8", around=CONTRACTS),
        Example('Contract([contractState] = "future", [department])', None, around=CONTRACTS),
    ),
)
def contract(which: Slot, value: Slot) -> Term:
    """The value on the first contract for which the condition holds; null when it holds for none.

    Contracts stand in order of rank, the primary one first. Inside, attributes are the person's with that contract's
    over them, besides contractId, contractStart, contractEnd and contractState (active, future or past).
    """
    holds, read = which.run, value.run

    def run(facts: Facts, scope: Scope) -> Any:
        for one in scope.contracts:
            if holds(one, scope):
                return read(one, scope)
        return None

    return run


@AROUND.lazy(
    "Contracts",
    WHICH,
    Parameter("value", Kind.ANY),
    whose=Whose.CONTRACT,
    folds=False,
    returns=Kind.LIST,
    examples=(
        Example('Contracts([contractState] = "active", [department])', ["Care", "IT"], around=CONTRACTS),
        Example("Count(Contracts([hours] >= 24, [contractId]))", "2", around=CONTRACTS),
    ),
)
def contracts(which: Slot, value: Slot) -> Term:
    """The values on all contracts for which the condition holds, each once and without empty ones, as a list."""
    holds, read = which.run, value.run

    def run(facts: Facts, scope: Scope) -> tuple[str, ...]:
        found = (text for one in scope.contracts if holds(one, scope) for text in list_of(read(one, scope)))
        return tuple(dict.fromkeys(text for text in found if text))

    return run


@AROUND.lazy(
    "Manager",
    Parameter("value", Kind.RESULT),
    whose=Whose.MANAGER,
    folds=False,
    returns=Kind.RESULT,
    examples=(
        Example("Manager([mail])", "an.smit@fabrikam.nl", around=MANAGER),
        Example('Coalesce(Manager([mail]), "hr@fabrikam.nl")', "hr@fabrikam.nl"),
    ),
)
def manager(value: Slot) -> Term:
    """The value on the manager's facts; null when there is no manager, or HR does not know them."""
    read = value.run

    def run(facts: Facts, scope: Scope) -> Any:
        return None if scope.manager is None else read(scope.manager, scope)

    return run
